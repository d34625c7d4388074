"""What every store does: one interface, behind which memory and databases stand."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from routebook.runtime.notices.outbox import Outbox
from routebook.runtime.state import (
    Changes,
    First,
    Head,
    LeadState,
    LogRow,
    RepState,
    Result,
    ResultKey,
    Rotation,
    StickyKey,
    StickyRep,
    Week,
    WeekKey,
)
from routebook.runtime.stores.snapshots import Snapshot


@dataclass(frozen=True, slots=True)
class Text:
    """A text as the store keeps it; `kind` is `roster`, or what `kept` calls the texts of a policy."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a transaction begins with, in this order, so that a database far away is asked once for all of it.

    `firsts` are keys of first leads, which are claimed: nobody else who wants them goes on before the session ends.
    `chains` are locked and the ends of them read; then the chain for rows that draw from no pool, where `rest` asks;
    then `locked` reps. After that `numbers` for new rows are taken, and leads, rotations, `reps` and their
    weeks are read. Firsts, chains and reps are in their order.
    """

    leads: Collection[str] = ()
    chains: Sequence[str] = ()
    rest: bool = False
    locked: Sequence[str] = ()
    numbers: int = 0
    rotations: Collection[str] = ()
    reps: Collection[str] = ()
    mondays: Collection[date] = ()
    firsts: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What there is of all that was wanted; `reps` are those that were asked for and those that were locked."""

    leads: dict[str, LeadState]
    heads: dict[str, Head]
    numbers: Sequence[int]
    rotations: dict[str, Rotation]
    reps: dict[str, RepState]
    weeks: dict[WeekKey, Week]
    firsts: dict[str, First]


class Session(Protocol):
    """One transaction. What it writes is seen whole or not at all.

    In an exclusive store nothing that it reads changes until it ends. In others that is so for what it has locked:
    chains of the log, with the rotation and whatever else belongs to their pool, and then reps, with their weeks.
    Every read answers for the keys that there is something for; the others are left out.
    """

    @property
    def version(self) -> object | None:
        """Of the state that the session sees and, once it has ended well, of the state that it left behind.

        A later session of the same store object that has an equal version sees the same state. None where
        the store cannot tell.
        """

    @property
    def rest(self) -> str:
        """The chain of the log for rows that draw from no pool."""

    def begin(self, wanted: Wanted) -> Found:
        """Lock and read all of this at once. Only the first call of a session may lock."""

    def last_seq(self) -> int:
        """The number of the log's last row; 0 where it has none."""

    def numbers(self, count: int) -> Sequence[int]:
        """Numbers for the log's next rows, in order; nobody else gets the same."""

    def lock(self, chains: Collection[str]) -> None:
        """Wait until these chains are this session's alone. In an exclusive store they are."""

    def leads(self, ids: Collection[str]) -> dict[str, LeadState]: ...

    def rotations(self, keys: Collection[str]) -> dict[str, Rotation]: ...

    def reps(self, ids: Collection[str]) -> dict[str, RepState]: ...

    def weeks(self, ids: Collection[str], mondays: Collection[date]) -> dict[WeekKey, Week]: ...

    def stickies(self, keys: Collection[StickyKey]) -> dict[StickyKey, StickyRep]: ...

    def results(self, keys: Collection[ResultKey]) -> dict[ResultKey, Result]: ...

    def firsts(self, keys: Collection[str]) -> dict[str, First]: ...

    def heads(self, chains: Collection[str]) -> dict[str, Head]: ...

    def rows(self, seqs: Collection[int]) -> dict[int, LogRow]: ...

    def history(self, lead: str) -> list[LogRow]:
        """Every row of the log about a lead, in order."""

    def write(self, changes: Changes, locking: Sequence[str] = ()) -> dict[str, RepState]:
        """Write all of it; it stands once the session has ended without an error.

        These reps are locked before, in order; where they stood then is returned, of those that there are.
        """


class Store(Protocol):
    """Where routing remembers. Safe to share between threads. Every method may raise StoreError."""

    @property
    def durable(self) -> bool:
        """Whether what it remembers outlives the program, so that leads need ids of their own."""

    @property
    def exclusive(self) -> bool:
        """Whether a session has the whole store to itself."""

    @property
    def url(self) -> str: ...

    def session(self) -> AbstractContextManager[Session]:
        """A transaction that may write. It ends well, or leaves no trace."""

    def keep(self, texts: Mapping[str, Text]) -> None:
        """Keep these texts by their digests; those that are kept already stay as they are."""

    def text(self, digest: str) -> Text | None: ...

    def log(self, lead: str | None = None, after: int = 0) -> Iterator[LogRow]:
        """The log's rows in order, those after the number `after`; where `lead` is given, that lead's only."""

    def lead(self, id: str) -> LeadState | None: ...

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """All of it as it is now, whoever writes meanwhile."""

    @property
    def outbox(self) -> Outbox:
        """The notices that were written, and what became of them."""

    def standing(self, statuses: Collection[str]) -> list[LeadState]:
        """The leads in one of these statuses, in the order in which they came to it where they are."""

    def close(self) -> None: ...
