"""What a transaction says it will need, before it begins."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Final


@dataclass(frozen=True, slots=True)
class Locks:
    """What a transaction locks before it begins: chains, the one for rows that draw from no pool, then reps.

    `firsts`, before all of these, are the keys of what leads are known by when they come a second time.
    """

    chains: frozenset[str] = frozenset()
    reps: frozenset[str] = frozenset()
    rest: bool = False
    firsts: frozenset[str] = frozenset()

    def __or__(self, more: Locks) -> Locks:
        return Locks(
            self.chains | more.chains,
            self.reps | more.reps,
            self.rest or more.rest,
            self.firsts | more.firsts,
        )


@dataclass(frozen=True, slots=True)
class Reads:
    """What a transaction will likely ask for, so that it is read at once: what is left out is read when needed.

    `mondays` are those of the weeks that it is where the reps are.
    """

    chains: Collection[str] = ()
    rotations: Collection[str] = ()
    reps: Collection[str] = ()
    mondays: Collection[date] = ()


NO_LOCKS: Final = Locks()
NO_READS: Final = Reads()


class NeedsLocks(Exception):
    """The transaction has to begin again with these locks: taken now, they would be out of order, or too late."""

    def __init__(self, locks: Locks) -> None:
        super().__init__()
        self.locks = locks
