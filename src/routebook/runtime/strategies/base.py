"""What a strategy is asked, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

_NAMED = 12  # reps that one line of arithmetic names


class Contender(NamedTuple):
    """An eligible rep. `last` is the log's number of the rep's last assignment in any pool, 0 for never."""

    rep: str
    weight: int = 1
    capacity: int | None = None
    active: int = 0
    last: int = 0


class Record(NamedTuple):
    """What came of a rep's leads: of all that are closed, and of those in one segment."""

    won: int = 0
    lost: int = 0
    won_here: int = 0
    lost_here: int = 0


@dataclass(frozen=True, slots=True)
class Question:
    """Which of these? `contenders` are eligible, at least one, in the pool's declared order.

    `credits` and `turns` are the rotation's: credits by rep, and the log's number of each rep's last turn in it.
    `values` are those of the strategy's fields, in words and as they compare; `lead` is the lead's id.
    `roomiest` is the largest capacity in the pool; `records` what came of each rep's leads, in the segment that
    `values` stand for and overall.
    """

    contenders: Sequence[Contender]
    credits: Mapping[str, int] = field(default_factory=dict)
    turns: Mapping[str, int] = field(default_factory=dict)
    values: Sequence[tuple[str, str | None]] = ()
    lead: str = ""
    roomiest: int | None = None
    records: Mapping[str, Record] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Choice:
    """The answer: the rep, how it was worked out in one line, and the numbers that were compared, by rep.

    `credits` are the rotation's new credits, of those whom the turn changes; None where no turn is taken.
    """

    rep: str
    arithmetic: str
    standing: Mapping[str, Mapping[str, Any]]
    credits: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class StrategyRow:
    """One strategy: how policies name it, how it chooses, and what it does in words.

    `takes_turns` is whether it moves the pool's rotation, `wants_records` whether it asks what came of leads.
    """

    name: str
    choose: Callable[[Question], Choice]
    doc: str
    takes_turns: bool = False
    wants_records: bool = False


def listing(contenders: Sequence[Contender], number: Callable[[Contender], object]) -> str:
    """`ana 3, bogdan 1`: each contender with a number, as many as a line holds."""
    parts = [f"{contender.rep} {number(contender)}" for contender in contenders[:_NAMED]]
    more = len(contenders) - len(parts)
    return ", ".join(parts) + (f" and {more} more" if more else "")


def last_words(last: int) -> str:
    """When a rep was last given a lead, for arithmetic."""
    return f"assigned by row {last} of the log" if last else "never assigned"
