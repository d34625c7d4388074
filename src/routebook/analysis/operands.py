"""What comparisons are made with: constants, calculations with constants alone, the values of computed fields."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from routebook.analysis.domains.base import Pred
from routebook.analysis.written import written
from routebook.check.conditions import (
    Arithmetic,
    Constant,
    Derive,
    FieldRef,
    Members,
    Operand,
    Pattern,
    Points,
    PointsEntry,
    Scope,
)
from routebook.types import CountryType, OneOfType, SetType


def derived(derive: Derive) -> list[Any]:
    """Every value that a derived field can have, None among them where it may have none."""
    return [*(case.value for case in derive.cases), derive.otherwise]


def ranges(points: Points, pred: Pred) -> list[tuple[int | None, int | None]]:
    """The sums, before they are clamped, of which the predicate holds, as inclusive ranges."""
    found: list[tuple[int | None, int | None]] = []
    for total in range(points.low, points.high + 1):
        if not pred.holds(total):
            continue
        low = None if total == points.low else total
        high = None if total == points.high else total
        if found and found[-1][1] == total - 1:
            found[-1] = (found[-1][0], high)
        else:
            found.append((low, high))
    return found


def put(operand: Operand, ref: FieldRef, constant: Constant) -> Operand:
    """The operand with a constant in the place of a field."""
    if operand == ref:
        return constant
    if isinstance(operand, Arithmetic):
        rest = tuple((sign, put(part, ref, constant)) for sign, part in operand.rest)
        return replace(operand, first=put(operand.first, ref, constant), rest=rest)
    return operand


def folded(operand: Operand) -> Operand:
    """Calculations with constants alone, calculated."""
    if not isinstance(operand, Arithmetic):
        return operand
    parts = [folded(part) for part in (operand.first, *(part for _, part in operand.rest))]
    signs = [sign for sign, _ in operand.rest]
    simpler = Arithmetic(parts[0], tuple(zip(signs, parts[1:], strict=True)), operand.type)
    value = _calculated(simpler)
    return simpler if value is None else Constant(value, operand.type, value)


def _calculated(operand: Arithmetic) -> Fraction | None:
    parts = [operand.first, *(part for _, part in operand.rest)]
    values = [Fraction(part.key) for part in parts if isinstance(part, Constant)]
    if len(values) < len(parts) or by_zero(operand):
        return None
    total = values[0]
    for (sign, _), value in zip(operand.rest, values[1:], strict=True):
        total = calculate(sign, total, value)
    return total


def calculate(sign: str, left: Fraction, right: Fraction) -> Fraction:
    """One step of arithmetic; never a division by zero."""
    match sign:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case _:
            return left / right


def by_zero(operand: Operand) -> bool:
    """Whether a constant zero is divided by: then the calculation is always missing."""
    if not isinstance(operand, Arithmetic):
        return False
    if any(sign == "/" and isinstance(part, Constant) and part.key == 0 for sign, part in operand.rest):
        return True
    return any(by_zero(part) for part in (operand.first, *(part for _, part in operand.rest)))


def key_of_constant(operand: Operand) -> Any:
    """A constant as it compares."""
    match operand:
        case Constant():
            return operand.key
        case Members():
            return operand.keys
        case Pattern():
            return operand
    raise TypeError(written(str(operand)))


def constant_holds(op: str, left: Operand, right: Sequence[Operand]) -> bool:
    """Whether a comparison of constants holds."""
    return Pred(None, op, tuple(key_of_constant(operand) for operand in right)).holds(key_of_constant(left))


def saturated(
    entry: PointsEntry, points: Points, span: Callable[[FieldRef], tuple[int, int]]
) -> tuple[int, int]:
    """Beyond these multiples the points no longer change: they are limited, or clamp whatever else adds up."""
    if entry.amount == 0:
        return 0, 0
    if entry.up_to is not None:
        most = -(-entry.up_to // abs(entry.amount))
        return -most, most
    others = 0
    for other in points.entries:
        if other is entry:
            continue
        if other.per is not None and other.up_to is None:
            low, high = span(other.per)
            others += abs(other.amount) * max(abs(low), abs(high))
        else:
            others += abs(other.amount) if other.up_to is None else other.up_to
    most = (points.high - points.low + max(abs(points.low), abs(points.high)) + others) // abs(
        entry.amount
    ) + 1
    return -most, most


def common_members(left: FieldRef, right: FieldRef) -> list[str] | None:
    """The members that two text-like fields or sets can both have, where those can be listed."""
    kinds = [t.element if isinstance(t := ref.type, SetType) else t for ref in (left, right)]
    if any(ref.scope is Scope.COMPUTED for ref in (left, right)):
        return None
    if isinstance(kinds[0], OneOfType) and isinstance(kinds[1], OneOfType):
        return list(dict.fromkeys((*kinds[0].members, *kinds[1].members)))
    if isinstance(kinds[0], CountryType):
        from routebook.countries import codes

        return sorted(codes())
    return None
