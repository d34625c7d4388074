"""Who is marked offline gets nothing that needs a shift, over every store; and every mark is a row of the log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routebook.decision import Outcome
from routebook.runtime.errors import StoreError
from routebook.runtime.log import sealed
from routebook.runtime.presence import Marked, mark
from routebook.runtime.router import Router
from routebook.runtime.state import NO_ROWS, Head, Presence
from routebook.runtime.stores import Store
from support.after import happens, rep, rotation, swept
from support.routing import NOON, assigned, lead, pool, reps, router_of

RULES = """
when score >= 90 assign rep "ana"
when score >= 80 hold pool smb up to 3h then queue spill
when score >= 70 assign pool smb by round_robin on shift then queue spill
when score >= 60 assign pool smb by availability then queue spill
else round_robin smb
"""
HOURS = {"hours": '{ "mon-fri" = "09:00-17:00" }', "timezone": '"Europe/Bucharest"'}
TEAM = pool("smb", "ana", "bogdan") + reps("bogdan", ana=HOURS)
HOUR = timedelta(hours=1)


@pytest.fixture
def router(store: Store) -> Router:
    return router_of(RULES, TEAM, store)


def marked(router: Router, rep: str, online: bool, at: datetime = NOON) -> Marked:
    return mark(router.transactions, rep, online, at)


def test_who_is_offline_is_not_on_shift(router: Router) -> None:
    marked(router, "bogdan", False)
    assert assigned(router, 2, "a", score=60) == ["ana", "ana"]
    assert assigned(router, 2, "b", score=70) == ["ana", "ana"]
    marked(router, "bogdan", True, NOON + HOUR)
    assert "bogdan" in assigned(router, 2, "c", score=70)


def test_the_explanation_says_so_on_the_reps_own_clock(router: Router) -> None:
    marked(router, "ana", False)
    seen = router.preview(lead(router.tree, "L0", score=60), NOON).candidates
    assert {each.rep: each.reason for each in seen} == {
        "ana": "marked offline since 2026-03-02T14:00+02:00",
        "bogdan": "eligible",
    }


def test_targets_that_need_no_shift_do_not_ask(router: Router) -> None:
    for each in ("ana", "bogdan"):
        marked(router, each, False)
    assert assigned(router, 2, "a", score=10) == ["ana", "bogdan"]
    assert assigned(router, 1, "b", score=95) == ["ana"]
    assert router.route(lead(router.tree, "L0", score=75), NOON).queue == "spill"


def test_online_does_not_stretch_the_hours(router: Router) -> None:
    marked(router, "bogdan", False)
    marked(router, "ana", True)
    night = datetime(2026, 3, 2, 22, tzinfo=UTC)
    assert router.route(lead(router.tree, "L0", score=60), night).queue == "spill"


def test_a_held_lead_is_placed_once_somebody_is_back(router: Router) -> None:
    for each in ("ana", "bogdan"):
        marked(router, each, False)
    assert router.route(lead(router.tree, "L0", score=85), NOON).outcome is Outcome.HELD
    assert swept(router, NOON + HOUR) == []
    marked(router, "bogdan", True, NOON + HOUR)
    assert swept(router, NOON + HOUR) == [("L0", "held", "bogdan", None)]


def test_a_mark_is_kept_beside_all_else(router: Router) -> None:
    assigned(router, 3, score=10)
    marked(router, "ana", False)
    assert (rep(router, "ana").active, rep(router, "ana").presence) == (2, Presence(False, NOON))
    happens(router, "L0", "converted")
    assigned(router, 1, "M", score=10)
    assert rep(router, "ana").presence == Presence(False, NOON)
    assert rep(router, "bogdan").presence is None


def test_the_same_again_changes_nothing(router: Router) -> None:
    assert not marked(router, "ana", False).again
    assert marked(router, "ana", False, NOON + HOUR) == Marked("ana", False, NOON, again=True)
    assert len(list(router.store.log())) == 1


def test_what_comes_late_is_refused(router: Router) -> None:
    marked(router, "ana", False)
    words = "nothing is recorded: `ana` is offline since 2026-03-02T12:00:00Z, which is later than"
    with pytest.raises(StoreError, match=words):
        marked(router, "ana", True, NOON - HOUR)
    assert rep(router, "ana").presence == Presence(False, NOON)


def test_marks_are_rows_of_the_log(router: Router) -> None:
    assigned(router, 2, score=60)
    for number in range(4):
        marked(router, "ana", number % 2 == 1, NOON + number * HOUR)
    rows = list(router.store.log())
    assert [(row.kind, row.outcome) for row in rows[2:]] == [
        ("presence", state) for state in ("offline", "online", "offline", "online")
    ]
    heads: dict[str, Head] = {}
    for row in rows:
        head = heads.get(row.chain, NO_ROWS)
        assert (row.n, row.hash) == (head.length + 1, sealed(head, row.body))
        heads[row.chain] = Head(row.n, row.hash)
    with router.store.session() as session:
        assert session.heads(list(heads)) == heads


steps = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["ana", "bogdan", "carla"]), st.booleans()),
        st.sampled_from([60, 70, 10]),
    ),
    max_size=25,
)


@settings(max_examples=40, deadline=None)
@given(steps)
def test_nobody_who_is_offline_gets_what_needs_a_shift(steps: list[object]) -> None:
    router = router_of(RULES, pool("smb", "ana", "bogdan", "carla") + reps("ana", "bogdan", "carla"))
    offline: set[str] = set()
    for number, step in enumerate(steps):
        at = NOON + number * timedelta(minutes=1)
        if isinstance(step, tuple):
            marked(router, step[0], step[1], at)
            (offline.discard if step[1] else offline.add)(step[0])
            continue
        got = router.route(lead(router.tree, f"L{number}", score=step), at)
        assert step == 10 or got.rep not in offline
        assert (got.rep is None) == (step != 10 and len(offline) == 3)
    assert sum(rotation(router, "pool smb").credits.values()) == 0
