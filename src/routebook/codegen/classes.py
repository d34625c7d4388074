"""Columns cut into classes of values that no rule tells apart, and the alternatives that each class leaves standing.

Alternatives are bits of a Python integer, the first at the top, so that `bit_length` finds it. A column of
discrete values has a class for each constant, one for all other values and one for missing; an ordered one has
a class for each constant and for each gap between them. What fits neither (prefixes, patterns, sets) is a
`Searched` column: its distinct questions are asked once for each distinct value.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final, TypeAlias, assert_never

from routebook.check.conditions import (
    AllOf,
    Always,
    AnyOf,
    Comparison,
    Condition,
    Constant,
    FieldRef,
    Members,
    Named,
    Not,
    each_once,
)
from routebook.codegen.constants import plain_number
from routebook.codegen.normal import Literal, same
from routebook.types import DateTimeType, DateType, NumberType, TimeType

Wanted: TypeAlias = list[tuple[int, list[Literal]]]
"""For one column: the bits of the alternatives that ask something of it, each with what it asks."""

_DISCRETE: Final = frozenset({"==", "!=", "in", "not in", "is true", "is known", "is missing"})
_INTERVALS: Final = _DISCRETE | {"<", "<=", ">", ">=", "between"}
_ORDERED: Final = (NumberType, DateType, TimeType, DateTimeType)


@dataclass(frozen=True, slots=True)
class Discrete:
    """By key the class, with the bits left standing in each; `other` is the class of every key not listed."""

    classes: dict[Any, int]
    other: int
    standing: list[int]


@dataclass(frozen=True, slots=True)
class Ordered:
    """`constants` ascending; class 2i + 1 is constant i, class 2i the gap below it, the last class `missing`."""

    constants: list[Any]
    standing: list[int]

    @property
    def missing(self) -> int:
        return len(self.standing) - 1


@dataclass(frozen=True, slots=True)
class Searched:
    """The distinct questions, each with the bits that fall where it is answered `no` (first) or `yes`."""

    questions: list[tuple[Condition, int, int]]
    everything: int


Column: TypeAlias = Discrete | Ordered | Searched


def column_of(ref: FieldRef, wanted: Wanted, bits: int) -> Column:
    """The column of a field for alternatives that are `bits` many."""
    conditions = (condition for _, literals in wanted for condition, _ in literals)
    tests = [test for test in each_once(conditions) if isinstance(test, Comparison)]
    if all(test.operator in _DISCRETE for test in tests):
        return _discrete(tests, wanted, bits)
    if isinstance(ref.type, _ORDERED) and all(test.operator in _INTERVALS for test in tests):
        return _ordered(tests, wanted, bits)
    return _searched(wanted, bits)


# --- Classes of constants -----------------------------------------------------------------------------


def _discrete(tests: Sequence[Comparison], wanted: Wanted, bits: int) -> Discrete:
    keys: dict[Any, int] = {True: 0} if any(test.operator == "is true" for test in tests) else {}
    for test in tests:
        for operand in test.right:
            for key in _keys(operand):
                keys.setdefault(key, len(keys))
    other, missing = len(keys), len(keys) + 1
    everything = (1 << len(keys) + 2) - 1

    def classes(test: Comparison) -> int:
        if test.operator in ("is known", "is missing"):
            found = everything ^ 1 << missing
        elif test.operator == "is true":
            found = 1 << keys[True]
        else:
            found = 0
            for operand in test.right:
                for key in _keys(operand):
                    found |= 1 << keys[key]
        return everything ^ found if test.row.negates else found

    table = _standing(wanted, classes, everything, len(keys) + 2, bits)
    return Discrete({_plain(key): n for key, n in keys.items()} | {None: missing}, other, table)


def _keys(operand: Any) -> Sequence[Any]:
    match operand:
        case Constant():
            return (operand.key,)
        case Members():
            return tuple(sorted(operand.keys))
        case _:
            return ()


def _plain(key: Any) -> Any:
    """A number as an integer or a decimal: equal, and of equal hash, but quicker, and comparable with either."""
    return plain_number(key) if isinstance(key, Fraction) else key


def _ordered(tests: Sequence[Comparison], wanted: Wanted, bits: int) -> Ordered:
    constants = sorted({key for test in tests for operand in test.right for key in _keys(operand)})
    place = {key: 2 * n + 1 for n, key in enumerate(constants)}
    size = 2 * len(constants) + 1
    missing = size
    everything = (1 << size + 1) - 1

    def below(upto: int) -> int:
        return (1 << upto) - 1

    def classes(test: Comparison) -> int:
        if test.operator in ("is known", "is missing"):
            found = everything ^ 1 << missing
        else:
            at = [place[operand.key] for operand in test.right if isinstance(operand, Constant)]
            found = _interval(test.row.negates or test.operator, at, size, below)
        return everything ^ found if test.row.negates else found

    table = _standing(wanted, classes, everything, size + 1, bits)
    return Ordered([_plain(key) for key in constants], table)


def _interval(operator: str, at: list[int], size: int, below: Callable[[int], int]) -> int:
    match operator:
        case "<":
            return below(at[0])
        case "<=":
            return below(at[0] + 1)
        case ">":
            return below(size) ^ below(at[0] + 1)
        case ">=":
            return below(size) ^ below(at[0])
        case "between":
            return below(at[1] + 1) & ~below(at[0])
        case _:
            return 1 << at[0]


def _standing(
    wanted: Wanted, classes: Callable[[Comparison], int], everything: int, size: int, bits: int
) -> list[int]:
    """For each class the bits that it leaves standing: those that ask nothing, and those whose parts hold there.

    A bit is toggled where its run of classes begins and after it ends; one sweep over the classes adds up.
    """
    toggles: list[bytearray | None] = [None] * (size + 1)
    width = bits // 8 + 1
    asked = bytearray(width)
    known: dict[int, int] = {}
    for bit, literals in wanted:
        asked[bit >> 3] |= 1 << (bit & 7)
        mask = everything
        for condition, positive in literals:
            found = _mask(condition, classes, everything, known)
            mask &= found if positive else everything ^ found
        for start, end in _runs(mask):
            for at in (start, end):
                row = toggles[at]
                if row is None:
                    row = toggles[at] = bytearray(width)
                row[bit >> 3] ^= 1 << (bit & 7)
    standing = ((1 << bits) - 1) & ~int.from_bytes(asked, "little")
    table: list[int] = []
    for toggle in toggles[:size]:
        if toggle is not None:
            standing ^= int.from_bytes(toggle, "little")
        table.append(standing)
    return table


def _runs(mask: int) -> list[tuple[int, int]]:
    """The runs of ones of a mask, each from its first place up to the first after it."""
    runs: list[tuple[int, int]] = []
    start = 0
    while mask:
        zeros = (mask & -mask).bit_length() - 1
        mask >>= zeros
        start += zeros
        ones = (~mask & mask + 1).bit_length() - 1
        runs.append((start, start + ones))
        mask >>= ones
        start += ones
    return runs


def _mask(
    condition: Condition, classes: Callable[[Comparison], int], everything: int, known: dict[int, int]
) -> int:
    """The classes in which a condition of one column holds."""
    match condition:
        case Comparison():
            return classes(condition)
        case AllOf(parts):
            mask = everything
            for part in parts:
                mask &= _mask(part, classes, everything, known)
            return mask
        case AnyOf(parts):
            mask = 0
            for part in parts:
                mask |= _mask(part, classes, everything, known)
            return mask
        case Not(part):
            return everything ^ _mask(part, classes, everything, known)
        case Named(_, inner):
            if id(inner) not in known:
                known[id(inner)] = _mask(inner, classes, everything, known)
            return known[id(inner)]
        case Always(value):
            return everything if value else 0
        case _:
            assert_never(condition)


# --- Questions ----------------------------------------------------------------------------------------


def _searched(wanted: Wanted, bits: int) -> Searched:
    falls: dict[object, tuple[Condition, int, int]] = {}
    for bit, literals in wanted:
        for condition, positive in literals:
            _, no, yes = falls.get(same(condition), (condition, 0, 0))
            falls[same(condition)] = (
                (condition, no | 1 << bit, yes) if positive else (condition, no, yes | 1 << bit)
            )
    return Searched(list(falls.values()), (1 << bits) - 1)
