"""Everything that a store holds at one moment, read in order and a little at a time, while others go on writing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from routebook.decision import jsonable
from routebook.runtime.state import (
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

if TYPE_CHECKING:
    from sqlalchemy import Connection, Select, Table


class Held(NamedTuple):
    """A thing that a store remembers besides the log: what it is, its key, and all that is remembered."""

    what: str
    key: tuple[str, ...]
    value: dict[str, Any]


class Snapshot(Protocol):
    """A store at one moment. What is given one by one is read as it is asked for."""

    def count(self) -> int:
        """How many rows the log has."""

    def log(self) -> Iterator[LogRow]:
        """All rows, in order."""

    def heads(self) -> Mapping[str, Head]:
        """The ends of the chains, as they are kept apart from the log."""

    def held(self) -> Iterator[Held]:
        """All that the log adds up to, by `what` and then by key."""


@dataclass(frozen=True)
class MemorySnapshot:
    """Copies; the things themselves are never changed."""

    rows: list[LogRow]
    chains: Mapping[str, Head]
    leads: Mapping[str, LeadState]
    rotations: Mapping[str, Rotation]
    reps: Mapping[str, RepState]
    weeks: Mapping[WeekKey, Week]
    stickies: Mapping[StickyKey, StickyRep]
    results: Mapping[ResultKey, Result]
    firsts: Mapping[str, First]

    def count(self) -> int:
        return len(self.rows)

    def log(self) -> Iterator[LogRow]:
        return iter(self.rows)

    def heads(self) -> Mapping[str, Head]:
        return self.chains

    def held(self) -> Iterator[Held]:
        weeks = {(rep, monday.isoformat()): week for (rep, monday), week in self.weeks.items()}
        yield from (Held("firsts", (key,), _first(self.firsts[key])) for key in sorted(self.firsts))
        yield from (Held("leads", (id,), _lead(self.leads[id])) for id in sorted(self.leads))
        yield from (Held("reps", (id,), value) for id in sorted(self.reps) if (value := _rep(self.reps[id])))
        yield from (Held("results", tuple(key), _result(self.results[key])) for key in sorted(self.results))
        yield from (
            Held("rotations", (key,), _rotation(self.rotations[key])) for key in sorted(self.rotations)
        )
        yield from (
            Held("stickies", tuple(key), _sticky(self.stickies[key])) for key in sorted(self.stickies)
        )
        yield from (Held("weeks", key, _week(weeks[key])) for key in sorted(weeks))


class SqlSnapshot:
    """One transaction that sees no other; whoever made it ends it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def count(self) -> int:
        from sqlalchemy import func, select

        from routebook.runtime.stores import tables as t

        return self._connection.execute(select(func.count()).select_from(t.log)).scalar() or 0

    def log(self) -> Iterator[LogRow]:
        from sqlalchemy import select

        from routebook.runtime.stores import tables as t
        from routebook.runtime.stores.sql import row_of

        return map(row_of, self._each(select(t.log).order_by(t.log.c.seq)))

    def heads(self) -> Mapping[str, Head]:
        from sqlalchemy import select

        from routebook.runtime.stores import tables as t

        # a chain may have been locked before anything was written to it
        asked = select(t.chains).where(t.chains.c.length > 0)
        return {row.name: Head(row.length, row.hash) for row in self._connection.execute(asked)}

    def held(self) -> Iterator[Held]:
        from routebook.runtime.stores import tables as t
        from routebook.runtime.stores.sql import lead_of, rep_of
        from routebook.runtime.stores.times import read_time

        def sticky(row: Any) -> dict[str, Any]:
            return _sticky(StickyRep(row.rep, read_time(row.at)))

        yield from (
            Held("firsts", (row.key,), _first(First(row.lead, read_time(row.at))))
            for row in self._all(t.firsts)
            if row.lead  # not one that was claimed only
        )
        yield from (Held("leads", (row.id,), _lead(lead_of(row))) for row in self._all(t.leads))
        yield from (
            Held("reps", (row.id,), value) for row in self._all(t.reps) if (value := _rep(rep_of(row)))
        )
        yield from (
            Held("results", (row.rep, row.segment), _result(Result(row.won, row.lost)))
            for row in self._all(t.results)
        )
        yield from (
            Held("rotations", (row.key,), _rotation(Rotation(**json.loads(row.state))))
            for row in self._all(t.rotations)
        )
        yield from (
            Held("stickies", (row.pool, row.field, row.value), sticky(row)) for row in self._all(t.stickies)
        )
        yield from (
            Held("weeks", (row.rep, row.monday), _week(json.loads(row.days))) for row in self._all(t.weeks)
        )

    def _all(self, table: Table) -> Iterator[Any]:
        """A table in the order of its key, as Python would put it."""
        from sqlalchemy import select

        postgres = self._connection.dialect.name == "postgresql"
        keys = [column.collate("C") if postgres else column for column in table.primary_key]
        return self._each(select(table).order_by(*keys))

    def _each(self, asked: Select[Any]) -> Iterator[Any]:
        yield from self._connection.execution_options(yield_per=500).execute(asked)


def _first(first: First) -> dict[str, Any]:
    return {"lead": first.lead, "at": jsonable(first.at)}


def _lead(lead: LeadState) -> dict[str, Any]:
    plain: dict[str, Any] = jsonable(lead)
    return plain


def _rep(rep: RepState) -> dict[str, Any]:
    """Nothing for one of whom nothing is known: some stores lock reps by writing them down first."""
    if not rep.active and not rep.last and rep.presence is None:
        return {}
    presence = rep.presence and [rep.presence.online, jsonable(rep.presence.since)]
    return {"active": rep.active, "last": rep.last, "presence": presence}


def _result(result: Result) -> dict[str, Any]:
    return result._asdict()


def _rotation(rotation: Rotation) -> dict[str, Any]:
    plain: dict[str, Any] = jsonable(rotation)
    return plain


def _sticky(sticky: StickyRep) -> dict[str, Any]:
    return {"rep": sticky.rep, "at": jsonable(sticky.at)}


def _week(week: Week | list[int]) -> dict[str, Any]:
    return {"days": list(week)}
