"""Every statement of a store that is a database, compiled once: compiling takes longer than running."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Dialect, Row, String, Table, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.expression import Executable, text

from routebook.runtime.stores import tables as t

_INSERTS: Final[Mapping[str, Callable[[Table], Any]]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


class Prepared:
    """One statement as the driver takes it."""

    def __init__(self, statement: Executable, dialect: Dialect) -> None:
        compiled: Any = statement.compile(dialect=dialect)  # type: ignore[attr-defined]
        self._sql = str(compiled)
        self._names: Sequence[str] | None = compiled.positiontup

    def _values(self, values: Mapping[str, Any]) -> Any:
        return values if self._names is None else tuple(values[name] for name in self._names)

    def ask(self, connection: Connection, values: Mapping[str, Any]) -> Sequence[Row[Any]]:
        """The rows that a question finds."""
        return connection.exec_driver_sql(self._sql, self._values(values)).all()

    def many(self, connection: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
        """Do it for each of these rows."""
        values = [self._values(row) for row in rows]
        if values:
            connection.exec_driver_sql(self._sql, values if len(values) > 1 else values[0])


class Statements:
    """The statements of one kind of database."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self.append = Prepared(t.log.insert(), dialect)
        self.post = Prepared(t.outbox.insert(), dialect)
        self.keep = Prepared(_INSERTS[dialect.name](t.texts).on_conflict_do_nothing(), dialect)
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
        self.rows = self._asking(t.log, "seq")
        self.history = Prepared(
            select(t.log).where(t.log.c.lead == bindparam("lead")).order_by(t.log.c.seq), dialect
        )
        self._upserts = {
            table.name: self._upsert(table)
            for table in (t.leads, t.rotations, t.reps, t.weeks, t.stickies, t.results, t.chains)
        }

    def upsert(self, table: Table) -> Prepared:
        """Insert a row of state, or replace the one with its key."""
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

    def _upsert(self, table: Table) -> Prepared:
        statement = _INSERTS[self._dialect.name](table)
        keys = [column.name for column in table.primary_key]
        rest = {c.name: statement.excluded[c.name] for c in table.columns if c.name not in keys}
        return Prepared(statement.on_conflict_do_update(index_elements=keys, set_=rest), self._dialect)
