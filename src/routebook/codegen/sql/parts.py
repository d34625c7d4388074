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
    if dialect.calendar_is_text:
        day, time = call("SUBSTR", clock, whole(1), whole(10)), call("SUBSTR", clock.copy(), whole(12))
    else:
        day = exp.cast(clock, dialect.types.date)
        time = clock if part == "hour" else exp.cast(clock, _there(dialect.types.time))
    match part:
        case "date":
            return day
        case "time":
            return time
        case "hour":
            return hour(time, dialect)
        case _:
            return weekday(day, dialect)


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


def _there(type_: str | None) -> str:
    if type_ is None:
        raise Unable("there is no type for times of day")
    return type_
