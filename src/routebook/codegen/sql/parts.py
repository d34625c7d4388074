"""Parts of fields: the domain of an address, the day, clock, hour and weekday of dates and times."""

from __future__ import annotations

from sqlglot import exp

from routebook.codegen.sql.dialects import Dialect, Sql, call, text, whole
from routebook.codegen.sql.refusal import Unable
from routebook.types import WEEKDAYS


def domain(email: Sql, dialect: Dialect) -> Sql:
    """What stands after the one `@` of an address."""
    at = exp.Add(this=dialect.place(email, text("@")), expression=whole(1))
    return call("SUBSTR", email.copy(), at)


def part_of_clock(clock: Sql, part: str, dialect: Dialect) -> Sql:
    """A part of a date and time without a zone."""
    texts = dialect.calendar_is_text
    match part:
        case "date":
            return _day(clock, dialect)
        case "time":
            return _time(clock, dialect)
        case "hour":
            return hour(_time(clock, dialect) if texts else clock, dialect)
        case _:
            return weekday(_day(clock, dialect), dialect)


def _day(clock: Sql, dialect: Dialect) -> Sql:
    if dialect.calendar_is_text:
        return call("SUBSTR", clock, whole(1), whole(10))
    return exp.cast(clock, dialect.types.date, dialect=dialect.name)


def _time(clock: Sql, dialect: Dialect) -> Sql:
    if dialect.calendar_is_text:
        return call("SUBSTR", clock, whole(12))
    if dialect.types.time is None:
        raise Unable("there is no type for times of day")
    return exp.cast(clock, dialect.types.time, dialect=dialect.name)


def hour(time: Sql, dialect: Dialect) -> Sql:
    """The hour of a time of day, from 0 to 23."""
    if dialect.calendar_is_text:
        return exp.cast(call("SUBSTR", time, whole(1), whole(2)), dialect.types.whole)
    return exp.Extract(this=exp.var("HOUR"), expression=time)


def weekday(day: Sql, dialect: Dialect) -> Sql:
    """The weekday of a date, as policies write it."""
    case = exp.Case(this=dialect.weekday(day))
    for number, name in enumerate(WEEKDAYS, start=1):
        case = case.when(whole(number), text(name), copy=False)
    return case
