"""A lead that comes a second time under another id: it goes where the first one is, and takes no turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

from routebook.decision import Outcome, jsonable, show_moment
from routebook.intake.duplicates import Dedupe
from routebook.runtime.deciding import Decided
from routebook.runtime.desk import Desk
from routebook.runtime.eligibility import Asked, standing
from routebook.runtime.ledger import Ledger
from routebook.runtime.placing import Placement
from routebook.runtime.state import First, LeadState
from routebook.text import show_span

Place: TypeAlias = Callable[[Decided, Ledger], Placement]

OF: Final = "of"


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A lead that is a duplicate of the lead `of`, which was first seen at `first`: their `field` is the same."""

    of: str
    field: str
    first: datetime
    window: timedelta

    @property
    def words(self) -> str:
        return (
            f"duplicate of lead {self.of}: the same {self.field}, first seen {show_moment(self.first)}, "
            f"within the window of {show_span(self.window)}"
        )

    def as_json(self) -> dict[str, Any]:
        """What the log keeps of it."""
        said: dict[str, Any] = jsonable({OF: self.of, "field": self.field, "first": self.first})
        return {**said, "window": self.window.total_seconds()}


class Doorkeeper:
    """Places leads, those that come a second time where the first one is."""

    def __init__(self, dedupe: Dedupe, desk: Desk) -> None:
        self._dedupe = dedupe
        self._desk = desk

    def keys(self, decided: Decided) -> list[str]:
        """What has to be this transaction's alone while the lead is placed."""
        return [mark.key for mark in self._dedupe.marks(decided.lead)]

    def place(self, decided: Decided, ledger: Ledger, place: Place) -> tuple[Placement, Mapping[str, Any]]:
        """Where the lead goes, and what the log keeps of the look at it; by `place` where it is no duplicate."""
        windows = {field: window.total_seconds() for field, window in self._dedupe.windows.items()}
        duplicate = self._duplicate(decided, ledger)
        note = None
        if duplicate is not None:
            placement, note = follow(duplicate, decided, self._desk, ledger)
            if placement is not None:
                return placement, {"windows": windows, **duplicate.as_json()}
        placement = place(decided, ledger)
        for mark in self._dedupe.marks(decided.lead):
            ledger.note_first(mark.key, First(decided.id, decided.moment))
        if note is not None:
            placement = replace(placement, notes=(note, *placement.notes))
        return placement, {"windows": windows}

    def _duplicate(self, decided: Decided, ledger: Ledger) -> Duplicate | None:
        for mark in self._dedupe.marks(decided.lead):
            first = ledger.first(mark.key)
            if first is None or first.lead == decided.id or decided.moment - first.at > mark.window:
                continue
            return Duplicate(first.lead, mark.field, first.at, mark.window)
        return None


def follow(
    duplicate: Duplicate, decided: Decided, desk: Desk, ledger: Ledger
) -> tuple[Placement | None, str | None]:
    """Where the first lead is by now; None, with a note, where nobody has it whom the second could go to."""
    state = ledger.other(duplicate.of)
    if state is None or state.reopened:
        status = "not known any more" if state is None else state.status
        return None, f"{duplicate.words}; that is {status}, so this one is routed as any other"
    found = at_the_first(duplicate.words, state, decided, desk, ledger)
    return (None, found) if isinstance(found, str) else (found, None)


def at_the_first(
    words: str, state: LeadState, decided: Decided, desk: Desk, ledger: Ledger
) -> Placement | str:
    """Beside a lead that stands so: with its rep, in its queue, or waiting as it does; else why not."""
    if state.rep is not None:
        why_not = _why_not(state.rep, decided, desk, ledger)
        if why_not is not None:
            return f"{words}; {state.rep}, who has that one, is {why_not}, so this one is routed as any other"
        arithmetic = f"{state.rep} has lead {state.id}; no turn is taken"
        return Placement(Outcome.ASSIGNED, rep=state.rep, reason=words, arithmetic=arithmetic, notes=(words,))
    if state.status == Outcome.QUEUED:
        return Placement(Outcome.QUEUED, queue=state.queue, reason=words, notes=(words,))
    if state.status == Outcome.HELD:
        return Placement(Outcome.HELD, pool=state.pool, until=state.until, reason=words, notes=(words,))
    return f"{words}; nobody has that one, which is {state.status}, so this one is routed as any other"


def _why_not(rep: str, decided: Decided, desk: Desk, ledger: Ledger) -> str | None:
    """Whether the rep is there at all. Being full keeps no duplicate away: it is no other person's lead."""
    member = desk.people.get(rep)
    if member is None:
        return "not in the roster any more"
    return standing(member, Asked(decided.environment, decided.moment, ledger, paused=False))
