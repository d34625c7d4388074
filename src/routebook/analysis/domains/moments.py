"""Moments and days that read well, and the moments of a local day: where values with given parts are looked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from routebook.analysis.domains.ordered import DAY, HOUR, step_time, time_step

TYPICAL: Final = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
"""A Monday morning: the moment of an ordinary lead."""

SECOND: Final = 1_000_000
_UNITS: Final = (HOUR, HOUR // 60, SECOND, SECOND // 2)
"""An hour, a minute, a second and half of one."""

_EPOCH: Final = datetime(1, 1, 1, tzinfo=UTC)
FIRST_DAY, LAST_DAY = 1, date.max.toordinal()
LAST_STEP: Final = (LAST_DAY - 1) * DAY - 1  # a day is left at both ends, for offsets
SEARCHED: Final = 420
"""So many days are looked through: more than a year, so both sides of every change of the clock."""


def moment_step(value: datetime) -> int:
    """A moment in microseconds from the first day of the calendar."""
    return (value.astimezone(UTC) - _EPOCH) // timedelta(microseconds=1)


def step_moment(step: int) -> datetime:
    return _EPOCH + timedelta(microseconds=step)


def round_moments(first: int, last: int) -> Iterator[int]:
    """Moments of a run that read well: near the typical one, on a day at ten, an hour, a minute, a second."""
    return _rounded(first, last, moment_step(TYPICAL), ((DAY, 10 * HOUR), *((unit, 0) for unit in _UNITS)))


def round_times(runs: list[tuple[int, int]]) -> Iterator[int]:
    """Times of day that read well, of each run, and its ends."""
    for first, last in runs:
        yield from _rounded(first, last, time_step(TYPICAL.time()), [(unit, 0) for unit in _UNITS])
    yield from sorted({step for run in runs for step in run})


def _rounded(first: int, last: int, typical: int, units: Iterable[tuple[int, int]]) -> Iterator[int]:
    """The multiples of each unit, moved by its offset, that are nearest to the typical step, where in the run."""
    for unit, offset in units:
        if first > typical:
            step = -(-(first - offset) // unit) * unit + offset
        else:
            step = (min(last, typical) - offset) // unit * unit + offset
        if first <= step <= last:
            yield step


def met(left: list[tuple[int, int]], right: list[tuple[int, int]]) -> list[tuple[int, int]]:
    both = [(max(a, c), min(b, d)) for a, b in left for c, d in right]
    return [(low, high) for low, high in both if low <= high]


def days_of(runs: list[tuple[int, int]], typical: int) -> Iterator[int]:
    """Days of the runs, near the typical one first; of a long run, more than a year of them."""
    for first, last in runs:
        first, last = max(first, FIRST_DAY + 1), min(last, LAST_DAY - 1)
        if first <= last:
            start = min(max(typical, first), last)
            ahead = range(start, min(last, start + SEARCHED) + 1)
            yield from ahead
            yield from range(start - 1, max(first, start + len(ahead) - SEARCHED) - 1, -1)
    for first, last in runs:  # the ends of the calendar
        yield from (day for day in (first, last) if day in (FIRST_DAY, LAST_DAY))


def local_moments(day: int, steps: list[int], zone: ZoneInfo) -> Iterator[datetime]:
    """The moments of these times of a local day, both where the clock is set back; where it jumps, its first.

    A run of times on such a day begins with the first moment after the change, where not at its own start.
    """
    here = date.fromordinal(day)
    try:
        for step in steps:
            for fold in (0, 1):
                local = datetime.combine(here, step_time(step), zone).replace(fold=fold)
                yield local.astimezone(UTC)
        start = datetime.combine(here, time(), zone).astimezone(UTC)
        end = datetime.combine(here + timedelta(days=1), time(), zone).astimezone(UTC)
        if end - start != timedelta(days=1):
            change = _change(start, end, zone)
            yield change
            yield change - timedelta(microseconds=1)
    except OverflowError:
        return


@lru_cache(maxsize=10_000)
def local_steps(day: int, steps: tuple[int, ...], zone: ZoneInfo) -> tuple[int, ...]:
    return tuple(map(moment_step, local_moments(day, list(steps), zone)))


def _change(start: datetime, end: datetime, zone: ZoneInfo) -> datetime:
    """The moment between these two from which the zone has another offset (bisection to the microsecond)."""
    before = start.astimezone(zone).utcoffset()
    while end - start > timedelta(microseconds=1):
        middle = start + (end - start) / 2
        if middle.astimezone(zone).utcoffset() == before:
            start = middle
        else:
            end = middle
    return end


def fixed(moment: datetime) -> datetime:
    """The moment with a fixed offset, as a lead has it."""
    return moment.replace(tzinfo=timezone(moment.utcoffset() or timedelta()), fold=0)
