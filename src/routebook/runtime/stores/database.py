"""What the stores that are databases have in common: reading for people, and errors in words."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from routebook.runtime.errors import StoreError
from routebook.runtime.notices.outbox import Outbox
from routebook.runtime.state import LeadState, LogRow
from routebook.runtime.stores import tables as t
from routebook.runtime.stores.base import Text
from routebook.runtime.stores.layouts import layout_of, upgrade
from routebook.runtime.stores.posting import SqlOutbox
from routebook.runtime.stores.snapshots import Snapshot, SqlSnapshot
from routebook.runtime.stores.sql import SqlSession, lead_of, row_of


class DatabaseStore(ABC):
    """A store in a database. What is particular to each kind is how it is opened, and how a session is alone."""

    durable = True

    def __init__(self, url: str, engine: Engine) -> None:
        self.url = url
        self._engine = engine

    @abstractmethod
    def session(self) -> AbstractContextManager[SqlSession]:
        """A transaction that may write."""

    @abstractmethod
    def _in_words(self, error: BaseException) -> StoreError:
        """A driver's error for a person; one that may pass is a StoreUnavailable."""

    def keep(self, texts: Mapping[str, Text]) -> None:
        missing = {digest: text for digest, text in texts.items() if self.text(digest) is None}
        if missing:
            with self.session() as session:
                session.keep(missing)

    def text(self, digest: str) -> Text | None:
        with self._reading() as connection:
            found = connection.execute(select(t.texts).where(t.texts.c.digest == digest)).one_or_none()
        return None if found is None else Text(found.kind, found.text)

    def log(self, lead: str | None = None, after: int = 0) -> Iterator[LogRow]:
        asked = select(t.log).where(t.log.c.seq > after).order_by(t.log.c.seq)
        if lead is not None:
            asked = asked.where(t.log.c.lead == lead)
        with self._reading() as connection:
            for row in connection.execution_options(yield_per=500).execute(asked):
                yield row_of(row)

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        # in SQLite a transaction that reads sees nothing else; PostgreSQL has to be asked
        alone = {"isolation_level": "REPEATABLE READ"} if self._engine.dialect.name == "postgresql" else {}
        with self._words(), self._engine.connect() as connection:
            yield SqlSnapshot(connection.execution_options(reads=True, **alone))

    def lead(self, id: str) -> LeadState | None:
        with self._reading() as connection:
            found = connection.execute(select(t.leads).where(t.leads.c.id == id)).one_or_none()
        return None if found is None else lead_of(found)

    def standing(self, statuses: Collection[str]) -> list[LeadState]:
        asked = select(t.leads).where(t.leads.c.status.in_(list(statuses))).order_by(t.leads.c.seq)
        with self._reading() as connection:
            return [lead_of(row) for row in connection.execute(asked)]

    @property
    def outbox(self) -> Outbox:
        return SqlOutbox(self._transaction, self._reading)

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        """A transaction apart from those of sessions: it changes nothing that a session reads."""
        with self._words(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._words(), self._engine.connect() as connection:
            yield connection.execution_options(reads=True)

    @contextmanager
    def _words(self) -> Iterator[None]:
        """The database's errors in words."""
        try:
            yield
        except DBAPIError as error:
            raise self._in_words(error.orig or error) from error
        except SQLAlchemyError as error:
            raise StoreError(f"the store {self.url} failed: {error}") from error

    def _lay_out(self, connection: Connection) -> None:
        """Have the tables as this Routebook knows them: made, or brought up to date. Raises StoreError."""
        version = layout_of(connection, self.url)
        if version is None:
            self._make(connection)
            connection.execute(t.meta.insert(), {"name": "version", "value": str(t.VERSION)})
        elif version != t.VERSION:
            upgrade(connection, version, self.url)

    def _make(self, connection: Connection) -> None:
        """Make the tables."""
        t.metadata.create_all(connection)
