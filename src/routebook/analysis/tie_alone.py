"""Comparisons that read one number only, and multiply it by constants: which of its values make them hold or fail.

A decimal has a last digit, so that `value * 3 == 1` holds for none: the values are counted in steps of that digit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Final

from routebook.analysis.tie_paths import NEGATED, Wanted, linear

_TURNED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_OF_NOTHING: Final[Mapping[str, Callable[[Fraction], bool]]] = {
    "<": lambda rest: rest > 0,
    "<=": lambda rest: rest >= 0,
    ">": lambda rest: rest < 0,
    ">=": lambda rest: rest <= 0,
    "==": lambda rest: rest == 0,
    "!=": lambda rest: rest != 0,
}
"""Whether no multiple at all, which is 0, stands in the relation to a value."""


@dataclass(frozen=True, slots=True)
class Bound:
    """The number stands in this relation to a value."""

    op: str
    value: Fraction


def bounds(wanted: Sequence[Wanted]) -> list[Bound] | None:
    """What comparisons of one number ask of it; None where one of them is no comparison of a multiple."""
    found: list[Bound] = []
    for op, left, right, want in wanted:
        terms, other = linear(left), linear(right)
        if terms is None or other is None:
            return None
        weight = sum(terms[0].values()) - sum(other[0].values())
        rest = other[1] - terms[1]
        op = op if want else NEGATED.get(op, "!=")
        if not weight:
            if not _OF_NOTHING[op](rest):
                found += [Bound("<", rest), Bound(">", rest)]  # what holds of no value
            continue
        found.append(Bound(_TURNED.get(op, op) if weight < 0 else op, rest / weight))
    return found


def value_within(asked: Sequence[Bound], span: tuple[Fraction, Fraction], step: Fraction) -> Fraction | None:
    """The least multiple of the step in the span that is as asked; None where there is none."""
    low, high = ceil(span[0] / step), floor(span[1] / step)
    barred: set[Fraction] = set()
    for bound in asked:
        at = bound.value / step
        match bound.op:
            case "<":
                high = min(high, ceil(at) - 1)
            case "<=":
                high = min(high, floor(at))
            case ">":
                low = max(low, floor(at) + 1)
            case ">=":
                low = max(low, ceil(at))
            case "==":
                low, high = max(low, ceil(at)), min(high, floor(at))
            case _:
                barred.add(at)
    free = (number for number in range(low, min(high, low + len(barred)) + 1) if number not in barred)
    return next((number * step for number in free), None)
