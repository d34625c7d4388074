"""Who may be given a lead, and why not, in words that a manager reads."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from routebook.runtime.router import Router
from support.routing import NOON, assigned, lead, pool, reps, router_of


def reasons(router: Router, now: datetime = NOON, **fields: Any) -> dict[str, str]:
    """Each candidate of a lead with the reason."""
    explanation = router.preview(lead(router.tree, "asked", **fields), now)
    return {candidate.rep: candidate.reason for candidate in explanation.candidates}


def one(rep: dict[str, object], target: str = "round_robin smb") -> Router:
    """A router with one rep in one pool."""
    return router_of(f"else {target}", pool("smb", "ana") + reps(ana=rep))


@pytest.mark.parametrize(
    ("rep", "reason"),
    [
        ({}, "eligible"),
        ({"active": "false"}, "not active"),
        ({"weight": 0}, "paused (weight 0)"),
        ({"away": '["2026-02-20..2026-03-02"]'}, "away until 2026-03-03"),
        ({"away": '["2026-03-02", "2026-03-03..2026-03-09", "2026-03-12"]'}, "away until 2026-03-10"),
        ({"away": '["2026-03-01", "2026-03-03"]'}, "eligible"),
        ({"capacity": 0}, "at capacity: 0 of 0 leads open"),
        ({"caps": "{ day = 0 }"}, "0 of 0 leads today"),
        ({"caps": "{ week = 0 }"}, "0 of 0 leads this week"),
        # not active comes before everything, away before full
        ({"active": "false", "weight": 0, "away": '["2026-03-02"]'}, "not active"),
        ({"capacity": 0, "away": '["2026-03-02"]'}, "away until 2026-03-03"),
        # a day off begins where the rep is
        ({"away": '["2026-03-03"]', "timezone": '"Pacific/Auckland"'}, "away until 2026-03-04"),
    ],
)
def test_reasons(rep: dict[str, object], reason: str) -> None:
    assert reasons(one(rep)) == {"ana": reason}


@pytest.mark.parametrize(
    ("rep", "reason"),
    [
        ({"hours": '{ mon = "15:00-18:00" }'}, "off shift until 2026-03-02T15:00+00:00"),
        (
            {"hours": '{ mon = "15:00-18:00" }', "timezone": '"Europe/Bucharest"'},
            "off shift until 2026-03-02T15:00+02:00",
        ),
        ({"hours": '{ mon = "09:00-11:00", wed = "09:00-11:00" }'}, "off shift until 2026-03-04T09:00+00:00"),
        ({"hours": "{}"}, "off shift"),
        ({"hours": '{ mon = "12:00-13:00" }'}, "eligible"),
        ({"hours": '{ mon = "12:00-13:00" }', "away": '["2026-03-02"]'}, "away until 2026-03-03"),
    ],
)
@pytest.mark.parametrize(
    "target",
    ["assign pool smb by availability", "round_robin smb on shift", "assign pool smb by load on shift"],
)
def test_shifts_where_they_are_asked_for(rep: dict[str, object], reason: str, target: str) -> None:
    assert reasons(one(rep, target)) == {"ana": reason}


@pytest.mark.parametrize("strategy", ["round_robin", "load", "priority", "hash of email"])
def test_shifts_do_not_matter_where_nobody_asks(strategy: str) -> None:
    assert reasons(one({"hours": "{}"}, f"assign pool smb by {strategy}")) == {"ana": "eligible"}


def test_reps_without_hours_are_never_on_shift() -> None:
    router = router_of("else assign pool smb by availability", pool("smb", "ana") + "[reps.ana]\n")
    assert reasons(router) == {"ana": "no working hours in the roster"}


def test_holidays_are_days_off_shift_and_no_absence() -> None:
    national_day = datetime.fromisoformat("2026-12-01T10:00+02:00")
    rep = {"holidays": '"RO"', "hours": '{ mon-fri = "09:00-17:00" }', "timezone": '"Europe/Bucharest"'}
    assert reasons(one(rep, "assign pool smb by availability"), national_day) == {
        "ana": "off shift until 2026-12-02T09:00+02:00"
    }
    assert reasons(one(rep), national_day) == {"ana": "eligible"}


def test_capacity_holds_across_pools() -> None:
    rules = "when score > 50 round_robin one else round_robin two"
    router = router_of(
        rules, pool("one", "ana") + pool("two", "ana", "bogdan") + reps("bogdan", ana={"capacity": 2})
    )
    assert assigned(router, 3, "a", score=90) == ["ana", "ana", "bogdan"]
    assert assigned(router, 2, "b", score=10) == ["bogdan", "bogdan"]
    assert reasons(router, score=10)["ana"] == "at capacity: 2 of 2 leads open"


def test_caps_count_the_reps_own_days_and_weeks() -> None:
    router = one({"caps": "{ day = 2, week = 5 }", "timezone": '"America/New_York"'})
    sunday_evening = datetime.fromisoformat("2026-03-01T23:00-05:00")
    assert assigned(router, 3, "sun", sunday_evening) == ["ana", "ana", None]
    assert reasons(router, sunday_evening) == {"ana": "2 of 2 leads today"}
    monday = sunday_evening + timedelta(hours=2)
    for day, left in enumerate([2, 2, 1, 0]):
        got = assigned(router, 3, f"day{day}-", monday + timedelta(days=day))
        assert got.count("ana") == left
    assert reasons(router, monday + timedelta(days=3)) == {"ana": "5 of 5 leads this week"}
    assert reasons(router, monday + timedelta(days=7)) == {"ana": "eligible"}


def test_time_may_go_back() -> None:
    """Leads of yesterday that come late count for yesterday."""
    router = one({"caps": "{ day = 1 }"})
    assert assigned(router, 2, "today", NOON) == ["ana", None]
    assert assigned(router, 2, "yesterday", NOON - timedelta(days=1)) == ["ana", None]
    assert assigned(router, 1, "again", NOON) == [None]


WHERE = [
    (
        "rep.languages has language",
        "fails where rep.languages has language: languages is de, the lead's language is ro",
    ),
    ('rep.languages has "ro"', 'fails where rep.languages has "ro": languages is de'),
    ("rep.senior", "fails where rep.senior: senior is missing"),
    (
        "rep.capacity >= 10 and rep.weight > 1",
        "fails where rep.capacity >= 10: capacity is 5; rep.weight > 1: weight is 1",
    ),
    ("rep.weight + score > 100", "fails where rep.weight + score > 100: weight is 1, the lead's score is 70"),
    ('not rep.languages has "de"', 'fails where not rep.languages has "de": languages is de'),
    ('now.weekday == "sat"', 'fails where now.weekday == "sat": now.weekday is mon'),
    ('rep.time_zone == "Europe/Berlin"', 'fails where rep.time_zone == "Europe/Berlin": time_zone is UTC'),
    (
        'rep.id == "bogdan" or rep.name is known',
        'fails where rep.id == "bogdan": id is ana; rep.name is known: name is missing',
    ),
    ("false", "fails where false"),
]


@pytest.mark.parametrize(("where", "reason"), WHERE)
def test_where_in_words(where: str, reason: str) -> None:
    head = """
lead { id: id  score: integer 0..100  language: one of ["de", "ro"] optional }
rep { languages: set of ["de", "ro"]  senior: bool optional }
"""
    roster = pool("smb", "ana") + reps(ana={"languages": '["de"]', "capacity": 5})
    router = router_of(f"else assign pool smb where {where}", roster, head=head)
    for _ in range(2):  # the second time, the answer is remembered
        assert reasons(router, score=70, language="ro") == {"ana": reason}


def test_what_is_remembered_of_where_is_each_leads_own() -> None:
    roster = pool("smb", "ana", "bogdan") + reps(ana={"languages": '["ro"]'}, bogdan={"languages": '["en"]'})
    router = router_of("else assign pool smb where rep.languages has language", roster)
    for _ in range(2):
        assert assigned(router, 1, f"ro{_}", language="ro") == ["ana"]
        assert assigned(router, 1, f"en{_}", language="en") == ["bogdan"]
        assert assigned(router, 1, f"es{_}", language="es") == [None]
        assert assigned(router, 1, f"none{_}") == [None]


def test_where_comes_last() -> None:
    roster = pool("smb", "ana") + reps(ana={"languages": '["ro"]', "capacity": 0})
    router = router_of("else assign pool smb where rep.languages has language", roster)
    assert reasons(router, language="en") == {"ana": "at capacity: 0 of 0 leads open"}


def test_all_is_every_active_rep() -> None:
    router = router_of("else round_robin all", reps("ana", bogdan={"active": "false"}, carla={}))
    assert assigned(router, 4) == ["ana", "carla", "ana", "carla"]
    assert reasons(router) == {"ana": "eligible", "carla": "eligible"}


def test_candidates_stand_in_declared_order() -> None:
    router = router_of(
        "else round_robin smb", pool("smb", "carla", "ana", "bogdan") + reps("ana", "bogdan", "carla")
    )
    assert list(reasons(router)) == ["carla", "ana", "bogdan"]
