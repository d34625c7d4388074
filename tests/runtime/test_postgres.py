"""The store that many processes share at once."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from routebook.decision import Assignment
from routebook.runtime.deciding import Decided
from routebook.runtime.errors import StoreError, StoreUnavailable
from routebook.runtime.ledger import Ledger
from routebook.runtime.stores import open_store
from routebook.runtime.stores.postgres import PostgresStore
from support.routing import NOON, assigned, lead, pool, reps, router_of
from support.stores import postgres
from support.workers import RULES, TEAM, assert_fair, chains, go, recorded, said, start

pytestmark = pytest.mark.postgres


@pytest.fixture
def address(tmp_path: Path) -> str:
    return postgres(tmp_path)


# --- what it refuses -------------------------------------------------------------------------------------


def test_nobody_there() -> None:
    with pytest.raises(StoreUnavailable) as raised:
        open_store("postgresql://ann:secret@127.0.0.1:1/leads")
    assert str(raised.value).startswith(
        "the store postgresql+psycopg://ann:***@127.0.0.1:1/leads cannot be reached: "
    )
    assert "secret" not in str(raised.value)
    assert "\n" not in str(raised.value)


def test_no_such_database(address: str) -> None:
    with pytest.raises(StoreError, match='database "nowhere" does not exist'):
        open_store(
            address.replace("/leads", "/nowhere", 1).partition("nowhere")[0]
            + "nowhere?"
            + address.partition("?")[2]
        )


def test_another_layout(address: str) -> None:
    store = PostgresStore(address)
    with store._engine.begin() as connection:
        connection.execute(text("UPDATE routebook_meta SET value = '99'"))
    store.close()
    with pytest.raises(
        StoreError, match="has layout 99, and this Routebook reads up to 2: a newer Routebook wrote it"
    ):
        open_store(address)


def test_a_store_lives_beside_other_tables(address: str) -> None:
    store = PostgresStore(address)
    with store._engine.begin() as connection:
        connection.execute(text("CREATE TABLE contacts (id integer)"))
    store.close()
    open_store(address).close()


@pytest.mark.parametrize(
    "change",
    ["UPDATE routebook_log SET rep = 'carla'", "DELETE FROM routebook_log", "TRUNCATE routebook_log"],
)
def test_the_log_is_append_only(address: str, change: str) -> None:
    router = router_of(RULES, TEAM, address)
    assigned(router, 3)
    assert isinstance(router.store, PostgresStore)
    with (
        pytest.raises(DBAPIError, match="the log is append-only"),
        router.store._engine.begin() as connection,
    ):
        connection.execute(text(change))
    router.store.close()


# --- what it survives ------------------------------------------------------------------------------------


def test_connections_that_are_cut(address: str) -> None:
    """As when the server restarts: tried again on a new connection, and nothing twice."""
    pauses: list[float] = []
    router = router_of(RULES, TEAM, address, pause=pauses.append)
    assert assigned(router, 2) == ["ana", "bogdan"]
    assert isinstance(router.store, PostgresStore)
    other = PostgresStore(address)
    with other._engine.begin() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE pid <> pg_backend_pid() AND datname = current_database()"
            )
        )
    assert assigned(router, 2, "M") == ["carla", "ana"]
    assert pauses
    recorded(router)
    other.close()
    router.store.close()


def test_a_fork_has_connections_of_its_own(address: str) -> None:
    router = router_of(RULES, TEAM, address)
    assigned(router, 1)
    child = os.fork()
    if child == 0:
        try:
            assigned(router, 2, "child")
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    assert assigned(router, 1, "parent") == ["ana"]
    recorded(router)
    router.store.close()


@pytest.mark.slow
@pytest.mark.parametrize("batch", [1, 40])
def test_killed_at_any_moment(address: str, batch: int) -> None:
    dice = random.Random(batch)
    acknowledged: dict[str, str | None] = {}
    first = 0
    for _ in range(4):
        worker = start(address, "L", first, first + 100_000, batch)
        go(worker)
        time.sleep(dice.uniform(0.05, 0.4))
        os.kill(worker.pid, signal.SIGKILL)
        heard = said(worker)
        acknowledged |= {id: rep for id, rep, _ in heard}
        first = max(0, first + len(heard) - 10)
    router = router_of(RULES, TEAM, address)
    assigned(router, 10, "after")
    given = recorded(router)
    assert acknowledged
    assert acknowledged.items() <= given.items()
    assert_fair(router)
    router.store.close()


# --- who shares it ---------------------------------------------------------------------------------------


@pytest.mark.slow
def test_processes_race_for_the_same_leads(address: str) -> None:
    workers = [start(address, "L", 0, 120, batch) for batch in (1, 7, 30)]
    go(*workers)
    heard = [said(worker) for worker in workers]
    router = router_of(RULES, TEAM, address)
    given = recorded(router)
    assert len(given) == 120
    first_time = Counter(id for each in heard for id, _, again in each if not again)
    assert first_time == Counter(given.keys())
    for each in heard:
        assert {id: rep for id, rep, _ in each} == given
    assert_fair(router)
    router.store.close()


QUEUES = "when score < 50 queue low else queue high"


def test_a_race_that_the_log_settles(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two sessions look for a lead, and neither finds it: the one that writes later begins again."""
    router, other = router_of(QUEUES, TEAM, address), router_of(QUEUES, TEAM, address)
    settle = router._settle
    raced: list[bool] = []

    def late(decided: Decided, ledger: Ledger) -> Assignment:
        if not raced:
            raced.append(other.route(lead(other.tree, "L1"), NOON).again)
        return settle(decided, ledger)

    monkeypatch.setattr(router, "_settle", late)
    assert router.route(lead(router.tree, "L1"), NOON).again
    assert raced == [False]
    assert len(list(router.store.log())) == 1
    router.store.close()
    other.store.close()


@pytest.mark.slow
def test_processes_race_for_leads_that_draw_from_no_pool(address: str) -> None:
    workers = [start(address, "L", 0, 100, batch, QUEUES, TEAM) for batch in (1, 10, 25)]
    go(*workers)
    heard = [said(worker) for worker in workers]
    router = router_of(QUEUES, TEAM, address)
    given = recorded(router)
    assert len(given) == 100
    assert Counter(id for each in heard for id, _, again in each if not again) == Counter(given.keys())
    router.store.close()


@pytest.mark.slow
def test_processes_share_a_rotation(address: str) -> None:
    workers = [start(address, name, 0, 80, batch) for name, batch in (("A", 1), ("B", 9), ("C", 1))]
    go(*workers)
    for worker in workers:
        assert not any(again for _, _, again in said(worker))
    router = router_of(RULES, TEAM, address)
    assert len(recorded(router)) == 240
    assert_fair(router)
    router.store.close()


TANGLE = """
when score < 20 round_robin a then round_robin c
when score < 40 round_robin c then round_robin a
when score < 60 assign pool b by load then round_robin a
when score < 80 assign pool c by availability then queue q
else round_robin all on shift then assign rep "eva" then queue q
"""
TANGLED = (
    pool("a", "ana", "bogdan", "carla")
    + pool("b", "carla", "ana", "dan")
    + pool("c", "dan", "bogdan", scope="rule")
    + reps(
        ana={"capacity": 60, "weight": 2},
        bogdan={"capacity": 45},
        carla={"caps": "{ day = 50 }"},
        dan={"caps": "{ week = 40 }"},
        eva={"capacity": 20},
    )
)  # fmt: skip


@pytest.mark.slow
def test_limits_hold_across_pools_and_processes(address: str) -> None:
    """Pools that share reps, in any order: nobody is over a limit, and nobody waits in a circle."""
    workers = [
        start(address, name, 0, 90, batch, TANGLE, TANGLED)
        for name, batch in (("A", 30), ("B", 9), ("C", 1), ("D", 1))
    ]
    go(*workers)
    for worker in workers:
        assert len(said(worker)) == 90
    router = router_of(TANGLE, TANGLED, address)
    given = recorded(router)
    assert len(given) == 360
    assert Counter(given.values()) == {"ana": 60, "bogdan": 45, "carla": 50, "dan": 40, "eva": 20, None: 145}
    router.store.close()


def test_one_hot_pool_does_not_stall_the_others(address: str) -> None:
    rules = "when score < 50 round_robin hot else round_robin cold"
    router = router_of(rules, pool("hot", "ana") + pool("cold", "bogdan") + reps("ana", "bogdan"), address)
    assigned(router, 1, "a", score=10)
    assigned(router, 1, "b", score=90)
    got: list[str | None] = []
    with router.store.session() as session:
        session.lock(["pool hot"])
        waiting = Thread(target=lambda: got.extend(assigned(router, 1, "hot", score=10)))
        waiting.start()
        assert assigned(router, 5, "cold", score=90) == ["bogdan"] * 5
        assert got == []
    waiting.join(timeout=20)
    assert got == ["ana"]
    router.store.close()


def test_threads_in_one_process_share_a_rotation(address: str) -> None:
    router = router_of(RULES, TEAM, address)

    def run(name: str, batch: int) -> None:
        leads = (lead(router.tree, f"{name}{n}") for n in range(40))
        list(router.route_many(leads, batch=batch, now=NOON))

    threads = [
        Thread(target=run, args=(name, batch)) for name, batch in (("A", 1), ("B", 5), ("C", 40), ("D", 1))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(recorded(router)) == 160
    assert_fair(router)
    assert set(chains(router)) == {"pool smb"}
    router.store.close()
