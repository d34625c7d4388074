"""Whole tables at once: the bitmap index of `index`, a column at a time, in NumPy.

Each column of the policy gives every row a class; a table has, for each class, the bits of the alternatives that
it leaves standing, 64 in a word. Word by word the rows' bits are gathered and joined, and a row is settled by
its first bit that stands: rows that earlier rules take are out of the way of later ones. What columns cannot
settle is left to the compiled policy, for the rows that come to it. Memory does not grow with the number of rows:
they are taken in blocks.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from threading import Lock
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from routebook.check.conditions import Condition, FieldRef, Scope
from routebook.codegen.classes import Discrete, Ordered, Searched
from routebook.codegen.compiled import RETEST, compile_policy, retests
from routebook.codegen.emit import Emitter
from routebook.codegen.index import plan_index
from routebook.codegen.load import Decide, run
from routebook.plan.tree import Tree
from routebook.plan.walk import comparable, part_of
from routebook.types import NumberType

BLOCK: Final = 16_384
"""Rows are worked on so many at a time: what a block needs stays in the processor's cache."""

_JOINED: Final = 2048
"""Columns are joined while their classes together are no more than these."""

_KEPT: Final = 200_000
"""The classes of so many values of one column are kept from block to block."""

_Ints: TypeAlias = npt.NDArray[np.int32]
_Words: TypeAlias = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Coded:
    """A field's values in some rows: for each row the place of its value in `values`; None is missing."""

    codes: npt.NDArray[np.integer[Any]]
    values: Sequence[Any]

    def part(self, rows: slice) -> Coded:
        return Coded(self.codes[rows], self.values)

    def at(self, row: int) -> Any:
        return self.values[self.codes[row]]


@dataclass(frozen=True, slots=True)
class Whole:
    """A field of whole numbers in some rows, all of them known and within 64 bits."""

    numbers: npt.NDArray[np.int64]

    def part(self, rows: slice) -> Whole:
        return Whole(self.numbers[rows])

    def at(self, row: int) -> Any:
        return int(self.numbers[row])


Values: TypeAlias = Coded | Whole
Known: TypeAlias = dict[Any, int]


@dataclass
class _Axis:
    """A column of the policy: how a value's class is found, and what each class leaves standing."""

    ref: FieldRef
    class_of: Callable[[Any], int]
    standing: list[int]
    edges: npt.NDArray[np.int64] | None = None
    whole: bool = False
    grows: bool = False
    known: Known = field(default_factory=dict)


class TableDecider:
    """A policy over whole tables. Safe to share between threads; agrees with the walk on every valid lead."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.decide_one: Decide = compile_policy(tree)
        plan = plan_index(tree)
        self._total = len(plan.alternatives)
        self._leaves = np.array([-1, *(each.leaf for each in plan.alternatives)], dtype=np.int32)
        self._has_rest = np.array([False, *(bool(each.rest) for each in plan.alternatives)])
        aside = any(
            ref.scope is Scope.COMPUTED or (ref.scope is Scope.NOW and isinstance(column, Searched))
            for ref, column in plan.columns.items()
        )
        leaves = sum(1 for _ in tree.leaves())
        self.by_row = aside or retests(plan) * RETEST > leaves
        """Whether rows go through the compiled policy one by one: where columns cannot settle enough."""
        self._axes = [] if self.by_row else [self._axis(ref, column) for ref, column in plan.columns.items()]
        self._groups = _grouped(self._axes)
        self._words = (self._total + 63) // 64
        self._tables = [self._table(group) for group in self._groups]
        self._lock = Lock()

    def decide(self, columns: Mapping[str, Values], rows: int, now: datetime) -> _Ints:
        """For each row the number of the leaf that takes it, -1 where none does.

        `columns` has the normalised values of the fields by name; a field that is not in it is missing throughout.
        """
        found = np.full(rows, -1, dtype=np.int32)
        for start in range(0, rows, BLOCK):
            part = slice(start, min(start + BLOCK, rows))
            block = {name: values.part(part) for name, values in columns.items()}
            found[part] = self._block(block, part.stop - start, now)
        return found

    def _block(self, columns: Mapping[str, Values], rows: int, now: datetime) -> _Ints:
        if self.by_row:
            return np.array([self._row(columns, row, now) for row in range(rows)], dtype=np.int32)
        with self._lock:
            codes = [self._codes(group, columns, rows, now) for group in self._groups]
            for number, group in enumerate(self._groups):
                if group[0].grows and self._tables[number].shape[1] < len(group[0].standing):
                    self._tables[number] = self._table(group)
            tables = list(self._tables)
        first = _first_standing(tables, codes, rows, self._words)
        found: _Ints = self._leaves[first]
        for row in np.flatnonzero(self._has_rest[first]):
            found[row] = self._row(columns, int(row), now)
        return found

    def _row(self, columns: Mapping[str, Values], row: int, now: datetime) -> int:
        lead = {name: value for name, column in columns.items() if (value := column.at(row)) is not None}
        number: int = self.decide_one(lead, now)
        return number

    # --- Classes of values ----------------------------------------------------------------------------

    def _codes(self, group: list[_Axis], columns: Mapping[str, Values], rows: int, now: datetime) -> Any:
        codes: Any = 0
        if group[0].grows:
            return self._classes(group[0], columns, rows, now).astype(np.intp)
        for axis in group:
            codes = codes * len(axis.standing) + self._classes(axis, columns, rows, now)
        return codes.astype(np.intp)

    def _classes(self, axis: _Axis, columns: Mapping[str, Values], rows: int, now: datetime) -> Any:
        if axis.ref.scope is Scope.NOW:
            return np.full(rows, axis.class_of(self._key(axis, now)), dtype=np.int32)
        column = columns.get(axis.ref.base)
        if column is None:
            return np.full(rows, self._class(axis, None), dtype=np.int32)
        if isinstance(column, Coded):
            return self._of_values(axis, column)
        if axis.edges is not None:
            return np.searchsorted(axis.edges, column.numbers, "left") + np.searchsorted(
                axis.edges, column.numbers, "right"
            )
        values, codes = np.unique(column.numbers, return_inverse=True)
        return self._of_values(axis, Coded(codes, [int(value) for value in values]))

    def _of_values(self, axis: _Axis, column: Coded) -> Any:
        if len(column.values) > 4 * len(column.codes):
            used, codes = np.unique(column.codes, return_inverse=True)
            return self._of_values(axis, Coded(codes, [column.values[place] for place in used]))
        classes = np.fromiter(
            (self._class(axis, value) for value in column.values), np.int32, len(column.values)
        )
        return classes[column.codes]

    def _class(self, axis: _Axis, value: Any) -> int:
        number = axis.known.get(value)
        if number is None:
            if len(axis.known) >= _KEPT:
                axis.known.clear()
            number = axis.known[value] = axis.class_of(value if axis.whole else self._key(axis, value))
        return number

    def _key(self, axis: _Axis, value: Any) -> Any:
        ref = axis.ref
        if value is not None and ref.part is not None:
            value = part_of(value, ref.part, self.tree.timezone)
        return value

    # --- Tables ---------------------------------------------------------------------------------------

    def _axis(self, ref: FieldRef, column: Discrete | Ordered | Searched) -> _Axis:
        match column:
            case Discrete(classes, other, standing):
                return _Axis(ref, lambda value: classes.get(_compared(ref, value), other), standing)
            case Ordered(constants, standing):
                return _ordered(ref, constants, standing)
            case Searched():
                return self._searched(ref, column)

    def _searched(self, ref: FieldRef, column: Searched) -> _Axis:
        """A class for each set of answers that is met: the classes grow as values come."""
        tests = self._tests([condition for condition, _, _ in column.questions])
        places: dict[int, int] = {}
        standing: list[int] = []

        def class_of(value: Any) -> int:
            lead = {} if value is None else {ref.base: value}
            bits = column.everything
            for (_, no, yes), test in zip(column.questions, tests, strict=True):
                bits &= ~(yes if test(lead, _NO_MOMENT) else no)
            if bits not in places:
                places[bits] = len(standing)
                standing.append(bits)
            return places[bits]

        return _Axis(ref, class_of, standing, whole=True, grows=True)

    def _table(self, group: list[_Axis]) -> _Words:
        """The bits of each combination of classes, word by word."""
        joined = _words_of(group[0].standing, self._total, self._words)
        for axis in group[1:]:
            further = _words_of(axis.standing, self._total, self._words)
            joined = (joined[:, None, :] & further[None, :, :]).reshape(-1, self._words)
        return np.ascontiguousarray(joined.T)

    def _tests(self, conditions: list[Condition]) -> list[Callable[[Mapping[str, Any], datetime], bool]]:
        emitter = Emitter(self.tree)
        names = [f"test_{number}" for number in range(len(conditions))]
        sources = [emitter.test(name, condition) for name, condition in zip(names, conditions, strict=True)]
        namespace = run(emitter, sources, f"<table {self.tree.digest[:19]}>").namespace
        return [namespace[name] for name in names]


_NO_MOMENT: Final = datetime.min.replace(tzinfo=UTC)
"""For tests of one field of a lead, which do not ask of `now`."""


def _compared(ref: FieldRef, value: Any) -> Any:
    return None if value is None else comparable(ref.type, value)


def _ordered(ref: FieldRef, constants: list[Any], standing: list[int]) -> _Axis:
    missing = len(standing) - 1
    decimals = isinstance(ref.type, NumberType)
    sorted_ = [Decimal(each) if decimals and isinstance(each, int) else each for each in constants]

    def class_of(value: Any) -> int:
        if value is None:
            return missing
        return bisect_left(sorted_, value) + bisect_right(sorted_, value)

    fits = decimals and all(isinstance(each, int) and -(2**63) <= each < 2**63 for each in constants)
    return _Axis(ref, class_of, standing, np.array(constants, dtype=np.int64) if fits else None)


def _grouped(axes: Sequence[_Axis]) -> list[list[_Axis]]:
    """The columns, put together where their classes together are few."""
    made: list[tuple[int, list[_Axis]]] = []
    for axis in sorted(axes, key=lambda axis: len(axis.standing), reverse=True):
        size = len(axis.standing)
        for place, (product, group) in enumerate(made):
            if not axis.grows and not group[0].grows and product * size <= _JOINED:
                made[place] = (product * size, [*group, axis])
                break
        else:
            made.append((size, [axis]))
    return [group for _, group in made]


_REVERSED: Final = np.array([int(f"{byte:08b}"[::-1], 2) for byte in range(256)], dtype=np.uint8)


def _words_of(standing: Sequence[int], total: int, words: int) -> _Words:
    """Bit sets as words: alternative n, which is bit total - 1 - n of the integer, is bit n % 64 of word n // 64."""
    within, shift = (1 << total) - 1, words * 64 - total
    data = b"".join(((bits & within) << shift).to_bytes(words * 8, "big") for bits in standing)
    return _REVERSED[np.frombuffer(data, dtype=np.uint8)].view("<u8").reshape(len(standing), words)


def _first_standing(tables: Sequence[_Words], codes: Sequence[Any], rows: int, words: int) -> Any:
    """For each row one more than the number of its first alternative that every table leaves standing, else 0."""
    found = np.zeros(rows, dtype=np.intp)
    if not tables:
        return found + (1 if words else 0)
    index = np.arange(rows)
    left = np.empty(rows, dtype=np.uint64)
    other = np.empty(rows, dtype=np.uint64)
    open_ = np.full(rows, 2**64 - 1, dtype=np.uint64)
    settled = 0
    for word in range(words):
        size = len(index)
        now = left[:size]
        np.take(tables[0][word], codes[0], out=now, mode="clip")
        for table, places in zip(tables[1:], codes[1:], strict=True):
            np.take(table[word], places, out=other[:size], mode="clip")
            now &= other[:size]
        now &= open_[:size]
        hits = np.flatnonzero(now)
        if not len(hits):
            continue
        bits = now[hits]
        lowest = bits & (~bits + np.uint64(1))
        found[index[hits]] = word * 64 + np.log2(lowest.astype(np.float64)).astype(np.intp) + 1
        open_[hits] = 0
        settled += len(hits)
        if settled * 8 >= size:
            keep = np.flatnonzero(open_[:size])
            index, codes, settled = index[keep], [places[keep] for places in codes], 0
            open_[: len(keep)] = 2**64 - 1
            if not len(keep):
                break
    return found
