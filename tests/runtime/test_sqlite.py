"""The store that is one file: what it refuses, what it survives, and who shares it."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from routebook.runtime.errors import StoreError, StoreUnavailable
from routebook.runtime.stores import open_store
from routebook.runtime.stores.sqlite import SqliteStore, _in_words
from support.routing import NOON, assigned, router_of
from support.workers import RULES, TEAM, assert_fair, go, recorded, said, start


def url(path: Path) -> str:
    return f"sqlite:///{path}"


def refusal(address: str) -> str:
    with pytest.raises(StoreError) as raised:
        open_store(address)
    assert "\n" not in str(raised.value)
    return str(raised.value)


# --- what it refuses -------------------------------------------------------------------------------------


def test_a_folder(tmp_path: Path) -> None:
    assert (
        refusal(url(tmp_path))
        == f"the store {url(tmp_path)} is a folder: name a file in it, such as leads.db"
    )


def test_no_folder(tmp_path: Path) -> None:
    path = tmp_path / "none" / "leads.db"
    assert (
        refusal(url(path)) == f"the store {url(path)} has no place: the folder `{path.parent}` does not exist"
    )
    assert not path.parent.exists()


def test_no_database(tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    path.write_text("id,score\n" * 200)
    assert refusal(url(path)) == f"the store {url(path)} is not an SQLite database: name another file"
    assert path.read_text() == "id,score\n" * 200


def test_another_programs_database(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE contacts (id INTEGER)")
    connection.close()
    assert refusal(url(path)).endswith("is another program's database: name a file of its own")
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("contacts",)]
    connection.close()


@pytest.mark.parametrize(
    ("version", "why"),
    [
        ("99", "has layout 99, and this Routebook reads up to 2: a newer Routebook wrote it; use that one"),
        ("0", "`routebook_meta` names no layout that there was; name a database of its own"),
    ],
)
def test_another_layout(tmp_path: Path, version: str, why: str) -> None:
    path = tmp_path / "leads.db"
    open_store(url(path)).close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE routebook_meta SET value = ?", (version,))
    connection.close()
    assert refusal(url(path)).endswith(why)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("sqlite://", "`sqlite://` names no file: write sqlite:///leads.db"),
        ("sqlite:///:memory:", "names no file"),
        ("sqlite:///x.db?speed=high", "asks for what is not known"),
        ("sqlite:///x.db?synchronous=off", "asks for what is not known"),
        ("mysql://host/db", "`mysql://host/db` is not a store: write memory:"),
        ("sqllite:///x.db", "did you mean `sqlite`?"),
        ("leads.db", "`leads.db` is not a store"),
        ("memory", "`memory` is not a store: write memory:, sqlite:///leads.db or postgresql://HOST/NAME"),
        ("", "`` is not a store"),
    ],
)
def test_addresses_that_are_none(address: str, words: str) -> None:
    assert words in refusal(address)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only to root")
def test_a_read_only_file(tmp_path: Path) -> None:
    path = tmp_path / "leads.db"
    open_store(url(path)).close()
    path.chmod(0o444)
    tmp_path.chmod(0o555)
    try:
        assert refusal(url(path)).endswith("cannot be written: the file, or its folder, is read-only")
    finally:
        tmp_path.chmod(0o755)


def test_leads_without_ids(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="the policy declares no `id: id`"):
        router_of(RULES, TEAM, url(tmp_path / "a.db"), head="lead { score: integer }\n")
    router = router_of(RULES, TEAM, url(tmp_path / "b.db"), head="lead { id: id optional }\n")
    from routebook.decision import Lead

    with pytest.raises(StoreError, match="a lead has no id"):
        router.route(Lead({}), NOON)


def test_words_for_what_goes_wrong_later(tmp_path: Path) -> None:
    path = tmp_path / "leads.db"
    router = router_of(RULES, TEAM, url(path), pause=lambda _: None)
    assigned(router, 3)
    path.unlink()
    with pytest.raises(StoreUnavailable, match="is gone: its file is not there any more"):
        assigned(router, 1, "M")


def test_a_file_that_comes_back(tmp_path: Path) -> None:
    """Gone for a moment, as when a disk is mounted anew: tried again until it is there."""
    path, aside = tmp_path / "leads.db", tmp_path / "aside.db"
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            aside.rename(path)

    router = router_of(RULES, TEAM, url(path), pause=pause)
    assert assigned(router, 2) == ["ana", "bogdan"]
    router.store.close()
    path.rename(aside)
    assert assigned(router, 2, "M") == ["carla", "ana"]
    assert len(pauses) == 3
    assert pauses == sorted(pauses)


def test_a_store_that_another_holds(tmp_path: Path) -> None:
    path = tmp_path / "leads.db"
    pauses: list[float] = []
    router = router_of(RULES, TEAM, url(path), pause=pauses.append)
    assigned(router, 1)
    assert isinstance(router.store, SqliteStore)
    router.store._patience = 0
    router.store._engine = router.store._make_engine()
    router.store._drop()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="is busy: another program has held it for too long"):
        assigned(router, 1, "M")
    assert len(pauses) == 5
    other.execute("ROLLBACK")
    other.close()
    assert assigned(router, 1, "M") == ["bogdan"]


def test_the_log_is_append_only(tmp_path: Path) -> None:
    path = tmp_path / "leads.db"
    assigned(router_of(RULES, TEAM, url(path)), 3)
    connection = sqlite3.connect(path)
    for change in ("UPDATE routebook_log SET rep = 'carla'", "DELETE FROM routebook_log"):
        with pytest.raises(sqlite3.IntegrityError, match="the log is append-only"):
            connection.execute(change)
    connection.close()


def test_how_long_a_commit_waits(tmp_path: Path) -> None:
    for asked, level in (("", 1), ("?synchronous=full", 2)):
        store = SqliteStore(url(tmp_path / "leads.db") + asked)
        with store._engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == level
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        store.close()


# --- what it survives, and who shares it -----------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("batch", [1, 40])
def test_killed_at_any_moment(tmp_path: Path, batch: int) -> None:
    address = url(tmp_path / "leads.db")
    dice = random.Random(batch)
    acknowledged: dict[str, str | None] = {}
    first = 0
    for _ in range(5):
        worker = start(address, "L", first, first + 100_000, batch)
        go(worker)
        time.sleep(dice.uniform(0.02, 0.4))
        os.kill(worker.pid, signal.SIGKILL)
        heard = said(worker)
        acknowledged |= {id: rep for id, rep, again in heard}
        # the next run begins with leads that have an assignment already, heard of or not
        first = max(0, first + len(heard) - 10)
    router = router_of(RULES, TEAM, address)
    given = recorded(router)
    assert acknowledged
    assert acknowledged.items() <= given.items()
    assert_fair(router)
    assigned(router, 10, "after")
    recorded(router)


@pytest.mark.slow
def test_processes_race_for_the_same_leads(tmp_path: Path) -> None:
    address = url(tmp_path / "leads.db")
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


@pytest.mark.slow
def test_processes_share_a_rotation(tmp_path: Path) -> None:
    address = url(tmp_path / "leads.db")
    workers = [start(address, name, 0, 80, batch) for name, batch in (("A", 1), ("B", 9), ("C", 1))]
    go(*workers)
    for worker in workers:
        assert not any(again for _, _, again in said(worker))
    router = router_of(RULES, TEAM, address)
    assert len(recorded(router)) == 240
    assert_fair(router)


@pytest.mark.slow
def test_processes_make_the_store_together(tmp_path: Path) -> None:
    address = url(tmp_path / "leads.db")
    told = [
        sys.executable,
        "-c",
        "import sys; from routebook.runtime.stores import open_store; open_store(sys.argv[1])",
    ]
    workers = [subprocess.Popen([*told, address], stderr=subprocess.PIPE, text=True) for _ in range(4)]
    for worker in workers:
        assert worker.communicate(timeout=60)[1] == ""
        assert worker.returncode == 0


def test_a_fork_has_a_connection_of_its_own(tmp_path: Path) -> None:
    router = router_of(RULES, TEAM, url(tmp_path / "leads.db"))
    assigned(router, 1)
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(write, json.dumps(assigned(router, 2, "child")).encode())
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read) as heard:
        assert json.loads(heard.read()) == ["bogdan", "carla"]
    os.waitpid(child, 0)
    assert assigned(router, 2, "parent") == ["ana", "ana"]
    recorded(router)


@pytest.mark.parametrize(
    ("reason", "passing", "words"),
    [
        (
            "attempt to write a readonly database",
            False,
            "cannot be written: the file, or its folder, is read-only",
        ),
        (
            "database is locked",
            True,
            "is busy: another program has held it for too long (database is locked)",
        ),
        ("database or disk is full", True, "cannot be used: database or disk is full"),
        ("unable to open database file", True, "cannot be used: unable to open database file"),
        ("database disk image is malformed", False, "failed: database disk image is malformed"),
    ],
)
def test_the_databases_words_in_ours(reason: str, passing: bool, words: str) -> None:
    error = _in_words("sqlite:///x.db", reason)
    assert str(error) == f"the store sqlite:///x.db {words}"
    assert isinstance(error, StoreUnavailable) is passing
