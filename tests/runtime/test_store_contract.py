"""What every store promises. A new kind of store is tested by having a row in STORES."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from routebook.decision import Assignment, Outcome
from routebook.runtime.deciding import Decided
from routebook.runtime.ledger import Ledger
from routebook.runtime.log import sealed
from routebook.runtime.router import Router, explain_log
from routebook.runtime.state import (
    Changes,
    First,
    Head,
    LeadState,
    LogRow,
    Presence,
    RepState,
    Result,
    ResultKey,
    Rotation,
    StickyKey,
    StickyRep,
)
from routebook.runtime.stores import Store, Text
from routebook.runtime.stores.base import Wanted
from support.routing import NOON, assigned, lead, pool, reps, router_of
from support.stores import SCHEMES, opened


@pytest.fixture(params=SCHEMES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    yield from opened(request.param, tmp_path)


def _row(seq: int, lead: str = "L1", **more: object) -> LogRow:
    said = {"chain": "pool smb", "n": seq, "hash": f"h{seq}", "kind": "assignment", "lead": lead, "round": 1}
    said |= {"at": NOON, "outcome": "assigned", "rep": "ana", "pool": None, "body": '{"é": "\u2028 💡"}'}
    return LogRow(seq=seq, **{**said, **more})  # type: ignore[arg-type]


def _everything() -> Changes:
    moment = NOON + timedelta(microseconds=1)
    return Changes(
        rows=[_row(1), _row(2, "L2", rep=None, pool="smb")],
        leads={
            "L1": LeadState("L1", 1, 1, "assigned", "assigned", "ana", "smb", None, "fast", NOON, None),
            "L2": LeadState("L2", 2, 2, "held", "held", None, "smb", "q", None, NOON, moment),
        },
        rotations={"pool smb": Rotation(3, {"ana": 1, "bög'dan": -1}, {"ana": 2}, {"carla": 0})},
        reps={"ana": RepState(3, 2), "bogdan": RepState(0, 0, 2, Presence(False, moment))},
        weeks={("ana", date(2026, 3, 2)): (1, 2, 0, 0, 0, 0, 0)},
        stickies={StickyKey("smb", "email", "a@b.c"): StickyRep("ana", moment)},
        results={ResultKey("ana", ""): Result(3, 4), ResultKey("bogdan", '{"a":"é"}'): Result(1, 0)},
        heads={"pool smb": Head(2, "h2")},
        firsts={"email a@b.c": First("L1", moment), "email ß@ö.ü": First("L2", NOON)},
    )


def test_everything_comes_back(store: Store) -> None:
    changes = _everything()
    with store.session() as session:
        session.write(changes)
    with store.session() as session:
        assert session.last_seq() == 2
        assert session.leads(["L1", "L2", "L3"]) == changes.leads
        assert session.rotations(["pool smb", "pool other"]) == changes.rotations
        assert session.reps(["ana", "bogdan", "nobody"]) == changes.reps
        assert session.weeks(["ana", "nobody"], [date(2026, 3, 2), date(2026, 3, 9)]) == changes.weeks
        assert session.stickies([*changes.stickies, StickyKey("smb", "email", "A@b.c")]) == changes.stickies
        assert session.results([*changes.results, ResultKey("bogdan", "")]) == changes.results
        assert session.heads(["pool smb", "rest"]) == changes.heads
        assert session.firsts([*changes.firsts, "email x@y.z"]) == changes.firsts
        assert session.begin(Wanted(firsts=["email a@b.c", "email x@y.z"])).firsts == {
            "email a@b.c": changes.firsts["email a@b.c"]
        }
        assert session.firsts(["email x@y.z"]) == {}
        assert session.rows([2, 3]) == {2: changes.rows[1]}
    assert list(store.log()) == changes.rows
    assert list(store.log(after=1)) == changes.rows[1:]
    assert list(store.log("L1")) == changes.rows[:1]
    assert store.lead("L2") == changes.leads["L2"]
    assert store.lead("L3") is None


def test_an_empty_store_answers_nothing(store: Store) -> None:
    with store.session() as session:
        assert session.last_seq() == 0
        assert session.leads(["L1"]) == session.rotations([]) == session.reps(["ana"]) == {}
        assert (
            session.weeks([], []) == session.stickies([]) == session.heads(["x"]) == session.rows([1]) == {}
        )
    assert list(store.log()) == []
    assert store.text("sha256:0") is None


def test_what_is_written_again_replaces(store: Store) -> None:
    with store.session() as session:
        session.write(_everything())
    after = Changes(rows=[_row(3, round=2)], reps={"ana": RepState(9, 3)}, heads={"pool smb": Head(3, "h3")})
    with store.session() as session:
        session.write(after)
    with store.session() as session:
        assert session.reps(["ana"]) == after.reps
        assert session.heads(["pool smb"]) == after.heads
        assert session.last_seq() == 3


def test_a_session_that_fails_leaves_no_trace(store: Store) -> None:
    def fail() -> None:
        with store.session() as session:
            session.write(_everything())
            raise KeyError("something else went wrong")

    with pytest.raises(KeyError):
        fail()
    with store.session() as session:
        assert session.last_seq() == 0
        assert session.reps(["ana"]) == {}
    assert list(store.log()) == []


def test_texts_are_kept_as_they_were_first(store: Store) -> None:
    store.keep({"sha256:1": Text("policy", "a\n"), "sha256:2": Text("roster", "é")})
    store.keep({"sha256:1": Text("policy", "b"), "sha256:3": Text("policy", "c")})
    assert store.text("sha256:1") == Text("policy", "a\n")
    assert store.text("sha256:2") == Text("roster", "é")
    assert store.text("sha256:3") == Text("policy", "c")


def test_versions_tell_of_other_writers(store: Store) -> None:
    with store.session() as session:
        session.write(Changes(rows=[_row(1)]))
    after = session.version
    with store.session() as session:
        assert session.version == after or session.version is None


# --- routing over any store ------------------------------------------------------------------------------

RULES = """
when score >= 90 reject "spam"
when score >= 80 nurture news
when score >= 70 queue triage
when score >= 60 assign pool smb by load sticky by email
when score >= 50 assign pool idle by round_robin
when score >= 10 round_robin smb
"""
TEAM = (
    pool("smb", "ana", "bogdan")
    + pool("idle", "carla")
    + reps("bogdan", ana={"weight": 2}, carla={"active": "false"})
)
OUTCOMES = {
    95: "rejected",
    85: "nurtured",
    75: "queued",
    65: "assigned",
    55: "unassigned",
    25: "assigned",
    5: "undecided",
}


@pytest.fixture
def router(store: Store) -> Router:
    return router_of(RULES, TEAM, store)


@pytest.mark.parametrize("score", OUTCOMES)
def test_a_lead_is_assigned_once(router: Router, score: int) -> None:
    asked = lead(router.tree, "L1", score=score)
    first = router.route(asked, NOON)
    assert first.outcome == OUTCOMES[score]
    assert not first.again
    again = router.route(asked, NOON + timedelta(hours=1))
    if first.outcome in (Outcome.NURTURED, Outcome.UNASSIGNED, Outcome.UNDECIDED):
        assert not again.again
        assert again.at == NOON + timedelta(hours=1)
    else:
        assert again.again
        assert again.as_json() == {**first.as_json(), "again": True}


def test_every_round_is_kept(router: Router) -> None:
    assert router.route(lead(router.tree, "L1", score=5), NOON).outcome is Outcome.UNDECIDED
    assert router.route(lead(router.tree, "L1", score=85), NOON).outcome is Outcome.NURTURED
    assert router.route(lead(router.tree, "L1", score=25), NOON).rep == "ana"
    assert router.route(lead(router.tree, "L1", score=95), NOON).again
    assert [row.round for row in router.store.log("L1")] == [1, 2, 3]
    outcomes = [explain_log(router.store, "L1", round).assignment.outcome for round in (1, 2, 3)]  # type: ignore[union-attr]
    assert outcomes == ["undecided", "nurtured", "assigned"]
    last = explain_log(router.store, "L1")
    assert last is not None
    assert last.notes == ("this is round 3 of the lead",)
    assert explain_log(router.store, "L1", 4) is None
    assert explain_log(router.store, "L2") is None


def test_a_lead_twice_in_a_batch(router: Router) -> None:
    one, two = lead(router.tree, "L1", score=25), lead(router.tree, "L2", score=25)
    got = list(router.route_many([one, two, one, two, one], now=NOON))
    assert [(each.lead, each.rep, each.again) for each in got] == [
        ("L1", "ana", False),
        ("L2", "bogdan", False),
        ("L1", "ana", True),
        ("L2", "bogdan", True),
        ("L1", "ana", True),
    ]
    assert len(list(router.store.log())) == 2


@pytest.mark.parametrize("batch", [1, 3, 500])
def test_leads_in_are_assignments_out(router: Router, batch: int) -> None:
    leads = [lead(router.tree, f"L{n}", score=n % 100) for n in range(250)]
    got = list(router.route_many(iter(leads), batch=batch, now=NOON))
    assert [each.lead for each in got] == [each.id for each in leads]
    assert all(
        each.outcome == OUTCOMES[min(o for o in OUTCOMES if o >= n % 100 - n % 10)]
        for n, each in enumerate(got)
        if n % 100 >= 50
    )
    assert len(list(router.store.log())) == 250


def _told(row: LogRow) -> dict[str, Any]:
    """What a row says, but for its numbers: stores that many write to at once leave some out."""
    said = json.loads(row.body)
    del said["seq"], said["chain"], said["rep"]
    for candidate in said["candidates"]:
        (candidate[3] or {}).pop("last in row", None)
    return {key: value for key, value in said.items() if key not in ("arithmetic", "seen")}


def test_batches_change_nothing(store: Store, tmp_path: Path) -> None:
    whole = router_of(RULES, TEAM, store)
    leads = [lead(whole.tree, f"L{n}", score=n * 7 % 100, email=f"p{n % 5}@x.y") for n in range(60)]
    single = router_of(RULES, TEAM)
    assert list(whole.route_many(leads, now=NOON)) == [single.route(each, NOON) for each in leads]
    assert [_told(row) for row in whole.store.log()] == [_told(row) for row in single.store.log()]


def test_the_next_router_goes_on_from_there(router: Router) -> None:
    assert assigned(router, 4, "a", score=25) == ["ana", "bogdan", "ana", "ana"]
    after = router_of(RULES, TEAM, router.store)
    assert assigned(after, 2, "b", score=25) == ["bogdan", "ana"]
    assert assigned(router, 3, "c", score=25) == ["ana", "bogdan", "ana"]


def test_threads_share_a_router(router: Router) -> None:
    leads = [[lead(router.tree, f"T{thread}-{n}", score=25) for n in range(30)] for thread in range(6)]

    def run(mine: list) -> None:  # type: ignore[type-arg]
        for each in mine:
            router.route(each, NOON)

    threads = [Thread(target=run, args=(mine,)) for mine in leads]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rows = list(router.store.log())
    assert sorted(row.lead for row in rows) == sorted(each.id or "" for mine in leads for each in mine)
    assert [row.n for row in rows] == list(range(1, 181))
    turns = [row.rep for row in rows]
    for start in range(0, 180, 3):
        assert sorted(turns[start : start + 3]) == ["ana", "ana", "bogdan"]  # type: ignore[type-var]


def test_routers_share_a_rotation(store: Store) -> None:
    routers = [router_of(RULES, TEAM, store) for _ in range(4)]
    got: list[str | None] = []
    for n in range(30):
        got += assigned(routers[n * n % 4], 1, f"L{n}-", score=25)
    assert got == ["ana", "bogdan", "ana"] * 10


def test_a_failure_in_the_midst_of_a_batch_leaves_nothing_half_made(
    router: Router, monkeypatch: pytest.MonkeyPatch
) -> None:
    assigned(router, 2, "a", score=25)
    good = lead(router.tree, "L1", score=25)

    class Broken:
        id = "L2"

        def get(self, name: str, default: object = None) -> object:
            raise KeyError(name)

    with pytest.raises(KeyError):
        list(router.route_many([good, Broken()], now=NOON))  # type: ignore[list-item]
    settle = router._settle

    def settle_one(decided: Decided, ledger: Ledger) -> Assignment:
        return settle(decided, ledger) if decided.id == "L1" else fail()

    def fail() -> Assignment:
        raise ZeroDivisionError

    monkeypatch.setattr(router, "_settle", settle_one)
    with pytest.raises(ZeroDivisionError):
        list(router.route_many([good, lead(router.tree, "L2", score=25)], now=NOON))
    monkeypatch.setattr(router, "_settle", settle)
    assert router.store.lead("L1") is None
    assert assigned(router, 2, "b", score=25) == ["ana", "ana"]
    assert [(row.lead, row.n) for row in router.store.log()] == [("a0", 1), ("a1", 2), ("b0", 3), ("b1", 4)]


def test_rows_are_chained(router: Router) -> None:
    list(router.route_many([lead(router.tree, f"L{n}", score=n) for n in range(100)], batch=7, now=NOON))
    heads: dict[str, Head] = {}
    for row in router.store.log():
        head = heads.get(row.chain, Head(0, ""))
        assert row.n == head.length + 1
        assert row.hash == sealed(head, row.body)
        heads[row.chain] = Head(row.n, row.hash)
    assert len(heads) == 2
    assert "pool smb" in heads
    with router.store.session() as session:
        assert session.heads(list(heads)) == heads


def test_the_store_keeps_the_texts(router: Router) -> None:
    router.route(lead(router.tree, "L1", score=25), NOON)
    said = json.loads(next(iter(router.store.log())).body)
    policy, roster = router.store.text(said["policy_text"]), router.store.text(said["roster"])
    assert policy is not None
    files = [router.store.text(digest) for digest in json.loads(policy.text)["files"].values()]
    assert [file.text.endswith(RULES) for file in files if file is not None] == [True]
    assert roster is not None
    assert roster.text == TEAM
    assert said["policy"] == router.tree.digest
    assert said["roster"] == router.roster.digest
