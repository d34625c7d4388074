"""In which order the parts of a condition are asked: the cheap ones that settle most come first.

No comparison can fail or change anything, so that the order of `and` and `or` is free. The order that costs
least on average goes by cost over the chance of settling (Hanani 1977); the chances are rough ones, from the
operator and what the field's type says of its values.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, assert_never

from routebook.check.conditions import (
    AllOf,
    Always,
    AnyOf,
    Arithmetic,
    Comparison,
    Condition,
    Constant,
    FieldRef,
    Members,
    Named,
    Not,
    Operand,
    Pattern,
    Scope,
)
from routebook.types import BoolType, CountryType, EmailType, NumberType, OneOfType, SetType, TextType

_COUNTRIES: Final = 60
_LEAST: Final = 0.01
_CHANCES: Final = {
    "between": 0.4,
    "is known": 0.8,
    "is true": 0.5,
    "has": 0.3,
    "has any": 0.4,
    "has all": 0.2,
}

Estimate = tuple[float, float]
"""What it costs on average, in comparisons of two numbers, and the chance that it holds."""


class Order:
    """Puts parts in order; what it works out of a shared define it keeps."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Condition, Estimate]] = {}

    def cheapest_first(self, parts: Sequence[Condition], conjunction: bool) -> list[Condition]:
        """The parts of an `and`, or of an `or`, in the order in which to ask them."""

        def rank(part: Condition) -> float:
            cost, chance = self.estimate(part)
            return cost / max(_LEAST, 1 - chance if conjunction else chance)

        return sorted(parts, key=rank)

    def estimate(self, condition: Condition) -> Estimate:
        """The cost and chance of a condition."""
        known = self._known.get(id(condition))
        if known is None:
            # kept with its condition: an id is one thing's only as long as that thing is there
            known = self._known[id(condition)] = (condition, self._work_out(condition))
        return known[1]

    def _work_out(self, condition: Condition) -> Estimate:
        match condition:
            case Comparison():
                return _comparison(condition)
            case AllOf(parts):
                return self._sequence(parts, conjunction=True)
            case AnyOf(parts):
                return self._sequence(parts, conjunction=False)
            case Not(part):
                cost, chance = self.estimate(part)
                return cost, 1 - chance
            case Named(_, inner):
                return self.estimate(inner)
            case Always(value):
                return 0.1, float(value)
            case _:
                assert_never(condition)

    def _sequence(self, parts: Sequence[Condition], conjunction: bool) -> Estimate:
        total, reached = 0.0, 1.0
        for part in self.cheapest_first(parts, conjunction):
            cost, chance = self.estimate(part)
            total += reached * cost
            reached *= chance if conjunction else 1 - chance
        return total, reached if conjunction else 1 - reached


def _comparison(test: Comparison) -> Estimate:
    cost = sum(_cost(operand) for operand in (test.left, *test.right))
    chance = _chance(test, test.row.negates or test.operator)
    if isinstance(test.left, FieldRef) and test.left.optional:
        cost += 0.4
        if test.row.name not in ("is known", "is missing"):
            chance *= 0.8
    return cost, 1 - chance if test.row.negates else chance


def _cost(operand: Operand) -> float:
    match operand:
        case Constant() | Members():
            return 0.1
        case Pattern():
            return 10
        case Arithmetic(first, rest):
            return 20 + _cost(first) + sum(20 + _cost(further) for _, further in rest)
        case FieldRef():
            cost = 1.0
            if operand.scope is Scope.COMPUTED:
                cost += 12
            if operand.part is not None:
                cost += 3
            if isinstance(operand.type, TextType | EmailType):
                cost += 4
            if isinstance(operand.type, SetType) and isinstance(operand.type.element, TextType):
                cost += 20
            return cost
        case _:
            assert_never(operand)


def _chance(test: Comparison, operator: str) -> float:
    left = test.left
    if not isinstance(left, FieldRef):
        return 0.4
    match left.type, operator, test.right:
        case OneOfType(members), "==" | "in", (operand,):
            return _size(operand) / max(1, len(members))
        case CountryType(), "==" | "in", (operand,):
            return min(0.9, _size(operand) / _COUNTRIES)
        case NumberType(), "==", _:
            return 0.05
        case BoolType(), _, _:
            return 0.5
        case NumberType(), "<" | "<=" | ">" | ">=" | "between", _:
            return _share(left.type, operator, test.right)
        case _, "==" | "in", (operand,):
            return min(0.5, 0.02 * _size(operand))
        case _, "starts with" | "ends with" | "contains" | "matches", _:
            return 0.1
        case _:
            return _CHANCES.get(operator, 0.5)


def _size(operand: Operand) -> int:
    return len(operand.keys) if isinstance(operand, Members) else 1


def _share(type_: NumberType, operator: str, right: Sequence[Operand]) -> float:
    """How much of a field's range a comparison takes, were its values spread evenly."""
    if type_.low is None or type_.high is None or type_.low >= type_.high:
        return _CHANCES.get(operator, 0.5)
    bounds = [operand.key for operand in right if isinstance(operand, Constant)]
    if len(bounds) != len(right):
        return 0.5
    low, high = float(type_.low), float(type_.high)
    places = [min(1.0, max(0.0, (float(bound) - low) / (high - low))) for bound in bounds]
    if operator == "between":
        return max(0.0, places[1] - places[0])
    return places[0] if operator in ("<", "<=") else 1 - places[0]
