"""How long a proof may take, and how everything that takes long learns that its time is up."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from typing import Final

from routebook.analysis.domains.base import Undecided

OUT_OF_TIME: Final = "it takes longer than the time that was given"


class OutOfTime(Undecided):
    """The budget is used up."""

    def __init__(self) -> None:
        super().__init__(OUT_OF_TIME)


@dataclass(frozen=True, slots=True)
class Clock:
    """`deadline` is a moment of the monotonic clock, None for no end."""

    deadline: float | None = None

    def is_up(self) -> bool:
        return self.deadline is not None and monotonic() > self.deadline

    def left(self, most: float) -> float:
        """How many seconds are left, and no more than `most`."""
        return most if self.deadline is None else min(most, max(0.0, self.deadline - monotonic()))

    def check(self) -> None:
        """Raises `OutOfTime` where the time is up."""
        if self.is_up():
            raise OutOfTime


def clock_for(budget: float | None) -> Clock:
    """A clock that is up in so many seconds from now."""
    return Clock(None if budget is None else monotonic() + budget)
