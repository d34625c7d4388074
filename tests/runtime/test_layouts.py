"""Stores of an older layout are upgraded whole or left alone; newer ones, and other people's, are refused in words."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import Connection, Engine, create_engine, inspect, make_url, text

from routebook.auditing import audit
from routebook.runtime.errors import StoreError
from routebook.runtime.stores import layouts, open_store
from routebook.runtime.stores import tables as t
from support.stores import URLS

OLD: Final = json.loads(
    (Path(__file__).parent.parent / "cases" / "stores" / "layout_1.json").read_text(encoding="utf-8")
)
KINDS: Final = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


def engine_of(url: str) -> Engine:
    parts = make_url(url)
    return create_engine(parts.set(drivername="postgresql+psycopg") if "postgres" in url else parts)


def make_old(url: str) -> None:
    """A store as layout 1 had it, by the statements that made it."""
    kind = make_url(url).get_backend_name()
    engine = engine_of(url)
    with engine.begin() as connection:
        for statement in OLD[kind]:
            connection.exec_driver_sql(statement)
        for table, rows in OLD["rows"].items():
            for row in rows:
                names = ", ".join(row)
                values = ", ".join(f":{name}" for name in row)
                connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({values})"), row)
        if kind == "postgresql":
            connection.exec_driver_sql("SELECT setval('routebook_numbers', 32)")
    engine.dispose()


def shape(connection: Connection) -> dict[str, Any]:
    """The tables with their columns, keys and indexes."""
    found = inspect(connection)
    return {
        name: (
            {
                column["name"]: (str(column["type"]), column["nullable"], _default(column))
                for column in found.get_columns(name)
            },
            found.get_pk_constraint(name)["constrained_columns"],
            sorted(
                (index["name"] or "", tuple(index["column_names"]), bool(index["unique"]))
                for index in found.get_indexes(name)
            ),
        )
        for name in sorted(found.get_table_names())
        if name.startswith("routebook_")
    }


def _default(column: Any) -> str:
    return str(column["default"] or "").strip("'").split("'::")[0]


def look(url: str) -> dict[str, Any]:
    engine = engine_of(url)
    with engine.connect() as connection:
        found = shape(connection)
    engine.dispose()
    return found


def version(url: str) -> str:
    engine = engine_of(url)
    with engine.connect() as connection:
        found = connection.execute(
            text("SELECT value FROM routebook_meta WHERE name = 'version'")
        ).scalar_one()
    engine.dispose()
    return str(found)


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return URLS[request.param](tmp_path)


@pytest.fixture(params=KINDS)
def old(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    address = URLS[request.param](tmp_path)
    make_old(address)
    return address


def test_an_upgraded_store_is_as_a_new_one(old: str, tmp_path: Path) -> None:
    open_store(old).close()
    kind = make_url(old).get_backend_name()
    new = URLS[kind](tmp_path) if kind == "postgresql" else f"sqlite:///{tmp_path / 'new.db'}"
    open_store(new).close()
    assert look(old) == look(new)
    assert version(old) == version(new) == str(t.VERSION)


def test_what_was_recorded_stays_and_replays(old: str) -> None:
    store = open_store(old)
    assert [row.body for row in store.log()] == [
        row["body"] for row in sorted(OLD["rows"]["routebook_log"], key=lambda row: row["seq"])
    ]
    found = audit(store)
    store.close()
    assert [difference.message for difference in found.differences] == []
    assert sum(found.unknown.values()) == 2
    assert found.replayed == found.rows - 2


def test_an_upgraded_store_is_routed_into(old: str) -> None:
    from support.routing import assigned, pool, reps, router_of

    store = open_store(old)
    router = router_of("else round_robin smb\n", pool("smb", "ana", "bogdan") + reps("ana", "bogdan"), store)
    assert sorted(rep or "" for rep in assigned(router, 2, prefix="new")) == ["ana", "bogdan"]
    assert audit(store).is_well
    store.close()


OPENER: Final = """
import sys
from routebook.runtime.stores import open_store
print("ready", flush=True)
sys.stdin.readline()
open_store(sys.argv[1]).close()
print("open", flush=True)
"""


def opener(url: str, code: str = OPENER) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", code, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_two_open_an_old_store_at_once(old: str) -> None:
    both = [opener(old), opener(old)]
    for process in both:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    assert [process.communicate()[0] for process in both] == ["open\n", "open\n"]
    assert version(old) == str(t.VERSION)


KILLED: Final = """
import os, signal, sys
from routebook.runtime.stores import layouts, open_store
print("ready", flush=True)
left = int(sys.stdin.readline())
statements = layouts.Step.statements
def killing(self, dialect):
    for statement in statements(self, dialect)[:left]:
        yield statement
    os.kill(os.getpid(), signal.SIGKILL)
layouts.Step.statements = killing
open_store(sys.argv[1])
"""


def test_killed_in_the_middle(old: str) -> None:
    before = look(old)
    count = len(layouts.STEPS[-1].statements(make_url(old).get_backend_name()))
    for left in (0, 1, count):
        process = opener(old, KILLED)
        process.communicate(f"{left}\n")
        assert process.returncode == -signal.SIGKILL
        assert look(old) == before
        assert version(old) == "1"
    open_store(old).close()
    assert version(old) == str(t.VERSION)


def spoil(url: str, statement: str) -> None:
    engine = engine_of(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE routebook_meta SET value = '3'", "has layout 3, and this Routebook reads up to 2"),
        ("UPDATE routebook_meta SET value = 'x'", "names no layout that there was"),
        ("ALTER TABLE routebook_leads DROP COLUMN sla", "not as it was released (`routebook_leads` differ)"),
        ("DROP TABLE routebook_results", "not as it was released (`routebook_results` differ)"),
        ("DROP TABLE routebook_meta", "and no `routebook_meta` that says whose it is"),
        ("ALTER TABLE routebook_meta RENAME COLUMN value TO worth", "its table `routebook_meta` is not ours"),
    ],
)
def test_what_is_refused_is_left_alone(old: str, statement: str, words: str) -> None:
    spoil(old, statement)
    before = look(old)
    with pytest.raises(StoreError) as refused:
        open_store(old)
    assert words in str(refused.value)
    assert look(old) == before


def test_somebody_elses_tables(url: str) -> None:
    spoil(url, "CREATE TABLE routebook_leads (id INTEGER)")
    with pytest.raises(StoreError, match="it has a table `routebook_leads`, and no `routebook_meta`"):
        open_store(url)
    assert list(look(url)) == ["routebook_leads"]


def test_no_release_has_a_gap() -> None:
    assert [step.version for step in layouts.STEPS] == list(range(2, t.VERSION + 1))
