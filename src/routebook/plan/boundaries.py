"""The values of a field at which a policy could change its mind: those that its conditions name, and their neighbours.

What is gathered is enough to make every comparison of a field with a constant come out both ways. It is no
proof: fields that are compared with each other, and patterns, may have cases that no boundary value meets.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, TypeAlias, assert_never
from zoneinfo import ZoneInfo

from routebook.check.conditions import (
    Comparison,
    Constant,
    Derive,
    FieldRef,
    Members,
    Points,
    Scope,
    fields_in,
    tests_in,
)
from routebook.check.targets import HoldTarget, PoolTarget
from routebook.countries import codes
from routebook.plan.tree import Branch, RuleNode, Tree, targets_of
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

ORDINARY_NOW: Final = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
"""A Monday morning: the moment of a test that names none in a policy that does not ask what time it is."""

_MONDAY: Final = date(2026, 3, 2)


def comparisons(tree: Tree) -> Iterator[Comparison]:
    """Every comparison of a policy's rules, of its computed fields, and of what its plans ask of reps."""
    for computed in tree.computed.values():
        rows = computed.cases if isinstance(computed, Derive) else computed.entries
        for row in rows:
            if row.condition is not None:
                yield from tests_in(row.condition)
    yield from _rule_comparisons(tree.rules)
    pooled = (target for target in targets_of(tree) if isinstance(target, PoolTarget | HoldTarget))
    for where in {id(target.where): target.where for target in pooled}.values():
        if where is not None:
            yield from tests_in(where)


def _rule_comparisons(rules: tuple[RuleNode, ...]) -> Iterator[Comparison]:
    for node in rules:
        if node.condition is not None:
            yield from tests_in(node.condition)
        if isinstance(node, Branch):
            yield from _rule_comparisons(node.rules)


Mentioned: TypeAlias = dict[tuple[Scope, str], dict[str | None, list[Any]]]
"""By field and part, the constants that a policy compares it with."""


def mentioned(tree: Tree) -> Mentioned:
    """By field and part, the constants that it is compared with, in the order of the policy.

    A field that occurs without a constant is there with none. The fields that computed ones count are there too.
    """
    found: Mentioned = {}
    for test in comparisons(tree):
        operands = (test.left, *test.right)
        constants = [value for operand in operands for value in _constants(operand)]
        for operand in operands:
            for ref in fields_in(operand):
                found.setdefault((ref.scope, ref.base), {}).setdefault(ref.part, []).extend(constants)
    for computed in tree.computed.values():
        if isinstance(computed, Points):
            for entry in computed.entries:
                if entry.per is not None:
                    limit = [entry.up_to] if entry.up_to is not None else []
                    found.setdefault((entry.per.scope, entry.per.base), {}).setdefault(
                        entry.per.part, []
                    ).extend(limit)
    return found


def _constants(operand: Any) -> list[Any]:
    match operand:
        case Constant(value):
            return [value]
        case Members(values):
            return list(values)
        case FieldRef():
            return []
        case _ if hasattr(operand, "first"):
            return [
                value for part in (operand.first, *(p for _, p in operand.rest)) for value in _constants(part)
            ]
        case _:
            return []


def field_values(declared: Field, parts: dict[str | None, list[Any]], zone: ZoneInfo) -> list[Any]:
    """Values on both sides of every constant that a field is compared with; None first where it can be missing."""
    values = list(dict.fromkeys(_typed_values(declared, parts, zone)))
    return [None, *values] if declared.optional else values


def _typed_values(declared: Field, parts: dict[str | None, list[Any]], zone: ZoneInfo) -> list[Any]:
    own = parts.get(None, [])
    texts = [value for value in own if isinstance(value, str)]
    match declared.type:
        case BoolType():
            return [True, False]
        case NumberType():
            return _numbers(declared.type, own)
        case OneOfType(members):
            return list(members)
        case CountryType():
            return [*texts, next(code for code in ("NZ", "IS", "UY", *sorted(codes())) if code not in texts)]
        case TextType() | IdType() | RepType():
            return [
                *texts,
                "something else",
                *(f"{text} and more" for text in texts),
                *(f"not {text}" for text in texts),
            ]
        case EmailType():
            domains = [text for text in parts.get("domain", []) if isinstance(text, str)]
            return [*texts, "someone@example.com", *(f"someone@{_domain(text)}" for text in domains)]
        case SetType(element):
            return _sets(element, [value for value in own if isinstance(value, str)])
        case DateType():
            return _dates(own, parts.get("weekday", []))
        case TimeType():
            return _times(own, parts.get("hour", []))
        case DateTimeType():
            return moments(parts, zone)
        case _:
            assert_never(declared.type)


def _domain(text: str) -> str:
    """A literal of the domain as a domain: the whole of it, or something that begins or ends with it."""
    return f"www{text}" if text.startswith(".") else f"{text}com" if text.endswith(".") else text


def _numbers(type_: NumberType, constants: list[Any]) -> list[Any]:
    steps = [Fraction(1)] if type_.integer else [Fraction(1), Fraction(1, 100)]
    near: list[Fraction] = [Fraction(0), Fraction(1)]
    for constant in constants:
        if isinstance(constant, int | Decimal) and not isinstance(constant, bool):
            exact = Fraction(constant)
            near += [exact, *(exact + step for step in steps), *(exact - step for step in steps)]
    near += [Fraction(bound) for bound in (type_.low, type_.high) if bound is not None]
    inside = [
        number
        for number in near
        if (type_.low is None or number >= type_.low) and (type_.high is None or number <= type_.high)
    ]
    if type_.integer:
        return [int(number) for number in inside if number.denominator == 1]
    return [Decimal(number.numerator) / Decimal(number.denominator) for number in inside]


def _sets(element: Any, mentioned_texts: list[str]) -> list[Any]:
    members = (
        list(element.members) if isinstance(element, OneOfType) else list(dict.fromkeys(mentioned_texts))
    )
    other = (
        []
        if isinstance(element, OneOfType)
        else (["NZ"] if isinstance(element, CountryType) else ["something else"])
    )
    singles = [frozenset([member]) for member in (*members, *other)]
    without = [frozenset(members) - {member} for member in members] if len(members) > 2 else []
    return [frozenset(), *singles, *without, frozenset(members)]


def _dates(constants: list[Any], weekdays: list[Any]) -> list[Any]:
    day = timedelta(days=1)
    near = [
        d for c in constants if isinstance(c, date) and date.min < c < date.max for d in (c - day, c, c + day)
    ]
    week = [_MONDAY + day * n for n in range(7)] if weekdays else []
    return [*near, *week, _MONDAY]


def _times(constants: list[Any], hours: list[Any]) -> list[Any]:
    near: list[time] = []
    for constant in constants:
        if isinstance(constant, time):
            at = datetime.combine(_MONDAY, constant, tzinfo=UTC)
            near += [(at + timedelta(minutes=step)).time() for step in (-1, 0, 1)]
    near += [time(hour % 24) for c in hours if isinstance(c, int) for hour in (c - 1, c, c + 1)]
    return [*near, time(10)]


def moments(parts: dict[str | None, list[Any]], zone: ZoneInfo) -> list[datetime]:
    """Moments on both sides of every constant that one, or a part of one, is compared with."""
    minute = timedelta(minutes=1)
    found = [c + minute * step for c in parts.get(None, []) if isinstance(c, datetime) for step in (-1, 0, 1)]
    days = _dates(parts.get("date", []), parts.get("weekday", []))
    clocks = _times(parts.get("time", []), parts.get("hour", []))
    found += [datetime.combine(day, clock, tzinfo=zone) for day in days for clock in clocks]
    return found
