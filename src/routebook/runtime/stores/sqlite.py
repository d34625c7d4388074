"""The store that is one file: SQLite, with its write-ahead log.

One transaction writes at a time, and holds the whole file while it does (BEGIN IMMEDIATE); so every process that
shares a file takes its turn, and what one has read is true until it has written.

A commit outlives the program, however that ends. To make it outlive the machine's power as well, at the price of a
wait for the disk in each, add `?synchronous=full` to the URL.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool, PoolProxiedConnection

from routebook.runtime.errors import StoreError, StoreUnavailable
from routebook.runtime.stores.database import DatabaseStore
from routebook.runtime.stores.sql import SqlSession
from routebook.runtime.stores.statements import Driver, Statements

_PATIENCE: Final = 30  # seconds that a transaction waits for another process to end its own
_LEAST_PAUSE, _MOST_PAUSE = 0.0005, 0.004  # seconds between attempts to have the file
_PASSING: Final = (
    "database is locked",
    "database table is locked",
    "unable to open",
    "disk i/o",
    "is full",
    "gone",
)
_GUARD: Final = """
CREATE TRIGGER routebook_log_{event} BEFORE {event} ON routebook_log
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END
"""


class SqliteStore(DatabaseStore):
    """A store in an SQLite file, which is made where there is none."""

    exclusive = True

    def __init__(self, url: str) -> None:
        self._path, self._synchronous = _settings_of(url)
        self._patience = _PATIENCE
        super().__init__(url, self._make_engine())
        self._lock = RLock()
        self._statements = Statements(self._engine.dialect)
        self._writer: PoolProxiedConnection | None = None
        self._process = os.getpid()
        self._inode = 0
        self._commits = 0
        self._connections = 0
        self._open()

    @contextmanager
    def session(self) -> Iterator[SqlSession]:
        with self._lock, self._words():
            driver = self._connected()
            try:
                self._begin(driver)
                foreign = driver.execute("PRAGMA data_version").fetchone()[0]
                session = SqlSession(driver, self._statements, self._version(foreign))
                yield session
                driver.execute("COMMIT")
                self._commits += session.wrote
                session.version = self._version(foreign)
            except BaseException:
                self._drop()
                raise

    def _begin(self, driver: Driver) -> None:
        """Wait for the file. SQLite's own waiting sleeps a tenth of a second at a time, while the file lies idle."""
        patience, pause = time.monotonic() + self._patience, _LEAST_PAUSE
        while True:
            try:
                driver.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > patience:
                    raise
            time.sleep(pause)
            pause = min(2 * pause, _MOST_PAUSE)

    def close(self) -> None:
        with self._lock:
            self._drop()
            super().close()

    # --- connections ---

    def _make_engine(self) -> Engine:
        engine = create_engine(
            URL.create("sqlite", database=str(self._path)),
            poolclass=NullPool,
            connect_args={"timeout": self._patience, "check_same_thread": False},
        )

        @event.listens_for(engine, "connect")
        def _prepare(connection: Any, _: Any) -> None:
            # the driver is to begin no transactions of its own: `begin` below does
            connection.isolation_level = None
            connection.execute(f"PRAGMA synchronous = {self._synchronous}")

        @event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            reads = connection.get_execution_options().get("reads", False)
            connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

        return engine

    def _connected(self) -> Driver:
        """The one connection that writes: of this process, and to the file that has the store's name now."""
        if os.getpid() != self._process:  # a connection does not survive a fork
            self._writer, self._process = None, os.getpid()
        try:
            inode = self._path.stat().st_ino
        except OSError:
            self._drop()
            raise StoreUnavailable(f"the store {self.url} is gone: its file is not there any more") from None
        if self._writer is not None and inode != self._inode:
            self._drop()
        if self._writer is None:
            self._writer, self._inode = self._engine.raw_connection(), inode
            self._connections += 1
            driver: Driver = self._writer.driver_connection
            driver.execute("PRAGMA busy_timeout = 0")  # `_begin` waits, and nothing after it has to
        return self._writer.driver_connection

    def _drop(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._writer = None

    def _version(self, foreign: object) -> object:
        """Of the state: `foreign` changes when another connection commits, and is this connection's own number."""
        return self._connections, foreign, self._commits

    # --- opening ---

    def _open(self) -> None:
        if self._path.is_dir():
            raise StoreError(f"the store {self.url} is a folder: name a file in it, such as leads.db")
        if not self._path.parent.is_dir():
            raise StoreError(
                f"the store {self.url} has no place: the folder `{self._path.parent}` does not exist"
            )
        for pause in (0.02, 0.05, 0.1, 0.2, 0.4, None):
            try:
                with self._words(), self._engine.connect() as connection:
                    _use_write_ahead_log(connection)
                    with connection.begin():
                        self._lay_out(connection)
                return
            except StoreUnavailable:
                # changing the journal's mode does not wait for another process that is at it too
                if pause is None:
                    raise
                time.sleep(pause)

    def _make(self, connection: Connection) -> None:
        """Make the tables, unless the file is something else."""
        if connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").first():
            raise StoreError(f"the store {self.url} is another program's database: name a file of its own")
        super()._make(connection)
        for change in ("UPDATE", "DELETE"):
            connection.exec_driver_sql(_GUARD.format(event=change))

    @contextmanager
    def _words(self) -> Iterator[None]:
        with super()._words():
            try:
                yield
            except sqlite3.Error as error:  # from where SQLAlchemy does not look
                raise self._in_words(error) from error

    def _in_words(self, error: BaseException) -> StoreError:
        words = str(error)
        # a disk that is read-only has no place for the files that SQLite keeps beside its own
        if "unable to open" in words and self._path.exists() and not os.access(self._path.parent, os.W_OK):
            words = "readonly"
        return _in_words(self.url, words)


def _settings_of(url: str) -> tuple[Path, str]:
    """The file that a URL names, and how long a commit waits: `normal`, or `full` for the disk."""
    try:
        parts = make_url(url)
    except ArgumentError:
        parts = make_url("sqlite://")
    if not parts.database or parts.database == ":memory:":
        raise StoreError(
            f"the store `{url}` names no file: write sqlite:///leads.db, or memory: to keep nothing"
        )
    options = dict(parts.query)
    synchronous = str(options.pop("synchronous", "normal")).lower()
    if options or synchronous not in ("normal", "full"):
        raise StoreError(
            f"the store `{url}` asks for what is not known: after the file, `?synchronous=full` may stand"
        )
    return Path(parts.database), synchronous


def _in_words(url: str, reason: str) -> StoreError:
    lower = reason.lower()
    if "locked" in lower:
        return StoreUnavailable(
            f"the store {url} is busy: another program has held it for too long ({reason})"
        )
    if "not a database" in lower:
        return StoreError(f"the store {url} is not an SQLite database: name another file")
    if "readonly" in lower or "read-only" in lower:
        return StoreError(f"the store {url} cannot be written: the file, or its folder, is read-only")
    if any(words in lower for words in _PASSING):
        return StoreUnavailable(f"the store {url} cannot be used: {reason}")
    return StoreError(f"the store {url} failed: {reason}")


def _use_write_ahead_log(connection: Connection) -> None:
    """Readers and the writer do not wait for each other. The mode stays with the file."""
    driver: Any = connection.connection.dbapi_connection  # the mode cannot change inside a transaction
    if driver.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        driver.execute("PRAGMA journal_mode = WAL")
