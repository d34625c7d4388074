"""Whole tables at once: the bitmap index of `index`, a column at a time, in NumPy.

Each column of the policy gives every row a class; a table has, for each class, the bits of the alternatives that
it leaves standing, 64 in a word. Word by word the rows' bits are gathered and joined, and a row is settled by
its first bit that stands: rows that earlier rules take are out of the way of later ones. Computed fields are columns
that are worked out the same way. What columns cannot settle is left to the compiled policy, for the rows that
come to it, and once for rows that are alike. Memory does not grow with the number of rows: they are taken in blocks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from threading import Lock
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from routebook.codegen.alike import OneByOne
from routebook.codegen.axes import Axis, Picked, axis_of
from routebook.codegen.bits import SHORT, Words, first_standing, firsts, short_of, words_of
from routebook.codegen.compiled import RETEST, retests
from routebook.codegen.index import plan_index
from routebook.codegen.values import Values
from routebook.plan.tree import Tree

BLOCK: Final = 16_384
"""Rows are worked on so many at a time: what a block needs stays in the processor's cache."""

_JOINED: Final = 2048
"""Columns are joined while their classes together are no more than these."""

Leaves: TypeAlias = npt.NDArray[np.int32]


class RulesByColumn:
    """The rules of a tree over columns, those of its computed fields among them. Safe to share between threads."""

    def __init__(self, tree: Tree) -> None:
        plan = plan_index(tree)
        self._total = len(plan.alternatives)
        self._leaves = np.array([-1, *(each.leaf for each in plan.alternatives)], dtype=np.int32)
        self._has_rest = np.array([False, *(bool(each.rest) for each in plan.alternatives)])
        self._any_rest = bool(self._has_rest.any())
        self._one_by_one = OneByOne(tree)
        self.by_row = retests(plan) * RETEST > sum(1 for _ in tree.leaves())
        """Whether every row goes to the compiled policy: where columns cannot settle enough."""
        self._axes = [axis_of(tree, ref, column) for ref, column in plan.columns.items()]
        self._short = 0 < self._total <= SHORT
        self._groups = [[axis] for axis in self._axes] if self._short else _grouped(self._axes)
        self._tables = [self._table(group) for group in self._groups]
        self._firsts = firsts(self._total) if self._short else None
        self._lock = Lock()

    def decide(self, columns: Mapping[str, Values], rows: int, now: datetime) -> Leaves:
        """For each row the number of the leaf that takes it, -1 where none does."""
        if self.by_row:
            return self._one_by_one.decide(columns, np.arange(rows), now)
        picked, tables = self._picked(columns, now)
        found = np.empty(rows, dtype=np.int32)
        for start in range(0, rows, BLOCK):
            part = slice(start, min(start + BLOCK, rows))
            first = self._first(picked, tables, part)
            leaves = self._leaves[first]
            if self._any_rest:
                left = np.flatnonzero(self._has_rest[first])
                if len(left):
                    leaves[left] = self._one_by_one.decide(columns, left + start, now)
            found[part] = leaves
        return found

    def _picked(
        self, columns: Mapping[str, Values], now: datetime
    ) -> tuple[list[list[Picked]], list[npt.NDArray[Any]]]:
        """The classes of all rows, and the tables as they are once every class that these rows have is known."""
        with self._lock:
            picked = [[axis.pick(columns, now) for axis in group] for group in self._groups]
            for number, group in enumerate(self._groups):
                if group[0].grows and self._tables[number].shape[-1] < len(group[0].standing):
                    self._tables[number] = self._table(group)
            return picked, list(self._tables)

    def _first(
        self, picked: Sequence[Sequence[Picked]], tables: Sequence[npt.NDArray[Any]], part: slice
    ) -> Any:
        """For each row of a block one more than the number of its first alternative, 0 where there is none."""
        rows = part.stop - part.start
        if self._firsts is None:
            sizes = [[len(axis.standing) for axis in group] for group in self._groups]
            codes = [_joined(group, size, part, rows) for group, size in zip(picked, sizes, strict=True)]
            return first_standing(tables, codes, rows, (self._total + 63) // 64)
        standing = np.full(rows, (1 << self._total) - 1, dtype=np.uint16)
        for (axis,), table in zip(picked, tables, strict=True):
            bits = table[axis.classes]
            places = axis.places(part)
            standing &= bits[0] if places is None else np.take(bits, places, mode="clip")
        return np.take(self._firsts, standing)

    def _table(self, group: list[Axis]) -> npt.NDArray[Any]:
        """The bits of each combination of classes, word by word."""
        if self._short:
            return short_of(group[0].standing, self._total)
        joined: Words = words_of(group[0].standing, self._total)
        words = joined.shape[1]
        for axis in group[1:]:
            further = words_of(axis.standing, self._total)
            joined = (joined[:, None, :] & further[None, :, :]).reshape(-1, words)
        return np.ascontiguousarray(joined.T)


class TableDecider:
    """A policy over whole tables. Safe to share between threads; agrees with the walk on every valid lead."""

    def __init__(self, tree: Tree) -> None:
        from routebook.codegen.computed import computed_columns

        self.tree = tree
        self.rules = RulesByColumn(tree)
        self._computed = computed_columns(tree)

    def decide(self, columns: Mapping[str, Values], rows: int, now: datetime) -> Leaves:
        """For each row the number of the leaf that takes it, -1 where none does.

        `columns` has the normalised values of the fields by name; a field that is not in it is missing throughout.
        """
        if self.rules.by_row:
            return self.rules.decide(columns, rows, now)
        known = dict(columns)
        for name, compute in self._computed:
            known[name] = compute(known, rows, now)
        return self.rules.decide(known, rows, now)


def _joined(group: Sequence[Picked], sizes: Sequence[int], part: slice, rows: int) -> Any:
    """For each row of a block the place of its classes, all of the group together, in the group's table."""
    codes: Any = None
    for axis, size in zip(group, sizes, strict=True):
        places = axis.places(part)
        found = (
            np.full(rows, axis.classes[0], dtype=np.intp)
            if places is None
            else np.take(axis.classes, places, mode="clip")
        )
        if codes is None:
            codes = found
        else:
            codes *= size
            codes += found
    return codes


def _grouped(axes: Sequence[Axis]) -> list[list[Axis]]:
    """The columns, put together where their classes together are few."""
    made: list[tuple[int, list[Axis]]] = []
    for axis in sorted(axes, key=lambda axis: len(axis.standing), reverse=True):
        size = len(axis.standing)
        for place, (product, group) in enumerate(made):
            if not axis.grows and not group[0].grows and product * size <= _JOINED:
                made[place] = (product * size, [*group, axis])
                break
        else:
            made.append((size, [axis]))
    return [group for _, group in made]
