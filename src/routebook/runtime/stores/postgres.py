"""The store for many routers on many machines: PostgreSQL.

A session locks what it draws from, chains of the log first and reps after, always in the same order, and leaves
the rest to others: one hot pool does not stall the others. What is locked belongs to the session until it ends, and is
read after the lock is there. Two sessions that route the same new lead meet at the log's unique index, and the one that
is late starts again and finds the lead assigned.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, make_url, text
from sqlalchemy.exc import ArgumentError

from routebook.runtime.errors import StoreError, StoreUnavailable
from routebook.runtime.state import Changes, RepState
from routebook.runtime.stores.database import DatabaseStore
from routebook.runtime.stores.sql import SqlSession, rep_of
from routebook.runtime.stores.statements import Prepared, Statements

_RESTS: Final = 64
"""Chains for rows that draw from no pool: as many processes as this do not wait for each other."""

_PATIENCE: Final = 30  # seconds that a session waits for a lock
_LAYING_OUT: Final = 0x726F757465  # the advisory lock under which the tables are made

# class codes of SQLSTATE for what may pass: connection, rollback (deadlocks too), resources, intervention
_PASSING: Final = ("08", "40", "53", "57", "55P03", "23505")

_GUARD: Final = """
CREATE OR REPLACE FUNCTION routebook_log_guard() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the log is append-only'; END $$;
CREATE TRIGGER routebook_log_guard BEFORE UPDATE OR DELETE OR TRUNCATE ON routebook_log
EXECUTE FUNCTION routebook_log_guard();
"""


class PostgresStore(DatabaseStore):
    """A store in a PostgreSQL database, beside whatever else is there; its tables are made where there are none."""

    exclusive = False

    def __init__(self, url: str) -> None:
        engine = _engine_of(url)
        super().__init__(engine.url.render_as_string(hide_password=True), engine)
        self._statements = Statements(engine.dialect)
        self._locks = _Locks(engine)
        self._process = os.getpid()
        with self._words(), engine.begin() as connection:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LAYING_OUT})")
            self._lay_out(connection)

    def _make(self, connection: Connection) -> None:
        super()._make(connection)
        connection.exec_driver_sql(_GUARD)

    @contextmanager
    def session(self) -> Iterator[SqlSession]:
        if os.getpid() != self._process:  # connections do not survive a fork
            self._engine.dispose(close=False)
            self._process = os.getpid()
        with self._words(), self._engine.begin() as connection:
            yield _PostgresSession(connection, self._statements, self._locks)

    @contextmanager
    def _words(self) -> Iterator[None]:
        import psycopg

        with super()._words():
            try:
                yield
            except psycopg.Error as error:  # from the end of a pipeline, where SQLAlchemy does not look
                raise self._in_words(error) from error

    def _in_words(self, error: BaseException) -> StoreError:
        reason = str(error).strip().partition("\n")[0]
        state = getattr(error, "sqlstate", None)
        if state is None:
            return StoreUnavailable(f"the store {self.url} cannot be reached: {reason}")
        if state.startswith(_PASSING):
            return StoreUnavailable(f"the store {self.url} cannot be used just now: {reason}")
        return StoreError(f"the store {self.url} failed: {reason}")


class _Locks:
    """Statements that lock rows in order, those that are not there yet made first."""

    def __init__(self, engine: Engine) -> None:
        def prepared(words: str) -> Prepared:
            return Prepared(text(words), engine.dialect)

        self.chains = prepared(
            'SELECT name FROM routebook_chains WHERE name = ANY(:keys) ORDER BY name COLLATE "C" FOR UPDATE'
        )
        self.new_chains = prepared(
            "INSERT INTO routebook_chains (name, length, hash)"
            " SELECT key, 0, '' FROM unnest(CAST(:keys AS text[])) AS key ON CONFLICT DO NOTHING"
        )
        self.reps = prepared(
            "SELECT id, active, last, changed, presence FROM routebook_reps WHERE id = ANY(:keys)"
            ' ORDER BY id COLLATE "C" FOR UPDATE'
        )
        self.new_reps = prepared(
            "INSERT INTO routebook_reps (id, active, last, changed)"
            " SELECT key, 0, 0, 0 FROM unnest(CAST(:keys AS text[])) AS key ON CONFLICT DO NOTHING"
        )
        self.numbers = prepared("SELECT nextval('routebook_numbers') FROM generate_series(1, :count)")


class _PostgresSession(SqlSession):
    def __init__(self, connection: Connection, statements: Statements, locks: _Locks) -> None:
        super().__init__(connection, statements, version=None)
        self._locks = locks
        self.rest = f"rest {os.getpid() % _RESTS}"

    def numbers(self, count: int) -> Sequence[int]:
        return [row[0] for row in self._locks.numbers.ask(self._connection, {"count": count})]

    def write(self, changes: Changes) -> None:
        driver: Any = self._connection.connection.driver_connection
        with driver.pipeline():  # one wait for all the statements, not one for each
            super().write(changes)

    def lock(self, chains: Collection[str]) -> None:
        asked = {"keys": list(chains)}
        if chains and len(self._locks.chains.ask(self._connection, asked)) < len(chains):
            self._locks.new_chains.many(self._connection, [asked])
            self._locks.chains.ask(self._connection, asked)

    def lock_reps(self, ids: Collection[str]) -> dict[str, RepState]:
        asked = {"keys": list(ids)}
        if not ids:
            return {}
        found = self._locks.reps.ask(self._connection, asked)
        if len(found) < len(ids):
            self._locks.new_reps.many(self._connection, [asked])
            found = self._locks.reps.ask(self._connection, asked)
        return {row.id: rep_of(row) for row in found}


def _engine_of(url: str) -> Engine:
    try:
        parts = make_url(url)
    except (ArgumentError, ValueError):
        raise StoreError(f"`{url}` is not a store: write postgresql://USER@HOST/NAME") from None
    parts = parts.set(drivername="postgresql+psycopg")
    try:
        return create_engine(
            parts,
            pool_size=4,
            max_overflow=60,
            connect_args={"connect_timeout": 10, "options": f"-c lock_timeout={_PATIENCE}s -c timezone=UTC"},
        )
    except ImportError:
        raise StoreError("a postgresql store needs the driver psycopg: install routebook[postgres]") from None
