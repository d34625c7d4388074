"""Lookup tables of the index: from a field's value to the bits that it leaves standing, several fields in one.

Columns of few classes are joined: a table of the one holds tables of the other, so that a lead's values are looked
up one after the other and one conjunction of long bit sets is saved for each column joined.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, TypeAlias

from routebook.check.conditions import FieldRef
from routebook.codegen.classes import Discrete, Ordered
from routebook.countries import codes
from routebook.types import BoolType, CountryType, NumberType, OneOfType

JOINED_CLASSES: Final = 256
JOINED_BYTES: Final = 200_000
"""Columns are joined while their classes together are no more than these, and their bits take no more than those.

Larger tables save further conjunctions, and lose more than that where they fall out of the processor's cache.
"""

DIRECT: Final = 2048
"""Whole numbers from so few that a list holds a place for each."""

CAPPED: Final = 8192
"""Where a table is the outermost of its join, so many places may save the search: its rows are shared."""


class Spread(dict[Any, Any]):
    """A row for each value of a field; `other` for a value that no constant is."""

    other: Any

    def __missing__(self, key: object) -> Any:
        return self.other


@dataclass(frozen=True, slots=True)
class ByValue:
    """A row is found by the value itself. `closed` where all values of the field are in `classes`."""

    classes: dict[Any, int]
    other: int
    standing: list[int]
    closed: bool

    def table(self, rows: Sequence[Any]) -> Any:
        found = {value: rows[number] for value, number in self.classes.items()}
        if self.closed:
            return found  # Python reads a plain dict faster than any class made of it
        made = Spread(found)
        made.other = rows[self.other]
        return made


@dataclass(frozen=True, slots=True)
class ByPlace:
    """A row is found by its place in a list: the value less `low`; the last one is for missing.

    Values of `cap` and more share a place.
    """

    places: list[int]
    low: int
    standing: list[int]
    closed: bool = True
    cap: int | None = None

    def table(self, rows: Sequence[Any]) -> Any:
        return [rows[number] for number in self.places]


@dataclass(frozen=True, slots=True)
class BySearch:
    """A row is found by search among `edges`: `side` is left, right, or both added up; the last one is for missing."""

    edges: list[Any]
    side: str
    places: list[int]
    standing: list[int]
    closed: bool = True

    def table(self, rows: Sequence[Any]) -> Any:
        return [rows[number] for number in self.places]


Lookup: TypeAlias = ByValue | ByPlace | BySearch


def lookup_of(ref: FieldRef, column: Discrete | Ordered) -> Lookup:
    """How the class of a field's value is found fastest."""
    if isinstance(column, Ordered):
        return _ordered(ref, column)
    values = _all_values(ref)
    if values is None:
        return ByValue(column.classes, column.other, column.standing, closed=False)
    spread = {value: column.classes.get(value, column.other) for value in (*values, None)}
    return ByValue(spread, column.other, column.standing, closed=True)


def _all_values(ref: FieldRef) -> Sequence[Any] | None:
    match ref.type:
        case OneOfType(members):
            return members
        case BoolType():
            return (False, True)
        case CountryType():
            return sorted(codes())
        case _:
            return None


def _ordered(ref: FieldRef, column: Ordered) -> Lookup:
    if isinstance(ref.type, NumberType) and ref.type.integer:
        return _whole(ref.type, column)
    standing, count = column.standing, len(column.constants)
    decimals = isinstance(ref.type, NumberType)
    edges = [Decimal(edge) if decimals and isinstance(edge, int) else edge for edge in column.constants]
    gaps = [2 * n for n in range(count + 1)]
    if all(standing[2 * n + 1] == standing[2 * n] for n in range(count)):
        return BySearch(edges, "left", [*gaps, column.missing], standing)
    if all(standing[2 * n + 1] == standing[2 * n + 2] for n in range(count)):
        return BySearch(edges, "right", [*gaps, column.missing], standing)
    return BySearch(edges, "both", list(range(len(standing))), standing)


def _whole(type_: NumberType, column: Ordered) -> Lookup:
    """Between whole numbers there is nothing: every edge is where the next class begins."""
    constants = column.constants

    def number(value: int | Fraction) -> int:
        return bisect_left(constants, value) + bisect_right(constants, value)

    low = math.ceil(type_.low) if type_.low is not None else None
    high = math.floor(type_.high) if type_.high is not None else None
    if low is not None and high is not None and high - low < DIRECT:
        return ByPlace([*(number(n) for n in range(low, high + 1)), column.missing], low, column.standing)
    starts = sorted(
        {edge for constant in constants for edge in (math.ceil(constant), math.floor(constant) + 1)}
    )
    edges: list[int] = []
    places = [0]
    for start in starts:
        here = number(start)
        if column.standing[here] != column.standing[places[-1]]:
            edges.append(start)
            places.append(here)
    return BySearch(edges, "right", [*places, column.missing], column.standing)


def direct(ref: FieldRef, lookup: Lookup) -> Lookup:
    """The same lookup, with a place for every whole number up to the last edge where those are not too many."""
    whole = isinstance(ref.type, NumberType) and ref.type.integer and ref.type.low is not None
    if not (whole and isinstance(lookup, BySearch) and lookup.side == "right" and lookup.edges):
        return lookup
    assert isinstance(ref.type, NumberType)
    assert ref.type.low is not None
    low, cap = math.ceil(ref.type.low), lookup.edges[-1]
    if cap - low >= CAPPED:
        return lookup
    places = [lookup.places[bisect_right(lookup.edges, number)] for number in range(low, cap + 1)]
    return ByPlace([*places, lookup.places[-1]], low, lookup.standing, cap=cap)


Join: TypeAlias = list[tuple[FieldRef, Lookup]]
"""Columns that are looked up one after the other, the first in the outermost table."""


def joins(lookups: Sequence[tuple[FieldRef, Lookup]], bits: int) -> list[Join]:
    """The columns, put together where their classes together are few."""
    limit = min(JOINED_CLASSES, JOINED_BYTES // (bits // 8 + 36))
    made: list[tuple[int, Join]] = []
    by_size = sorted(lookups, key=lambda pair: len(pair[1].standing), reverse=True)
    for ref, lookup in by_size:
        size = len(lookup.standing)
        for place, (product, join) in enumerate(made):
            if lookup.closed and product * size <= limit:
                made[place] = (product * size, [*join, (ref, lookup)])
                break
        else:
            made.append((size, [(ref, lookup)]))
    return [join for _, join in made]


def joined_table(join: Join, within: int) -> Any:
    """The table of a join: tables in tables, with bits at the innermost place; `within` is all bits."""
    (_, lookup), *others = join
    if not others:
        return lookup.table([standing & within for standing in lookup.standing])
    # many classes may leave the same bits: they share what is further in
    known: dict[int, Any] = {}
    rows = []
    for standing in lookup.standing:
        bits = standing & within
        if bits not in known:
            known[bits] = joined_table(others, bits)
        rows.append(known[bits])
    return lookup.table(rows)
