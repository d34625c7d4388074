"""Reading and writing a store's state by SQL, as every database takes it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

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
        reps = {*wanted.locked, *wanted.reps}
        return Found(
            self.leads(wanted.leads),
            self.heads(wanted.chains),
            (),
            self.rotations(wanted.rotations),
            self.reps(reps),
            self.weeks(reps, wanted.mondays),
            self.firsts(wanted.firsts),
        )

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
        return {row.key: rotation_of(row) for row in self._ask(self._do.rotations, keys)}

    def reps(self, ids: Collection[str]) -> dict[str, RepState]:
        return {row.id: rep_of(row) for row in self._ask(self._do.reps, ids)}

    def weeks(self, ids: Collection[str], mondays: Collection[date]) -> dict[WeekKey, Week]:
        days = self._do.keys([monday.isoformat() for monday in mondays])
        return {week_key(row): week_of(row) for row in self._ask(self._do.weeks, ids, also=days)}

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
        return firsts_of(self._ask(self._do.firsts, keys))

    def heads(self, chains: Collection[str]) -> dict[str, Head]:
        return {row.name: Head(row.length, row.hash) for row in self._ask(self._do.heads, chains)}

    def rows(self, seqs: Collection[int]) -> dict[int, LogRow]:
        return {row.seq: row_of(row) for row in self._ask(self._do.rows, seqs)}

    def history(self, lead: str) -> list[LogRow]:
        return [row_of(row) for row in self._do.history.ask(self._driver, {"lead": lead})]

    def write(self, changes: Changes, locking: Sequence[str] = ()) -> dict[str, RepState]:
        self.wrote = True
        found = self.reps(locking)
        for writing, rows in zip(self._do.writing, rows_of(changes), strict=True):
            writing.many(self._driver, rows)
        return found

    def keep(self, texts: Mapping[str, Text]) -> None:
        rows = ({"digest": digest, "kind": text.kind, "text": text.text} for digest, text in texts.items())
        self._do.keep.many(self._driver, rows)

    def _ask(self, question: Prepared, keys: Collection[Any], **more: Any) -> Iterable[Any]:
        return question.ask(self._driver, {"keys": self._do.keys(keys), **more}) if keys else ()


def rows_of(changes: Changes) -> tuple[Iterable[Mapping[str, Any]], ...]:
    """The rows that changes come to, for each of the tables that are written."""
    return (
        map(log_row, changes.rows),
        map(lead_row, changes.leads.values()),
        map(_rotation, changes.rotations.items()),
        map(_rep, changes.reps.items()),
        map(_week, changes.weeks.items()),
        map(_sticky, changes.stickies.items()),
        map(_result, changes.results.items()),
        map(_head, changes.heads.items()),
        map(_first, changes.firsts.items()),
        map(written, changes.notices),
    )


def log_row(row: LogRow) -> dict[str, Any]:
    """A row of the log as it is written."""
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


def lead_row(lead: LeadState) -> dict[str, Any]:
    """Where a lead stands, as it is written."""
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


def rotation_of(row: Any) -> Rotation:
    """A rotation as it was read."""
    return Rotation(**json.loads(row.state))


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


def week_key(row: Any) -> WeekKey:
    """Whose week it is, and which."""
    return row.rep, date.fromisoformat(row.monday)


def week_of(row: Any) -> Week:
    """A week as it was read."""
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


def firsts_of(rows: Iterable[Any]) -> dict[str, First]:
    """Who was first, by the rows that say so; of the others somebody thought to be."""
    return {row.key: First(row.lead, read_time(row.at)) for row in rows if row.at}


def _head(item: tuple[str, Head]) -> dict[str, Any]:
    name, head = item
    return {"name": name, "length": head.length, "hash": head.hash}
