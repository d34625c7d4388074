"""Days, times of day and moments, from ISO 8601 or from the format that a source states."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Final, TypeVar

from routebook.intake.problems import Misfit, quoted

_T = TypeVar("_T")
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TIME: Final = re.compile(r"(\d{1,2})(:\d\d(?::\d\d(?:\.\d+)?)?)", re.ASCII)
_MOMENT: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?)\s?"
    r"(Z|z|UTC|[+-]\d\d(?::?\d\d(?::?\d\d)?)?)?",
    re.ASCII,
)
_MIDNIGHT: Final = time()
_NO_DAY: Final = "not a date: the calendar has no such day"
_NO_TIME: Final = "not a time of day: the clock has no such time"
_NO_MOMENT: Final = "not a date and time: there is no such day, time or offset"


def date_reader(format: str | None) -> Callable[[object], date]:
    """The reader of a day: `2026-01-31`, or what `format` (of strptime) reads; it raises `Misfit`.

    A moment at midnight is that day, as tables export days; with any other time of day it does not fit.
    """

    def read(raw: object) -> date:
        match raw:
            case datetime():
                return _day_of(raw, raw)
            case date():
                return raw
            case str() if format is not None:
                return _parsed(raw, format).date()
            case str():
                text = raw.strip()
                if _DAY.fullmatch(text):
                    return _built(date.fromisoformat, text, raw, _NO_DAY)
                if _MOMENT.fullmatch(text):
                    return _day_of(_moment(text, raw), raw)
        raise Misfit(f"{quoted(raw)} is not a date such as `2026-01-31`")

    return read


def _day_of(moment: datetime, raw: object) -> date:
    if moment.time() != _MIDNIGHT:
        raise Misfit(f"{quoted(raw)} has a time of day; a date such as `2026-01-31` is expected")
    return moment.date()


def time_reader(format: str | None) -> Callable[[object], time]:
    """The reader of a time of day: `09:30` or `09:30:00`, or what `format` reads; it raises `Misfit`."""

    def read(raw: object) -> time:
        match raw:
            case time() if raw.tzinfo is None:
                return raw.replace(fold=0)
            case str() if format is not None:
                return _parsed(raw, format).time()
            case str():
                found = _TIME.fullmatch(raw.strip())
                if found:
                    return _built(time.fromisoformat, found[1].zfill(2) + found[2], raw, _NO_TIME)
        raise Misfit(f"{quoted(raw)} is not a time of day such as `09:30`")

    return read


def moment_reader(zone: tzinfo, format: str | None) -> Callable[[object], datetime]:
    """The reader of a moment: ISO 8601 with `T` or a space, or what `format` reads; it raises `Misfit`.

    Without an offset it is in `zone`; a day alone is its midnight there. The result keeps the offset as a
    fixed one, because two moments in a repeated hour of a time zone never compare as equal (PEP 495).
    """

    def read(raw: object) -> datetime:
        match raw:
            case datetime():
                return _fixed(raw, zone, raw)
            case date():
                return _fixed(datetime.combine(raw, _MIDNIGHT), zone, raw)
            case str() if format is not None:
                return _fixed(_parsed(raw, format), zone, raw)
            case str():
                text = raw.strip()
                if _MOMENT.fullmatch(text):
                    return _fixed(_moment(text, raw), zone, raw)
                if _DAY.fullmatch(text):
                    return _fixed(_built(datetime.fromisoformat, text, raw, _NO_DAY), zone, raw)
        raise Misfit(f"{quoted(raw)} is not a date and time such as `2026-01-31T09:30Z`")

    return read


def _moment(text: str, raw: object) -> datetime:
    found = _MOMENT.fullmatch(text)
    assert found is not None
    day, hours, offset = found.groups()
    if offset in ("Z", "z", "UTC"):
        offset = "+00:00"
    return _built(datetime.fromisoformat, f"{day}T{hours}{offset or ''}", raw, _NO_MOMENT)


def _fixed(moment: datetime, zone: tzinfo, raw: object) -> datetime:
    try:
        known = moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
        offset = known.utcoffset()
        fixed = known.replace(tzinfo=timezone(offset or timedelta()), fold=0)
        # whoever decides will ask for the day and hour in either zone
        fixed.astimezone(UTC)
        fixed.astimezone(zone)
    except (OverflowError, ValueError):
        raise Misfit(f"{quoted(raw)} is not a moment in the years 1 to 9999") from None
    return fixed


def _built(build: Callable[[str], _T], text: str, raw: object, why_not: str) -> _T:
    try:
        return build(text)
    except ValueError:
        raise Misfit(f"{quoted(raw)} is {why_not}") from None


def _parsed(raw: str, format: str) -> datetime:
    try:
        return datetime.strptime(raw.strip(), format)  # noqa: DTZ007  # the caller settles the offset
    except (ValueError, OverflowError, re.error):
        raise Misfit(f"{quoted(raw)} does not read as `{format}`, which the source states") from None
