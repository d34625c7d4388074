"""Down the plan, target by target."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routebook.decision import Assignment, Explanation, Outcome
from routebook.runtime.router import Router
from support.routing import NOON, assigned, lead, pool, reps, router_of

TEAM = pool("smb", "ana", "bogdan") + pool("enterprise", "carla") + reps("ana", "bogdan", "carla")
AWAY = {"away": '["2026-03-02"]'}


def route(rules: str, roster: str = TEAM, now: datetime = NOON, **fields: Any) -> Assignment:
    router = router_of(rules, roster)
    return router.route(lead(router.tree, "L1", **fields), now)


def explain(router: Router, now: datetime = NOON, **fields: Any) -> Explanation:
    return router.preview(lead(router.tree, "asked", **fields), now)


# --- outcomes --------------------------------------------------------------------------------------------


def test_assigned() -> None:
    got = route(
        "rule big when score > 50 round_robin smb under fast\nsla fast { respond within 2h then queue late }",
        score=80,
    )
    assert got.as_json() == {
        "lead": "L1",
        "outcome": "assigned",
        "rule": "big",
        "target": 0,
        "pool": "smb",
        "rep": "ana",
        "queue": None,
        "nurture": None,
        "reason": None,
        "until": None,
        "sla": "fast",
        "plan": ["round_robin smb"],
        "at": "2026-03-02T12:00:00Z",
        "policy": got.policy,
        "again": False,
    }
    assert got.policy.startswith("sha256:")


@pytest.mark.parametrize(
    ("target", "outcome", "named"),
    [
        ("queue triage", Outcome.QUEUED, {"queue": "triage"}),
        ("nurture newsletter", Outcome.NURTURED, {"nurture": "newsletter"}),
        ('reject "not a business"', Outcome.REJECTED, {"reason": "not a business"}),
    ],
)
def test_targets_that_never_decline(target: str, outcome: Outcome, named: dict[str, str]) -> None:
    got = route(f"else {target}")
    assert got.outcome is outcome
    assert (got.rule, got.target, got.pool, got.rep) == ("else", 0, None, None)
    for name in ("queue", "nurture", "reason"):
        assert getattr(got, name) == named.get(name)


def test_undecided_where_no_rule_takes_the_lead() -> None:
    got = route("when score > 50 round_robin smb", score=10)
    assert got.outcome is Outcome.UNDECIDED
    assert (got.rule, got.target, got.plan, got.sla) == (None, None, (), None)


def test_unassigned_where_the_plan_runs_out() -> None:
    got = route(
        "else round_robin smb then round_robin enterprise",
        pool("smb", "ana") + pool("enterprise", "ana") + reps(ana=AWAY),
    )
    assert got.outcome is Outcome.UNASSIGNED
    assert (got.rule, got.target, got.pool, got.rep) == ("else", None, None, None)
    assert len(got.plan) == 2


def test_then_and_the_fallback() -> None:
    away = pool("smb", "ana") + pool("enterprise", "bogdan") + reps("carla", ana=AWAY, bogdan=AWAY)
    rules = (
        "when score > 50 round_robin smb then round_robin enterprise\nelse round_robin all then queue triage"
    )
    got = route(rules, away, score=80)
    assert (got.rule, got.target, got.pool, got.rep) == ("#1", 2, "all", "carla")
    assert got.plan[2:] == ("else: round_robin all", "else: queue triage")
    nobody = pool("smb", "ana") + pool("enterprise", "bogdan") + reps(ana=AWAY, bogdan=AWAY)
    got = route(rules, nobody, score=80)
    assert (got.outcome, got.target, got.queue) == (Outcome.QUEUED, 3, "triage")


def test_every_target_on_the_way_is_explained() -> None:
    roster = (
        pool("smb", "ana")
        + pool("enterprise", "bogdan")
        + reps("carla", ana=AWAY, bogdan={"active": "false"})
    )
    router = router_of(
        "when score > 50 round_robin smb then round_robin enterprise\nelse round_robin all", roster
    )
    seen = [(c.target, c.rep, c.eligible, c.reason, c.chosen) for c in explain(router, score=80).candidates]
    assert seen == [
        (0, "ana", False, "away until 2026-03-03", False),
        (1, "bogdan", False, "not active", False),
        (2, "carla", True, "eligible", True),
        (2, "ana", False, "away until 2026-03-03", False),
    ]


def test_a_pool_that_the_roster_lacks_declines() -> None:
    router = router_of("else round_robin nobodys then queue triage", reps("ana"))
    explanation = explain(router)
    assert explanation.assignment is not None
    assert explanation.assignment.outcome is Outcome.QUEUED
    assert explanation.notes == ("there is no pool `nobodys` in the roster",)


# --- assign rep ------------------------------------------------------------------------------------------

OWNER = "when owner is known assign rep owner\nelse queue triage"


def test_the_rep_whom_a_field_names() -> None:
    got = route(OWNER, owner="carla")
    assert (got.outcome, got.rep, got.pool, got.target) == (Outcome.ASSIGNED, "carla", None, 0)


def test_the_rep_whom_the_policy_names() -> None:
    got = route('else assign rep "bogdan" then queue triage')
    assert (got.outcome, got.rep, got.pool) == (Outcome.ASSIGNED, "bogdan", None)


@pytest.mark.parametrize(
    ("rep", "reason"),
    [
        (AWAY, "away until 2026-03-03"),
        ({"active": "false"}, "not active"),
        ({"capacity": 0}, "at capacity: 0 of 0 leads open"),
        ({"caps": "{ day = 0 }"}, "0 of 0 leads today"),
    ],
)
@pytest.mark.parametrize("target", ["owner", '"ana"'])
def test_a_rep_who_cannot_take_it_declines(rep: dict[str, str], reason: str, target: str) -> None:
    router = router_of(f"when score > 50 assign rep {target}\nelse queue triage", reps(ana=rep))
    explanation = explain(router, owner="ana", score=80)
    assert [(c.rep, c.reason) for c in explanation.candidates] == [("ana", reason)]
    assert explanation.assignment is not None
    assert explanation.assignment.outcome is Outcome.QUEUED
    assert explanation.assignment.target == 1


@pytest.mark.parametrize("rep", [{"weight": 0}, {"hours": "{}"}])
def test_pauses_and_shifts_are_no_matter_for_a_rep_who_is_named(rep: dict[str, str]) -> None:
    assert route(OWNER, reps(ana=rep), owner="ana").rep == "ana"


@pytest.mark.parametrize("owner", ["nobody", "ANA", "ana "])
def test_an_unknown_rep_declines(owner: str) -> None:
    router = router_of(OWNER, TEAM)
    explanation = explain(router, owner=owner)
    assert [candidate.reason for candidate in explanation.candidates] == ["not in the roster"]
    assert explanation.assignment is not None
    assert explanation.assignment.queue == "triage"


def test_a_missing_field_declines() -> None:
    router = router_of("else assign rep owner then queue triage", TEAM)
    explanation = explain(router)
    assert explanation.candidates == ()
    assert explanation.notes == ("`rep owner` declines: owner is missing",)
    assert explanation.assignment is not None
    assert explanation.assignment.target == 1


def test_a_named_rep_takes_no_turn() -> None:
    router = router_of("when owner is known assign rep owner\nelse round_robin smb", TEAM)
    assert assigned(router, 2, "a") == ["ana", "bogdan"]
    assert assigned(router, 3, "b", owner="ana") == ["ana"] * 3
    assert assigned(router, 2, "c") == ["ana", "bogdan"]


# --- sticky ----------------------------------------------------------------------------------------------

STICKY = "else round_robin smb sticky by email"
A, B = {"email": "p@acme.com"}, {"email": "q@globex.com"}


def test_the_same_value_keeps_its_rep() -> None:
    router = router_of(STICKY, TEAM)
    assert assigned(router, 1, "1", **A) == ["ana"]
    assert assigned(router, 1, "2", **B) == ["bogdan"]
    assert assigned(router, 3, "3", email="P@Acme.com") == ["ana"] * 3  # texts compare ignoring case
    assert assigned(router, 1, "4", **B) == ["bogdan"]


def test_what_sticks_takes_no_turn() -> None:
    router = router_of(STICKY, TEAM)
    assigned(router, 1, "1", **A)
    assigned(router, 5, "2", **A)
    assert assigned(router, 2, "3") == ["bogdan", "ana"]  # without an email nothing sticks


def test_stickiness_ends() -> None:
    router = router_of("else round_robin smb sticky by email for 2d", TEAM)
    day = timedelta(days=1)
    assert assigned(router, 1, "1", **A) == ["ana"]
    assert assigned(router, 1, "2", NOON + 2 * day, **A) == ["ana"]  # and begins anew
    assert assigned(router, 1, "3", NOON + 4 * day, **A) == ["ana"]
    explanation = explain(router, NOON + 6 * day + timedelta(seconds=1), **A)
    assert explanation.assignment is not None
    assert explanation.assignment.rep == "bogdan"
    assert explanation.notes == ("email `p@acme.com` was with ana, but too long ago",)


def test_who_is_not_eligible_is_not_stuck_to() -> None:
    roster = pool("smb", "ana", "bogdan") + reps("bogdan", ana={"capacity": 1})
    router = router_of(STICKY, roster)
    assert assigned(router, 1, "1", **A) == ["ana"]
    explanation = explain(router, **A)
    assert explanation.notes == ("email `p@acme.com` was with ana, who is not eligible",)
    assert assigned(router, 2, "2", **A) == ["bogdan", "bogdan"]


def test_stickiness_is_a_pools_own() -> None:
    rules = "when score > 50 round_robin one sticky by email\nelse round_robin two sticky by email"
    router = router_of(
        rules, pool("one", "ana", "bogdan") + pool("two", "bogdan", "ana") + reps("ana", "bogdan")
    )
    assert assigned(router, 1, "1", score=90, **A) == ["ana"]
    assert assigned(router, 1, "2", score=10, **A) == ["bogdan"]
    assert assigned(router, 1, "3", score=90, **A) == ["ana"]


def test_stickiness_is_explained() -> None:
    router = router_of(STICKY, TEAM)
    assigned(router, 1, "1", **A)
    explanation = explain(router, **A)
    assert explanation.arithmetic == "email `p@acme.com` stays with ana"
    assert [candidate.chosen for candidate in explanation.candidates] == [True, False]


# --- hold ------------------------------------------------------------------------------------------------

HOLD = "else hold pool smb up to 4h then queue triage"
AFTERNOON = {"hours": '{ mon = "15:00-18:00" }'}


def test_a_lead_is_held_until_somebody_is_there() -> None:
    roster = pool("smb", "ana") + reps(ana=AFTERNOON)
    router = router_of(HOLD, roster)
    got = router.route(lead(router.tree, "L1"), NOON)
    assert (got.outcome, got.pool, got.rep, got.target) == (Outcome.HELD, "smb", None, 0)
    assert got.until == NOON + timedelta(hours=4)
    assert got.as_json()["until"] == "2026-03-02T16:00:00Z"
    assert [c.reason for c in explain(router).candidates] == ["off shift until 2026-03-02T15:00+00:00"]


def test_a_lead_is_not_held_where_somebody_is_there() -> None:
    got = route(HOLD, pool("smb", "ana", "bogdan") + reps("bogdan", ana=AFTERNOON))
    assert (got.outcome, got.pool, got.rep, got.until) == (Outcome.ASSIGNED, "smb", "bogdan", None)


# --- split -----------------------------------------------------------------------------------------------

SPLIT = 'else split "trial" by email { 10% queue a 30% queue b 60% round_robin smb } then queue c'


def test_arms_are_pinned() -> None:
    """A change of these moves leads that are in the middle of somebody's trial."""
    router = router_of(SPLIT, TEAM)
    got = [router.route(lead(router.tree, f"L{n}", email=f"p{n}@acme.com"), NOON) for n in range(8)]
    assert [each.queue or each.rep for each in got] == PINNED


PINNED = ["ana", "bogdan", "ana", "b", "bogdan", "ana", "b", "b"]


def test_the_same_value_falls_in_the_same_arm() -> None:
    router = router_of(SPLIT, TEAM)
    for n in range(20):
        first = explain(router, email=f"p{n}@acme.com").assignment
        again = explain(router, email=f" P{n}@ACME.com").assignment
        assert first is not None
        assert again is not None
        assert (first.queue, first.pool) == (again.queue, again.pool)


def test_another_name_is_another_draw() -> None:
    one, two = router_of(SPLIT, TEAM), router_of(SPLIT.replace("trial", "other"), TEAM)
    arms = [
        tuple(explain(router, email=f"p{n}@acme.com").assignment.queue for n in range(40))  # type: ignore[union-attr]
        for router in (one, two)
    ]
    assert arms[0] != arms[1]


def test_shares_are_kept() -> None:
    router = router_of(SPLIT, TEAM)
    leads = (lead(router.tree, f"L{n}", email=f"p{n}@acme.com") for n in range(4000))
    counted = Counter(got.queue or got.pool for got in router.route_many(leads, now=NOON))
    for arm, share in (("a", 0.1), ("b", 0.3), ("smb", 0.6)):
        assert abs(counted[arm] / 4000 - share) < 0.03


def test_an_arm_that_declines_declines_for_the_split() -> None:
    roster = pool("smb", "ana") + reps(ana=AWAY)
    got = route('else split "t" by email { 100% round_robin smb } then queue c', roster, email="x@y.z")
    assert (got.outcome, got.target, got.queue) == (Outcome.QUEUED, 1, "c")


def test_a_split_is_explained() -> None:
    explanation = explain(router_of(SPLIT, TEAM), email="p1@acme.com")
    (note,) = explanation.notes
    assert note == NOTE


NOTE = "split `trial`: email `p1@acme.com` falls at 90.05%, in arm 3 (40% to 100%)"


def test_leads_without_the_value_are_shared_out_by_their_ids() -> None:
    router = router_of(SPLIT, TEAM)
    leads = [lead(router.tree, f"L{n}") for n in range(200)]
    counted = Counter(got.queue or got.pool for got in router.route_many(leads, now=NOON))
    assert set(counted) == {"a", "b", "smb"}


@given(st.lists(st.integers(1, 50), min_size=1, max_size=6), st.text(max_size=5))
def test_law_arms_part_the_line_exactly(parts: list[int], value: str) -> None:
    """Where the point falls is worked out again, in other words."""
    from routebook.check.conditions import FieldRef, Scope
    from routebook.check.targets import Arm, QueueTarget, SplitTarget
    from routebook.plan.keys import WHOLE, number_of
    from routebook.plan.split import pick_arm
    from routebook.plan.walk import Environment
    from routebook.source import Source, Span
    from routebook.types import IdType
    from support.routing import tree_of

    span = Span(Source("t", ""), 0, 0)
    arms = tuple(
        Arm(Fraction(part, sum(parts)), QueueTarget(str(n), "", span)) for n, part in enumerate(parts)
    )
    ref = FieldRef("id", Scope.LEAD, "id", None, IdType(), False)
    tree = tree_of("else queue x")
    arm, _ = pick_arm(SplitTarget("s", ref, arms, "", span), Environment(tree, {"id": value}, NOON), "L")
    place = number_of("split", "s", "value", value) * sum(parts) // WHOLE
    expected = next(n for n in range(len(parts)) if place < sum(parts[: n + 1]))
    assert arm is arms[expected]
