"""The types of lead and rep fields, and the schema that gathers them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Final, TypeAlias, assert_never

from routebook.source import Span
from routebook.text import fold

Number: TypeAlias = int | Decimal | Fraction
Value: TypeAlias = bool | int | Decimal | Fraction | str | frozenset[str] | date | time | datetime
"""A known value, normalised; a missing one is None. A set is a frozenset of its members' spellings."""

MAX_DIGITS: Final = 30
"""Numbers have at most this many digits before the decimal point, and as many after it."""

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class BoolType:
    """True or false, used bare in conditions."""


@dataclass(frozen=True, slots=True)
class NumberType:
    """An exact number, whole where `integer`, within the inclusive bounds that are given."""

    integer: bool
    low: Number | None = None
    high: Number | None = None


@dataclass(frozen=True, slots=True)
class TextType:
    """Any text, compared ignoring case and surrounding space."""


@dataclass(frozen=True, slots=True)
class IdType:
    """Any text, compared exactly."""


@dataclass(frozen=True, slots=True)
class OneOfType:
    """One of the listed texts, in the listed spelling."""

    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CountryType:
    """An ISO 3166-1 alpha-2 code, in capitals."""


@dataclass(frozen=True, slots=True)
class EmailType:
    """An address: one @ with something on both sides; compared as text."""


@dataclass(frozen=True, slots=True)
class DateType:
    """A calendar day."""


@dataclass(frozen=True, slots=True)
class TimeType:
    """A time of day, without an offset."""


@dataclass(frozen=True, slots=True)
class DateTimeType:
    """A moment, with its offset from UTC."""


@dataclass(frozen=True, slots=True)
class RepType:
    """The id of a rep in the roster, compared exactly."""


ElementType: TypeAlias = OneOfType | TextType | CountryType


@dataclass(frozen=True, slots=True)
class SetType:
    """Any number of members of one type, compared by membership."""

    element: ElementType


Type: TypeAlias = (
    BoolType
    | NumberType
    | TextType
    | IdType
    | OneOfType
    | CountryType
    | EmailType
    | DateType
    | TimeType
    | DateTimeType
    | RepType
    | SetType
)
TextLike: TypeAlias = TextType | IdType | OneOfType | CountryType | EmailType | RepType

WEEKDAY: Final = OneOfType(WEEKDAYS)
HOUR: Final = NumberType(integer=True, low=0, high=23)


def describe(type_: Type) -> str:
    """The type in words that fit after "is", such as "a whole number from 0 to 100"."""
    match type_:
        case BoolType():
            return "true or false"
        case NumberType(integer, low, high):
            noun = "a whole number" if integer else "a number"
            if low is not None and high is not None:
                return f"{noun} from {show_number(low)} to {show_number(high)}"
            if low is not None:
                return f"{noun} of {show_number(low)} or more"
            return f"{noun} of {show_number(high)} or less" if high is not None else noun
        case TextType():
            return "text"
        case IdType():
            return "an id"
        case OneOfType():
            return "one of the listed texts"
        case CountryType():
            return "a country"
        case EmailType():
            return "an email address"
        case DateType():
            return "a date"
        case TimeType():
            return "a time of day"
        case DateTimeType():
            return "a date and time"
        case RepType():
            return "a rep"
        case SetType(element):
            nouns = {TextType: "texts", CountryType: "countries", OneOfType: "listed texts"}
            return f"a set of {nouns[type(element)]}"
        case _:
            assert_never(type_)


def parts_of(type_: Type) -> Mapping[str, Type]:
    """The parts that a field of this type has, such as `domain` of an email, with their types."""
    return _PARTS.get(type(type_), {})


_PARTS: Final[Mapping[type, Mapping[str, Type]]] = {
    EmailType: {"domain": TextType()},
    DateType: {"weekday": WEEKDAY},
    TimeType: {"hour": HOUR},
    DateTimeType: {"date": DateType(), "time": TimeType(), "hour": HOUR, "weekday": WEEKDAY},
}


def key_of(type_: Type, value: str) -> str:
    """The key by which a text value of this type compares: folded for texts and emails, itself for the rest."""
    return fold(value) if isinstance(type_, TextType | EmailType) else value


def show_number(number: Number) -> str:
    """A number in plain digits: `50000`, `12.5`, and a fraction that has no end as `1/3`."""
    if isinstance(number, Fraction):
        denominator = number.denominator
        for prime in (2, 5):
            while denominator % prime == 0:
                denominator //= prime
        if denominator != 1:
            return f"{number.numerator}/{number.denominator}"
        number = _exact_decimal(number)
    if isinstance(number, Decimal):
        text = format(number, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(number)


def _exact_decimal(number: Fraction) -> Decimal:
    places = 0
    scaled = number
    while scaled.denominator != 1:
        scaled *= 10
        places += 1
    sign = 0 if scaled.numerator >= 0 else 1
    digits = tuple(int(digit) for digit in str(abs(scaled.numerator)))
    return Decimal((sign, digits, -places))


@dataclass(frozen=True, slots=True)
class Field:
    """A declared field of a lead or a rep."""

    name: str
    type: Type
    optional: bool = False
    description: str | None = field(default=None, compare=False)
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Schema:
    """The fields of a lead, or of a rep, by name, in the order in which they were declared."""

    fields: Mapping[str, Field]

    @classmethod
    def of(cls, *fields: Field) -> Schema:
        return cls(MappingProxyType({declared.name: declared for declared in fields}))

    def __iter__(self) -> Iterator[Field]:
        return iter(self.fields.values())

    def __contains__(self, name: object) -> bool:
        return name in self.fields

    def __getitem__(self, name: str) -> Field:
        return self.fields[name]

    @property
    def id_field(self) -> str | None:
        """`id`, where a field of that name and of type `id` is declared: what identifies a lead."""
        declared = self.fields.get("id")
        return "id" if declared is not None and isinstance(declared.type, IdType) else None
