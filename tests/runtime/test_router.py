"""The router: moments, ids, previews, retries, and the laws of whole streams of leads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routebook.decision import Lead, Outcome
from routebook.diagnostics import RoutebookError
from routebook.plan.walk import walk
from routebook.runtime.errors import StoreUnavailable
from routebook.runtime.router import Router
from routebook.runtime.state import Head
from routebook.runtime.stores import Session, open_store
from routebook.runtime.stores.memory import MemoryStore
from support.routing import NOON, assigned, lead, pool, reps, roster_of, router_of, tree_of

TEAM = pool("smb", "ana", "bogdan") + reps("ana", "bogdan")
RULES = "else round_robin smb"


# --- moments and ids -------------------------------------------------------------------------------------


def test_moments_are_told_in_utc() -> None:
    router = router_of(RULES, TEAM)
    got = router.route(lead(router.tree, "L1"), datetime(2026, 3, 2, 14, tzinfo=timezone(timedelta(hours=2))))
    assert got.at == NOON
    assert got.at.tzinfo is UTC
    assert got.as_json()["at"] == "2026-03-02T12:00:00Z"


def test_the_present_is_the_default() -> None:
    router = router_of(RULES, TEAM, clock=lambda: NOON)
    assert router.route(lead(router.tree, "L1")).at == NOON
    before = datetime.now(UTC)
    now = router_of(RULES, TEAM)
    assert before <= now.route(lead(now.tree, "L1")).at <= datetime.now(UTC)


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (datetime(2026, 3, 2, 12), "has no offset from UTC: write 2026-03-02T12:00:00Z"),
        (datetime(9999, 3, 2, 12, tzinfo=UTC), "is out of reach"),
        (datetime(1, 1, 1, tzinfo=UTC), "is out of reach"),
    ],
)
def test_moments_that_are_none(moment: datetime, words: str) -> None:
    router = router_of(RULES, TEAM)
    for act in (router.route, router.preview):
        with pytest.raises(RoutebookError, match=words):
            act(lead(router.tree, "L1"), moment)
    assert list(router.store.log()) == []


def test_leads_without_ids_are_numbered() -> None:
    router = router_of(RULES, TEAM, head="lead { score: integer 0..100 }\n")
    leads = [Lead({"score": 5}) for _ in range(3)]
    assert [got.lead for got in router.route_many(leads, now=NOON)] == ["1", "2", "3"]
    assert router.route(Lead({"score": 5}, "row 9"), NOON).lead == "row 9"
    assert router.route(Lead({"score": 5}), NOON).lead == "4"


def test_leads_of_another_shape_are_no_trouble() -> None:
    """The router trusts its leads to be valid, and does not fall over those that lack a field."""
    router = router_of(
        "when score > 50 and owner is known assign rep owner else round_robin smb sticky by email", TEAM
    )
    assert router.route(Lead({"id": "L1"}, "L1"), NOON).rep == "ana"


# --- previews --------------------------------------------------------------------------------------------


def test_a_preview_is_what_routing_does_and_leaves_no_trace() -> None:
    router = router_of("when score > 50 queue triage else round_robin smb", TEAM)
    for n in range(4):
        asked = lead(router.tree, f"L{n}", score=n)
        seen = [router.preview(asked, NOON) for _ in range(3)]
        assert seen[0] == seen[1] == seen[2]
        assert seen[0].assignment == router.route(asked, NOON)
    assert len(list(router.store.log())) == 4
    explanation = router.preview(lead(router.tree, "L9", score=1), NOON)
    assert [step.rule for step in explanation.steps] == ["#1", "else"]
    assert explanation.decision.rule == "else"
    assert explanation.arithmetic is not None


# --- retries ---------------------------------------------------------------------------------------------


class Flaky(MemoryStore):
    """Cannot be used every so often, before or after what was to be written."""

    def __init__(self, failures: int, late: bool) -> None:
        super().__init__()
        self.failures = failures
        self.late = late

    @contextmanager
    def session(self) -> Iterator[Session]:
        with super().session() as session:
            self._fail(early=True)
            yield session
            self._fail(early=False)

    def _fail(self, early: bool) -> None:
        if self.failures and early is not self.late:
            self.failures -= 1
            raise StoreUnavailable("the store is gone")


@pytest.mark.parametrize("late", [False, True])
def test_a_store_that_is_gone_is_tried_again(late: bool) -> None:
    pauses: list[float] = []
    store = Flaky(3, late)
    router = Router(tree_of(RULES), roster_of(TEAM), store, pause=pauses.append)
    assert assigned(router, 2) == ["ana", "bogdan"]
    assert len(pauses) == 3
    assert pauses == sorted(pauses)
    assert assigned(router, 2, "M") == ["ana", "bogdan"]


@pytest.mark.parametrize("late", [False, True])
def test_a_store_that_stays_gone_is_an_error_and_no_answer(late: bool) -> None:
    store = Flaky(6, late)
    router = Router(tree_of(RULES), roster_of(TEAM), store, pause=lambda _: None)
    with pytest.raises(StoreUnavailable, match="the store is gone"):
        router.route(lead(router.tree, "L1"), NOON)
    assert list(store.log()) == []
    assert assigned(router, 2) == ["ana", "bogdan"]


def test_what_was_acknowledged_before_a_store_went_stands() -> None:
    store = Flaky(0, late=False)
    router = Router(tree_of(RULES), roster_of(TEAM), store, pause=lambda _: None)
    got = router.route_many((lead(router.tree, f"L{n}") for n in range(9)), batch=2, now=NOON)
    first = [next(got) for _ in range(4)]
    store.failures = 99
    with pytest.raises(StoreUnavailable):
        next(got)
    assert [row.lead for row in store.log()] == [each.lead for each in first] == ["L0", "L1", "L2", "L3"]


# --- other evaluators ------------------------------------------------------------------------------------


def test_a_faster_evaluator_takes_the_walks_place() -> None:
    tree = tree_of(
        'when score > 50 { when country == "DE" queue german  when score > 70 queue high }\nelse queue low'
    )
    asked: list[str] = []

    def fast(fields: Any, now: datetime) -> Any:
        asked.append(fields["id"])
        return walk(tree, fields, now).leaf

    routers = [Router(tree, roster_of(TEAM), open_store(), decide=decide) for decide in (fast, None)]
    leads = [lead(tree, f"L{n}", score=n, country="DE" if n % 3 else "FR") for n in range(0, 100, 7)]
    assert list(routers[0].route_many(leads, now=NOON)) == list(routers[1].route_many(leads, now=NOON))
    assert [row.body for row in routers[0].store.log()] == [row.body for row in routers[1].store.log()]
    assert asked == [each.id for each in leads]


# --- laws ------------------------------------------------------------------------------------------------

STREAM = """
when owner is known assign rep owner then round_robin smb
when score >= 90 { when country == "DE" reject "not sold there"  when score >= 95 nurture news }
when score >= 80 assign pool smb by availability where rep.languages has language
when score >= 70 assign pool smb by load sticky by email for 2h
when score >= 60 assign pool seniors by priority on shift
when score >= 50 split "trial" by email { 30% hash of email seniors  70% round_robin smb on shift }
when score >= 40 hold pool seniors up to 2h then round_robin shared
when score >= 10 round_robin shared then round_robin smb then queue triage
"""
PEOPLE = reps(
    ana={"languages": '["ro"]', "weight": 2, "capacity": 6, "away": '["2026-03-03"]'},
    bogdan={"languages": '["en", "ro"]', "hours": '{ mon-fri = "09:00-12:30" }', "caps": "{ day = 3 }"},
    carla={"languages": '["es"]', "weight": 3},
    dan={"weight": 0},
    eva={"active": "false"},
    fei={"caps": "{ week = 4 }", "timezone": '"Asia/Tokyo"'},
)  # fmt: skip
POOLS = (
    pool("smb", "bogdan", "ana", "carla", "eva", on_return="average")
    + pool("seniors", "carla", "dan", "ana", scope="rule")
    + pool("shared", "fei", "carla", "ana", on_return="catch_up", scope="global")
)
TREE = tree_of(STREAM)
arrivals = st.lists(
    st.fixed_dictionaries(
        {"id": st.integers(0, 30).map(lambda n: f"L{n}"), "after": st.integers(0, 6 * 60)},
        optional={
            "score": st.integers(0, 100),
            "country": st.sampled_from(["DE", "FR"]),
            "language": st.sampled_from(["en", "es", "ro"]),
            "email": st.sampled_from(["a@x.y", "B@x.y", "c@x.y"]),
            "owner": st.sampled_from(["ana", "dan", "eva", "nobody"]),
        },
    ),
    max_size=40,
)


def _stream(arrivals: list[dict[str, Any]]) -> list[tuple[Lead, datetime]]:
    moment, stream = NOON, []
    for arrival in arrivals:
        moment += timedelta(minutes=arrival["after"])
        fields = {name: value for name, value in arrival.items() if name not in ("id", "after")}
        stream.append((lead(TREE, arrival["id"], **fields), moment))
    return stream


def _run(
    stream: list[tuple[Lead, datetime]], roster: str = POOLS + PEOPLE
) -> tuple[Router, list[dict[str, Any]]]:
    router = Router(TREE, roster_of(roster), open_store())
    return router, [router.route(each, moment).as_json() for each, moment in stream]


@given(arrivals)
def test_law_replaying_gives_the_same_byte_for_byte(arrivals: list[dict[str, Any]]) -> None:
    stream = _stream(arrivals)
    one, first = _run(stream)
    two, second = _run(stream)
    assert first == second
    assert [row.hash for row in one.store.log()] == [row.hash for row in two.store.log()]


@given(arrivals)
def test_law_leads_in_are_assignments_out(arrivals: list[dict[str, Any]]) -> None:
    router, got = _run(_stream(arrivals))
    assert [each["lead"] for each in got] == [arrival["id"] for arrival in arrivals]
    assert {each["outcome"] for each in got} <= set(Outcome)
    assert len(list(router.store.log())) == sum(not each["again"] for each in got)


@given(arrivals)
def test_law_the_state_is_what_the_log_adds_up_to(arrivals: list[dict[str, Any]]) -> None:
    router, _ = _run(_stream(arrivals))
    rows = list(router.store.log())
    active = Counter(row.rep for row in rows if row.rep is not None)
    last = {row.rep: row.seq for row in rows if row.rep is not None}
    keys = ["pool smb", "global", *{row.chain for row in rows}]
    with router.store.session() as session:
        states = session.reps(["ana", "bogdan", "carla", "dan", "eva", "fei"])
        assert {id: state.active for id, state in states.items()} == active
        assert {id: state.last for id, state in states.items()} == last
        for rotation in session.rotations(keys).values():
            assert sum(rotation.credits.values()) == 0
        heads = session.heads([row.chain for row in rows])
        assert heads == {row.chain: Head(row.n, row.hash) for row in rows}


@given(arrivals)
def test_law_limits_hold(arrivals: list[dict[str, Any]]) -> None:
    stream = _stream(arrivals)
    router, _ = _run(stream)
    rows = [row for row in router.store.log() if row.rep is not None]
    given_to = Counter(row.rep for row in rows)
    assert given_to["ana"] <= 6
    assert given_to["eva"] == 0
    days = Counter(row.at.date() for row in rows if row.rep == "bogdan")
    assert all(count <= 3 for count in days.values())
    tokyo = timezone(timedelta(hours=9))
    weeks = Counter(row.at.astimezone(tokyo).isocalendar()[:2] for row in rows if row.rep == "fei")
    assert all(count <= 4 for count in weeks.values())
    assert not any(row.rep == "ana" and row.at.date().isoformat() == "2026-03-03" for row in rows)


@given(arrivals, st.permutations(PEOPLE.split("[reps.")[1:]))
def test_law_the_order_of_the_reps_does_not_matter(arrivals: list[dict[str, Any]], order: list[str]) -> None:
    """Pools have an order of their own."""
    stream = _stream(arrivals)
    _, first = _run(stream)
    _, second = _run(stream, POOLS + "".join(f"[reps.{rep}" for rep in order))
    assert first == second


@given(arrivals)
def test_law_the_explanation_is_of_what_was_done(arrivals: list[dict[str, Any]]) -> None:
    router = Router(TREE, roster_of(POOLS + PEOPLE), open_store())
    for each, moment in _stream(arrivals):
        explanation = router.preview(each, moment)
        got = router.route(each, moment)
        if got.again:
            continue
        assert explanation.assignment == got
        chosen = [candidate for candidate in explanation.candidates if candidate.chosen]
        assert [(c.rep, c.target, c.eligible) for c in chosen] == (
            [(got.rep, got.target, True)] if got.rep else []
        )
        for candidate in explanation.candidates:
            assert candidate.eligible == (candidate.reason == "eligible")
            assert not (candidate.eligible and candidate.target != got.target)
