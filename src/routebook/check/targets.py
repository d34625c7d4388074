"""Targets, SLAs and sources after checking: every name resolved, every value typed."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import Final, TypeAlias

from routebook.check.conditions import Condition, FieldRef
from routebook.source import Span
from routebook.types import Value

EVERYBODY: Final = "all"
"""The pool that every active rep of the roster is in."""


@dataclass(frozen=True, slots=True)
class Strategy:
    """How one of the eligible is picked. `fields` are those of `performance per` and `hash of`."""

    name: str
    fields: tuple[FieldRef, ...] = ()


@dataclass(frozen=True, slots=True)
class Sticky:
    """The same value of `field` keeps its rep, for `duration` after the last assignment where given."""

    field: FieldRef
    duration: timedelta | None


@dataclass(frozen=True, slots=True)
class PoolTarget:
    """One member of `pool`. `text` is how plans and reports show a target, in one line."""

    pool: str
    strategy: Strategy
    on_shift: bool
    where: Condition | None
    sticky: Sticky | None
    text: str = dataclasses.field(compare=False)
    span: Span = dataclasses.field(compare=False, repr=False)

    @property
    def wants_shift(self) -> bool:
        """Whether only reps in their working hours are eligible."""
        return self.on_shift or self.strategy.name == "availability"


@dataclass(frozen=True, slots=True)
class RepTarget:
    """The rep of that id, or whom the field names."""

    rep: str | FieldRef
    text: str = dataclasses.field(compare=False)
    span: Span = dataclasses.field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class HoldTarget:
    """Nobody yet: the lead waits up to `up_to` until some member is eligible and on shift."""

    pool: str
    where: Condition | None
    up_to: timedelta
    text: str = dataclasses.field(compare=False)
    span: Span = dataclasses.field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class QueueTarget:
    name: str
    text: str = dataclasses.field(compare=False)
    span: Span = dataclasses.field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class NurtureTarget:
    name: str
    text: str = dataclasses.field(compare=False)
    span: Span = dataclasses.field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class RejectTarget:
    reason: str
    text: str = dataclasses.field(compare=False)
    span: Span = dataclasses.field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Arm:
    """`share` of the values, out of 1."""

    share: Fraction
    target: Target


@dataclass(frozen=True, slots=True)
class SplitTarget:
    """The arm that a stable hash of `name` and the field's value picks."""

    name: str
    field: FieldRef
    arms: tuple[Arm, ...]
    text: str = dataclasses.field(compare=False)
    span: Span = dataclasses.field(compare=False, repr=False)


Target: TypeAlias = (
    PoolTarget | RepTarget | HoldTarget | QueueTarget | NurtureTarget | RejectTarget | SplitTarget
)


def parts_of(target: Target) -> Iterator[Target]:
    """The target, and where it is a split those of its arms."""
    yield target
    if isinstance(target, SplitTarget):
        for arm in target.arms:
            yield from parts_of(arm.target)


def never_declines(target: Target) -> bool:
    """Whether the target places every lead, so that nothing after it is ever tried."""
    if isinstance(target, SplitTarget):
        return all(never_declines(arm.target) for arm in target.arms)
    return isinstance(target, QueueTarget | NurtureTarget | RejectTarget)


@dataclass(frozen=True, slots=True)
class Reassign:
    """Route again through the same plan without the owners so far, this many times."""

    times: int


@dataclass(frozen=True, slots=True)
class SlaStep:
    """`kind` is respond, touches (with `count`) or close; `then` comes when it is overdue."""

    kind: str
    count: int | None
    within: timedelta
    business: bool
    then: tuple[Target | Reassign, ...]
    span: Span = dataclasses.field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Sla:
    name: str
    description: str | None = dataclasses.field(compare=False)
    steps: tuple[SlaStep, ...]
    span: Span = dataclasses.field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class SourceField:
    """How one field is read from another system's record.

    In this order: the raw value of `column`; missing where it is empty or one of `missing`; mapped by
    `mapping`, else to `map_else` where `has_map_else`, (keys compare as text); split by `split_by`; read with the
    strptime format `format`; where the value is missing, `default`.
    """

    field: str
    column: str
    mapping: Mapping[str, Value | None] | None
    has_map_else: bool
    map_else: Value | None
    split_by: str | None
    format: str | None
    default: Value | None
    missing: frozenset[str]


@dataclass(frozen=True, slots=True)
class SourceMap:
    """A source: how another system writes leads. Fields that it does not name are missing."""

    name: str
    fields: Mapping[str, SourceField]
    span: Span = dataclasses.field(compare=False, repr=False)
