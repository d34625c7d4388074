"""The values at which a plan could go another way: its splits and hashes pick by a field, not by a condition."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from decimal import Decimal
from itertools import count, islice
from math import ceil, floor
from typing import Any, Final, assert_never

from routebook.check.conditions import FieldRef, Scope
from routebook.check.targets import PoolTarget, SplitTarget, Target
from routebook.countries import codes
from routebook.plan.boundaries import ORDINARY_NOW
from routebook.plan.split import pick_arm
from routebook.plan.tree import Tree, targets_of
from routebook.plan.walk import Environment
from routebook.types import (
    BoolType,
    CountryType,
    DateTimeType,
    DateType,
    EmailType,
    Field,
    IdType,
    NumberType,
    OneOfType,
    RepType,
    SetType,
    TextType,
    TimeType,
)

_FEW: Final = 10
"""So many values stand for all that a hash could make of a field."""
_MOST: Final = 10_000
"""So many values are looked through for one that goes to each arm of a split."""


def spreading(tree: Tree) -> dict[str, list[Any]]:
    """By field, the values that bring leads to each arm of each split, and a few for what is picked by hash."""
    found: dict[str, dict[Any, None]] = {}
    targets = {id(target): target for target in targets_of(tree)}
    for target in targets.values():
        for ref in _picked_by(target):
            if ref.scope is Scope.LEAD:
                values = _telling(tree, tree.schema[ref.base], target)
                found.setdefault(ref.base, {}).update(dict.fromkeys(values))
    return {name: list(values) for name, values in found.items()}


def _picked_by(target: Target) -> Sequence[FieldRef]:
    match target:
        case SplitTarget():
            return (target.field,)
        case PoolTarget():
            return target.strategy.fields
        case _:
            return ()


def _telling(tree: Tree, declared: Field, target: Target) -> list[Any]:
    values = _different(declared)
    if not isinstance(target, SplitTarget):
        return list(islice(values, _FEW))
    by_arm: dict[int, Any] = {}
    for value in islice(values, _MOST):
        arm, _ = pick_arm(target, Environment(tree, {declared.name: value}, ORDINARY_NOW), "")
        by_arm.setdefault(id(arm), value)
        if len(by_arm) == len(target.arms):
            break
    return list(by_arm.values())


def _different(declared: Field) -> Iterator[Any]:
    """Values of a field, all different and in a fixed order; without end where there is none."""
    match declared.type:
        case BoolType():
            yield from (True, False)
        case OneOfType(members):
            yield from members
        case CountryType():
            yield from sorted(codes())
        case SetType(element):
            each = islice(_different(Field(declared.name, element, optional=False)), _MOST)
            yield from (frozenset([member]) for member in each)
        case NumberType():
            yield from _numbers(declared.type)
        case EmailType():
            yield from (f"someone{n}@example{n}.com" for n in count(1))
        case TextType() | IdType() | RepType():
            yield from (f"value {n}" for n in count(1))
        case DateType():
            yield from (ORDINARY_NOW.date() + timedelta(days=n) for n in range(_MOST))
        case TimeType():
            yield from (time(n // 60, n % 60) for n in range(24 * 60))
        case DateTimeType():
            yield from _hours()
        case _:
            assert_never(declared.type)


def _numbers(type_: NumberType) -> Iterator[Any]:
    """Whole numbers within the bounds, from the lower one up, or else from the upper one down."""
    low, high = type_.low, type_.high
    steps = count(ceil(low)) if low is not None else count(floor(high), -1) if high is not None else count(0)
    for number in islice(steps, _MOST):
        if high is not None and number > high:
            return
        yield number if type_.integer else Decimal(number)


def _hours() -> Iterator[datetime]:
    return (ORDINARY_NOW + timedelta(hours=n) for n in range(_MOST))
