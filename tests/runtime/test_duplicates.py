"""A lead that comes a second time under another id, over every store."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routebook.decision import Assignment, Outcome
from routebook.diagnostics import RoutebookError
from routebook.intake.duplicates import dedupe_of
from routebook.runtime.router import Router, explain_log
from routebook.runtime.stores import Store
from routebook.settings import Settings
from support.after import happens, rep, rotation, swept
from support.routing import LEAD, NOON, lead, pool, reps, router_of, tree_of
from support.stores import SCHEMES, opened

RULES = """
rule out when score >= 95 reject "spam"
rule cold when score >= 90 nurture news
rule triage when score >= 80 queue triage
rule night when score >= 70 hold pool office up to 3h then queue spill
rule other when score >= 50 assign pool office by load
else round_robin smb
"""
TEAM = pool("smb", "ana", "bogdan", "carla") + pool("office", "olga")
TEAM += reps("bogdan", "carla", ana={"capacity": 3}, olga={"hours": '{ mon = "14:00-17:00" }'})  # fmt: skip
DAY = timedelta(days=1)
WINDOW = Settings(dedupe={"email": 30 * DAY})


@pytest.fixture(params=SCHEMES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    yield from opened(request.param, tmp_path)


@pytest.fixture
def router(store: Store) -> Router:
    return router_of(RULES, TEAM, store, settings=WINDOW)


def comes(
    router: Router, id: str, email: str | None = "jo@acme.com", days: float = 0, score: int = 1
) -> Assignment:
    return router.route(lead(router.tree, id, email=email, score=score), NOON + days * DAY)


def test_it_goes_to_who_has_the_first_and_takes_no_turn(router: Router) -> None:
    first = comes(router, "L1")
    before = rotation(router, "pool smb")
    second = comes(router, "L2", "  JO@Acme.com ", days=29)
    assert (second.outcome, second.rep, second.pool, second.target) == (
        Outcome.ASSIGNED,
        first.rep,
        None,
        None,
    )
    assert second.reason == (
        "duplicate of lead L1: the same email, first seen 2026-03-02T12:00:00Z, within the window of 30 days"
    )
    assert not second.again
    assert rotation(router, "pool smb") == before
    assert rep(router, "ana").active == 2
    assert comes(router, "L3", "mo@acme.com").rep == "bogdan"


def test_explain_says_so_from_the_log_alone(router: Router) -> None:
    comes(router, "L1")
    second = comes(router, "L2", days=1)
    explained = explain_log(router.store, "L2")
    assert explained is not None
    assert explained.assignment == second
    assert explained.notes[0] == second.reason
    assert explained.arithmetic == "ana has lead L1; no turn is taken"
    said = json.loads(next(iter(router.store.log("L2"))).body)["dedupe"]
    assert said == {
        "windows": {"email": 2_592_000.0},
        "of": "L1",
        "field": "email",
        "first": "2026-03-02T12:00:00Z",
        "window": 2_592_000.0,
    }


def test_to_look_changes_nothing(router: Router) -> None:
    comes(router, "L1")
    seen = router.preview(lead(router.tree, "L2", email="jo@acme.com", score=1), NOON)
    assert seen.assignment is not None
    assert seen.assignment.reason is not None
    other = router.preview(lead(router.tree, "L3", email="x@y.z", score=1), NOON)
    assert other.assignment is not None
    assert other.assignment.reason is None
    assert comes(router, "L4", "x@y.z").reason is None


def test_the_window_counts_from_the_first_and_then_begins_anew(router: Router) -> None:
    assert comes(router, "L1").rep == "ana"
    assert comes(router, "L2", days=30).rep == "ana"
    third = comes(router, "L3", days=30.01)
    assert (third.rep, third.reason) == ("bogdan", None)
    fourth = comes(router, "L4", days=59)
    assert (fourth.rep, (fourth.reason or "")[:21]) == ("bogdan", "duplicate of lead L3:")


def test_a_clock_that_jumps_back_makes_no_second_first(router: Router) -> None:
    comes(router, "L1")
    assert comes(router, "L2", days=-5).reason is not None


def test_the_same_id_is_again_and_no_duplicate(router: Router) -> None:
    comes(router, "L1")
    second = comes(router, "L2")
    assert comes(router, "L1").again
    again = comes(router, "L2", days=90)
    assert again.as_json() == {**second.as_json(), "again": True}


def test_who_says_no_email_is_nobodys_duplicate(router: Router) -> None:
    assert [comes(router, f"L{n}", None).rep for n in range(3)] == ["ana", "bogdan", "carla"]


def test_it_follows_the_lead_not_the_first_owner(router: Router) -> None:
    comes(router, "L1")
    happens(router, "L1", "return")
    assert comes(router, "L2").rep == "bogdan"


def test_being_full_keeps_no_duplicate_away(router: Router) -> None:
    comes(router, "L1")
    for number in range(12):
        comes(router, f"M{number}", f"m{number}@x.y")
    assert rep(router, "ana").active == 3
    assert comes(router, "L2").rep == "ana"


def test_who_has_left_gets_no_duplicate(router: Router) -> None:
    comes(router, "L1")
    later = router_of(
        RULES, TEAM.replace("[reps.ana]", "[reps.ana]\nactive = false"), router.store, settings=WINDOW
    )
    second = comes(later, "L2")
    assert (second.rep, second.reason) == ("bogdan", None)
    explained = explain_log(router.store, "L2")
    assert explained is not None
    assert explained.notes[0].endswith(
        "; ana, who has that one, is not active, so this one is routed as any other"
    )
    third = comes(later, "L3")
    assert (third.rep, (third.reason or "")[:21]) == ("bogdan", "duplicate of lead L2:")


@pytest.mark.parametrize(("score", "outcome"), [(90, "nurtured"), (95, "rejected")])
def test_where_nobody_has_the_first_the_policy_decides(router: Router, score: int, outcome: str) -> None:
    assert comes(router, "L1", score=score).outcome == outcome
    second = comes(router, "L2")
    assert second.rep == "ana"
    assert (second.reason, second.target) == (None, 0)
    explained = explain_log(router.store, "L2")
    assert explained is not None
    assert "duplicate of lead L1" in explained.notes[0]
    assert outcome in explained.notes[0]
    assert comes(router, "L3").reason is not None


@pytest.mark.parametrize("status", ["junk", "converted", "unreachable"])
def test_a_closed_lead_keeps_its_rep(router: Router, status: str) -> None:
    comes(router, "L1")
    happens(router, "L1", status)
    assert comes(router, "L2").rep == "ana"
    assert rep(router, "ana").active == 1


def test_a_recycled_lead_is_nobodys(router: Router) -> None:
    comes(router, "L1")
    happens(router, "L1", "recycled")
    assert comes(router, "L2").rep == "bogdan"


def test_it_waits_in_the_queue_of_the_first(router: Router) -> None:
    comes(router, "L1", score=80)
    second = comes(router, "L2", score=1)
    assert (second.outcome, second.queue) == (Outcome.QUEUED, "triage")
    happens(router, "L1", "assign", rep="carla")
    assert comes(router, "L3", score=1).rep == "carla"


def test_it_waits_beside_a_held_lead_and_goes_where_that_goes(router: Router) -> None:
    first, second = comes(router, "L1", score=70), comes(router, "L2", score=1)
    assert (second.outcome, second.pool, second.until) == (Outcome.HELD, "office", first.until)
    assert swept(router, NOON + timedelta(hours=1)) == []
    assert swept(router, NOON + timedelta(hours=2.5)) == [
        ("L1", "held", "olga", None),
        ("L2", "held", "olga", None),
    ]
    assert swept(router, NOON + timedelta(hours=2.5)) == []
    assert rep(router, "olga").active == 2


def test_it_goes_its_own_way_where_the_held_one_was_closed(router: Router) -> None:
    comes(router, "L1", score=70)
    comes(router, "L2", score=1)
    happens(router, "L1", "recycled")
    assert swept(router, NOON + timedelta(hours=1)) == [("L2", "held", "ana", None)]


def test_a_duplicate_is_a_lead_like_any_other_afterwards(router: Router) -> None:
    comes(router, "L1")
    comes(router, "L2")
    recorded = happens(router, "L2", "return")
    assert recorded.rep == "bogdan"
    assert recorded.credit is None
    happens(router, "L2", "converted")
    assert (rep(router, "ana").active, rep(router, "bogdan").active) == (1, 0)


def test_twice_in_a_batch(router: Router) -> None:
    leads = [lead(router.tree, f"L{n}", email=f"p{n % 3}@x.y", score=1) for n in range(9)]
    got = [each.rep for each in router.route_many(leads, now=NOON)]
    assert got == ["ana", "bogdan", "carla"] * 3
    assert rotation(router, "pool smb").step == 3


def test_it_is_off_unless_it_is_asked_for(store: Store) -> None:
    router = router_of(RULES, TEAM, store)
    assert [comes(router, f"L{n}").rep for n in range(3)] == ["ana", "bogdan", "carla"]
    assert "dedupe" not in json.loads(next(iter(store.log("L1"))).body)


def test_two_who_meet_the_same_person_at_once(store: Store) -> None:
    """Each address has one first lead, whose rep gets the others; turns are taken for first leads alone."""
    rules, team = "else round_robin smb", TEAM.replace("capacity = 3", "capacity = 999")
    routers = [router_of(rules, team, store, settings=WINDOW) for _ in range(4)]
    got: dict[str, list[Assignment]] = defaultdict(list)

    def run(number: int) -> None:
        mine = routers[number]
        order = range(20) if number % 2 else reversed(range(20))
        leads = [lead(mine.tree, f"L{number}-{n}", email=f"p{n}@x.y", score=1) for n in order]
        for assignment in mine.route_many(leads, batch=3, now=NOON):
            got[assignment.lead.partition("-")[2]].append(assignment)

    threads = [Thread(target=run, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {len(each) for each in got.values()} == {4}
    for each in got.values():
        assert sum(one.reason is None for one in each) == 1
        assert len({one.rep for one in each}) == 1
    assert rotation(routers[0], "pool smb").step == 20
    firsts = Counter(one.rep for each in got.values() for one in each if one.reason is None)
    assert max(firsts.values()) - min(firsts.values()) <= 1


@pytest.mark.parametrize(
    ("field", "words"),
    [("emial", r"did you mean `email`\?"), ("score", "it takes fields of type email; there is `email`")],
)
def test_only_emails_tell_people_apart(field: str, words: str) -> None:
    with pytest.raises(RoutebookError, match=words):
        router_of(RULES, TEAM, settings=Settings(dedupe={field: DAY}))


def test_nothing_asked_for_is_nothing_looked_for() -> None:
    assert dedupe_of({}, tree_of(RULES, LEAD).schema) is None


arrivals = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 15), st.sampled_from([1, 80, 90, 95])), max_size=20
)


@settings(max_examples=40, deadline=None)
@given(arrivals)
def test_one_person_has_one_rep_at_a_time(arrivals: list[tuple[int, int, int]]) -> None:
    router = router_of(RULES, TEAM.replace("capacity = 3", "capacity = 99"), settings=WINDOW)
    outcomes: Counter[str] = Counter()
    owners: dict[int, set[str]] = defaultdict(set)
    at = 0
    for number, (person, wait, score) in enumerate(arrivals):
        at += wait % 2
        got = comes(router, f"L{number}", f"p{person}@x.y", days=at, score=score)
        outcomes[got.outcome] += 1
        if got.rep is not None:
            owners[person].add(got.rep)
    assert sum(outcomes.values()) == len(arrivals) == len(list(router.store.log()))
    assert all(len(each) == 1 for each in owners.values())
    assert sum(rotation(router, "pool smb").credits.values()) == 0
