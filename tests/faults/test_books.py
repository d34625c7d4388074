"""The books by which faults are judged notice what is wrong with a store: that they find nothing says something."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from routebook.runtime.stores import open_store
from support.books import Books
from support.crowds import Said
from support.faulty import Job, router_on, score_of
from support.routing import NOON, lead

JOB = Job("route", "", "", "A")
LOOSE = "DROP TRIGGER routebook_log_update; DROP TRIGGER routebook_log_delete;"
SMB = "(SELECT max(seq) FROM routebook_log WHERE chain = 'pool smb')"


@pytest.mark.parametrize(
    ("damage", "kinds"),
    [
        ("", set()),
        # what a transaction that came to half its end would leave
        (
            f"DELETE FROM routebook_log WHERE seq = {SMB}",
            {"lost", "doubled", "half_made", "rotation", "chains"},
        ),
        ("DELETE FROM routebook_leads WHERE id = 'A7'", {"half_made"}),
        ("UPDATE routebook_reps SET active = active + 1 WHERE id = 'ana'", {"half_made"}),
        (
            "UPDATE routebook_rotations SET state = json_set(state, '$.credits.ana', 9) WHERE key = 'pool smb'",
            {"rotation", "half_made"},
        ),
        ("UPDATE routebook_chains SET length = length - 1 WHERE name = 'pool smb'", {"chains"}),
        (
            f"UPDATE routebook_log SET rep = 'carla' WHERE seq = {SMB} AND rep <> 'carla'",
            {"lost", "half_made", "rotation"},
        ),
    ],
)
def test_damage_is_noticed(tmp_path: Path, damage: str, kinds: set[str]) -> None:
    path = tmp_path / "leads.db"
    store = open_store(f"sqlite:///{path}")
    router, said = router_on(store), Said()
    leads = (lead(router.tree, f"A{n}", score=score_of(n)) for n in range(60))
    for got in router.route_many(leads, now=NOON):
        said.hear(JOB, f"routed {got.lead} {got.rep} {got.again}")
    store.close()
    connection = sqlite3.connect(path)
    connection.executescript(f"{LOOSE} {damage};")
    connection.close()
    books = Books(open_store(f"sqlite:///{path}"))
    books.go_through(said)
    if not {"lost", "chains"} & kinds:
        books.replay()
    assert {name for name, found in vars(books.faults).items() if found} == kinds


def test_what_was_said_twice_is_noticed(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'leads.db'}")
    router, said = router_on(store), Said()
    (got,) = router.route_many([lead(router.tree, "A1", score=20)], now=NOON)
    for _ in range(2):
        said.hear(JOB, f"routed A1 {got.rep} False")
    said.hear(JOB, "routed A2 ana False")
    faults = Books(store).go_through(said)
    assert faults.doubled == ["A1 was said to be new 2 times", "A2 was said to be new 1 times"]
    assert faults.lost == ["A2 was said to be with {'ana'}, and was with set()"]
    store.close()
