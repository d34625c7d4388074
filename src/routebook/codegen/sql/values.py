"""Constants as literals of the type that columns have."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from fractions import Fraction
from typing import Any, assert_never

from sqlglot import exp

from routebook.codegen.sql.dialects import Dialect, Sql, text
from routebook.codegen.sql.leads import show_moment, show_time
from routebook.codegen.sql.numbers import number
from routebook.codegen.sql.refusal import Unable
from routebook.types import (
    BoolType,
    CountryType,
    DateTimeType,
    DateType,
    EmailType,
    IdType,
    NumberType,
    OneOfType,
    RepType,
    SetType,
    TextType,
    TimeType,
    Type,
)


def literal(value: Any, type_: Type, dialect: Dialect) -> Sql:
    """A known value, as it compares, as a literal. Raises `Unable` where the dialect cannot write it."""
    match type_:
        case BoolType():
            return exp.true() if value else exp.false()
        case NumberType():
            return number(Fraction(value), type_, dialect)
        case DateType():
            assert isinstance(value, date)
            return _typed(value.isoformat(), dialect.types.date, dialect)
        case TimeType():
            assert isinstance(value, time)
            return _typed(show_time(value), dialect.types.time, dialect)
        case DateTimeType():
            assert isinstance(value, datetime)
            return _moment(value, dialect)
        case SetType():
            if dialect.sets is None:
                raise Unable("sets that the policy computes are not known to be exact there")
            return dialect.sets([text(member) for member in sorted(value)])
        case TextType() | IdType() | OneOfType() | CountryType() | EmailType() | RepType():
            return text(value)
        case _:
            assert_never(type_)


def _moment(value: datetime, dialect: Dialect) -> Sql:
    try:
        if dialect.calendar_is_text:
            return text(show_moment(value))
        shown = value.astimezone(UTC).isoformat(sep=" ")
    except OverflowError as error:
        raise Unable(f"the moment {value.isoformat()} is at an end of the calendar") from error
    return _typed(shown, dialect.types.moment, dialect)


def _typed(shown: str, type_: str | None, dialect: Dialect) -> Sql:
    if type_ is None:
        raise Unable(f"there is no type for times of day, as {shown} is one")
    if dialect.calendar_is_text:
        return text(shown)
    return exp.cast(text(shown), type_, dialect=dialect.name)


def nothing(type_: Type, dialect: Dialect) -> Sql:
    """A missing value of a type."""
    types = dialect.types
    by_type: dict[type, str | None] = {
        BoolType: types.boolean,
        DateType: types.date,
        TimeType: types.time,
        DateTimeType: types.moment,
        SetType: types.texts,
    }
    name = by_type.get(type(type_), types.text)
    if isinstance(type_, NumberType):
        name = types.whole if type_.integer else types.decimal
    if name is None:
        raise Unable("there is no exact type for a value that the policy computes")
    return exp.cast(exp.null(), name, dialect=dialect.name)
