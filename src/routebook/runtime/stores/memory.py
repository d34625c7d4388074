"""The store that forgets when the program ends."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from threading import Lock
from typing import TypeVar

from routebook.runtime.state import (
    REST,
    Changes,
    First,
    Head,
    LeadState,
    LogRow,
    RepState,
    Result,
    ResultKey,
    Rotation,
    StickyKey,
    StickyRep,
    Week,
    WeekKey,
)
from routebook.runtime.stores.base import Found, Session, Text, Wanted
from routebook.runtime.stores.memory_outbox import MemoryOutbox
from routebook.runtime.stores.snapshots import MemorySnapshot, Snapshot

_K = TypeVar("_K")
_V = TypeVar("_V")


class MemoryStore:
    """Dictionaries behind a lock. What a session writes is laid aside until it ends well."""

    durable = False
    exclusive = True

    def __init__(self, url: str = "memory:") -> None:
        self.url = url
        self._lock = Lock()
        self._version = 0
        self._rows: list[LogRow] = []
        self._by_lead: dict[str, list[LogRow]] = {}
        self._leads: dict[str, LeadState] = {}
        self._rotations: dict[str, Rotation] = {}
        self._reps: dict[str, RepState] = {}
        self._weeks: dict[WeekKey, Week] = {}
        self._stickies: dict[StickyKey, StickyRep] = {}
        self._results: dict[ResultKey, Result] = {}
        self._heads: dict[str, Head] = {}
        self._firsts: dict[str, First] = {}
        self._texts: dict[str, Text] = {}
        self.outbox = MemoryOutbox()

    @contextmanager
    def session(self) -> Iterator[Session]:
        with self._lock:
            session = _MemorySession(self)
            yield session
            for changes in session.written:
                self._take(changes)
            session.version = self._version

    def _take(self, changes: Changes) -> None:
        self._version += 1
        self._rows += changes.rows
        for row in changes.rows:
            self._by_lead.setdefault(row.lead, []).append(row)
        self._leads.update(changes.leads)
        self._rotations.update(changes.rotations)
        self._reps.update(changes.reps)
        self._weeks.update(changes.weeks)
        self._stickies.update(changes.stickies)
        self._results.update(changes.results)
        self._heads.update(changes.heads)
        self._firsts.update(changes.firsts)
        self.outbox.write(changes.notices)

    def keep(self, texts: Mapping[str, Text]) -> None:
        with self._lock:
            self._texts = {**texts, **self._texts}

    def text(self, digest: str) -> Text | None:
        return self._texts.get(digest)

    def log(self, lead: str | None = None, after: int = 0) -> Iterator[LogRow]:
        with self._lock:
            if lead is None:
                return iter(self._rows[after:])
            return iter([row for row in self._by_lead.get(lead, ()) if row.seq > after])

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        with self._lock:
            copy = MemorySnapshot(
                list(self._rows),
                dict(self._heads),
                dict(self._leads),
                dict(self._rotations),
                dict(self._reps),
                dict(self._weeks),
                dict(self._stickies),
                dict(self._results),
                dict(self._firsts),
            )
        yield copy

    def lead(self, id: str) -> LeadState | None:
        return self._leads.get(id)

    def standing(self, statuses: Collection[str]) -> list[LeadState]:
        with self._lock:
            found = [lead for lead in self._leads.values() if lead.status in statuses]
        return sorted(found, key=lambda lead: lead.seq)

    def close(self) -> None:
        """Nothing to close: what is remembered goes with the object."""


class _MemorySession:
    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self.version: object | None = store._version
        self.written: list[Changes] = []

    rest = REST

    def begin(self, wanted: Wanted) -> Found:
        reps = {*wanted.locked, *wanted.reps}
        return Found(
            self.leads(wanted.leads),
            self.heads(wanted.chains),
            self.numbers(wanted.numbers),
            self.rotations(wanted.rotations),
            self.reps(reps),
            self.weeks(reps, wanted.mondays),
            self.firsts(wanted.firsts),
        )

    def last_seq(self) -> int:
        return len(self._store._rows)

    def numbers(self, count: int) -> Sequence[int]:
        return range(self.last_seq() + 1, self.last_seq() + 1 + count)

    def lock(self, chains: Collection[str]) -> None:
        """The whole store is this session's alone."""

    def leads(self, ids: Collection[str]) -> dict[str, LeadState]:
        return _some(self._store._leads, ids)

    def rotations(self, keys: Collection[str]) -> dict[str, Rotation]:
        return _some(self._store._rotations, keys)

    def reps(self, ids: Collection[str]) -> dict[str, RepState]:
        return _some(self._store._reps, ids)

    def weeks(self, ids: Collection[str], mondays: Collection[date]) -> dict[WeekKey, Week]:
        return _some(self._store._weeks, [(id, monday) for id in ids for monday in mondays])

    def stickies(self, keys: Collection[StickyKey]) -> dict[StickyKey, StickyRep]:
        return _some(self._store._stickies, keys)

    def results(self, keys: Collection[ResultKey]) -> dict[ResultKey, Result]:
        return _some(self._store._results, keys)

    def firsts(self, keys: Collection[str]) -> dict[str, First]:
        return _some(self._store._firsts, keys)

    def heads(self, chains: Collection[str]) -> dict[str, Head]:
        return _some(self._store._heads, chains)

    def rows(self, seqs: Collection[int]) -> dict[int, LogRow]:
        return {seq: self._store._rows[seq - 1] for seq in seqs if 0 < seq <= len(self._store._rows)}

    def history(self, lead: str) -> list[LogRow]:
        return list(self._store._by_lead.get(lead, ()))

    def write(self, changes: Changes, locking: Sequence[str] = ()) -> dict[str, RepState]:
        self.written.append(changes)
        return self.reps(locking)


def _some(known: Mapping[_K, _V], keys: Collection[_K]) -> dict[_K, _V]:
    return {key: known[key] for key in keys if key in known}
