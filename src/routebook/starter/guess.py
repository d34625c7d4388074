"""What a column holds, judged by every value in it and by the readers that will take the leads in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC
from decimal import Decimal
from typing import Any, Final

from routebook.intake.problems import Misfit, plain_text
from routebook.intake.values import is_missing, reader_for
from routebook.text import fold
from routebook.types import (
    BoolType,
    CountryType,
    DateTimeType,
    DateType,
    EmailType,
    IdType,
    NumberType,
    OneOfType,
    SetType,
    TextType,
    TimeType,
    Type,
)

PLACEHOLDERS: Final = frozenset(
    ["select", "unknown", "n/a", "#n/a", "null", "undefined", "not set", "(blank)", "-", "--", "?"]
)
"""What exports write where there is no value."""

MOST_MEMBERS: Final = 30
"""A column of more different texts is text, not one of a list."""

_TEXTUAL: Final = re.compile(r"zip|post.?code|postal|phone|mobile|fax", re.IGNORECASE)
_COUNTRY: Final = re.compile(r"country|nation(?!al)", re.IGNORECASE)
_LEADING_ZERO: Final = re.compile(r"\s*[+-]?0\d")
_DAYS: Final = (
    "%m/%d/%Y",
    "%d/%m/%Y",
    "%Y/%m/%d",
    "%d.%m.%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%d %b %Y",
    "%b %d, %Y",
)
_CLOCKS: Final = (" %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
_REMEMBERED: Final = 5000
_STRANGERS: Final = 8
"""Up to so many texts in a column of countries that are none, each called missing."""

_LONGEST_MEMBER: Final = 80
_LONGEST_CODE: Final = 3


@dataclass(frozen=True, slots=True)
class _Kind:
    """A type that the column may have; `format` says how its text has dates, where not as ISO does."""

    type: Type
    format: str | None
    read: Callable[[object], Any]


@dataclass(frozen=True, slots=True)
class Guess:
    """What a column holds. `missing` are texts in it that stand for no value.

    `numbers` are its least and largest; `common` the members of a list or the countries, the most frequent
    first; `either` two formats that read every date, but not as the same days.
    """

    type: Type
    optional: bool
    format: str | None = None
    missing: tuple[str, ...] = ()
    numbers: tuple[Decimal, Decimal] | None = None
    common: tuple[str, ...] = ()
    either: tuple[str, str] | None = None
    unique: bool = False


@dataclass
class Column:
    """One column while the file is read. It remembers little, however long the file is.

    Only of one that `identifies`, by its name, every value is kept: all have to differ.
    """

    name: str
    identifies: bool = False
    empty: int = 0
    known: int = 0
    _placeholders: dict[str, None] = field(default_factory=dict)
    _strangers: Counter[str] = field(default_factory=Counter)
    _spellings: Counter[str] = field(default_factory=Counter)
    _tried: set[str] = field(default_factory=set)
    _keys: set[str] = field(default_factory=set)
    _repeated: bool = False
    _lists: bool = False
    _least: Decimal | None = None
    _largest: Decimal | None = None

    def __post_init__(self) -> None:
        self._kinds = list(_kinds(self.name))

    def add(self, raw: object) -> None:
        """Take in one value."""
        if is_missing(raw):
            self.empty += 1
            return
        text = plain_text(raw)
        if text is None:
            self.known += 1
            self._lists = True
            return
        if fold(text) in PLACEHOLDERS:
            self.empty += 1
            self._placeholders[text.strip()] = None
            return
        self.known += 1
        self._count(text)
        if text not in self._tried:
            if len(self._tried) < _REMEMBERED:
                self._tried.add(text)
            self._kinds = [kind for kind in self._kinds if self._fits(kind, raw)]

    def _count(self, text: str) -> None:
        if self.identifies and not self._repeated:
            self._repeated = text in self._keys
            self._keys.add(text)
        # one more than counts as few is enough to know that they are many
        if len(self._spellings) <= 4 * MOST_MEMBERS or text in self._spellings:
            self._spellings[text.strip()] += 1

    def _fits(self, kind: _Kind, raw: object) -> bool:
        try:
            value = kind.read(raw)
        except Misfit:
            if not isinstance(kind.type, CountryType) or not _COUNTRY.search(self.name):
                return False
            self._strangers[str(plain_text(raw)).strip()] += 1
            return len(self._strangers) <= _STRANGERS
        if isinstance(kind.type, NumberType):
            number = Decimal(value)
            self._least = number if self._least is None else min(self._least, number)
            self._largest = number if self._largest is None else max(self._largest, number)
        return True

    def guess(self, rows: int) -> Guess:
        """The verdict, once all `rows` of the file are read."""
        optional = self.known < rows
        missing = tuple(self._placeholders)
        unique = self.identifies and not self._repeated and not optional
        if self._lists:
            return Guess(SetType(TextType()), optional, missing=missing)
        for kind in self._kinds if self.known else ():
            found = self._as(kind, optional, missing, unique)
            if found is not None:
                return found
        return self._of_texts(optional, missing, unique)

    def _as(self, kind: _Kind, optional: bool, missing: tuple[str, ...], unique: bool) -> Guess | None:
        numbers = None
        match kind.type:
            case BoolType() if not self._says_yes_or_no():
                return None
            case NumberType() if self._least is not None and self._largest is not None:
                numbers = (self._least, self._largest)
            case DateType() | TimeType() | DateTimeType() if kind.format is not None:
                rival = next(
                    (k for k in self._kinds if k.format and k.type == kind.type and k is not kind), None
                )
                if rival is not None and rival.format is not None:
                    texts = self._of_texts(optional, missing, unique)
                    return Guess(texts.type, optional, missing=missing, either=(kind.format, rival.format))
            case CountryType():
                return self._of_countries(missing)
        return Guess(kind.type, optional, kind.format, missing, numbers, unique=unique)

    def _says_yes_or_no(self) -> bool:
        """A column of nothing but 1 counts something; with 0 beside it, or in words, it says yes or no."""
        values = {fold(text).removesuffix(".0") for text in self._spellings}
        return not values <= {"0", "1"} or len(values) > 1

    def _of_countries(self, missing: tuple[str, ...]) -> Guess | None:
        strange = sum(count for text, count in self._spellings.items() if text in self._strangers)
        coded = all(len(text) <= _LONGEST_CODE for text in self._spellings)
        if (coded and not _COUNTRY.search(self.name)) or strange * 10 > self.known:
            return None
        read = reader_for(CountryType(), UTC)
        codes: Counter[str] = Counter()
        for text, count in self._spellings.items():
            if text not in self._strangers:
                codes[str(read(text))] += count
        optional = bool(self.empty or self._strangers)
        common = tuple(code for code, _ in codes.most_common())
        return Guess(CountryType(), optional, missing=(*missing, *sorted(self._strangers)), common=common)

    def _of_texts(self, optional: bool, missing: tuple[str, ...], unique: bool) -> Guess:
        spelling: dict[str, str] = {}
        counts: Counter[str] = Counter()
        for text, count in self._spellings.most_common():
            spelling.setdefault(fold(text), text)
            counts[fold(text)] += count
        members = tuple(spelling[key] for key, _ in counts.most_common())
        few = 2 <= len(members) <= MOST_MEMBERS and self.known >= 2 * len(members)
        if few and all(len(member) <= _LONGEST_MEMBER and member.isprintable() for member in members):
            return Guess(OneOfType(members), optional, missing=missing, common=members)
        return Guess(TextType(), optional, missing=missing, unique=unique)


def _kinds(name: str) -> Iterator[_Kind]:
    """The types to try, the narrowest first."""
    yield _Kind(BoolType(), None, reader_for(BoolType(), UTC))
    if not _TEXTUAL.search(name):
        for whole in (True, False):
            number = NumberType(integer=whole)
            yield _Kind(number, None, _without_leading_zeros(reader_for(number, UTC)))
    for type_, formats in (
        (DateType(), (None, *_DAYS)),
        (DateTimeType(), (None, *(day + clock for day in _DAYS for clock in _CLOCKS))),
        (TimeType(), (None,)),
    ):
        for format in formats:
            yield _Kind(type_, format, reader_for(type_, UTC, format))
    yield _Kind(EmailType(), None, reader_for(EmailType(), UTC))
    yield _Kind(CountryType(), None, reader_for(CountryType(), UTC))


def _without_leading_zeros(read: Callable[[object], Any]) -> Callable[[object], Any]:
    """`00501` is no number: read as one it would lose its zeros."""

    def number(raw: object) -> Any:
        if isinstance(raw, str) and _LEADING_ZERO.match(raw):
            raise Misfit("it begins with 0")
        return read(raw)

    return number


ID: Final = IdType()
