"""Events taken down: each once, each as a row of the log, with what it changes in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, TypeAlias

from routebook.decision import Assignment
from routebook.runtime.after.credit import give_back
from routebook.runtime.after.events import Event, Recorded
from routebook.runtime.after.handing import Handing
from routebook.runtime.after.history import History, history_of
from routebook.runtime.after.offices import Office
from routebook.runtime.after.statuses import ASSIGN, OPEN, RETURN, TOUCH, Status
from routebook.runtime.after.writing import append_event, move
from routebook.runtime.errors import StoreError
from routebook.runtime.ledger import Ledger
from routebook.runtime.locks import Locks
from routebook.runtime.log import lead_chain
from routebook.runtime.transactions import Transactions

Offices: TypeAlias = Callable[[Mapping[str, Any]], Office]
"""The office of the policy by which a row of the log was decided. Raises StoreError where it cannot be had."""


class Clerk:
    """Takes down what happens to the leads of a store. Safe to share between threads."""

    def __init__(self, transactions: Transactions, offices: Offices) -> None:
        self._transactions = transactions
        self._offices = offices

    def record(self, event: Event) -> Recorded:
        """Record an event and do what follows from it. Raises StoreError where it does not fit the lead."""
        locks = Locks(frozenset({lead_chain(event.lead)}))
        store = self._transactions.store
        while True:
            # the policy comes out of the store as well, and is read before the transaction
            before = history_of(store.log(event.lead))
            if before is None:
                raise StoreError(f"the store {store.url} knows no lead `{event.lead}`")
            office = self._offices(before.placed) if event.kind in (RETURN, ASSIGN) else None
            with suppress(_Moved):
                return self._transactions.run((event.lead,), locks, partial(record_event, event, office))


class _Moved(Exception):
    """The lead has been decided about by another policy in the meantime."""


def record_event(event: Event, office: Office | None, ledger: Ledger) -> Recorded:
    """Record an event in a transaction. Only `return` and `assign` need the office."""
    history = history_of(ledger.history(event.lead))
    assert history is not None
    if office is not None and office.digests.text != history.placed["policy_text"]:
        raise _Moved
    if event.key is not None and event.key in history.keys:
        return _again(event, history)
    if event.kind == RETURN:
        assert office is not None
        return _return(event, history, office, ledger)
    if event.kind == ASSIGN:
        assert office is not None
        return _assign(event, history, office, ledger)
    if event.kind == TOUCH:
        _needs_owner(event, history)
        append_event(event, history, history.status, None, ledger)
        return _recorded(event, history, history.status)
    return _status(event, history, ledger)


def _return(event: Event, history: History, office: Office, ledger: Ledger) -> Recorded:
    """To the next in the plan; the owner's turn, day and capacity are as if the lead had never come."""
    _needs_owner(event, history)
    _needs_open(event, history)
    owner = history.owner
    assert owner is not None
    credit = None if history.credited else give_back(history.placed["turn"], ledger)
    ledger.release(owner)
    member = office.desk.people.get(owner)
    if member is not None:
        day = member.calendar.local_day(history.since)
        ledger.forget(owner, day.monday, day.day.weekday())
    handing = Handing(office, history, event.at, ledger)
    assignment = handing.write(handing.through(), {**event.as_json(), "credit": credit})
    return _recorded(event, history, assignment.outcome.value, credit, assignment)


def _assign(event: Event, history: History, office: Office, ledger: Ledger) -> Recorded:
    if event.rep is None:
        raise StoreError(f"`{ASSIGN}` needs a rep: who is to have the lead `{event.lead}`?")
    if history.is_open and history.owner == event.rep:
        raise StoreError(f"`{event.rep}` has the lead `{event.lead}` already")
    if history.is_open and history.owner is not None:
        ledger.release(history.owner)
    handing = Handing(office, history, event.at, ledger)
    placement = handing.by_hand(event.rep, event.turn)
    assignment = handing.write(placement, event.as_json())
    return _recorded(event, history, assignment.outcome.value, None, assignment)


def _status(event: Event, history: History, ledger: Ledger) -> Recorded:
    status = event.kind
    if status in OPEN:
        _needs_owner(event, history)
        _needs_open(event, history)
    elif event.rep is not None:
        _needs_owner(event, history)
    credit = None
    if status == Status.JUNK and event.reason and not history.credited and history.owner is not None:
        credit = give_back(history.placed["turn"], ledger)
    move(history, status, ledger)
    append_event(event, history, status, credit, ledger)
    return _recorded(event, history, status, credit)


def _needs_owner(event: Event, history: History) -> None:
    if history.owner is None:
        hint = f"assign it first: routebook event {event.lead} {ASSIGN} --rep …"
        raise StoreError(f"nobody has the lead `{event.lead}`, which is {history.status}: {hint}")
    named = event.rep
    if named is not None and named != history.owner:
        raise StoreError(
            f"nothing is recorded: the lead `{event.lead}` is with `{history.owner}`, not with `{named}`"
        )


def _needs_open(event: Event, history: History) -> None:
    if not history.is_open:
        hint = f"assign it to work on it again: routebook event {event.lead} {ASSIGN} --rep …"
        raise StoreError(f"the lead `{event.lead}` is closed ({history.status}): {hint}")


def _again(event: Event, history: History) -> Recorded:
    assert event.key is not None
    earlier = history.keys[event.key]
    if earlier != event.kind:
        raise StoreError(
            f"the key `{event.key}` was that of `{earlier}`, and cannot be that of `{event.kind}` too"
        )
    return Recorded(event.lead, event.kind, history.status, history.owner, event.at, again=True)


def _recorded(
    event: Event,
    history: History,
    status: str,
    credit: Mapping[str, Any] | None = None,
    assignment: Assignment | None = None,
) -> Recorded:
    owner = history.owner if assignment is None else assignment.rep
    return Recorded(event.lead, event.kind, status, owner, event.at, False, credit, assignment)
