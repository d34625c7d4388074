"""Differences between fields, such as `a - b <= 3`: values that are so far apart, or a proof that there are none.

Shortest paths (Bellman 1958): that `a` is at most 3 more than `b` is an edge between them, and a way round
whose lengths come to less than nothing is a proof. Where whole fields are tied to others, whole values are looked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from fractions import Fraction
from math import floor
from typing import Any, Final, TypeAlias

from routebook.analysis.clock import Clock
from routebook.analysis.domains.moments import moment_step
from routebook.analysis.domains.ordered import time_step
from routebook.analysis.tie_unlike import TooMany, told_apart
from routebook.check.conditions import Arithmetic, Constant, FieldRef, Operand
from routebook.types import MAX_DIGITS

Spans: TypeAlias = Mapping[str, tuple[Fraction, Fraction]]
"""The least and the greatest value of each field."""

Wanted: TypeAlias = tuple[str, Operand, Operand, bool]
"""A comparison, and whether it is to hold."""

OPEN: Final[dict[str, Fraction]] = {}
"""No values, and no proof that there are none."""

_LOWERED: Final = 200
"""Rounds in which whole values are lowered until all differences are as wanted."""
FINEST: Final = Fraction(1, 10**MAX_DIGITS)
NEGATED: Final = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


@dataclass(frozen=True, slots=True)
class Difference:
    """`plus - minus op bound`, where either field may be absent."""

    plus: str | None
    minus: str | None
    op: str
    bound: Fraction


def difference_of(op: str, left: Operand, right: Operand, want: bool) -> Difference | None:
    """The difference that a comparison comes to, where it does, if it is to hold (or not to)."""
    terms = linear(left)
    other = linear(right)
    if terms is None or other is None:
        return None
    weights = dict(terms[0])
    for name, weight in other[0].items():
        weights[name] = weights.get(name, Fraction(0)) - weight
    weights = {name: weight for name, weight in weights.items() if weight}
    bound = other[1] - terms[1]
    ups = [name for name, weight in weights.items() if weight == 1]
    downs = [name for name, weight in weights.items() if weight == -1]
    if len(ups) + len(downs) < len(weights) or len(ups) > 1 or len(downs) > 1:
        return None
    op = op if want else NEGATED.get(op, "!=")
    return Difference(ups[0] if ups else None, downs[0] if downs else None, op, bound)


_Terms: TypeAlias = tuple[dict[str, Fraction], Fraction]


def linear(operand: Operand) -> _Terms | None:
    """Weights of fields and a constant, where the operand is their sum, each multiplied by constants."""
    match operand:
        case FieldRef():
            return {operand.base: Fraction(1)}, Fraction(0)
        case Constant():
            return {}, position(operand.key)
        case Arithmetic(first, rest):
            total = linear(first)
            for sign, part in rest:
                further = linear(part)
                if total is None or further is None:
                    return None
                if sign in "*/":
                    total = _scaled(sign, total, further)
                    continue
                factor = 1 if sign == "+" else -1
                weights = dict(total[0])
                for name, weight in further[0].items():
                    weights[name] = weights.get(name, Fraction(0)) + factor * weight
                total = weights, total[1] + factor * further[1]
            return total
    return None


def _scaled(sign: str, left: _Terms, right: _Terms) -> _Terms | None:
    if sign == "*" and not left[0]:
        left, right = right, left
    factor = right[1] if sign == "*" else 1 / right[1] if right[1] else None
    if right[0] or factor is None:
        return None
    return {name: weight * factor for name, weight in left[0].items()}, left[1] * factor


_Edge: TypeAlias = tuple[str | None, str | None, Fraction]
"""The first field less the second is at most this; None stands for zero."""


def by_paths(
    differences: list[Difference], spans: Spans, whole: set[str], clock: Clock
) -> dict[str, Fraction] | None:
    """Values for which all differences are as wanted; None is a proof that there are none, `OPEN` is neither.

    `!=` is tried both ways where it turns out to be in the way. Raises `OutOfTime`.
    """
    edges: list[_Edge] = []
    for name, (low, high) in spans.items():
        edges += [(name, None, high), (None, name, -low)]
    for each in differences:
        edges += _edges(each, whole)

    def values(edges: list[_Edge]) -> dict[str, Fraction] | None:
        clock.check()
        found = _shortest(edges, spans)
        return found if found is None or _is_whole(found, whole) else _greatest(edges, spans, whole)

    def ways(edges: list[_Edge], found: dict[str, Fraction]) -> list[list[_Edge]]:
        clash = None if found is OPEN else _clash(found, differences)
        if clash is None:
            return []
        return [[*edges, *_edges(replace(clash, op=op), whole)] for op in (">", "<")]

    try:
        return told_apart(edges, values, ways)
    except TooMany:
        return OPEN


def _clash(values: Mapping[str, Fraction], differences: Iterable[Difference]) -> Difference | None:
    """A difference that the values are not to have, and have."""
    for each in differences:
        plus, minus = (Fraction(0) if name is None else values[name] for name in (each.plus, each.minus))
        if each.op == "!=" and plus - minus == each.bound:
            return each
    return None


def _is_whole(values: Mapping[str, Fraction], whole: set[str]) -> bool:
    return all(value.denominator == 1 for name, value in values.items() if name in whole)


def _greatest(edges: list[_Edge], spans: Spans, whole: set[str]) -> dict[str, Fraction] | None:
    """The greatest solution whose whole fields are whole; `OPEN` where it takes too many rounds.

    Of two solutions the larger values make one, too, so there is a greatest, and lowering whatever is too large
    comes to it.
    """
    values: dict[str | None, Fraction] = {None: Fraction(0)}
    values.update((name, high) for name, (_, high) in spans.items())
    for _ in range(_LOWERED):
        changed = False
        for end, start, weight in edges:
            most = values[start] + weight
            if end in whole:
                most = Fraction(floor(most))
            if most < values[end]:
                if end is None:
                    return None
                values[end] = most
                changed = True
        if not changed:
            return {name: values[name] for name in spans}
    return OPEN


def _edges(each: Difference, whole: set[str]) -> list[_Edge]:
    bound = each.bound
    is_whole = all(name is None or name in whole for name in (each.plus, each.minus))
    step = Fraction(1) if is_whole else FINEST
    if step == 1 and bound.denominator != 1:  # whole values meet a fraction
        below = Fraction(floor(bound))
        uppers = {"<": below, "<=": below}
        lowers = {">": below + 1, ">=": below + 1}
        if each.op == "==":
            return [(each.plus, each.minus, below), (each.minus, each.plus, -below - 1)]
    else:
        uppers = {"<": bound - step, "<=": bound, "==": bound}
        lowers = {">": bound + step, ">=": bound, "==": bound}
    found = []
    if each.op in uppers:
        found.append((each.plus, each.minus, uppers[each.op]))
    if each.op in lowers:
        found.append((each.minus, each.plus, -lowers[each.op]))
    return found


def _shortest(edges: list[_Edge], names: Iterable[str]) -> dict[str, Fraction] | None:
    """Distances from a point before all others: a solution, unless some way round is negative."""
    distance: dict[str | None, Fraction] = {None: Fraction(0), **dict.fromkeys(names, Fraction(0))}
    for _ in distance:
        changed = False
        for end, start, weight in edges:
            if distance[start] + weight < distance[end]:
                distance[end] = distance[start] + weight
                changed = True
        if not changed:
            zero = distance[None]
            return {name: distance[name] - zero for name in names}
    return None


def position(key: Any) -> Fraction:
    """A value as it compares, as a position on its line."""
    match key:
        case datetime():
            return Fraction(moment_step(key))
        case date():
            return Fraction(key.toordinal())
        case time():
            return Fraction(time_step(key))
    return Fraction(key)
