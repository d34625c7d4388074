"""Reading and writing a store's state by SQL, as every database takes it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from typing import Any, TypeAlias

from sqlalchemy import Table

from routebook.runtime.state import (
    REST,
    Changes,
    First,
    Head,
    LeadState,
    LogRow,
    Presence,
    RepState,
    Result,
    ResultKey,
    Rotation,
    StickyKey,
    StickyRep,
    Week,
    WeekKey,
)
from routebook.runtime.stores import tables as t
from routebook.runtime.stores.base import Found, Text, Wanted
from routebook.runtime.stores.posting import written
from routebook.runtime.stores.statements import Driver, Prepared, Statements
from routebook.runtime.stores.times import read_time, show_time


class SqlSession:
    """One transaction on a driver's connection, which whoever made this session begins and ends."""

    def __init__(self, driver: Driver, statements: Statements, version: object | None) -> None:
        self._driver = driver
        self._do = statements
        self.version = version
        self.wrote = False
        self.rest = REST

    def begin(self, wanted: Wanted) -> Found:
        do = self._do
        with self._together():
            # before all else, so that two who have the same lead in mind, under two ids, go one after the other
            firsts = self._claim(wanted.firsts)
            heads = self._lock_chains(wanted.chains)
            # apart from the others, and after them: whoever has it waits for no other chain
            rest = self._lock_chains((self.rest,) if wanted.rest else ())
            locked = self._lock_reps(wanted.locked)
            numbers = self._number(wanted.numbers)
            leads = self._send(do.leads, wanted.leads)
            rotations = self._send(do.rotations, wanted.rotations)
            reps = self._send(do.reps, wanted.reps)
            # after their reps: when a rep turns out unchanged in the end, so is the week
            mondays = do.keys([monday.isoformat() for monday in wanted.mondays])
            weeks = self._send(do.weeks, {*wanted.locked, *wanted.reps}, also=mondays)
        return Found(
            {row.id: lead_of(row) for row in read(leads)},
            {row.name: Head(row.length, row.hash) for row in (*read(heads), *read(rest))},
            [row[0] for row in read(numbers)],
            {row.key: Rotation(**json.loads(row.state)) for row in read(rotations)},
            {row.id: rep_of(row) for row in (*read(reps), *read(locked))},
            {_week_key(row): _week_of(row) for row in read(weeks)},
            dict(map(_first_of, _taken(read(firsts)))),
        )

    def _together(self) -> AbstractContextManager[Any]:
        """What is sent in here may go to the database at once; answers are read after it."""
        return nullcontext()

    def _lock_chains(self, chains: Collection[str]) -> Sent:
        """Lock chains, where that is not so already, and find their ends."""
        return self._send(self._do.heads, chains)

    def _lock_reps(self, ids: Collection[str]) -> Sent:
        return self._send(self._do.reps, ids)

    def _claim(self, keys: Collection[str]) -> Sent:
        return self._send(self._do.firsts, keys)

    def _number(self, count: int) -> Sent:  # noqa: ARG002
        """Numbers for new rows; nothing where the one who writes can count for itself."""
        return None

    def last_seq(self) -> int:
        return self._do.last.ask(self._driver, {})[0][0] or 0

    def numbers(self, count: int) -> Sequence[int]:
        last = self.last_seq()
        return range(last + 1, last + 1 + count)

    def lock(self, chains: Collection[str]) -> None:
        """Nothing to wait for where the transaction holds the whole store."""

    def leads(self, ids: Collection[str]) -> dict[str, LeadState]:
        return {row.id: lead_of(row) for row in self._ask(self._do.leads, ids)}

    def rotations(self, keys: Collection[str]) -> dict[str, Rotation]:
        return {row.key: Rotation(**json.loads(row.state)) for row in self._ask(self._do.rotations, keys)}

    def reps(self, ids: Collection[str]) -> dict[str, RepState]:
        return {row.id: rep_of(row) for row in self._ask(self._do.reps, ids)}

    def weeks(self, ids: Collection[str], mondays: Collection[date]) -> dict[WeekKey, Week]:
        days = self._do.keys([monday.isoformat() for monday in mondays])
        return {_week_key(row): _week_of(row) for row in self._ask(self._do.weeks, ids, also=days)}

    def stickies(self, keys: Collection[StickyKey]) -> dict[StickyKey, StickyRep]:
        found: dict[StickyKey, StickyRep] = {}
        for key in keys:
            for row in self._do.stickies.ask(self._driver, key._asdict()):
                found[key] = StickyRep(row.rep, read_time(row.at))
        return found

    def results(self, keys: Collection[ResultKey]) -> dict[ResultKey, Result]:
        segments = self._do.keys({key.segment for key in keys})
        rows = self._ask(self._do.results, {key.rep for key in keys}, also=segments)
        found = {ResultKey(row.rep, row.segment): Result(row.won, row.lost) for row in rows}
        return {key: found[key] for key in keys if key in found}

    def firsts(self, keys: Collection[str]) -> dict[str, First]:
        return dict(map(_first_of, _taken(self._ask(self._do.firsts, keys))))

    def heads(self, chains: Collection[str]) -> dict[str, Head]:
        return {row.name: Head(row.length, row.hash) for row in self._ask(self._do.heads, chains)}

    def rows(self, seqs: Collection[int]) -> dict[int, LogRow]:
        return {row.seq: row_of(row) for row in self._ask(self._do.rows, seqs)}

    def history(self, lead: str) -> list[LogRow]:
        return [row_of(row) for row in self._do.history.ask(self._driver, {"lead": lead})]

    def write(self, changes: Changes, locking: Sequence[str] = ()) -> dict[str, RepState]:
        self.wrote = True
        with self._together():
            locked = self._lock_reps(locking)
            self._do.append.many(self._driver, map(_row, changes.rows))
            self._upsert(t.leads, map(_lead, changes.leads.values()))
            self._upsert(t.rotations, map(_rotation, changes.rotations.items()))
            self._upsert(t.reps, map(_rep, changes.reps.items()))
            self._upsert(t.weeks, map(_week, changes.weeks.items()))
            self._upsert(t.stickies, map(_sticky, changes.stickies.items()))
            self._upsert(t.results, map(_result, changes.results.items()))
            self._upsert(t.chains, map(_head, changes.heads.items()))
            self._upsert(t.firsts, map(_first, changes.firsts.items()))
            self._do.post.many(self._driver, map(written, changes.notices))
        return {row.id: rep_of(row) for row in read(locked)}

    def keep(self, texts: Mapping[str, Text]) -> None:
        rows = ({"digest": digest, "kind": text.kind, "text": text.text} for digest, text in texts.items())
        self._do.keep.many(self._driver, rows)

    def _send(self, question: Prepared, keys: Collection[Any], **more: Any) -> Sent:
        """Ask it, and read the answer later; None where nothing is asked for."""
        if not keys:
            return None
        return question, question.send(self._driver, {"keys": self._do.keys(keys), **more})

    def _ask(self, question: Prepared, keys: Collection[Any], **more: Any) -> Iterable[Any]:
        return read(self._send(question, keys, **more))

    def _upsert(self, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
        self._do.upsert(table).many(self._driver, rows)


Sent: TypeAlias = tuple[Prepared, Any] | None
"""A question and the cursor at its answer; None for one that was not asked."""


def read(sent: Sent) -> Iterable[Any]:
    return () if sent is None else sent[0].rows(sent[1])


def _row(row: LogRow) -> dict[str, Any]:
    return {
        "seq": row.seq,
        "chain": row.chain,
        "n": row.n,
        "hash": row.hash,
        "kind": row.kind,
        "lead": row.lead,
        "round": row.round,
        "at": show_time(row.at),
        "outcome": row.outcome,
        "rep": row.rep,
        "pool": row.pool,
        "body": row.body,
    }


def row_of(row: Any) -> LogRow:
    """A row of the log as it was read."""
    values = row._asdict()
    return LogRow(**{**values, "at": read_time(values["at"])})


def _lead(lead: LeadState) -> dict[str, Any]:
    return {
        "id": lead.id,
        "round": lead.round,
        "seq": lead.seq,
        "status": lead.status,
        "outcome": lead.outcome,
        "rep": lead.rep,
        "pool": lead.pool,
        "queue": lead.queue,
        "sla": lead.sla,
        "at": show_time(lead.at),
        "until": None if lead.until is None else show_time(lead.until),
    }


def lead_of(row: Any) -> LeadState:
    """Where a lead stands, as it was read."""
    values = row._asdict()
    until = values["until"]
    times = {"at": read_time(values["at"]), "until": None if until is None else read_time(until)}
    return LeadState(**{**values, **times})


def _rotation(item: tuple[str, Rotation]) -> dict[str, Any]:
    key, rotation = item
    plain = {
        "step": rotation.step,
        "credits": rotation.credits,
        "lasts": rotation.lasts,
        "gone": rotation.gone,
    }
    return {"key": key, "state": json.dumps(plain, ensure_ascii=False, separators=(",", ":"))}


def _rep(item: tuple[str, RepState]) -> dict[str, Any]:
    id, rep = item
    return {
        "id": id,
        "active": rep.active,
        "last": rep.last,
        "changed": rep.changed,
        "presence": None if rep.presence is None else _said(rep.presence),
    }


def rep_of(row: Any) -> RepState:
    """Where a rep stands, as it was read."""
    presence = None
    if row.presence is not None:
        word, _, since = row.presence.partition(" ")
        presence = Presence(word == "online", read_time(since))
    return RepState(row.active, row.last, row.changed, presence)


def _said(presence: Presence) -> str:
    return f"{'online' if presence.online else 'offline'} {show_time(presence.since)}"


def _week_key(row: Any) -> WeekKey:
    return row.rep, date.fromisoformat(row.monday)


def _week_of(row: Any) -> Week:
    days: Week = tuple(json.loads(row.days))
    return days


def _week(item: tuple[WeekKey, Week]) -> dict[str, Any]:
    (rep, monday), days = item
    return {"rep": rep, "monday": monday.isoformat(), "days": json.dumps(days)}


def _sticky(item: tuple[StickyKey, StickyRep]) -> dict[str, Any]:
    key, sticky = item
    return {**key._asdict(), "rep": sticky.rep, "at": show_time(sticky.at)}


def _result(item: tuple[ResultKey, Result]) -> dict[str, Any]:
    key, result = item
    return {**key._asdict(), **result._asdict()}


def _first(item: tuple[str, First]) -> dict[str, Any]:
    key, first = item
    return {"key": key, "lead": first.lead, "at": show_time(first.at)}


def _taken(rows: Iterable[Any]) -> Iterable[Any]:
    """The rows that say who was first; of the others somebody thought to be."""
    return (row for row in rows if row.at)


def _first_of(row: Any) -> tuple[str, First]:
    return row.key, First(row.lead, read_time(row.at))


def _head(item: tuple[str, Head]) -> dict[str, Any]:
    name, head = item
    return {"name": name, "length": head.length, "hash": head.hash}
