"""The store for many routers on many machines: PostgreSQL.

A session locks what it draws from, chains of the log first and reps after, always in the same order, and leaves
the rest to others: one hot pool does not stall the others. What is locked belongs to the session until it ends, and is
read after the lock is there. Two sessions that route the same new lead meet at the log's unique index, and the one that
is late starts again and finds the lead assigned.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any, Final

from sqlalchemy import (
    Connection,
    Engine,
    Integer,
    Table,
    Text,
    bindparam,
    collate,
    create_engine,
    func,
    literal_column,
    make_url,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import PoolProxiedConnection

from routebook.runtime.errors import StoreError, StoreUnavailable
from routebook.runtime.stores import tables as t
from routebook.runtime.stores.database import DatabaseStore
from routebook.runtime.stores.sql import Sent, SqlSession, read
from routebook.runtime.stores.statements import Driver, Prepared, Statements

_RESTS: Final = 64
"""Chains for rows that draw from no pool: as many sessions as this do not wait for each other."""

_KNOWN: Final = 100_000  # keys of rows that are remembered to be there
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
        with self._words():
            connection = self._engine.raw_connection()
            driver: Driver = connection.driver_connection
            try:
                session = _PostgresSession(driver, self._statements, self._locks)
                yield session
                driver.commit()
            except BaseException:
                self._abandon(connection)
                raise
            connection.close()
            for rows, keys in session.made:
                rows.know(keys)

    def _abandon(self, connection: PoolProxiedConnection) -> None:
        """Undo what was done; a connection that is broken takes the others with it, which will be no better."""
        driver: Driver = connection.driver_connection
        with suppress(Exception):
            driver.rollback()
        if driver.closed:
            connection.invalidate()
            self._engine.dispose()
        else:
            connection.close()

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


class _Rows:
    """Rows of a table that are locked in the order of their keys; those that are not there yet are made first."""

    def __init__(self, table: Table, blank: Mapping[str, Any], engine: Engine) -> None:
        (key,) = table.primary_key
        keys = bindparam("keys", type_=ARRAY(Text))
        asked = select(table).where(key == func.any(keys)).order_by(collate(key, "C")).with_for_update()
        self.lock = Prepared(asked, engine.dialect)
        blanks = select(func.unnest(keys), *map(literal_column, blank.values()))
        made = insert(table).from_select([key.name, *blank], blanks).on_conflict_do_nothing()
        self.make = Prepared(made, engine.dialect)
        self._known: set[str] = set()

    def missing(self, keys: Iterable[str]) -> list[str]:
        """Those that may not be there."""
        return [key for key in keys if key not in self._known]

    def know(self, keys: Iterable[str]) -> None:
        """These are there, and for good."""
        if len(self._known) > _KNOWN:
            self._known.clear()
        self._known.update(keys)


class _Locks:
    """What sessions lock, and where they take numbers from."""

    def __init__(self, engine: Engine) -> None:
        self.firsts = _Rows(t.firsts, {"lead": "''", "at": "''"}, engine)
        self.chains = _Rows(t.chains, {"length": "0", "hash": "''"}, engine)
        self.reps = _Rows(t.reps, {"active": "0", "last": "0"}, engine)
        count = bindparam("count", type_=Integer)
        numbers = select(t.numbers.next_value()).select_from(func.generate_series(literal_column("1"), count))
        self.numbers = Prepared(numbers, engine.dialect)


class _PostgresSession(SqlSession):
    """`made` are rows that were made to be locked, and are there by a good end of the session."""

    def __init__(self, driver: Driver, statements: Statements, locks: _Locks) -> None:
        super().__init__(driver, statements, version=None)
        self._locks = locks
        self.made: list[tuple[_Rows, list[str]]] = []
        self.rest = f"rest {driver.info.backend_pid % _RESTS}"

    def _together(self) -> AbstractContextManager[Any]:
        pipeline: AbstractContextManager[Any] = self._driver.pipeline()
        return pipeline  # one wait for all the statements, not one for each

    def _lock(self, rows: _Rows, keys: Collection[str]) -> Sent:
        if missing := rows.missing(keys):
            rows.make.send(self._driver, {"keys": missing})
            self.made.append((rows, missing))
        return self._send(rows.lock, keys)

    def _claim(self, keys: Collection[str]) -> Sent:
        return self._lock(self._locks.firsts, keys)

    def _lock_chains(self, chains: Collection[str]) -> Sent:
        return self._lock(self._locks.chains, chains)

    def _lock_reps(self, ids: Collection[str]) -> Sent:
        return self._lock(self._locks.reps, ids)

    def _number(self, count: int) -> Sent:
        return (
            (self._locks.numbers, self._locks.numbers.send(self._driver, {"count": count})) if count else None
        )

    def numbers(self, count: int) -> Sequence[int]:
        return [row[0] for row in read(self._number(count))]

    def lock(self, chains: Collection[str]) -> None:
        with self._together():
            self._lock_chains(chains)


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
