"""Literals as values of a type, and as the keys by which they compare."""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final, assert_never
from zoneinfo import ZoneInfo

from routebook.check import kinds
from routebook.check.report import Report
from routebook.countries import country_code, is_country
from routebook.source import Span
from routebook.syntax import tree as t
from routebook.syntax import words
from routebook.text import clean, fold, nearest
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
    Value,
    describe,
    key_of,
    show_number,
)

_EXAMPLES: Final[dict[type, str]] = {
    DateType: "2026-01-31",
    TimeType: "09:30",
    DateTimeType: "2026-01-31T09:30Z",
    BoolType: "true",
}


class Values:
    """Reads literals against types; what does not fit is reported, and read as None."""

    def __init__(self, report: Report, timezone: ZoneInfo) -> None:
        self._report = report
        self._timezone = timezone

    def read(self, type_: Type, node: t.PlainValue) -> Value | None:
        """The literal as a value of the type, or None where it does not fit (reported) or is `missing`."""
        match node:
            case t.MissingValue():
                return None
            case t.ListLiteral():
                return self._set(type_, node)
            case t.Literal():
                if isinstance(type_, SetType):
                    self._mismatch(type_, node, "a set is written in brackets", f"[{words.literal(node)}]")
                    return None
                return self._single(type_, node)
            case _:
                assert_never(node)

    def _set(self, type_: Type, node: t.ListLiteral) -> Value | None:
        if not isinstance(type_, SetType):
            self._report.add(
                kinds.TYPE_MISMATCH,
                node.span,
                f"a list does not fit where {describe(type_)} is expected",
                f"this is a list, not {describe(type_)}",
            )
            return None
        members: dict[str, str] = {}
        for item in node.items:
            if not isinstance(item, t.Literal):
                self._report.add(kinds.TYPE_MISMATCH, item.span, "a set holds plain texts", "not a text")
                return None
            value = self._single(type_.element, item)
            if value is None:
                return None
            members.setdefault(key_of(type_.element, str(value)), str(value))
        return frozenset(members.values())

    def _single(self, type_: Type, node: t.Literal) -> Value | None:
        value = node.value
        match type_:
            case BoolType():
                return value if isinstance(value, bool) else self._mismatch(type_, node)
            case NumberType():
                if isinstance(value, bool) or not isinstance(value, int | Decimal):
                    return self._mismatch(type_, node)
                return self.number(type_, value, node.span)
            case DateType():
                fits = isinstance(value, date) and not isinstance(value, datetime)
                return value if fits and isinstance(value, date) else self._mismatch(type_, node)
            case TimeType():
                return value if isinstance(value, time) else self._mismatch(type_, node)
            case DateTimeType():
                return (
                    self.moment(value, node.span)
                    if isinstance(value, t.Moment)
                    else self._mismatch(type_, node)
                )
            case TextType() | IdType() | OneOfType() | CountryType() | EmailType() | RepType():
                return (
                    self.text(type_, value, node.span)
                    if isinstance(value, str)
                    else self._mismatch(type_, node)
                )
            case SetType():
                return self._mismatch(type_, node)
            case _:
                assert_never(type_)

    def moment(self, moment: t.Moment, span: Span) -> datetime | None:
        """A moment with its offset; without one it is in the policy's timezone."""
        value = moment.value
        try:
            if value.tzinfo is None:
                local = value.replace(tzinfo=self._timezone)
                # A fixed offset: in an hour that comes twice, moments of different zones never compare equal.
                value = value.replace(tzinfo=timezone(local.utcoffset() or timedelta()))
            # Whoever decides asks for the day and hour in either zone.
            value.astimezone(UTC)
            value.astimezone(self._timezone)
        except (OverflowError, ValueError):
            self._out_of_range(span, "no calendar has this moment", "outside the years 1 to 9999")
            return None
        return value

    def number(self, type_: NumberType, value: int | Decimal, span: Span) -> Value | None:
        """A number as a value of the type: whole where it must be, within the bounds."""
        if type_.integer and value != int(value):
            self._out_of_range(
                span, f"`{show_number(value)}` is not a whole number", f"the field is {describe(type_)}"
            )
            return None
        if not self.in_bounds(type_, value, span):
            return None
        return int(value) if type_.integer else Decimal(value)

    def in_bounds(self, type_: NumberType, value: int | Decimal | Fraction, span: Span) -> bool:
        """Whether a number lies within the type's bounds; where not, it is reported."""
        below = type_.low is not None and Fraction(value) < Fraction(type_.low)
        above = type_.high is not None and Fraction(value) > Fraction(type_.high)
        if below or above:
            self._out_of_range(
                span,
                f"`{show_number(value)}` is outside the field's range",
                f"the field is {describe(type_)}",
            )
        return not (below or above)

    def text(self, type_: Type, value: str, span: Span) -> str | None:
        """A text as a value of a text-like type: a listed spelling, a country's code, an address."""
        if not value.strip():
            self._out_of_range(
                span,
                "an empty text is never a value: empty counts as missing",
                "empty",
                "ask with `is missing` or `is known`; where a value stands, write `missing`",
            )
            return None
        match type_:
            case OneOfType(members):
                return self._member(members, value, span)
            case CountryType():
                return self._country(value, span)
            case EmailType():
                return self._email(value, span)
            case IdType() | RepType():
                return value
            case _:
                return clean(value)

    def _email(self, value: str, span: Span) -> str | None:
        address = clean(value)
        before, at, after = address.partition("@")
        if before and at and after and "@" not in after and not any(char.isspace() for char in address):
            return address
        label = "one `@` with something on both sides, and no spaces"
        self._out_of_range(span, f"`{value}` is no email address", label)
        return None

    def _member(self, members: tuple[str, ...], value: str, span: Span) -> str | None:
        member = spellings(members).get(fold(value))
        if member is not None:
            return member
        if not members:
            return None  # the type is the mistake, and reported
        meant = nearest(value, members)
        help = f"did you mean `{meant}`?" if meant else f"it is one of: {_clipped(members)}"
        self._out_of_range(
            span, f"`{value}` is not one of the listed values", "the field can never be this", help
        )
        return None

    def _country(self, value: str, span: Span) -> str | None:
        code = value.strip().upper()
        if is_country(code):
            return code
        known = country_code(value)
        help = f"write `{known}`" if known else "countries are ISO 3166-1 alpha-2 codes, such as `DE`"
        self._out_of_range(span, f"`{value}` is no country code", "the field can never be this", help)
        return None

    def _mismatch(
        self, type_: Type, node: t.Literal, help: str | None = None, fix: str | None = None
    ) -> Value | None:
        what = describe_literal(node)
        example = _EXAMPLES.get(type(type_)) if not isinstance(type_, NumberType) else _number_in(type_)
        if help is None:
            help = f"write it like `{example}`" if example else "write it in double quotes"
        self._report.add(
            kinds.TYPE_MISMATCH,
            node.span,
            f"{what} does not fit where {describe(type_)} is expected",
            f"this is {what}",
            help=help,
            fix=fix,
            fix_at=node.span if fix is not None else None,
        )
        return None

    def _out_of_range(self, span: Span, message: str, label: str, help: str | None = None) -> None:
        self._report.add(kinds.VALUE_OUT_OF_RANGE, span, message, label, help=help)


@lru_cache(maxsize=256)
def spellings(members: tuple[str, ...]) -> dict[str, str]:
    """The listed spelling of each member, by how texts compare."""
    return {fold(member): member for member in reversed(members)}


def _number_in(type_: NumberType) -> str:
    """A number of the type."""
    low = type_.low if type_.low is not None else 70
    high = type_.high if type_.high is not None else max(70, low)
    return show_number(min(max(70, low), high))


def _clipped(members: tuple[str, ...], limit: int = 8) -> str:
    shown = ", ".join(f"`{member}`" for member in members[:limit])
    return f"{shown}, … ({len(members)} in all)" if len(members) > limit else shown


def describe_literal(node: t.Literal) -> str:
    """What a literal is, in words: "a number", "a text"."""
    match node.value:
        case bool():
            return "true or false"
        case int() | Decimal():
            return "a number"
        case str():
            return "a text"
        case t.Moment():
            return "a date and time"
        case time():
            return "a time of day"
        case date():
            return "a date"
        case _:
            assert_never(node.value)


def key_of_value(type_: Type, value: Value) -> Any:
    """A value as it compares: texts folded, decimals as fractions."""
    if isinstance(value, str):
        return key_of(type_, value)
    return Fraction(value) if isinstance(value, Decimal) else value


def nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)
