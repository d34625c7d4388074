"""Conditions and operands after checking: every name resolved, every comparison typed.

Closed sets of frozen nodes; later rooms take them by `match` ending in `assert_never`. Nothing in here can
fail on a lead that fits its schema.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias, assert_never

from routebook.operators import OPERATORS, Operator
from routebook.source import Span
from routebook.types import NumberType, Type, Value


class Scope(StrEnum):
    """Whose field it is."""

    LEAD = "lead"
    COMPUTED = "computed"  # a derive or points of the policy, asked of the lead
    REP = "rep"
    NOW = "now"


@dataclass(frozen=True, slots=True)
class FieldRef:
    """A field, or a part of one. `base` is the declared field (without `rep.`), `part` what comes after.

    `name` is how the policy writes it: `email.domain` has base `email` and part `domain`.
    """

    name: str
    scope: Scope
    base: str
    part: str | None
    type: Type
    optional: bool


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal. `value` is as written, `key` as it compares (see `operators`)."""

    value: Value
    type: Type
    key: Any


@dataclass(frozen=True, slots=True)
class Members:
    """A constant collection of texts: the spellings in order, without repeats, and their keys."""

    values: tuple[str, ...]
    keys: frozenset[str]


@dataclass(frozen=True, slots=True)
class Pattern:
    """An RE2 pattern in NFC; `fold_case` where it is matched ignoring case."""

    text: str
    fold_case: bool


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`left op right` on numbers, exactly; missing where an operand is, or on division by zero.

    `rest` continues from the left: `a - b + c` is first `a`, rest `(("-", b), ("+", c))`; `*` and `/` likewise.
    """

    first: Operand
    rest: tuple[tuple[str, Operand], ...]
    type: NumberType


Operand: TypeAlias = FieldRef | Constant | Members | Pattern | Arithmetic


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison: `operator` on `left` and what is on its right. `text` is how the policy words it."""

    operator: str
    left: Operand
    right: tuple[Operand, ...]
    text: str = field(compare=False)
    span: Span = field(compare=False, repr=False)

    @property
    def row(self) -> Operator:
        return OPERATORS[self.operator]


@dataclass(frozen=True, slots=True)
class AllOf:
    """True where every part is."""

    parts: tuple[Condition, ...]
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """True where at least one part is."""

    parts: tuple[Condition, ...]
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Not:
    part: Condition
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Named:
    """A `define` where it is used: its condition, under its name."""

    name: str = field(compare=False)
    condition: Condition
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Always:
    """`true` or `false` written as a condition."""

    value: bool
    span: Span = field(compare=False, repr=False)


Condition: TypeAlias = Comparison | AllOf | AnyOf | Not | Named | Always


@dataclass(frozen=True, slots=True)
class DeriveCase:
    condition: Condition
    value: Value | None


@dataclass(frozen=True, slots=True)
class Derive:
    """A computed field: the value of the first case that holds, else `otherwise`, which may be missing."""

    name: str
    description: str | None = field(compare=False)
    type: Type
    cases: tuple[DeriveCase, ...]
    otherwise: Value | None
    span: Span = field(compare=False, repr=False)

    @property
    def optional(self) -> bool:
        return self.otherwise is None or any(case.value is None for case in self.cases)


@dataclass(frozen=True, slots=True)
class PointsEntry:
    """`amount` (signed) when `condition` holds, or for each 1 of `per`, up to `up_to` points (unsigned)."""

    amount: int
    condition: Condition | None
    per: FieldRef | None
    up_to: int | None
    text: str = field(compare=False)
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Points:
    """A computed integer: the sum of its entries, clamped to `low`..`high`; never missing."""

    name: str
    description: str | None = field(compare=False)
    low: int
    high: int
    entries: tuple[PointsEntry, ...]
    span: Span = field(compare=False, repr=False)

    @property
    def type(self) -> NumberType:
        return NumberType(integer=True, low=self.low, high=self.high)

    @property
    def optional(self) -> bool:
        return False


Computed: TypeAlias = Derive | Points


def each_once(conditions: Iterable[Condition]) -> Iterator[Condition]:
    """These conditions and all inside them, from left to right; the inside of a define once, whoever uses it."""
    seen: set[int] = set()
    todo = list(conditions)[::-1]
    while todo:
        condition = todo.pop()
        yield condition
        match condition:
            case AllOf(parts) | AnyOf(parts):
                todo.extend(reversed(parts))
            case Not(part):
                todo.append(part)
            case Named(_, inner):
                if id(inner) not in seen:
                    seen.add(id(inner))
                    todo.append(inner)
            case Comparison() | Always():
                pass
            case _:
                assert_never(condition)


def tests_in(condition: Condition) -> Iterator[Comparison]:
    """Every comparison of a condition, from left to right; a define is looked into once, however often it is used."""
    return (each for each in each_once([condition]) if isinstance(each, Comparison))


def refs_in(condition: Condition) -> Iterator[FieldRef]:
    """Every field that a condition asks of, as often as it does."""
    for test in tests_in(condition):
        for operand in (test.left, *test.right):
            yield from fields_in(operand)


def fields_in(operand: Operand) -> Iterator[FieldRef]:
    """Every field that an operand reads."""
    match operand:
        case FieldRef():
            yield operand
        case Arithmetic(first, rest):
            yield from fields_in(first)
            for _, further in rest:
                yield from fields_in(further)
        case Constant() | Members() | Pattern():
            return
        case _:
            assert_never(operand)
