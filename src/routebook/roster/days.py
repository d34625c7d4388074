"""Days off: the ranges of `away`, and the public holidays of a calendar code."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from routebook.roster.problems import Path, Problem
from routebook.text import nearest

_DAY: Final = timedelta(days=1)
_ISO: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True, order=True)
class DayRange:
    """The days from `first` to `last`, both included."""

    first: date
    last: date

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.first <= day <= self.last

    def __str__(self) -> str:
        return self.first.isoformat() if self.first == self.last else f"{self.first}..{self.last}"


def read_away(raw: Any) -> tuple[tuple[DayRange, ...], list[Problem]]:
    """The ranges of `away`, joined where they touch, in order; with all that is wrong."""
    entries = raw if isinstance(raw, list | tuple) else [raw]
    problems: list[Problem] = []
    ranges: list[DayRange] = []
    for index, entry in enumerate(entries):
        path: Path = (index,) if isinstance(raw, list) else ()
        found = _read_entry(entry, path, problems)
        if found is not None:
            ranges.append(found)
    return joined(ranges), problems


def joined(ranges: Iterable[DayRange]) -> tuple[DayRange, ...]:
    """The same days as the fewest ranges, in order."""
    whole: list[DayRange] = []
    for range_ in sorted(ranges):
        if whole and (whole[-1].last == date.max or range_.first <= whole[-1].last + _DAY):
            whole[-1] = DayRange(whole[-1].first, max(whole[-1].last, range_.last))
        else:
            whole.append(range_)
    return tuple(whole)


def _read_entry(entry: Any, path: Path, problems: list[Problem]) -> DayRange | None:
    if isinstance(entry, DayRange):
        return entry
    if isinstance(entry, date) and not isinstance(entry, datetime):
        return DayRange(entry, entry)
    ends = [end.strip() for end in entry.split("..")] if isinstance(entry, str) else []
    if len(ends) not in (1, 2) or not all(_ISO.fullmatch(end) for end in ends):
        words = f"`{entry}` is neither a day nor a range of days"
        problems.append(
            Problem(path, words, 'write "2026-12-22", or "2026-12-22..2027-01-02" with both ends included')
        )
        return None
    days = []
    for end in ends:
        try:
            days.append(date.fromisoformat(end))
        except ValueError:
            problems.append(Problem(path, f"there is no day `{end}`", "days are written year-month-day"))
            return None
    if days[-1] < days[0]:
        words = f"`{entry.strip()}` ends before it begins"
        problems.append(Problem(path, words, f'write "{days[-1]}..{days[0]}"'))
        return None
    return DayRange(days[0], days[-1])


# The `holidays` package takes a tenth of a second to import, so only rosters that name a calendar load it.
@lru_cache(maxsize=4096)
def holidays_of(code: str, year: int) -> frozenset[date]:
    """The public holidays of a year by the `holidays` package; `code` is a country, or a part: `US-CA`.

    Raises KeyError where there is no such calendar.
    """
    import holidays

    country, _, subdivision = code.partition("-")
    try:
        found = holidays.country_holidays(country, subdiv=subdivision or None, years=year)
    except NotImplementedError:
        raise KeyError(code) from None
    return frozenset(day for day in found if day.year == year)


def calendar_problem(code: str) -> Problem | None:
    """What is wrong with a holiday calendar's code, if anything."""
    try:
        holidays_of(code, 2026)
    except KeyError:
        pass
    else:
        return None
    from holidays import list_supported_countries

    supported = list_supported_countries()
    country, _, subdivision = code.partition("-")
    if country in supported and subdivision:
        known = sorted(supported[country])
        close = nearest(subdivision, known, limit=1)
        listed = (
            f"its subdivisions are {', '.join(known)}"
            if known
            else f"`{country}` has no subdivisions: write that alone"
        )
        help = f"did you mean `{country}-{close}`?" if close else listed
        return Problem((), f"there is no holiday calendar for `{subdivision}` in `{country}`", help)
    close = code.upper() if code.upper() in supported else None
    help = (
        f"did you mean `{close}`?"
        if close
        else "write a country's two letters, such as RO, or US-CA for a subdivision"
    )
    return Problem((), f"there is no holiday calendar `{code}`", help)
