"""The store for many routers on many machines: PostgreSQL.

A session locks what it draws from, chains of the log first and reps after, always in the same order, and leaves
the rest to others: one hot pool does not stall the others. What is locked belongs to the session until it ends, and is
read after the lock is there. Two sessions that route the same new lead meet at the log's unique index, and the one that
is late starts again and finds the lead assigned.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final

from sqlalchemy import (
    Connection,
    Engine,
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
from routebook.runtime.state import Changes, Head, RepState
from routebook.runtime.stores import tables as t
from routebook.runtime.stores.base import Found, Wanted
from routebook.runtime.stores.database import DatabaseStore
from routebook.runtime.stores.sql import (
    SqlSession,
    firsts_of,
    lead_of,
    rep_of,
    rotation_of,
    rows_of,
    week_key,
    week_of,
)
from routebook.runtime.stores.statements import Driver, Prepared, Statements, WritingAll

_RESTS: Final = 64
"""Chains for rows that draw from no pool: as many sessions as this do not wait for each other."""

_KNOWN: Final = 100_000  # keys of rows that are remembered to be there
_PATIENCE: Final = 30  # seconds that a session waits for a lock
# Rows are looked up by key. A plan is kept for as long as the connection, and one that was made while a table was small
# would go on reading all of it when it is not.
_OPTIONS: Final = f"-c lock_timeout={_PATIENCE}s -c timezone=UTC -c enable_seqscan=off"
_LAYING_OUT: Final = 0x726F757465  # the advisory lock under which the tables are made

# the driver warns of what its errors say as well, and Python would print that where nobody set up logging
logging.getLogger("psycopg").addHandler(logging.NullHandler())

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
        self._asking = _Asking(engine)
        self._all = WritingAll(self._statements.writing)
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
                session = _PostgresSession(driver, self._statements, self._asking, self._all)
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


_WANTED: Final = """
SELECT (SELECT json_agg(nextval('routebook_numbers')) FROM generate_series(1, %(count)s::int)) AS numbers,
  (SELECT json_agg(row) FROM routebook_leads AS row WHERE id = ANY({leads})) AS leads,
  (SELECT json_agg(row) FROM routebook_rotations AS row WHERE key = ANY({rotations})) AS rotations,
  (SELECT json_agg(row) FROM routebook_reps AS row WHERE id = ANY({reps})) AS reps,
  (SELECT json_agg(row) FROM routebook_weeks AS row
    WHERE rep = ANY({reps}) AND monday = ANY({mondays})) AS weeks
"""


class _Asking:
    """What sessions lock, and then read, in as few statements as can be: each costs the driver more than the server.

    Locks are statements of their own. A statement sees what had been written when it began, and what is read under a
    lock has to be what was written before the lock was had.
    """

    def __init__(self, engine: Engine) -> None:
        self.firsts = _Rows(t.firsts, {"lead": "''", "at": "''"}, engine)
        self.chains = _Rows(t.chains, {"length": "0", "hash": "''"}, engine)
        self.reps = _Rows(t.reps, {"active": "0", "last": "0"}, engine)
        names = ("leads", "rotations", "reps", "mondays")
        keys = {name: f"ARRAY(SELECT json_array_elements_text(%({name})s::json))" for name in names}
        self.wanted = _WANTED.format(**keys)


class _PostgresSession(SqlSession):
    """`made` are rows that were made to be locked, and are there by a good end of the session."""

    def __init__(self, driver: Driver, statements: Statements, asking: _Asking, all: WritingAll) -> None:
        super().__init__(driver, statements, version=None)
        self._asking = asking
        self._all = all
        self.made: list[tuple[_Rows, list[str]]] = []
        self.rest = f"rest {driver.info.backend_pid % _RESTS}"

    def begin(self, wanted: Wanted) -> Found:
        asking, do = self._asking, self._do
        with self._driver.pipeline():  # one wait for all of it, not one for each
            # before all else, so that two who have the same lead in mind, under two ids, go one after the other
            firsts = self._lock(asking.firsts, wanted.firsts)
            heads = self._lock(asking.chains, wanted.chains)
            # apart from the others, and after them: whoever has it waits for no other chain
            rest = self._lock(asking.chains, (self.rest,) if wanted.rest else ())
            self._lock(asking.reps, wanted.locked)
            answer = self._driver.execute(asking.wanted, _keys_of(wanted))
        numbers, leads, rotations, reps, weeks = (said or () for said in answer.fetchone())
        week_rows = [do.weeks.of(said) for said in weeks]
        return Found(
            {said["id"]: lead_of(do.leads.of(said)) for said in leads},
            {row.name: Head(row.length, row.hash) for row in (*heads(), *rest())},
            numbers,
            {said["key"]: rotation_of(do.rotations.of(said)) for said in rotations},
            {said["id"]: rep_of(do.reps.of(said)) for said in reps},
            {week_key(row): week_of(row) for row in week_rows},
            firsts_of(firsts()),
        )

    def numbers(self, count: int) -> Sequence[int]:
        return self.begin(Wanted(numbers=count)).numbers

    def lock(self, chains: Collection[str]) -> None:
        with self._driver.pipeline():
            self._lock(self._asking.chains, chains)

    def write(self, changes: Changes, locking: Sequence[str] = ()) -> dict[str, RepState]:
        self.wrote = True
        with self._driver.pipeline():
            locked = self._lock(self._asking.reps, locking)
            self._all.send(self._driver, rows_of(changes))
        return {row.id: rep_of(row) for row in locked()}

    def _lock(self, rows: _Rows, keys: Collection[str]) -> Callable[[], Iterable[Any]]:
        """Lock rows, in a pipeline; they can be had by what is returned when that is over."""
        if not keys:
            return tuple
        if missing := rows.missing(keys):
            rows.make.send(self._driver, {"keys": missing})
            self.made.append((rows, missing))
        cursor = rows.lock.send(self._driver, {"keys": list(keys)})
        return lambda: rows.lock.rows(cursor)


def _keys_of(wanted: Wanted) -> dict[str, Any]:
    return {
        "count": wanted.numbers,
        "leads": json.dumps(list(wanted.leads)),
        "rotations": json.dumps(list(wanted.rotations)),
        "reps": json.dumps([*wanted.locked, *wanted.reps]),
        "mondays": json.dumps([monday.isoformat() for monday in wanted.mondays]),
    }


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
            connect_args={"connect_timeout": 10, "options": _OPTIONS},
        )
    except ImportError:
        raise StoreError("a postgresql store needs the driver psycopg: install routebook[postgres]") from None
