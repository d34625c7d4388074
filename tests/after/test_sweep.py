"""The sweep over every store: deadlines, held leads, and nothing done twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routebook.decision import Outcome
from routebook.runtime.router import Router, explain_log
from routebook.runtime.stores import Store
from support.after import happens, history, rep, rotation, swept
from support.routing import LEAD, NOON, assigned, lead, pool, reps, router_of

RULES = """
rule fast when score >= 50 round_robin smb then queue spill under fast
rule slow when score >= 20 round_robin smb under slow
rule office when score >= 10 assign pool office by load then queue spill under office
else hold pool office up to 3h then queue spill

sla fast { respond within 2h then reassign 2 times then queue managers }
sla slow {
  touches 2 within 3d then assign pool office by load then queue managers
  close within 5d then nurture recycle
}
sla office { respond within 2h business then hold pool smb up to 1h then queue managers }
"""
HOURS = {"hours": '{ "mon-fri" = "09:00-17:00" }'}
TEAM = pool("smb", "ana", "bogdan", "carla") + pool("office", "olga")
TEAM += reps("ana", "bogdan", "carla", olga={**HOURS, "capacity": 1})

HOUR = timedelta(hours=1)
FRIDAY = datetime(2026, 3, 6, 16, tzinfo=UTC)


@pytest.fixture
def router(store: Store) -> Router:
    return router_of(RULES, TEAM, store)


def test_a_lead_without_an_answer_goes_on_and_in_the_end_to_the_managers(router: Router) -> None:
    assert assigned(router, 1, score=60) == ["ana"]
    assert swept(router, NOON + 2 * HOUR) == []
    assert swept(router, NOON + 3 * HOUR) == [("L0", "respond", "bogdan", None)]
    assert swept(router, NOON + 3 * HOUR) == []
    assert rep(router, "ana").active == 0
    assert swept(router, NOON + 5 * HOUR) == []
    assert swept(router, NOON + 6 * HOUR) == [("L0", "respond", "carla", None)]
    assert swept(router, NOON + 9 * HOUR) == [("L0", "respond", None, "managers")]
    assert swept(router, NOON + 99 * HOUR) == []
    assert sum(rep(router, each).active for each in ("ana", "bogdan", "carla")) == 0
    told = explain_log(router.store, "L0")
    assert told is not None
    assert told.assignment is not None
    assert told.assignment.plan[-1] == "queue managers"
    assert told.assignment.target == len(told.assignment.plan) - 1
    assert told.notes[-1] == "handed on by `respond`: due by 2026-03-02T20:00Z"


@pytest.mark.parametrize("answer", ["touch", "contacted", "qualified", "junk", "converted"])
def test_an_answer_stops_the_clock(router: Router, answer: str) -> None:
    assigned(router, 1, score=60)
    happens(router, "L0", "accepted", NOON + HOUR)
    happens(router, "L0", answer, NOON + HOUR)
    assert swept(router, NOON + 3 * HOUR) == []


def test_to_accept_is_no_answer(router: Router) -> None:
    assigned(router, 1, score=60)
    happens(router, "L0", "accepted", NOON + HOUR)
    assert swept(router, NOON + 3 * HOUR) == [("L0", "respond", "bogdan", None)]


def test_where_nobody_is_left_to_reassign_to_the_next_target_comes(store: Store) -> None:
    rules = "else assign pool one by load under fast\nsla fast { respond within 2h then reassign 3 times then queue m }"
    router = router_of(rules, pool("one", "ana") + reps("ana"), store)
    assigned(router, 1, score=60)
    assert swept(router, NOON + 3 * HOUR) == [("L0", "respond", None, "m")]


def test_where_nothing_takes_it_the_lead_stays(store: Store) -> None:
    rules = "else assign pool one by load under fast\nsla fast { respond within 2h then reassign 3 times }"
    router = router_of(rules, pool("one", "ana") + reps("ana"), store)
    assigned(router, 1, score=60)
    assert swept(router, NOON + 3 * HOUR) == []
    assert (history(router, "L0").owner, rep(router, "ana").active) == ("ana", 1)
    assert assigned(router, 1, "M", score=60) == ["ana"]
    assert rep(router, "ana").active == 2


def test_too_few_touches_and_too_long_open(router: Router) -> None:
    assigned(router, 2, score=30)
    for number in (0, 1):
        happens(router, f"L{number}", "touch", NOON + HOUR)
    happens(router, "L0", "touch", NOON + HOUR)
    assert swept(router, NOON + timedelta(days=4)) == [("L1", "touches", "olga", None)]
    late = NOON + timedelta(days=6)
    assert swept(router, late) == [("L0", "close", None, "recycle")]
    # olga's own clock runs from when she got it
    assert swept(router, late) == []
    assert swept(router, NOON + timedelta(days=8)) == [("L1", "touches", None, "managers")]
    assert router.route(lead(router.tree, "L0", score=30), late).again is False


def test_business_hours_are_the_owners(router: Router) -> None:
    assert router.route(lead(router.tree, "L0", score=15), FRIDAY).rep == "olga"
    monday = datetime(2026, 3, 9, 10, tzinfo=UTC)
    assert swept(router, FRIDAY + timedelta(days=2)) == []
    assert swept(router, monday) == []
    assert swept(router, monday + timedelta(minutes=1)) == [("L0", "respond", "ana", None)]


def test_held_leads_are_placed_when_somebody_is_there(router: Router) -> None:
    night = datetime(2026, 3, 2, 7, tzinfo=UTC)
    for number in range(2):
        held = router.route(lead(router.tree, f"L{number}", score=1), night)
        assert held.outcome is Outcome.HELD
    assert swept(router, night + HOUR) == []
    assert swept(router, night + 2 * HOUR) == [("L0", "held", "olga", None)]
    assert swept(router, night + 2 * HOUR) == []
    assert swept(router, night + 3 * HOUR) == [("L1", "held", None, "spill")]
    assert swept(router, night + 3 * HOUR) == []
    assert sum(rotation(router, "pool office").credits.values()) == 0
    assert router.route(lead(router.tree, "L1", score=1), NOON).queue == "spill"


def test_a_hold_among_the_targets_of_an_sla_goes_on_from_there(store: Store) -> None:
    rules = """
    else assign pool one by load under office
    sla office { respond within 1h then hold pool office up to 1h then queue managers }
    """
    router = router_of(rules, TEAM + pool("one", "ana"), store)
    night = datetime(2026, 3, 2, 1, tzinfo=UTC)
    router.route(lead(router.tree, "L0", score=1), night)
    assert swept(router, night + 2 * HOUR) == [("L0", "respond", None, None)]
    assert history(router, "L0").status == "held"
    assert swept(router, night + 2.5 * HOUR) == []
    assert swept(router, night + 3 * HOUR) == [("L0", "held", None, "managers")]


@pytest.mark.parametrize(
    ("head", "fields"),
    [
        (LEAD.replace("score:", "priority: integer optional\n  score:"), "priority"),
        (LEAD + "points priority 0..100 { add 1 per score }\n", "score"),
    ],
)
def test_the_highest_priority_goes_first_then_the_oldest(store: Store, head: str, fields: str) -> None:
    router = router_of("else hold pool office up to 9h", TEAM, store, head=head)
    night = datetime(2026, 3, 2, 7, tzinfo=UTC)
    for place, priority in enumerate((3, 8, 8, 5)):
        router.route(
            lead(router.tree, f"L{place}", **{fields: priority}), night + place * timedelta(minutes=1)
        )
    got = []
    for _ in range(4):
        ((id, _, _, _),) = swept(router, night + 3 * HOUR)
        got.append(id)
        happens(router, id, "converted")
    assert got == ["L1", "L2", "L3", "L0"]


scores = st.lists(st.sampled_from([1, 15, 30, 60]), min_size=1, max_size=8)
events = st.lists(
    st.tuples(
        st.integers(0, 7), st.sampled_from(["touch", "contacted", "junk", "return"]), st.integers(0, 100)
    ),
    max_size=6,
)


@settings(max_examples=20, deadline=None)
@given(scores, events, st.lists(st.integers(0, 400), min_size=1, max_size=4))
def test_swept_twice_it_acts_once(scores: list[int], happened: list, sweeps: list[int]) -> None:  # type: ignore[type-arg]
    router = router_of(RULES, TEAM)
    for place, score in enumerate(scores):
        router.route(lead(router.tree, f"L{place}", score=score), NOON + place * HOUR)
    for number, kind, hours in happened:
        if number < len(scores) and history(router, f"L{number}").is_open:
            happens(router, f"L{number}", kind, NOON + hours * HOUR, reason="x")
    for hours in sorted(sweeps):
        swept(router, NOON + hours * HOUR)
        rows = [row.body for row in router.store.log()]
        assert swept(router, NOON + hours * HOUR) == []
        assert [row.body for row in router.store.log()] == rows
        known = [history(router, f"L{place}") for place in range(len(scores))]
        for each in ("ana", "bogdan", "carla", "olga"):
            assert rep(router, each).active == sum(one.is_open and one.owner == each for one in known)
