"""What happens to a lead: statuses, touches, returns and assignments by hand, over every store."""

from __future__ import annotations

from datetime import timedelta

import pytest

from routebook.decision import Outcome
from routebook.runtime.errors import StoreError
from routebook.runtime.log import sealed
from routebook.runtime.router import Router, explain_log
from routebook.runtime.state import NO_ROWS, Head, Result
from routebook.runtime.stores import Store
from support.after import happens, history, rep, result, rotation
from support.routing import NOON, assigned, lead, pool, reps, router_of

RULES = """
rule hot when score >= 70 queue triage
rule big when score >= 50 assign pool smb by load then queue spill
rule cold when score < 5 nurture news
else round_robin smb then queue spill
"""
TEAM = pool("smb", "ana", "bogdan", "carla") + reps(
    "bogdan", "carla", "dan", ana={"capacity": 2, "caps": "{ day = 5 }"}
)
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def router(store: Store) -> Router:
    return router_of(RULES, TEAM, store)


def test_a_status_is_kept_and_told(router: Router) -> None:
    assigned(router, 1, score=20)
    for status in ("accepted", "contacted", "qualified", "converted"):
        recorded = happens(router, "L0", status, LATER, rep="ana")
        assert (recorded.status, recorded.rep, recorded.again) == (status, "ana", False)
        state = router.store.lead("L0")
        assert state is not None
        assert state.status == history(router, "L0").status == status
    assert [row.kind for row in router.store.log("L0")] == ["assignment", *["event"] * 4]


def test_rows_of_events_are_chained(router: Router) -> None:
    assigned(router, 3, score=20)
    for status in ("accepted", "touch", "junk"):
        for number in range(3):
            happens(router, f"L{number}", status, reason="spam")
    heads: dict[str, Head] = {}
    for row in router.store.log():
        head = heads.get(row.chain, NO_ROWS)
        assert (row.n, row.hash) == (head.length + 1, sealed(head, row.body))
        heads[row.chain] = Head(row.n, row.hash)
    assert sum(head.length for head in heads.values()) == 12


@pytest.mark.parametrize("closing", ["recycled", "junk", "unreachable", "converted"])
def test_closing_frees_capacity_once(router: Router, closing: str) -> None:
    assert assigned(router, 4, score=20) == ["ana", "bogdan", "carla", "ana"]
    assert rep(router, "ana").active == 2
    happens(router, "L0", closing)
    assert rep(router, "ana").active == 1
    happens(router, "L0", closing)
    happens(router, "L0", "converted")
    assert rep(router, "ana").active == 1


def test_a_full_rep_is_given_leads_again_once_one_is_closed(router: Router) -> None:
    assigned(router, 4, score=20)
    assert "ana" not in assigned(router, 4, "M", score=20)
    happens(router, "L0", "converted")
    assert "ana" in assigned(router, 3, "N", score=20)


def test_results_follow_the_status_that_holds(router: Router) -> None:
    assigned(router, 1, score=20)
    happens(router, "L0", "unreachable")
    assert result(router, "ana") == Result(0, 1)
    happens(router, "L0", "converted")
    assert result(router, "ana") == Result(1, 0)
    happens(router, "L0", "junk")
    assert result(router, "ana") == Result(0, 0)


def test_a_key_counts_once(router: Router) -> None:
    assigned(router, 1, score=20)
    assert not happens(router, "L0", "touch", key="k1").again
    assert happens(router, "L0", "touch", LATER, key="k1").again
    happens(router, "L0", "touch", key="k2")
    assert history(router, "L0").touches == 2
    with pytest.raises(
        StoreError, match="the key `k1` was that of `touch`, and cannot be that of `junk` too"
    ):
        happens(router, "L0", "junk", key="k1")


def test_a_returned_lead_goes_to_the_next_and_counts_against_nobody(router: Router) -> None:
    before = rotation(router, "pool smb").credits
    assert assigned(router, 1, score=20) == ["ana"]
    recorded = happens(router, "L0", "return", LATER, rep="ana", key="k", reason="my cousin")
    assert recorded.rep == "bogdan"
    assert recorded.assignment is not None
    assert recorded.assignment.at == LATER
    assert rep(router, "ana").active == 0
    assert result(router, "ana") == Result(0, 0)
    with router.store.session() as session:
        monday = NOON.date()
        assert sum(session.weeks(["ana"], [monday])[("ana", monday)]) == 0
    assert sum(before.values()) == sum(rotation(router, "pool smb").credits.values()) == 0
    assert happens(router, "L0", "return", key="k").again
    assert router.route(lead(router.tree, "L0", score=20), LATER).rep == "bogdan"
    explained = explain_log(router.store, "L0")
    assert explained is not None
    assert ("ana", "had this lead before") in [(each.rep, each.reason) for each in explained.candidates]
    assert explained.notes[-1] == "handed on by `return`: my cousin"


def test_a_lead_that_everybody_returns_goes_down_the_plan(router: Router) -> None:
    assigned(router, 1, score=20)
    owners = [happens(router, "L0", "return").rep for _ in range(3)]
    assert owners == ["bogdan", "carla", None]
    state = router.store.lead("L0")
    assert state is not None
    assert (state.status, state.queue, state.round) == ("queued", "spill", 1)
    assert all(rep(router, each).active == 0 for each in ("ana", "bogdan", "carla"))


def test_a_queued_lead_is_claimed(router: Router) -> None:
    assert router.route(lead(router.tree, "L0", score=90), NOON).outcome is Outcome.QUEUED
    with pytest.raises(StoreError, match="nobody has the lead `L0`, which is queued: assign it first"):
        happens(router, "L0", "touch")
    claimed = happens(router, "L0", "assign", LATER, rep="dan")
    assert (claimed.status, claimed.rep) == ("assigned", "dan")
    assert rep(router, "dan").active == 1
    with pytest.raises(StoreError, match="`dan` has the lead `L0` already"):
        happens(router, "L0", "assign", rep="dan")
    happens(router, "L0", "assign", rep="ana")
    assert (rep(router, "dan").active, rep(router, "ana").active) == (0, 1)


def test_by_hand_nobody_gets_more_than_they_may(router: Router) -> None:
    assigned(router, 4, score=20)
    with pytest.raises(
        StoreError, match="`ana` cannot be given the lead `L1`: at capacity: 2 of 2 leads open"
    ):
        happens(router, "L1", "assign", rep="ana")
    with pytest.raises(StoreError, match="there is no rep `eve` in the roster"):
        happens(router, "L1", "assign", rep="eve")
    with pytest.raises(StoreError, match="`assign` needs a rep"):
        happens(router, "L1", "assign")
    assert rep(router, "bogdan").active == 1
    assert len(list(router.store.log())) == 4


def test_an_assignment_by_hand_may_count_as_a_turn(router: Router) -> None:
    router.route(lead(router.tree, "L0", score=90), NOON)
    happens(router, "L0", "assign", rep="ana", turn="smb")
    assert rotation(router, "pool smb").credits == {"ana": -2, "bogdan": 1, "carla": 1}
    assert assigned(router, 3, "M", score=20) == ["bogdan", "carla", "ana"]
    router.route(lead(router.tree, "N0", score=90), NOON)
    with pytest.raises(StoreError, match="`dan` takes no turns in the pool `smb`"):
        happens(router, "N0", "assign", rep="dan", turn="smb")


def test_a_junk_lead_gives_the_turn_back_once_and_for_a_reason(router: Router) -> None:
    assigned(router, 2, score=20)
    before = rotation(router, "pool smb").credits
    assert assigned(router, 1, "M", score=20) == ["carla"]
    assert happens(router, "M0", "junk").credit is None
    recorded = happens(router, "M0", "junk", reason="duplicate")
    assert recorded.credit is not None
    assert recorded.credit["rotation"] == "pool smb"
    assert rotation(router, "pool smb").credits == before
    assert happens(router, "M0", "junk", reason="duplicate of L1").credit is None
    assert rotation(router, "pool smb").credits == before
    assert assigned(router, 1, "N", score=20) == ["carla"]


def test_a_lead_that_took_no_turn_gives_none_back(router: Router) -> None:
    assigned(router, 1, score=60)
    assert happens(router, "L0", "junk", reason="spam").credit is None


def test_what_does_not_fit_is_refused_and_leaves_no_trace(router: Router) -> None:
    assigned(router, 1, score=20)
    with pytest.raises(
        StoreError, match="nothing is recorded: the lead `L0` is with `ana`, not with `bogdan`"
    ):
        happens(router, "L0", "contacted", rep="bogdan")
    happens(router, "L0", "converted")
    for kind in ("contacted", "return"):
        with pytest.raises(StoreError, match=r"the lead `L0` is closed \(converted\): assign it"):
            happens(router, "L0", kind)
    with pytest.raises(StoreError, match="knows no lead `L9`"):
        happens(router, "L9", "touch")
    assert len(list(router.store.log())) == 2


def test_a_closed_lead_is_assigned_again(router: Router) -> None:
    assigned(router, 1, score=20)
    happens(router, "L0", "unreachable")
    assert happens(router, "L0", "assign", rep="ana").rep == "ana"
    assert (rep(router, "ana").active, result(router, "ana")) == (1, Result(0, 1))


def test_a_recycled_lead_is_routed_anew(router: Router) -> None:
    assigned(router, 1, score=20)
    happens(router, "L0", "touch", key="k")
    happens(router, "L0", "recycled")
    again = router.route(lead(router.tree, "L0", score=20), LATER)
    assert (again.rep, again.again) == ("bogdan", False)
    now = history(router, "L0")
    assert (now.round, now.touches, now.owners) == (2, 0, ("bogdan",))
    assert happens(router, "L0", "touch", key="k").again


def test_a_lead_without_an_owner_can_be_closed(router: Router) -> None:
    router.route(lead(router.tree, "L0", score=90), NOON)
    assert happens(router, "L0", "junk", reason="spam").status == "junk"
    assert router.route(lead(router.tree, "L0", score=90), NOON).again
