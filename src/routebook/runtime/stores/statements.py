"""Every statement of a store that is a database, compiled once: compiling takes longer than running.

They go to the driver as they are. SQLAlchemy writes them, and opens and lays out databases; between a hot statement and
its driver it would take more time than the database does.
"""

from __future__ import annotations

import json
from collections import namedtuple
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from sqlalchemy import ColumnElement, Dialect, String, Table, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.expression import Executable, text

from routebook.runtime.stores import tables as t

Driver: TypeAlias = Any
"""A connection as the database's driver has it: `execute` and `executemany` give cursors."""

# by columns that only the tables know, so that type checkers cannot
_named_tuple: Final[Any] = namedtuple
_INSERTS: Final[Mapping[str, Callable[[Table], Any]]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


class Prepared:
    """One statement as the driver takes it. Rows that it finds are named by their columns."""

    def __init__(self, statement: Executable, dialect: Dialect) -> None:
        compiled: Any = statement.compile(dialect=dialect)  # type: ignore[attr-defined]
        self._sql = str(compiled)
        self._names: Sequence[str] | None = compiled.positiontup
        columns = getattr(statement, "selected_columns", ())
        self._make = _named_tuple("Row", [column.name for column in columns])._make

    def send(self, driver: Driver, values: Mapping[str, Any]) -> Any:
        """A cursor at what the question finds; in a pipeline, at what it is going to find."""
        names = self._names
        return driver.execute(self._sql, values if names is None else [values[name] for name in names])

    def rows(self, cursor: Any) -> list[Any]:
        """The rows at a cursor."""
        return list(map(self._make, cursor.fetchall()))

    def ask(self, driver: Driver, values: Mapping[str, Any]) -> list[Any]:
        """The rows that a question finds."""
        return self.rows(self.send(driver, values))


class Writing(Prepared):
    """One statement that writes any number of rows: PostgreSQL is given a list for each column, SQLite row by row."""

    def __init__(self, table: Table, statement: Executable, dialect: Dialect) -> None:
        super().__init__(statement, dialect)
        self._columns = [column.name for column in table.columns]

    def many(self, driver: Driver, rows: Iterable[Mapping[str, Any]]) -> None:
        """Do it for each of these rows."""
        listed = list(rows)
        names = self._names
        if not listed:
            return
        if names is None:
            driver.execute(self._sql, {name: [row[name] for row in listed] for name in self._columns})
        elif len(listed) == 1:
            driver.execute(self._sql, [listed[0][name] for name in names])
        else:
            driver.executemany(self._sql, ([row[name] for name in names] for row in listed))


class Statements:
    """The statements of one kind of database."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self.append = Writing(t.log, self._insert(t.log), dialect)
        self.post = Writing(t.outbox, self._insert(t.outbox), dialect)
        self.keep = Writing(t.texts, self._insert(t.texts).on_conflict_do_nothing(), dialect)
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
        self._upserts = {
            table.name: self._upsert(table)
            for table in (t.leads, t.rotations, t.reps, t.weeks, t.stickies, t.results, t.chains, t.firsts)
        }

    def upsert(self, table: Table) -> Writing:
        """Insert rows of state, or replace those with their keys."""
        return self._upserts[table.name]

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

    def _insert(self, table: Table) -> Any:
        statement = _INSERTS[self._dialect.name](table)
        if self._dialect.name == "sqlite":
            return statement
        lists = [bindparam(c.name, type_=postgresql.ARRAY(c.type)) for c in table.columns]
        return statement.from_select(table.columns, select(*map(func.unnest, lists)))

    def _upsert(self, table: Table) -> Writing:
        statement = self._insert(table)
        keys = [column.name for column in table.primary_key]
        rest = {c.name: statement.excluded[c.name] for c in table.columns if c.name not in keys}
        return Writing(table, statement.on_conflict_do_update(index_elements=keys, set_=rest), self._dialect)
