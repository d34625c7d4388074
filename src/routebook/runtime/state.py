"""What a store remembers between leads: turns, open leads, and where each lead ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, NamedTuple, TypeAlias

from routebook.decision import Outcome
from routebook.runtime.notices.outbox import Notice

REOPENED: Final = frozenset({"recycled", Outcome.NURTURED, Outcome.UNASSIGNED, Outcome.UNDECIDED})
"""The statuses of leads that are routed anew when they come again; any other lead has its assignment."""


@dataclass(frozen=True, slots=True)
class Rotation:
    """Whose turn it is. All by rep id, so that nobody's position in a list matters.

    `credits` sum to zero; `lasts` is the log's number of each rep's last turn; `gone` the step at which a
    rep was first found away, kept where the pool's `on_return` asks; `step` counts the turns taken.
    """

    step: int = 0
    credits: Mapping[str, int] = field(default_factory=dict)
    lasts: Mapping[str, int] = field(default_factory=dict)
    gone: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Turn:
    """What one choice does to a rotation: the credits that change, from `before` to `after`, and `gone`."""

    rotation: str
    before: Mapping[str, int]
    after: Mapping[str, int]
    gone: Mapping[str, int]

    def taken(self, rotation: Rotation, rep: str, seq: int) -> Rotation:
        """The rotation after this turn, which `rep` took with the log's row `seq`."""
        return Rotation(
            rotation.step + 1,
            {**rotation.credits, **self.after},
            {**rotation.lasts, rep: seq},
            self.gone,
        )


class Presence(NamedTuple):
    """Whether a rep is there, as was last said, and since when."""

    online: bool
    since: datetime


@dataclass(frozen=True, slots=True)
class RepState:
    """A rep across all pools: leads open, and the log's number of the last assignment (0: never).

    `changed` is that of the row that changed anything of this last. `presence` is None where nobody ever said.
    """

    active: int = 0
    last: int = 0
    changed: int = 0
    presence: Presence | None = None


Week: TypeAlias = tuple[int, int, int, int, int, int, int]
"""How many leads a rep was given on each day of a week, from Monday, by the rep's own calendar."""
WeekKey: TypeAlias = tuple[str, date]
"""A rep's id, and the Monday of the week."""
NO_LEADS: Final[Week] = (0, 0, 0, 0, 0, 0, 0)


class StickyKey(NamedTuple):
    """In a pool, one value of a field, as it compares."""

    pool: str
    field: str
    value: str


class StickyRep(NamedTuple):
    """Who was last given a lead with that value, and when."""

    rep: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LeadState:
    """Where a lead stands: the round it is in, the log's row of its assignment, and its status."""

    id: str
    round: int
    seq: int
    status: str
    outcome: str
    rep: str | None
    pool: str | None
    queue: str | None
    sla: str | None
    at: datetime
    until: datetime | None

    @property
    def reopened(self) -> bool:
        """Whether the lead is routed anew when it comes again."""
        return self.status in REOPENED


class First(NamedTuple):
    """The lead that was the first with a value, of those that count as the same, and when it came."""

    lead: str
    at: datetime


class ResultKey(NamedTuple):
    """A rep's results with leads of one segment; the segment "" is all of them."""

    rep: str
    segment: str


class Result(NamedTuple):
    """How many closed leads were converted, and how many were not."""

    won: int
    lost: int


NO_RESULT: Final = Result(0, 0)


REST: Final = "rest"
"""The chain of rows that draw from no pool, in stores that have one for all of them."""


class Head(NamedTuple):
    """The end of a chain of the log: how many rows it has, and the hash of the last."""

    length: int
    hash: str


NO_ROWS: Final = Head(0, "")


@dataclass(frozen=True, slots=True)
class LogRow:
    """One row of the log. `body` is JSON; `hash` is that of the chain's previous hash and the body.

    `n` counts the rows of a chain from 1. The other columns repeat what the body says, to look rows up by.
    """

    seq: int
    chain: str
    n: int
    hash: str
    kind: str
    lead: str
    round: int
    at: datetime
    outcome: str
    rep: str | None
    pool: str | None
    body: str


@dataclass(slots=True)
class Changes:
    """All that one transaction writes, by key: each thing as it is in the end."""

    rows: list[LogRow] = field(default_factory=list)
    leads: dict[str, LeadState] = field(default_factory=dict)
    rotations: dict[str, Rotation] = field(default_factory=dict)
    reps: dict[str, RepState] = field(default_factory=dict)
    weeks: dict[WeekKey, Week] = field(default_factory=dict)
    stickies: dict[StickyKey, StickyRep] = field(default_factory=dict)
    results: dict[ResultKey, Result] = field(default_factory=dict)
    heads: dict[str, Head] = field(default_factory=dict)
    firsts: dict[str, First] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.rows)
