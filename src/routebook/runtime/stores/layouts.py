"""The layouts that stores in databases have had, and the steps from each to the next.

A step's statements are frozen once a release has them: they say what a store of that time needs, whatever `tables`
has become since. A store is brought up to date by all the steps that it lacks in one transaction, so that whatever
ends that transaction early leaves the store as it was. To change the layout, change `tables`, and say the same here in
the step of the next release; a test compares a store that was upgraded with a new one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, inspect, select

from routebook.runtime.errors import StoreError
from routebook.runtime.stores import tables as t
from routebook.text import listed


@dataclass(frozen=True, slots=True)
class Step:
    """What leads from the layout before to `version`: statements for every database, then those for one kind."""

    version: int
    common: tuple[str, ...] = ()
    sqlite: tuple[str, ...] = ()
    postgresql: tuple[str, ...] = ()

    def statements(self, dialect: str) -> tuple[str, ...]:
        own: Mapping[str, tuple[str, ...]] = {"sqlite": self.sqlite, "postgresql": self.postgresql}
        return (*self.common, *own[dialect])


_FIRSTS: Final = (
    "CREATE TABLE routebook_firsts (key TEXT NOT NULL, lead TEXT NOT NULL, at TEXT NOT NULL,"
    " PRIMARY KEY (key))"
)
_OUTBOX: Final = (
    "CREATE TABLE routebook_outbox (key TEXT NOT NULL, destination TEXT NOT NULL, seq BIGINT NOT NULL,"
    " kind TEXT NOT NULL, lead TEXT NOT NULL, addressee TEXT NOT NULL, body TEXT NOT NULL, at TEXT NOT NULL,"
    " state TEXT NOT NULL, attempts INTEGER NOT NULL, due TEXT NOT NULL, holder TEXT, error TEXT,"
    " PRIMARY KEY (key, destination))"
)
_OUTBOX_DUE: Final = (
    "CREATE INDEX routebook_outbox_due ON routebook_outbox (due, seq) WHERE state = 'waiting'"
)

STEPS: Final = (
    Step(
        2,
        common=(
            # the log's number of the row that last changed the rep
            "ALTER TABLE routebook_reps ADD COLUMN changed BIGINT DEFAULT 0 NOT NULL",
            # whether the rep is there, and since when
            "ALTER TABLE routebook_reps ADD COLUMN presence TEXT",
        ),
        sqlite=(
            f"{_FIRSTS} WITHOUT ROWID",
            f"{_OUTBOX} WITHOUT ROWID",
            _OUTBOX_DUE,
        ),
        postgresql=(_FIRSTS, _OUTBOX, _OUTBOX_DUE),
    ),
)
assert STEPS[-1].version == t.VERSION, "the last step leads to the layout of `tables`"

FIRST: Final[Mapping[str, str]] = {
    "routebook_meta": "name value",
    "routebook_texts": "digest kind text",
    "routebook_log": "seq chain n hash kind lead round at outcome rep pool body",
    "routebook_leads": "id round seq status outcome rep pool queue sla at until",
    "routebook_rotations": "key state",
    "routebook_reps": "id active last",
    "routebook_weeks": "rep monday days",
    "routebook_stickies": "pool field value rep at",
    "routebook_results": "rep segment won lost",
    "routebook_chains": "name length hash",
}
"""The tables of layout 1 with their columns: what a store that says so has to look like to be upgraded."""


def layout_of(connection: Connection, url: str) -> int | None:
    """The version of the layout that is there; None where there is none of our tables.

    Raises StoreError where tables of our names are there that are not ours.
    """
    found = inspect(connection)
    ours = [name for name in t.metadata.tables if found.has_table(name)]
    if t.meta.name not in ours:
        if ours:
            raise _foreign(url, f"it has a table `{ours[0]}`, and no `{t.meta.name}` that says whose it is")
        return None
    if not _has(connection, t.meta.name, FIRST[t.meta.name].split()):
        raise _foreign(url, f"its table `{t.meta.name}` is not ours")
    version = connection.execute(select(t.meta.c.value).where(t.meta.c.name == "version")).scalar()
    if version is None or not version.isascii() or not version.isdigit() or int(version) < 1:
        raise _foreign(url, f"its table `{t.meta.name}` names no layout that there was")
    return int(version)


def upgrade(connection: Connection, version: int, url: str) -> None:
    """Bring the tables from an older layout to the present one, in the transaction of the connection.

    Raises StoreError where they are not as that layout had them, or are newer than this program.
    """
    if version > t.VERSION:
        raise StoreError(
            f"the store {url} has layout {version}, and this Routebook reads up to {t.VERSION}: "
            "a newer Routebook wrote it; use that one"
        )
    if version == 1:
        _look_at_first(connection, url)
    for step in STEPS:
        if step.version > version:
            for statement in step.statements(connection.dialect.name):
                connection.exec_driver_sql(statement)
    connection.execute(t.meta.update().where(t.meta.c.name == "version").values(value=str(t.VERSION)))


def _look_at_first(connection: Connection, url: str) -> None:
    """Layout 1 was worked on before its release without another number: not all that is called so is."""
    lacking = [name for name, columns in FIRST.items() if not _has(connection, name, columns.split())]
    if lacking:
        raise StoreError(
            f"the store {url} is left as it is: it says that it has layout 1, but not as it was released "
            f"({listed(f'`{name}`' for name in lacking)} differ); route into a new store"
        )


def _has(connection: Connection, table: str, columns: list[str]) -> bool:
    found = inspect(connection)
    return found.has_table(table) and {each["name"] for each in found.get_columns(table)} == set(columns)


def _foreign(url: str, why: str) -> StoreError:
    return StoreError(f"the store {url} is left as it is: {why}; name a database of its own")
