"""What holds whatever happens to leads, in whatever order."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from routebook.runtime.errors import StoreError
from routebook.runtime.router import Router
from support.after import happens, history, rep, rotation
from support.routing import NOON, lead, pool, reps, router_of

RULES = "when score >= 50 queue triage else round_robin smb then queue spill"
TEAM = pool("smb", "ana", "bogdan") + pool("other", "carla", "ana")
TEAM += reps("carla", ana={"capacity": 2, "weight": 3}, bogdan={"capacity": 3})
PEOPLE = ("ana", "bogdan", "carla")
LEADS = ("L0", "L1", "L2", "L3")

kinds = st.sampled_from(
    ["accepted", "contacted", "qualified", "recycled", "junk", "unreachable", "converted",
     "touch", "return", "assign", "assign", "route", "route"]
)  # fmt: skip
events = st.tuples(
    st.sampled_from(LEADS),
    kinds,
    st.sampled_from([*PEOPLE, None]),
    st.sampled_from(["duplicate", None]),
    st.sampled_from(["smb", None]),
)


def _run(script: list[tuple[str, str, str | None, str | None, str | None]], repeat: int = 1) -> Router:
    router = router_of(RULES, TEAM)
    for place, (id, kind, who, reason, turn) in enumerate(script):
        now = NOON + timedelta(minutes=place)
        for _ in range(repeat):
            with suppress(StoreError):
                if kind == "route":
                    router.route(lead(router.tree, id, score=90 if id == "L3" else 20), now)
                else:
                    happens(router, id, kind, now, rep=who, reason=reason, turn=turn, key=f"k{place}")
    return router


def _state(router: Router) -> list[object]:
    return [
        [router.store.lead(id) for id in LEADS],
        [rep(router, each) for each in PEOPLE],
        [rotation(router, key) for key in ("pool smb", "pool other")],
        [row.body for row in router.store.log()],
    ]


@settings(max_examples=60, deadline=None)
@given(st.lists(events, max_size=25))
def test_credits_sum_to_zero_and_loads_are_what_is_open(script: list) -> None:  # type: ignore[type-arg]
    router = _run(script)
    for key in ("pool smb", "pool other"):
        assert sum(rotation(router, key).credits.values()) == 0
    known = [history(router, id) for id in LEADS if router.store.lead(id) is not None]
    for each in PEOPLE:
        capacity = router.roster.reps[each].capacity
        active = rep(router, each).active
        assert active == sum(one.is_open and one.owner == each for one in known)
        assert capacity is None or active <= capacity
    for one in known:
        state = router.store.lead(one.lead)
        assert state is not None
        assert (state.status, state.rep, state.round) == (one.status, one.owner, one.round)


@settings(max_examples=40, deadline=None)
@given(st.lists(events, max_size=15))
def test_events_that_are_reported_twice_happen_once(script: list) -> None:  # type: ignore[type-arg]
    assert _state(_run(script, repeat=2)) == _state(_run(script))
