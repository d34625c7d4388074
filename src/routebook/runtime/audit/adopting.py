"""Taking a row as it was recorded, where it cannot be replayed or replay differs: so that what follows is judged by the
log, and one wrong row is one difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeAlias

from routebook.runtime.after.history import History, history_of
from routebook.runtime.after.statuses import RETURN
from routebook.runtime.after.writing import move
from routebook.runtime.audit.shadow import ShadowLedger
from routebook.runtime.eligibility import Member
from routebook.runtime.learning import HISTORY, count_past, read_row
from routebook.runtime.log import EVENT, PLACINGS, assignment_of
from routebook.runtime.presence import PRESENCE
from routebook.runtime.recording import lead_state
from routebook.runtime.state import LogRow, Presence, StickyKey, StickyRep, Turn

People: TypeAlias = Mapping[str, Member]


def adopt(row: LogRow, said: Mapping[str, Any], ledger: ShadowLedger, people: People) -> None:
    """Change the state as the row says that it did. `people` are the reps of that time, as far as they are known.

    Raises KeyError, TypeError or ValueError where the row does not read as one.
    """
    ledger.expect(row, {**said, "seen": None})
    if row.kind == PRESENCE:
        told = said["presence"]
        ledger.mark(said["rep"], Presence(told["online"], datetime.fromisoformat(told["since"])))
        ledger.adopt(None)
        return
    if row.kind == HISTORY:
        count_past(read_row(row)[0], ledger)
        ledger.adopt(None)
        return
    history = history_of(ledger.history(row.lead))
    if row.kind == EVENT:
        _event(said["event"], history, ledger)
    elif row.kind in PLACINGS:
        if history is not None and "cause" in said:
            _leave(history, said["cause"], ledger, people)
        _place(row, said, ledger, people)


def _event(event: Mapping[str, Any], history: History | None, ledger: ShadowLedger) -> None:
    if history is None:
        return
    _credit(event["credit"], ledger)
    move(history, event["status"], ledger)
    known = ledger.lead(history.lead)
    if known is not None:
        ledger.adopt(replace(known, status=event["status"]))


def _leave(history: History, cause: Mapping[str, Any], ledger: ShadowLedger, people: People) -> None:
    """The owner until now has one lead less."""
    _credit(cause.get("credit"), ledger)
    if history.is_open and history.owner is not None:
        ledger.release(history.owner)
        if cause["kind"] == RETURN:
            ledger.forget(history.owner, *_day(history.owner, history.since, people))


def _place(row: LogRow, said: Mapping[str, Any], ledger: ShadowLedger, people: People) -> None:
    turn, sticky = said["turn"], said["sticky"]
    if turn is not None and row.rep is not None:
        ledger.turn(Turn(turn["rotation"], turn["before"], turn["after"], turn["gone"]), row.rep)
    if sticky is not None and row.rep is not None:
        ledger.stick(StickyKey(*sticky), StickyRep(row.rep, row.at))
    if row.rep is not None:
        ledger.give(row.rep, *_day(row.rep, row.at, people))
    ledger.adopt(lead_state(assignment_of(row), row.round, row.seq))


def _credit(credit: Mapping[str, Any] | None, ledger: ShadowLedger) -> None:
    if credit is None:
        return
    rotation = ledger.rotation(credit["rotation"])
    credits = dict(rotation.credits)
    for rep, amount in credit["credits"].items():
        credits[rep] = credits.get(rep, 0) + amount
    ledger.rotate(credit["rotation"], replace(rotation, credits=credits))


def _day(rep: str, moment: datetime, people: People) -> tuple[date, int]:
    """The Monday of the week and the day in it, where the rep is; in UTC for one whom nobody knows any more."""
    member = people.get(rep)
    if member is not None:
        today = member.calendar.local_day(moment)
        return today.monday, today.day.weekday()
    day = moment.astimezone(UTC).date()
    return day - timedelta(days=day.weekday()), day.weekday()
