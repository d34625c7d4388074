"""A stream of leads through a policy, with the time that passes: reps who work, deadlines, sweeps."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from typing import Any, Final, TypeAlias

from routebook.check.targets import Sla
from routebook.decision import Assignment, Lead, Outcome
from routebook.roster import Calendar
from routebook.runtime.after.clerk import Clerk
from routebook.runtime.after.deadlines import steps_of
from routebook.runtime.after.events import Event
from routebook.runtime.after.offices import Office
from routebook.runtime.after.statuses import Status
from routebook.runtime.after.sweeping import Sweeper
from routebook.runtime.router import Router
from routebook.simulating.assumed import Assumptions

_INSTANT: Final = timedelta(microseconds=1)
_PATIENCE: Final = timedelta(days=60)
"""After the last lead came: so long overdue leads are looked at that nobody takes and whose reps never work."""

# what happens first of all that happens at one moment
_FINISH, _ARRIVE, _BEGIN, _SWEEP = range(4)

_Action: TypeAlias = Callable[[datetime], None]


@dataclass(slots=True, eq=False)
class Spell:
    """One lead's time with one rep: when it was given, begun, closed, or taken away; None for never.

    `arrived` is when the lead came. `dues` are the deadlines of its SLA's steps.
    """

    lead: str
    rep: str
    arrived: datetime
    since: datetime
    sla: str | None
    dues: tuple[tuple[str, datetime | None], ...] = ()
    begun: datetime | None = None
    closed: datetime | None = None
    ended: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.closed is None and self.ended is None

    def breaches(self) -> Iterable[tuple[str, bool]]:
        """Each step of the SLA, and whether its time was up before it was met."""
        for kind, due in self.dues:
            met = self.begun if kind == "respond" else self.closed
            late = due is not None and (met is None or met > due) and (self.ended is None or self.ended > due)
            yield kind, late


@dataclass
class World:
    """Plays a stream of leads. `run` it once; what happened is in `spells`, `arrivals` and the store's log."""

    router: Router
    office: Office
    assumed: Assumptions
    tell: Callable[[int], None]
    spells: list[Spell] = field(default_factory=list)
    arrivals: list[tuple[datetime, Assignment]] = field(default_factory=list)
    last: dict[str, Assignment] = field(default_factory=dict)
    changes: list[tuple[datetime, str, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._clerk = Clerk(self.router.transactions, self._office)
        self._sweeper = Sweeper(self.router.transactions, self._office)
        self._events: list[tuple[datetime, int, int, _Action]] = []
        self._order = count()
        self._current: dict[str, Spell] = {}
        self._came: dict[str, datetime] = {}
        self._desks: dict[str, deque[Spell]] = defaultdict(deque)
        self._busy: set[str] = set()
        self._held: dict[str, datetime] = {}
        self._stuck: set[str] = set()
        self._planned: dict[datetime, set[str]] = {}

    def _office(self, said: Mapping[str, Any]) -> Office:  # noqa: ARG002
        return self.office

    def run(self, stream: Sequence[tuple[datetime, Lead]]) -> None:
        """Play all of it, and on until nothing more can happen."""
        moments = [moment for moment, _ in stream] or [self.assumed.start]
        self._start, self._patience = min(moments), max(moments) + _PATIENCE
        for moment, lead in stream:
            self._at(moment, _ARRIVE, lambda now, lead=lead: self._arrive(lead, now))  # type: ignore[misc]
        while self._events:
            moment, _, _, action = heappop(self._events)
            action(moment)

    def _at(self, moment: datetime, rank: int, action: _Action) -> None:
        heappush(self._events, (moment, rank, next(self._order), action))

    # --- leads come, and go to somebody ---

    def _arrive(self, lead: Lead, now: datetime) -> None:
        assignment = self.router.route(lead, now)
        self.arrivals.append((now, assignment))
        self.tell(len(self.arrivals))
        if not assignment.again:
            self._came[assignment.lead] = now
            self._placed(assignment, now)

    def _placed(self, assignment: Assignment, now: datetime) -> None:
        lead = assignment.lead
        self.last[lead] = assignment
        self._held.pop(lead, None)
        self._stuck.discard(lead)
        before = self._current.pop(lead, None)
        if before is not None:
            before.ended = now
            self.changes.append((now, before.rep, -1))
        if assignment.rep is not None:
            self._given(assignment, now)
        elif assignment.outcome is Outcome.HELD and assignment.until is not None:
            self._held[lead] = assignment.until
            self._wake(now)

    def _given(self, assignment: Assignment, now: datetime) -> None:
        assert assignment.rep is not None
        rep, sla = assignment.rep, self.office.tree.slas.get(assignment.sla or "")
        dues = () if sla is None else tuple(self._dues(sla, rep, now))
        came = self._came[assignment.lead]
        spell = Spell(assignment.lead, rep, came, now, assignment.sla, dues)
        self.spells.append(spell)
        self._current[spell.lead] = spell
        self.changes.append((now, rep, 1))
        for _, due in dues:
            if due is not None:
                self._plan(self._tick(due + _INSTANT), spell.lead)
        self._desks[rep].append(spell)
        if rep not in self._busy:
            self._busy.add(rep)
            self._at(now, _BEGIN, lambda then: self._begin(rep, then))

    def _dues(self, sla: Sla, rep: str, now: datetime) -> Iterable[tuple[str, datetime | None]]:
        for _, step in steps_of(sla):
            within = step.within
            yield step.kind, self._calendar(rep).add_working(now, within) if step.business else now + within

    def _calendar(self, rep: str) -> Calendar:
        return self.office.desk.people[rep].calendar

    # --- reps work ---

    def _begin(self, rep: str, now: datetime) -> None:
        """Begin the next lead of a rep, or wait for the next working hour to do so."""
        desk, calendar = self._desks[rep], self._calendar(rep)
        while desk and not desk[0].is_open:
            desk.popleft()
        after = calendar.add_working(now, _INSTANT) if desk else None
        if after is None:
            self._busy.discard(rep)
            return
        if after - _INSTANT > now:
            self._at(after - _INSTANT, _BEGIN, lambda then: self._begin(rep, then))
            return
        spell = desk.popleft()
        spell.begun = now
        if spell.dues:
            self._clerk.record(Event(spell.lead, Status.CONTACTED, now))
        done = calendar.add_working(now, self.assumed.handling)
        if done is not None:
            self._at(done, _FINISH, lambda then: self._finish(spell, then))

    def _finish(self, spell: Spell, now: datetime) -> None:
        if spell.is_open:
            won = self.assumed.is_won(spell.lead, spell.rep)
            # junk says nothing about anybody, and without a reason gives no turn back
            status = Status.JUNK if won is None else Status.CONVERTED if won else Status.UNREACHABLE
            self._clerk.record(Event(spell.lead, status, now))
            spell.closed = now
            self._current.pop(spell.lead, None)
            self._stuck.discard(spell.lead)
            self.changes.append((now, spell.rep, -1))
            if self._held or self._stuck:
                self._plan(self._tick(now))
        self._begin(spell.rep, now)

    # --- sweeps ---

    def _tick(self, moment: datetime) -> datetime:
        """The first sweep at or after a moment."""
        step = self.assumed.sweep
        return self._start + -(-(moment - self._start) // step) * step

    def _plan(self, tick: datetime, lead: str | None = None) -> None:
        """Have a sweep run. Those that could do nothing are left out: there may be very many."""
        if tick not in self._planned:
            self._planned[tick] = set()
            self._at(tick, _SWEEP, self._sweep)
        if lead is not None:
            self._planned[tick].add(lead)

    def _sweep(self, now: datetime) -> None:
        leads = self._planned.pop(now)
        late = {lead for lead in leads if lead in self._current} | self._stuck
        for swept in self._sweeper.sweep(now, only=late | self._held.keys()):
            if swept.assignment is not None:
                late.discard(swept.lead)
                self._placed(swept.assignment, now)
        # where nothing took it yet, something may once somebody is free again
        self._stuck |= {lead for lead in late if lead in self._current}
        if self._held or self._stuck:
            self._wake(now)

    def _wake(self, now: datetime) -> None:
        """Sweep again when somebody begins a shift or a day, or a held lead's time is up."""
        moments = [until for until in self._held.values() if until > now]
        for member in self.office.desk.people.values():
            moments.append(member.calendar.local_day(now).end)
            if not member.calendar.on_shift(now):
                shift = member.calendar.next_shift(now)
                moments += [] if shift is None else [shift]
        stuck = now < self._patience and any(self._current[lead].begun is None for lead in self._stuck)
        waits = bool(self._held) or stuck
        if moments and waits:
            self._plan(self._tick(max(min(moments), now + _INSTANT)))
