"""What a simulation assumes about the world that no policy says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from routebook.decision import jsonable
from routebook.plan.keys import number_of
from routebook.text import listed, show_span

PERCENT: Final = 100


@dataclass(frozen=True, slots=True)
class Assumptions:
    """When leads come, how long reps work on one, how often the sweep runs, and who converts how many.

    Leads come at the moment in their field `at`, or, where it is None, one `every` so long from `start` on.
    `wins` are the percentages of leads that reps convert; of others nobody knows what comes of their leads.
    """

    start: datetime
    every: timedelta = timedelta(minutes=5)
    at: str | None = None
    handling: timedelta = timedelta(minutes=15)
    sweep: timedelta = timedelta(minutes=15)
    wins: Mapping[str, int] = field(default_factory=dict)

    def is_won(self, lead: str, rep: str) -> bool | None:
        """Whether the rep converts the lead: always the same for both; None where nothing is assumed."""
        percent = self.wins.get(rep)
        return None if percent is None else number_of("wins", lead, rep) % PERCENT < percent

    @property
    def words(self) -> tuple[str, ...]:
        """The same in sentences."""
        if self.at is not None:
            comes = f"Leads come when their `{self.at}` says."
        else:
            comes = f"A lead comes every {show_span(self.every)}, the first at {jsonable(self.start)}."
        wins = "What comes of a lead is not known, so nobody's results change."
        if self.wins:
            rates = listed(f"{rep} {percent} %" for rep, percent in self.wins.items())
            wins = f"Of their leads these convert: {rates}."
        return (
            comes,
            f"A rep works on one lead at a time, for {show_span(self.handling)} of their working time each, in the "
            "order in which they were given; the beginning is the answer, the end closes the lead. Who has no "
            "hours in the roster works around the clock.",
            f"The sweep runs every {show_span(self.sweep)}. Nobody hands a lead back or takes one from a queue.",
            wins,
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "start": jsonable(self.start),
            "every": self.every.total_seconds(),
            "at": self.at,
            "handling": self.handling.total_seconds(),
            "sweep": self.sweep.total_seconds(),
            "wins": dict(self.wins),
        }
