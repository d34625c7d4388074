"""Eight processes on one store: each lead once, one rotation, exact shares; and no pool waits for another."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from threading import Thread

import pytest

from routebook.runtime.router import Router
from routebook.runtime.stores.postgres import PostgresStore
from support.routing import NOON, assigned, lead, pool, reps, router_of
from support.stores import URLS
from support.workers import CYCLE, RULES, TEAM, assert_fair, chains, go, recorded, said, start

DURABLE = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))


@pytest.fixture(params=DURABLE)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return URLS[request.param](tmp_path)


@pytest.mark.slow
def test_eight_processes_are_as_one(address: str) -> None:
    """Every lead is in the hands of two processes at least, in batches that begin and end elsewhere."""
    spans = [(0, 40), (20, 60), (40, 80), (60, 100), (80, 120), (0, 30), (50, 90), (90, 120)]
    workers = [
        start(address, "L", first, last, batch)
        for (first, last), batch in zip(spans, (1, 5, 17, 40, 1, 30, 9, 1), strict=True)
    ]
    go(*workers)
    heard = [said(worker) for worker in workers]
    assert [len(each) for each in heard] == [last - first for first, last in spans]
    router = router_of(RULES, TEAM, address)
    given = recorded(router)
    assert set(given) == {f"L{n}" for n in range(120)}
    first_time = Counter(id for each in heard for id, _, again in each if not again)
    assert first_time == Counter(given.keys()), "each lead is assigned by one process, and by one only"
    assert all(given[id] == rep for each in heard for id, rep, _ in each), "and all of them say the same"
    assert_fair(router)
    assert Counter(given.values()) == {rep: weight * 30 for rep, weight in CYCLE.items()}
    assert _credits(router) == {"ana": 0, "bogdan": 0, "carla": 0}, (
        "after full cycles nobody is owed anything"
    )
    router.store.close()


def _credits(router: Router) -> dict[str, int]:
    with router.store.session() as session:
        return dict(session.rotations(["pool smb"])["pool smb"].credits)


HOT = "when score < 50 round_robin hot else round_robin cold"
BOTH = pool("hot", "ana", "bogdan") + pool("cold", "carla", "dan") + reps("ana", "bogdan", "carla", "dan")


@pytest.fixture
def postgres_address(tmp_path: Path) -> str:
    return URLS["postgresql"](tmp_path)


def _while_held(address: str, lock: str, seconds: float) -> tuple[list[str | None], float]:
    """Who gets cold leads while another connection sits on something hot, and how long the slowest of them took."""
    router, sitting = router_of(HOT, BOTH, address), PostgresStore(address)
    assigned(router, 2, "warm-hot", score=10)
    assigned(router, 2, "warm-cold", score=90)
    hot: list[str | None] = []
    waiting = Thread(target=lambda: hot.extend(assigned(router, 4, "hot", score=10)))
    got, slowest = [], 0.0
    with sitting._engine.begin() as connection:
        connection.exec_driver_sql(lock)
        began = time.monotonic()
        waiting.start()
        while time.monotonic() - began < seconds:
            asked = time.monotonic()
            got.append(router.route(lead(router.tree, f"cold{len(got)}", score=90), NOON).rep)
            slowest = max(slowest, time.monotonic() - asked)
        assert hot == [], "the hot pool was held all the while"
    waiting.join(timeout=20)
    assert hot == ["ana", "bogdan", "ana", "bogdan"]
    assert {name: len(rows) for name, rows in chains(router).items()} == {
        "pool hot": 6,
        "pool cold": 2 + len(got),
    }
    sitting.close()
    router.store.close()
    return got, slowest


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.parametrize(
    "lock",
    [
        "SELECT * FROM routebook_chains WHERE name = 'pool hot' FOR UPDATE",
        "SELECT * FROM routebook_reps WHERE id IN ('ana', 'bogdan') FOR UPDATE",
    ],
    ids=["its chain", "its people"],
)
def test_a_transaction_that_sits_on_a_hot_pool(postgres_address: str, lock: str) -> None:
    """For seconds another connection holds what the hot pool needs; leads for the other pool do not notice."""
    got, slowest = _while_held(postgres_address, lock, seconds=3)
    assert len(got) > 5
    assert got == (["carla", "dan"] * len(got))[: len(got)]
    assert slowest < 2.5, "less than the hot pool was held for, however busy the machine"
