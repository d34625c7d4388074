"""Computed fields as columns: a `derive` as rules of its own whose answers are values, `points` entry by entry."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, TypeAlias

import numpy as np

from routebook.check.conditions import Condition, Derive, FieldRef, Points, PointsEntry, Scope
from routebook.codegen.alike import used_computed
from routebook.codegen.columns import RulesByColumn
from routebook.codegen.values import Coded, Values, Whole, column_name
from routebook.plan.tree import Leaf, Plan, Tree
from routebook.plan.walk import part_of
from routebook.source import Span

Compute: TypeAlias = Callable[[Mapping[str, Values], int, datetime], Values]
"""From the columns of some rows, how many they are, and the moment to the values of a computed field."""

_Number: TypeAlias = "np.typing.NDArray[Any]"

_SAFE: Final = 2**53
"""Points up to here, summed up however often a policy can, stay within 64 bits."""


def computed_columns(tree: Tree) -> list[tuple[str, Compute]]:
    """Of each computed field that rules use the name as a column, and how it is worked out, in their order."""
    made: list[tuple[str, Compute]] = []
    for computed in used_computed(tree):
        compute = _derived(tree, computed) if isinstance(computed, Derive) else _points(tree, computed)
        made.append((f"={computed.name}", compute))
    return made


def _rules(tree: Tree, conditions: Sequence[Condition], span: Span) -> RulesByColumn:
    """These conditions as the rules of a policy of their own."""
    nobody = Plan((), None)
    leaves = tuple(Leaf("", None, condition, nobody, span) for condition in conditions)
    return RulesByColumn(replace(tree, rules=leaves))


def _derived(tree: Tree, derive: Derive) -> Compute:
    rules = _rules(tree, [case.condition for case in derive.cases], derive.span)
    values = [*(case.value for case in derive.cases), derive.otherwise]

    def compute(columns: Mapping[str, Values], rows: int, now: datetime) -> Values:
        found = rules.decide(columns, rows, now)
        return Coded(np.where(found < 0, len(derive.cases), found), values)

    return compute


def _points(tree: Tree, points: Points) -> Compute:
    entries = [_entry(tree, entry) for entry in points.entries]

    def compute(columns: Mapping[str, Values], rows: int, now: datetime) -> Values:
        total: _Number = np.zeros(rows, dtype=np.int64)
        for entry in entries:
            total = total + entry(columns, rows, now)
        total = np.minimum(np.maximum(total, points.low), points.high)
        if total.dtype == np.int64:
            return Whole(total)
        return Coded(np.arange(rows), total.tolist())

    return compute


_Amounts: TypeAlias = Callable[[Mapping[str, Values], int, datetime], _Number]
"""The points that an entry gives to each row: of 64 bits where all are safe to add up, else Python's integers."""


def _entry(tree: Tree, entry: PointsEntry) -> _Amounts:
    if entry.condition is not None:
        rules = _rules(tree, [entry.condition], entry.span)
        given = _numbers([0, entry.amount])
        return lambda columns, rows, now: given[(rules.decide(columns, rows, now) >= 0).view(np.int8)]
    ref = entry.per
    assert ref is not None

    def amounts(columns: Mapping[str, Values], rows: int, now: datetime) -> _Number:
        if ref.scope is Scope.NOW:
            return np.broadcast_to(_numbers([_times(tree, entry, ref, now)]), rows)
        column = columns.get(column_name(ref))
        if column is None:
            return np.zeros(rows, dtype=np.int64)
        if isinstance(column, Whole) and (fast := _whole(entry, column)) is not None:
            return fast
        keys = column.row_keys()
        known = {key: _times(tree, entry, ref, column.value(key)) for key in set(keys)}
        return _numbers([known[key] for key in keys])

    return amounts


def _whole(entry: PointsEntry, column: Whole) -> _Number | None:
    """An entry over whole numbers that are small enough, at once."""
    numbers = column.numbers
    most = max(abs(int(numbers.min())), abs(int(numbers.max())), 1) if len(numbers) else 1
    if most * abs(entry.amount) > _SAFE or (entry.up_to or 0) > _SAFE:
        return None
    given = numbers * entry.amount
    if entry.up_to is not None:
        given = np.clip(given, -entry.up_to, entry.up_to)
    return given if column.known is None else np.where(column.known, given, 0)


def _times(tree: Tree, entry: PointsEntry, ref: FieldRef, value: Any) -> int:
    if value is not None and ref.part is not None:
        value = part_of(value, ref.part, tree.timezone)
    given = int(entry.amount * (value or 0))
    return given if entry.up_to is None else max(-entry.up_to, min(entry.up_to, given))


def _numbers(given: Sequence[int]) -> _Number:
    small = all(abs(each) <= _SAFE for each in given)
    return np.array(given, dtype=np.int64 if small else object)
