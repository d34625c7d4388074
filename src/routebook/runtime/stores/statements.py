"""Every statement of a store that is a database, compiled once: compiling takes longer than running.

They go to the driver as they are. SQLAlchemy writes them, and opens and lays out databases; between a hot statement and
its driver it would take more time than the database does.
"""

from __future__ import annotations

import json
from collections import namedtuple
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from sqlalchemy import ColumnElement, Dialect, String, Table, bindparam, func, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.expression import Executable, text

from routebook.runtime.stores import tables as t

Driver: TypeAlias = Any
"""A connection as the database's driver has it: `execute` and `executemany` give cursors."""

# by columns that only the tables know, so that type checkers cannot
_named_tuple: Final[Any] = namedtuple
_encode: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode

WRITTEN: Final = (
    t.log, t.leads, t.rotations, t.reps, t.weeks, t.stickies, t.results, t.chains, t.firsts, t.outbox,
)  # fmt: skip
"""The tables that a transaction writes to, the log first: where two routed the same lead, it says so."""


class Prepared:
    """One statement as the driver takes it. Rows that it finds are named by their columns."""

    def __init__(self, statement: Executable, dialect: Dialect) -> None:
        compiled: Any = statement.compile(dialect=dialect)  # type: ignore[attr-defined]
        self._sql = str(compiled)
        self._names: Sequence[str] | None = compiled.positiontup
        columns = getattr(statement, "selected_columns", ())
        self._columns = [column.name for column in columns]
        self._make = _named_tuple("Row", self._columns)._make

    def send(self, driver: Driver, values: Mapping[str, Any]) -> Any:
        """A cursor at what the question finds; in a pipeline, at what it is going to find."""
        names = self._names
        return driver.execute(self._sql, values if names is None else [values[name] for name in names])

    def rows(self, cursor: Any) -> list[Any]:
        """The rows at a cursor."""
        return list(map(self._make, cursor.fetchall()))

    def of(self, said: Mapping[str, Any]) -> Any:
        """A row that was read in another way, by the names of its columns."""
        return self._make(map(said.__getitem__, self._columns))

    def ask(self, driver: Driver, values: Mapping[str, Any]) -> list[Any]:
        """The rows that a question finds."""
        return self.rows(self.send(driver, values))


class Writing:
    """One statement that writes any number of rows of a table; `conflict` says what becomes of keys that are there.

    SQLite takes it row by row. PostgreSQL is given all rows as one text in JSON: its driver would need longer to put
    lists of texts into the form that the server takes than the server needs to store them.
    """

    def __init__(self, table: Table, dialect: Dialect, conflict: str = "") -> None:
        self._names = [column.name for column in table.columns]
        names = ", ".join(map(dialect.identifier_preparer.quote, self._names))
        self._rowwise = dialect.name == "sqlite"
        if self._rowwise:
            self.sql = f"INSERT INTO {table.name} ({names}) VALUES ({', '.join('?' * len(self._names))})"
        else:
            typed = (f"{column.name} {column.type.compile(dialect)}" for column in table.columns)
            # named by its table, so that several can be one statement
            rows = f"json_to_recordset(%({table.name})s::json) AS row ({', '.join(typed)})"
            self.sql = f"INSERT INTO {table.name} ({names}) SELECT {names} FROM {rows}"
        self.sql += conflict
        self.table = table.name

    def many(self, driver: Driver, rows: Iterable[Mapping[str, Any]]) -> None:
        """Do it for each of these rows."""
        listed = list(rows)
        if not listed:
            return
        if not self._rowwise:
            driver.execute(self.sql, {self.table: _encode(listed)})
        elif len(listed) == 1:
            driver.execute(self.sql, list(map(listed[0].__getitem__, self._names)))
        else:
            driver.executemany(self.sql, [list(map(row.__getitem__, self._names)) for row in listed])


class WritingAll:
    """Several of them as one statement, which PostgreSQL can do; each gets its rows, or none."""

    def __init__(self, parts: Sequence[Writing]) -> None:
        self._tables = [part.table for part in parts]
        named = ", ".join(f"{part.table}_written AS ({part.sql})" for part in parts)
        self._sql = f"WITH {named} SELECT 1"

    def send(self, driver: Driver, rows: Sequence[Iterable[Mapping[str, Any]]]) -> None:
        """Write these rows, a sequence of them for each part."""
        driver.execute(
            self._sql, {table: _encode(list(each)) for table, each in zip(self._tables, rows, strict=True)}
        )


class Statements:
    """The statements of one kind of database."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self.keep = Writing(t.texts, dialect, " ON CONFLICT DO NOTHING")
        self.writing = tuple(
            Writing(table, dialect, "" if table in (t.log, t.outbox) else _replacing(table))
            for table in WRITTEN
        )
        self.last = Prepared(select(func.max(t.log.c.seq)), dialect)
        self.leads = self._asking(t.leads, "id")
        self.rotations = self._asking(t.rotations, "key")
        self.reps = self._asking(t.reps, "id")
        self.weeks = self._asking(t.weeks, "rep", also="monday")
        self.stickies = Prepared(
            select(t.stickies).where(
                *(t.stickies.c[name] == bindparam(name) for name in ("pool", "field", "value"))
            ),
            dialect,
        )
        self.results = self._asking(t.results, "rep", also="segment")
        self.heads = self._asking(t.chains, "name")
        self.firsts = self._asking(t.firsts, "key")
        self.rows = self._asking(t.log, "seq")
        self.history = Prepared(
            select(t.log).where(t.log.c.lead == bindparam("lead")).order_by(t.log.c.seq), dialect
        )

    def keys(self, keys: Collection[Any]) -> Any:
        """Keys as one parameter, however many there are, so that the statement stays the same."""
        return json.dumps(list(keys)) if self._dialect.name == "sqlite" else list(keys)

    def _asking(self, table: Table, key: str, also: str | None = None) -> Prepared:
        asked = select(table).where(self._among(table.c[key], "keys"))
        if also is not None:
            asked = asked.where(self._among(table.c[also], "also"))
        return Prepared(asked, self._dialect)

    def _among(self, column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
        if self._dialect.name == "sqlite":
            return column.in_(text(f"SELECT value FROM json_each(:{name})"))
        return column == func.any(bindparam(name, type_=postgresql.ARRAY(column.type or String)))


def _replacing(table: Table) -> str:
    """The end of an INSERT that replaces the row with the same key."""
    keys = [column.name for column in table.primary_key]
    rest = [column.name for column in table.columns if column.name not in keys]
    return f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in rest)}"
