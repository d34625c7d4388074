"""The sweep: what is overdue, and what was held and can be placed, each handled once and written to the log."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any, Final, TypeAlias

from routebook.check.conditions import FieldRef, Scope
from routebook.decision import Assignment, Outcome
from routebook.diagnostics import RoutebookError
from routebook.runtime.after.clerk import Offices
from routebook.runtime.after.deadlines import Overdue, WorkingTime, overdue, steps_of, targets
from routebook.runtime.after.handing import Handing
from routebook.runtime.after.history import History, history_of
from routebook.runtime.after.offices import Office
from routebook.runtime.after.statuses import OPEN
from routebook.runtime.errors import StoreUnavailable
from routebook.runtime.following import OF, at_the_first
from routebook.runtime.ledger import Ledger
from routebook.runtime.locks import Locks
from routebook.runtime.log import lead_chain
from routebook.runtime.placing import Placement
from routebook.runtime.state import LeadState
from routebook.runtime.transactions import Transactions
from routebook.types import TextType

PRIORITY: Final = "priority"
"""The field of a lead, or the points, by which held leads go before each other."""

HELD: Final = "held"


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did about a lead: `why` is `respond`, `touches`, `close` or `held`; `rep` who had the lead.

    Where it could do nothing, because the policy that decided cannot be had, `problem` says so.
    """

    lead: str
    why: str
    rep: str | None
    assignment: Assignment | None = None
    problem: str | None = None

    def as_json(self) -> dict[str, Any]:
        assignment = None if self.assignment is None else self.assignment.as_json()
        return {
            "lead": self.lead,
            "why": self.why,
            "rep": self.rep,
            "assignment": assignment,
            "problem": self.problem,
        }


_Act: TypeAlias = Callable[[History, Office, datetime, Ledger], Swept | None]


class Sweeper:
    """Sweeps a store. Safe to share between threads; two sweeps at once do everything once."""

    def __init__(self, transactions: Transactions, offices: Offices) -> None:
        self._transactions = transactions
        self._offices = offices

    def sweep(self, now: datetime, only: Collection[str] | None = None) -> Iterator[Swept]:
        """Act on every overdue lead, then on held ones; each is done and recorded by the time it is given.

        `only` are the ids of those that anything can have become of, where somebody knows that.
        """
        watched = (lead for lead in self._standing(OPEN, only) if lead.sla is not None)
        yield from self._each(watched, now, _overdue)
        yield from self._each(self._in_order(self._standing({Outcome.HELD.value}, only)), now, _held)

    def _standing(self, statuses: Collection[str], only: Collection[str] | None) -> list[LeadState]:
        store = self._transactions.store
        if only is None:
            return store.standing(sorted(statuses))
        known = (store.lead(id) for id in only)
        found = [lead for lead in known if lead is not None and lead.status in statuses]
        return sorted(found, key=lambda lead: lead.seq)

    def _each(self, leads: Iterable[LeadState], now: datetime, act: _Act) -> Iterator[Swept]:
        for lead in leads:
            try:
                done = self._act(lead.id, now, act)
            except StoreUnavailable:
                raise
            except RoutebookError as error:
                done = Swept(lead.id, lead.status, lead.rep, problem=str(error))
            if done is not None:
                yield done

    def _act(self, lead: str, now: datetime, act: _Act) -> Swept | None:
        history = history_of(self._transactions.store.log(lead))
        assert history is not None
        office = self._offices(history.placed)

        def sweep(ledger: Ledger) -> Swept | None:
            # somebody may have been faster
            present = history_of(ledger.history(lead))
            if present is None or present.placed["policy_text"] != office.digests.text:
                return None
            return act(present, office, now, ledger)

        return self._transactions.run((lead,), Locks(frozenset({lead_chain(lead)})), sweep)

    def _in_order(self, held: list[LeadState]) -> list[LeadState]:
        """Highest priority first, then the oldest; without a priority last."""
        return sorted(held, key=lambda lead: (-self._priority(lead), lead.at, lead.seq))

    def _priority(self, lead: LeadState) -> Fraction:
        history = history_of(self._transactions.store.log(lead.id))
        assert history is not None
        if history.placed["assignment"]["target"] is None:
            return _LEAST - 1  # it waits beside another lead, which goes before it
        with suppress(RoutebookError):  # the lead is swept all the same, and then the error is told
            office = self._offices(history.placed)
            environment = office.remember(history, lead.at).environment
            scope = Scope.COMPUTED if PRIORITY in office.tree.computed else Scope.LEAD
            value = environment.value(FieldRef(PRIORITY, scope, PRIORITY, None, TextType(), True))
            with suppress(TypeError, ValueError):
                return Fraction(value)
        return _LEAST


_LEAST: Final = Fraction(-(10**30))


def _working(office: Office, owner: str | None) -> WorkingTime:
    """The owner's working time; of somebody who is not in the roster any more all time is."""
    member = None if owner is None else office.desk.people.get(owner)
    return (lambda start, amount: start + amount) if member is None else member.calendar.add_working


def _overdue(history: History, office: Office, now: datetime, ledger: Ledger) -> Swept | None:
    """Take the lead from its owner for the step that is overdue longest, where there is somewhere to take it."""
    sla = office.tree.slas.get(history.placed["assignment"]["sla"] or "")
    if sla is None:
        return None
    for late in overdue(sla, history, now, _working(office, history.owner)):
        handing = Handing(office, history, now, ledger)
        placement, rung = _climb(late, handing)
        if placement.outcome is not Outcome.UNASSIGNED:
            assert history.owner is not None
            ledger.release(history.owner)
            cause = {
                "kind": late.step.kind,
                "at": now,
                "due": late.due,
                "step": late.key,
                "rungs": {late.key: rung},
                "reason": f"due by {late.due.isoformat(timespec='minutes').replace('+00:00', 'Z')}",
            }
            assignment = handing.write(placement, cause, late.targets)
            return Swept(history.lead, late.step.kind, history.owner, assignment)
    return None


def _climb(late: Overdue, handing: Handing) -> tuple[Placement, int]:
    """The next rung that takes the lead, and how far the step has gone by it."""
    if late.rung < late.reassigns:
        placement = handing.through()
        if placement.outcome is not Outcome.UNASSIGNED:
            return placement, late.rung + 1
    first = max(0, late.rung - late.reassigns)
    placement = handing.to(late.targets, first)
    taken = (placement.target or 0) - len(handing.plan.targets)
    return placement, late.reassigns + taken + 1


def _held(history: History, office: Office, now: datetime, ledger: Ledger) -> Swept | None:
    """Place a lead that waits, where somebody can have it by now; on down the plan where its time is up."""
    said = history.placed["assignment"]
    if history.status != Outcome.HELD or said["until"] is None:
        return None
    if said["target"] is None:
        return _beside(history, office, now, ledger)
    handing = Handing(office, history, now, ledger)
    further = _further(history, office)
    place = said["target"]
    time_is_up = now >= datetime.fromisoformat(said["until"])
    placement = handing.to(further, place + time_is_up - len(handing.plan.targets))
    if not time_is_up and placement.outcome is Outcome.HELD and placement.target == place:
        return None
    cause = {"kind": HELD, "at": now, "step": (history.placed.get("cause") or {}).get("step")}
    reason = "its time was up" if time_is_up else "somebody can have it now"
    assignment = handing.write(placement, {**cause, "reason": reason}, further)
    return Swept(history.lead, HELD, None, assignment)


def _beside(history: History, office: Office, now: datetime, ledger: Ledger) -> Swept | None:
    """Take a duplicate where its first lead has gone; it waits for as long as that one waits."""
    words, of = history.placed["assignment"]["reason"], history.placed["dedupe"][OF]
    state = ledger.other(of)
    if state is not None and state.status == Outcome.HELD:
        return None
    handing = Handing(office, history, now, ledger)
    placement = None
    if state is not None and not state.reopened:
        found = at_the_first(words, state, handing.decided, office.desk, ledger)
        placement = None if isinstance(found, str) else found
    if placement is None:
        placement = handing.through()
    reason = f"lead {of} waits no more"
    assignment = handing.write(placement, {"kind": HELD, "at": now, "step": None, "reason": reason})
    return Swept(history.lead, HELD, None, assignment)


def _further(history: History, office: Office) -> tuple[Any, ...]:
    """The targets after those of the plan: those of the SLA's step that sent the lead to where it waits."""
    key = (history.placed.get("cause") or {}).get("step")
    sla = office.tree.slas.get(history.placed["assignment"]["sla"] or "")
    if key is None or sla is None:
        return ()
    return next((targets(step) for name, step in steps_of(sla) if name == key), ())


SWEPT_FOR: Final[Mapping[str, _Act]] = {
    **dict.fromkeys(("respond", "touches", "close"), _overdue),
    HELD: _held,
}
"""What a sweep does in a transaction, by the cause that it is recorded with."""
