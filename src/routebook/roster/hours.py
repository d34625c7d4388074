"""Working hours: the ranges of a week, as the roster writes them and as minutes of a day."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from routebook.roster.problems import Path, Problem
from routebook.text import nearest
from routebook.types import WEEKDAYS

Shift: TypeAlias = tuple[int, int]
"""Minutes from a day's midnight: from the first up to, not including, the second, which may be past 1440."""

DAY: Final = 24 * 60

_RANGE: Final = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")
_EXAMPLE: Final = 'write hours = "always", or { "mon-fri" = "09:00-17:30", sat = "10:00-14:00" }'


@dataclass(frozen=True, slots=True)
class Hours:
    """The shifts that begin on each weekday, from Monday, in order; each day's do not overlap."""

    days: tuple[tuple[Shift, ...], ...]

    @property
    def always(self) -> bool:
        """Whether no minute of the week is left out."""
        return self.days == ALWAYS.days

    def as_plain(self) -> str | dict[str, list[str]]:
        """The hours as a roster would write them: the same hours are always written the same."""
        if self.always:
            return "always"
        return {
            day: [f"{_clock(start)}-{_clock(end)}" for start, end in shifts]
            for day, shifts in zip(WEEKDAYS, self.days, strict=True)
            if shifts
        }


ALWAYS: Final = Hours((((0, DAY),),) * 7)


def read_hours(raw: Any) -> tuple[Hours | None, list[Problem]]:
    """Hours as a roster writes them: `"always"`, or a table from days to ranges; with all that is wrong."""
    if isinstance(raw, str) and raw.strip() == "always":
        return ALWAYS, []
    if not isinstance(raw, Mapping):
        return None, [Problem((), f"hours cannot be `{raw}`", _EXAMPLE)]
    days: dict[int, tuple[Shift, ...]] = {}
    problems: list[Problem] = []
    for key, value in raw.items():
        shifts, found = _read_ranges(value, (key,))
        problems += found
        for day in _read_days(key, problems):
            if day in days:
                words = f"the hours of {WEEKDAYS[day]} are given twice, here by `{key}`"
                problems.append(
                    Problem((key,), words, "give each day's ranges together, in a list", key=True)
                )
            days[day] = shifts
    return Hours(tuple(days.get(day, ()) for day in range(7))), problems


def _read_days(key: str, problems: list[Problem]) -> list[int]:
    """The weekdays that a key such as `mon-fri`, `sat` or `mon,wed` names; others go to `problems`."""
    named: list[int] = []
    for part in str(key).split(","):
        ends = [end.strip().lower() for end in part.split("-")]
        unknown = [end for end in ends if end not in WEEKDAYS]
        if unknown or len(ends) > 2:
            word = unknown[0] if unknown else part.strip()
            close = nearest(word, WEEKDAYS) or (word[:3] if word[:3] in WEEKDAYS else None)
            help = (
                f"did you mean `{close}`?"
                if close
                else f"the days are {', '.join(WEEKDAYS)}; mon-fri is five of them"
            )
            problems.append(Problem((key,), f"`{word}` is not a day of the week", help, key=True))
            continue
        first, last = WEEKDAYS.index(ends[0]), WEEKDAYS.index(ends[-1])
        named += [day % 7 for day in range(first, last + 1 if last >= first else last + 8)]
    return named


def _read_ranges(raw: Any, path: Path) -> tuple[tuple[Shift, ...], list[Problem]]:
    """The ranges of one day: a text, with commas between several, or a list of texts."""
    if isinstance(raw, str):
        pieces: list[tuple[Any, Path]] = [(piece, path) for piece in raw.split(",")]
    elif isinstance(raw, list):
        pieces = [(item, (*path, index)) for index, item in enumerate(raw)]
    else:
        return (), [
            Problem(path, f"a day's hours cannot be `{raw}`", 'write "09:00-17:30", or a list of such ranges')
        ]
    shifts: list[Shift] = []
    problems: list[Problem] = []
    for piece, where in pieces:
        shift = _read_range(piece, where, problems)
        if shift is None:
            continue
        clash = next((other for other in shifts if shift[0] < other[1] and other[0] < shift[1]), None)
        if clash is not None:
            words = f"`{str(piece).strip()}` overlaps `{_clock(clash[0])}-{_clock(clash[1])}` of the same day"
            problems.append(Problem(where, words, "let each range of a day end before the next begins"))
        shifts.append(shift)
    return tuple(sorted(shifts)), problems


def _read_range(piece: Any, path: Path, problems: list[Problem]) -> Shift | None:
    match = _RANGE.fullmatch(piece.strip()) if isinstance(piece, str) else None
    if match is None:
        problems.append(Problem(path, f"`{piece}` is not a range of hours", 'write it as "09:00-17:30"'))
        return None
    start, end = (int(match[n]) * 60 + int(match[n + 1]) for n in (1, 3))
    if start >= DAY or end > DAY or int(match[2]) > 59 or int(match[4]) > 59:
        words = f"`{piece.strip()}` holds a time that no day has"
        problems.append(Problem(path, words, "a day runs from 00:00 to 24:00"))
        return None
    if start == end:
        words = f"`{piece.strip()}` begins and ends at the same time"
        problems.append(Problem(path, words, 'for a whole day write "00:00-24:00"'))
        return None
    return (start, end) if end > start else (start, end + DAY)


def _clock(minutes: int) -> str:
    if minutes > DAY:
        minutes -= DAY
    return f"{minutes // 60:02}:{minutes % 60:02}"
