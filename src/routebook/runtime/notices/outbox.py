"""The outbox: notices that wait in the store until they are delivered, and what became of each."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, Protocol

AT_ONCE: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""When a notice is due that nobody has tried yet: before all that is tried again, whatever moment it tells of."""


class State(StrEnum):
    """What became of a notice. One that is `dead` was tried as often as its destination allows."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice to one destination, as it is written beside the row `seq` of the log.

    `key` is that of the notice wherever it goes: who receives a key twice drops it the second time. `addressee`
    is whom it is for, such as `rep ana` or `queue managers`; `body` is JSON; `at` when it was written.
    """

    key: str
    destination: str
    seq: int
    kind: str
    lead: str
    addressee: str
    body: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Posted:
    """A notice in the outbox: how often it was tried, when it is tried next, and why the last try failed."""

    notice: Notice
    state: State
    attempts: int
    due: datetime
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What came of one attempt: the state that it leaves, and for one that waits on, when it is tried again."""

    state: State
    due: datetime
    error: str | None = None


class Outbox(Protocol):
    """A store's outbox. Safe to share between threads and processes. Every method may raise StoreError."""

    def claim(
        self, destinations: Collection[str], due: datetime, until: datetime, holder: str, limit: int
    ) -> Sequence[Posted]:
        """Take notices that are due by then, the longest due first: nobody else gets them before `until`.

        Each counts as tried once more. Who does not settle it by then, because the program was killed, leaves it
        to the next.
        """

    def settle(self, notice: Notice, holder: str, receipt: Receipt) -> bool:
        """Write down what came of a notice that was claimed; False where somebody else has claimed it since."""

    def posted(self, state: State | None = None) -> Sequence[Posted]:
        """The notices in a state, or all of them, in the order of the log."""

    def waiting(self) -> Mapping[str, int]:
        """How many notices wait for each destination that any wait for."""

    def retry(self, keys: Collection[str] | None, now: datetime) -> int:
        """Let the dead notices with these keys, or all, be tried again from the beginning; how many there were."""
