"""Raw values of tables, JSON and Python as normalised values of a type: one reader a type, resolved once."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from datetime import tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import Final, TypeAlias, TypeVar, assert_never

from routebook.countries import country_code, nearest_country
from routebook.intake.moments import date_reader, moment_reader, time_reader
from routebook.intake.numbers import number_reader
from routebook.intake.problems import Misfit, plain_text, quoted
from routebook.text import clean, fold, listed, nearest
from routebook.types import (
    BoolType,
    CountryType,
    DateTimeType,
    DateType,
    ElementType,
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
    key_of,
)

Reader: TypeAlias = Callable[[object], Value]
"""Takes a raw value that is not missing; gives the normalised one or raises `Misfit`."""
TextReader: TypeAlias = Callable[[object], str]

SEPARATOR: Final = ";"
"""What stands between the members of a set in a table's cell."""

_TRUTHS: Final = {
    **dict.fromkeys(("true", "yes", "1", "1.0"), True),
    **dict.fromkeys(("false", "no", "0", "0.0"), False),
}
_LISTED: Final = 12  # members of a list that a message names
_REMEMBERED: Final = 4096  # texts
_REMEMBERED_LENGTH: Final = 200  # characters
_T = TypeVar("_T")


def is_missing(raw: object) -> bool:
    """Whether a raw value counts as no value: None, and text of nothing but white space."""
    return raw is None or (isinstance(raw, str) and (not raw or raw.isspace()))


def reader_for(type_: Type, zone: tzinfo, format: str | None = None, split_by: str = SEPARATOR) -> Reader:
    """The reader of one type.

    `zone` holds for moments without an offset; `format` (of strptime) says how text has dates, times and
    moments, ISO 8601 where it is None; `split_by` parts the members of a set in text.
    """
    match type_:
        case BoolType():
            return _bool
        case NumberType():
            return number_reader(type_)
        case DateType():
            return date_reader(format)
        case TimeType():
            return time_reader(format)
        case DateTimeType():
            return moment_reader(zone, format)
        case SetType(element):
            return set_reader(element, split_by)
        case TextType() | IdType() | OneOfType() | CountryType() | EmailType() | RepType():
            return text_reader(type_)
        case _:
            assert_never(type_)


def text_reader(type_: TextType | IdType | OneOfType | CountryType | EmailType | RepType) -> TextReader:
    """The reader of a text of one kind; a number or a bool is taken as a table would write it."""
    match type_:
        case TextType():
            return lambda raw: clean(_text(raw, "text"))
        case IdType():
            return lambda raw: _text(raw, "an id")
        case RepType():
            return lambda raw: _text(raw, "the id of a rep")
        case EmailType():
            return _email
        case CountryType():
            return _country
        case OneOfType(members):
            return _one_of(members)
        case _:
            assert_never(type_)


def _text(raw: object, expected: str) -> str:
    text = raw if type(raw) is str else plain_text(raw)
    if text is None or (isinstance(raw, float | Decimal) and not _is_finite(raw)):
        raise Misfit(f"{quoted(raw)} is not {expected}")
    if "\0" in text:
        raise Misfit(f"{quoted(raw)} is not {expected}: it has a NUL character in it")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise Misfit(f"{quoted(raw)} is not {expected}: it has half of a character in it") from None
    return text


def _is_finite(raw: float | Decimal) -> bool:
    return raw.is_finite() if isinstance(raw, Decimal) else math.isfinite(raw)


def remembering(read: Callable[[object], _T]) -> Callable[[object], _T]:
    """The same reader, which remembers what the last few thousand short texts came to: columns repeat."""

    @lru_cache(_REMEMBERED)
    def outcome(text: str) -> _T | Misfit:
        try:
            return read(text)
        except Misfit as misfit:
            return Misfit(*misfit.messages)

    def remembered(raw: object) -> _T:
        if type(raw) is not str or len(raw) > _REMEMBERED_LENGTH:
            return read(raw)
        result = outcome(raw)
        if isinstance(result, Misfit):
            # a new one each time: an exception that is raised again drags its old tracebacks along
            raise Misfit(*result.messages)
        return result

    return remembered


def repeats(type_: Type) -> bool:
    """Whether values of the type repeat themselves enough, and take long enough to read, to be remembered."""
    return not isinstance(type_, TextType | IdType | EmailType | RepType | SetType)


def _bool(raw: object) -> bool:
    if isinstance(raw, bool):
        return raw
    truth: bool | None = None
    if isinstance(raw, str):
        truth = _TRUTHS.get(raw.strip().lower())
    elif isinstance(raw, int) or (isinstance(raw, float | Decimal) and _is_finite(raw)):
        truth = True if raw == 1 else False if raw == 0 else None
    if truth is None:
        raise Misfit(f"{quoted(raw)} is not true or false (nor yes or no, 1 or 0)")
    return truth


def _email(raw: object) -> str:
    text = clean(_text(raw, "an email address"))
    before, at, after = text.partition("@")
    if not (before and at and after) or "@" in after or any(char.isspace() for char in text):
        raise Misfit(f"{quoted(raw)} is not an email address: one `@`, something on both sides, no spaces")
    return text


def _country(raw: object) -> str:
    text = _text(raw, "a country")
    code = country_code(text)
    if code is not None:
        return code
    meant = nearest_country(text)
    hint = (
        f"did you mean `{meant}`?"
        if meant
        else "an ISO 3166-1 code such as `DE` or an English name is expected"
    )
    raise Misfit(f"{quoted(raw)} is not a country; {hint}")


def _one_of(members: tuple[str, ...]) -> TextReader:
    spelling: dict[str, str] = {}
    for member in members:
        spelling.setdefault(fold(member), member)

    def read(raw: object) -> str:
        text = _text(raw, "one of the listed values")
        member = spelling.get(fold(text))
        if member is None:
            raise Misfit(f"{quoted(raw)} is not one of the listed values; {_suggestion(text, members)}")
        return member

    return read


def _suggestion(text: str, members: tuple[str, ...]) -> str:
    meant = nearest(text.strip(), members)
    if meant is not None:
        return f"did you mean `{meant}`?"
    shown = [f"`{member}`" for member in members[:_LISTED]]
    if len(members) > _LISTED:
        return f"it can be {', '.join(shown)} and {len(members) - _LISTED} more"
    return f"it can be {listed(shown, 'or')}"


def set_reader(
    element: ElementType, split_by: str = SEPARATOR, of_item: Callable[[object], Iterable[str]] | None = None
) -> Reader:
    """The reader of a set: a list of members, or text that `split_by` parts; missing members are dropped.

    Of members that are the same, the first spelling is kept. `of_item` says what one item comes to, in
    place of the element's own reader. Every item that does not fit is a message of its own.
    """
    read_one = remembering(text_reader(element)) if repeats(element) else text_reader(element)
    read_item = of_item or (lambda item: (read_one(item),))

    def read(raw: object) -> frozenset[str]:
        members: dict[str, str] = {}
        messages: dict[str, None] = {}
        for item in _items(raw, split_by):
            if is_missing(item):
                continue
            try:
                for member in read_item(item):
                    members.setdefault(key_of(element, member), member)
            except Misfit as misfit:
                messages.update(dict.fromkeys(misfit.messages))
        if messages:
            raise Misfit(*messages)
        return frozenset(members.values())

    return read


def _items(raw: object, split_by: str) -> Iterable[object]:
    match raw:
        case str():
            return raw.split(split_by) if split_by else [raw]
        case list() | tuple():
            return raw
        case set() | frozenset():
            return sorted(raw, key=lambda item: (str(type(item)), str(item)))
    raise Misfit(f"{quoted(raw)} is not a set: a list, or text with `{split_by}` between the members")
