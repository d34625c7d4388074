"""Points as SQL: a sum that cannot overflow, brought into its range."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlglot import exp

from routebook.check.conditions import Condition, FieldRef, Points
from routebook.codegen.sql.dialects import Dialect, Sql, call, whole
from routebook.codegen.sql.refusal import Unable
from routebook.types import MAX_DIGITS, NumberType

_NARROW: Final = 2**31
"""Below this, sums are right in whatever type an engine gives to small numbers."""


def points_total(
    points: Points, condition: Callable[[Condition], Sql], field: Callable[[FieldRef], Sql], dialect: Dialect
) -> Sql:
    """The points of a lead. Raises `Unable` where they could have more digits than are kept exactly."""
    terms: list[Sql] = []
    most = 0
    for entry in points.entries:
        if entry.condition is not None:
            case = exp.Case().when(condition(entry.condition), whole(entry.amount), copy=False)
            terms.append(case.else_(whole(0), copy=False))
            most += abs(entry.amount)
        elif entry.per is not None:
            term, limit = _per(field(entry.per), entry.per.type, entry.amount, entry.up_to, dialect)
            terms.append(term)
            most += limit
    most = max(most, abs(points.low), abs(points.high))
    name, limit_of_all = wide(dialect)
    if limit_of_all is not None and most > limit_of_all:
        raise Unable("the points could have more digits than are kept exactly there")
    if most >= _NARROW:
        # each in the wide type, so that a sum of many has no smaller one to overflow
        terms = [exp.cast(term, name, dialect=dialect.name) for term in terms]
    total: Sql = whole(0)
    for number, term in enumerate(terms):
        part = exp.paren(term, copy=False)
        total = exp.Add(this=total, expression=part) if number else part
    return between(total, points.low, points.high, dialect)


def _per(value: Sql, type_: object, amount: int, up_to: int | None, dialect: Dialect) -> tuple[Sql, int]:
    """The points for each 1 of a field, and how many that can be. A missing field counts 0."""
    assert isinstance(type_, NumberType)
    known: Sql = exp.Coalesce(this=value, expressions=[whole(0)])
    limit = dialect.whole_limit or 10**MAX_DIGITS
    ends = [limit if end is None else min(limit, abs(int(end))) for end in (type_.low, type_.high)]
    most = max(ends)
    if up_to is not None and amount:
        # what is past this gives no more points, and could only overflow
        most = -(-up_to // abs(amount))
        known = between(known, -most, most, dialect)
    times = exp.Mul(this=whole(amount), expression=exp.cast(known, wide(dialect)[0], dialect=dialect.name))
    if up_to is None:
        return times, abs(amount) * most
    return between(times, -up_to, up_to, dialect), abs(amount) * most


def wide(dialect: Dialect) -> tuple[str, int | None]:
    """The type to add in, and the largest whole number that it holds exactly."""
    return dialect.wide or (dialect.types.whole, dialect.whole_limit)


def between(value: Sql, low: int, high: int, dialect: Dialect) -> Sql:
    """A known number, brought into a range."""
    most, least = dialect.clamps
    return call(most, whole(low), call(least, whole(high), value))
