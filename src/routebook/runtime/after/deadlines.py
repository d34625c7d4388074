"""When an SLA's steps are due for the lead of an owner, and what each comes to: pure functions of the log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from routebook.check.targets import Reassign, Sla, SlaStep, Target
from routebook.runtime.after.history import History

WorkingTime = Callable[[datetime, timedelta], datetime | None]
"""The moment by which so much of the owner's working time has passed; None where that never is."""


@dataclass(frozen=True, slots=True)
class Overdue:
    """A step whose time is up, at `due`. `key` is what the log calls the step, `rung` how far it has gone.

    The rungs are what it comes to, one each time that it is overdue: every single `reassign`, then each target.
    """

    key: str
    step: SlaStep
    due: datetime
    rung: int

    @property
    def reassigns(self) -> int:
        """How many of the rungs are reassignments; they come first."""
        return reassigns(self.step)

    @property
    def targets(self) -> tuple[Target, ...]:
        return targets(self.step)


def reassigns(step: SlaStep) -> int:
    return sum(each.times for each in step.then if isinstance(each, Reassign))


def targets(step: SlaStep) -> tuple[Target, ...]:
    return tuple(each for each in step.then if not isinstance(each, Reassign))


def steps_of(sla: Sla) -> Iterator[tuple[str, SlaStep]]:
    """The steps with what the log calls them."""
    for place, step in enumerate(sla.steps):
        yield f"{step.kind} {place}", step


def due_at(step: SlaStep, history: History, working: WorkingTime) -> datetime | None:
    """When a step is due: the clock runs from the assignment to the present owner. None where it never is."""
    if step.business:
        return working(history.since, step.within)
    return history.since + step.within


def is_met(step: SlaStep, history: History) -> bool:
    """Whether the owner has done what the step asks. A closed lead asks nothing more."""
    match step.kind:
        case "respond":
            return history.responded
        case "touches":
            return history.touches >= (step.count or 1)
        case _:
            return history.is_closed


def overdue(sla: Sla, history: History, now: datetime, working: WorkingTime) -> list[Overdue]:
    """The steps whose time is up and that come to something yet, the longest overdue first."""
    if not history.is_open:
        return []
    found = []
    for key, step in steps_of(sla):
        rung = history.rungs.get(key, 0)
        if is_met(step, history) or rung >= reassigns(step) + len(targets(step)):
            continue
        due = due_at(step, history, working)
        if due is not None and now > due:
            found.append(Overdue(key, step, due, rung))
    return sorted(found, key=lambda each: each.due)
