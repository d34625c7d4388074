"""Columns of a policy over tables: which class each row's value has, and what each class leaves standing."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, TypeAlias, assert_never

import numpy as np
import numpy.typing as npt

from routebook.check.conditions import Condition, FieldRef, Scope
from routebook.codegen.classes import Column, Discrete, Ordered, Searched
from routebook.codegen.emit import Emitter
from routebook.codegen.load import run
from routebook.codegen.values import Bools, Coded, Ints, Values, Whole, column_name
from routebook.plan.tree import Tree
from routebook.plan.walk import Environment, comparable, part_of
from routebook.types import NumberType

_KEPT: Final = 200_000
"""The classes of so many values of one column are kept from table to table."""

_LISTED: Final = 4096
"""Whole numbers from so few have a place each in a list."""

Classes: TypeAlias = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class ByCode:
    """The classes of some rows: each row's is at its place in `classes`; without places all rows have the first."""

    classes: Classes
    codes: Ints | None

    def places(self, rows: slice) -> Ints | None:
        return None if self.codes is None else self.codes[rows]


@dataclass(frozen=True, slots=True)
class ByNumber:
    """The classes of whole numbers: by their place among `edges`, or counted from `low`; the last is for missing."""

    classes: Classes
    column: Whole
    edges: npt.NDArray[np.int64]
    low: int | None

    def places(self, rows: slice) -> Ints:
        numbers = self.column.numbers[rows]
        if self.low is None:
            found = np.searchsorted(self.edges, numbers, side="right")
        else:
            found = numbers - self.low if self.low else numbers
        if self.column.known is not None:
            return np.where(self.column.known[rows], found, len(self.classes) - 1)
        return found


Picked: TypeAlias = ByCode | ByNumber


@dataclass(frozen=True, slots=True)
class _Numbers:
    """How the class of a whole number is found without looking at it alone."""

    classes: Classes
    edges: npt.NDArray[np.int64]
    low: int | None


@dataclass
class Axis:
    """A column of the policy. `grows` where its classes are found as values come. Not to be shared by threads."""

    ref: FieldRef
    class_of: Callable[[Any], int]
    standing: list[int]
    tree: Tree
    numbers: _Numbers | None = None
    grows: bool = False
    _known: dict[Any, int] = field(default_factory=dict)

    def pick(self, columns: Mapping[str, Values], now: datetime) -> Picked:
        """The classes of the rows of these columns."""
        if self.ref.scope is Scope.NOW:
            return self._one(now)
        column = columns.get(column_name(self.ref))
        if column is None:
            return self._one(None)
        if isinstance(column, Coded):
            return self._coded(column)
        if self.numbers is None:
            numbers, codes = np.unique(column.numbers, return_inverse=True)
            return self._coded(_with_missing(codes, numbers.tolist(), column.known))
        return ByNumber(self.numbers.classes, column, self.numbers.edges, self.numbers.low)

    def _one(self, value: Any) -> ByCode:
        return ByCode(np.array([self._class(value)], dtype=np.intp), None)

    def _coded(self, column: Coded) -> ByCode:
        if len(column.values) > 4 * len(column.codes) + 64:
            used, codes = np.unique(column.codes, return_inverse=True)
            return self._coded(Coded(codes, [column.values[place] for place in used]))
        found = [self._class(value) for value in column.values]
        return ByCode(np.array(found, dtype=np.intp), column.codes)

    def _class(self, value: Any) -> int:
        number = self._known.get(value)
        if number is None:
            if len(self._known) >= _KEPT:
                self._known.clear()
            number = self._known[value] = self.class_of(value)
        return number


def _with_missing(codes: Ints, values: list[Any], known: Bools | None) -> Coded:
    if known is None:
        return Coded(codes, values)
    return Coded(np.where(known, codes, len(values)), [*values, None])


def axis_of(tree: Tree, ref: FieldRef, column: Column) -> Axis:
    """The axis of a column of the policy's index."""
    match column:
        case Discrete(classes, other, standing):

            def discrete(value: Any) -> int:
                key = _part(tree, ref, value)
                return classes.get(None if key is None else comparable(ref.type, key), other)

            numbers = _numbers_of(ref, [key for key in classes if key is not None], discrete)
            return Axis(ref, discrete, standing, tree, numbers)
        case Ordered(constants, standing):
            missing = len(standing) - 1
            sorted_ = _alike(ref, constants)

            def ordered(value: Any) -> int:
                key = _part(tree, ref, value)
                return missing if key is None else bisect_left(sorted_, key) + bisect_right(sorted_, key)

            return Axis(ref, ordered, standing, tree, _numbers_of(ref, constants, ordered))
        case Searched():
            return _searched(tree, ref, column)
        case _:
            assert_never(column)


def _part(tree: Tree, ref: FieldRef, value: Any) -> Any:
    return part_of(value, ref.part, tree.timezone) if value is not None and ref.part is not None else value


def _alike(ref: FieldRef, constants: list[Any]) -> list[Any]:
    if not isinstance(ref.type, NumberType):
        return constants
    return [Decimal(each) if isinstance(each, int) else each for each in constants]


def _numbers_of(ref: FieldRef, constants: Sequence[Any], class_of: Callable[[Any], int]) -> _Numbers | None:
    """Between whole numbers there is nothing: a class begins at a constant, rounded up, or right after it."""
    if not isinstance(ref.type, NumberType) or ref.part is not None:
        return None
    missing = class_of(None)
    if ref.type.low is not None and ref.type.high is not None:
        low, high = math.ceil(ref.type.low), math.floor(ref.type.high)
        if high - low < _LISTED and abs(low) < 2**62:
            listed = [class_of(number) for number in range(low, high + 1)]
            return _Numbers(np.array([*listed, missing], dtype=np.intp), np.array([], dtype=np.int64), low)
    starts = sorted({edge for each in constants for edge in (math.ceil(each), math.floor(each) + 1)})
    edges = [start for start in starts if -(2**63) < start < 2**63]
    below = class_of(edges[0] - 1 if edges else 0)
    classes = [below, *(class_of(start) for start in edges), missing]
    return _Numbers(np.array(classes, dtype=np.intp), np.array(edges, dtype=np.int64), None)


def _searched(tree: Tree, ref: FieldRef, column: Searched) -> Axis:
    """A class for each set of answers that is met: the classes grow as values come."""
    conditions = [condition for condition, _, _ in column.questions]
    answers = _tests(tree, ref, conditions) if ref.scope is Scope.LEAD else _judges(tree, ref, conditions)
    places: dict[int, int] = {}
    standing: list[int] = []

    def class_of(value: Any) -> int:
        bits = column.everything
        for (_, no, yes), holds in zip(column.questions, answers(value), strict=True):
            bits &= ~(yes if holds else no)
        if bits not in places:
            places[bits] = len(standing)
            standing.append(bits)
        return places[bits]

    return Axis(ref, class_of, standing, tree, grows=True)


Answers: TypeAlias = Callable[[Any], list[bool]]
"""From a value of the field to whether each condition holds."""


def _tests(tree: Tree, ref: FieldRef, conditions: list[Condition]) -> Answers:
    emitter = Emitter(tree)
    names = [f"test_{number}" for number in range(len(conditions))]
    sources = [emitter.test(name, condition) for name, condition in zip(names, conditions, strict=True)]
    namespace = run(emitter, sources, f"<table {tree.digest[:19]}>").namespace
    tests = [namespace[name] for name in names]

    def answers(value: Any) -> list[bool]:
        lead = {} if value is None else {ref.base: value}
        return [test(lead, _NO_MOMENT) for test in tests]

    return answers


def _judges(tree: Tree, ref: FieldRef, conditions: list[Condition]) -> Answers:
    """Of the moment there is one value, of a computed field there are few: the walk itself answers."""

    def answers(value: Any) -> list[bool]:
        asked = Environment(tree, {}, value if ref.scope is Scope.NOW else _NO_MOMENT)
        if ref.scope is Scope.COMPUTED:
            asked.suppose(ref.base, value)
        return [asked.judge(condition).holds for condition in conditions]

    return answers


_NO_MOMENT: Final = datetime.min.replace(tzinfo=UTC)
"""For tests of one field of a lead, which do not ask of `now`."""
