"""When a rep works: shifts as moments, right across changes of the clock.

A shift is a stretch of wall-clock time in the rep's zone. It begins the first time that the clock reaches its
start and ends the first time that the clock reaches its end; a time that the clock jumps over is reached at
the jump. A shift that would begin on a day off is not worked; one that runs into a day off stops at midnight.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from routebook.roster.days import DayRange, holidays_of
from routebook.roster.hours import DAY, Hours

HORIZON: Final = timedelta(days=1100)
"""How far ahead the next shift, or the end of some working time, is looked for."""

_ONE_DAY: Final = timedelta(days=1)
_SECOND: Final = timedelta(seconds=1)


def instant(zone: ZoneInfo, day: date, minutes: int) -> datetime:
    """The moment, in UTC, at which the clocks of `zone` first show that many minutes after a day's midnight.

    A time that the clocks jump over is reached at the jump.
    """
    local = datetime.combine(day, time()) + timedelta(minutes=minutes)
    found = local.replace(tzinfo=zone).astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == local:
        return found
    # PEP 495: in a gap, fold 0 lands after the jump and fold 1 before it
    late, early = found, local.replace(tzinfo=zone, fold=1).astimezone(UTC)
    after = late.astimezone(zone).utcoffset()
    while late - early > _SECOND:
        middle = early + (late - early) / 2
        if middle.astimezone(zone).utcoffset() == after:
            late = middle
        else:
            early = middle
    return late.replace(microsecond=0)


@dataclass(slots=True)
class _Window:
    """A stretch of time throughout which the rep is on shift, or off."""

    start: datetime
    end: datetime
    on: bool
    next_on: datetime | None = None
    knows_next: bool = False


@dataclass(frozen=True, slots=True)
class LocalDay:
    """A day of the rep's calendar with the moments between which it lasts."""

    start: datetime
    end: datetime
    day: date
    monday: date


class Calendar:
    """One rep's working time. Moments are aware datetimes; those returned are in UTC.

    `hours` is None where the roster gives none: such a rep is never on shift, and all time but days off
    counts as working time. Safe to share between threads: what it remembers is replaced, never changed.
    """

    def __init__(
        self,
        zone: ZoneInfo,
        hours: Hours | None,
        holidays: str | None = None,
        away: tuple[DayRange, ...] = (),
    ) -> None:
        self.zone = zone
        self._hours = hours
        self._holidays = holidays
        self._away = away
        self._window = _Window(datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC), on=False)
        self._today: LocalDay | None = None

    def local_day(self, moment: datetime) -> LocalDay:
        """The rep's own day at that moment."""
        today = self._today
        if today is None or not today.start <= moment < today.end:
            day = moment.astimezone(self.zone).date()
            start, end = instant(self.zone, day, 0), instant(self.zone, day, DAY)
            today = self._today = LocalDay(start, end, day, day - timedelta(days=day.weekday()))
        return today

    def away_until(self, moment: datetime) -> date | None:
        """The first day back where the rep is away at that moment, else None."""
        if not self._away:
            return None
        day = self.local_day(moment).day
        return next((range_.last + _ONE_DAY for range_ in self._away if day in range_), None)

    def is_holiday(self, day: date) -> bool:
        """Whether the day is a public holiday of the rep's calendar."""
        return self._holidays is not None and day in holidays_of(self._holidays, day.year)

    def is_off(self, day: date) -> bool:
        """Whether the rep is away on that day, or has a holiday."""
        return any(day in range_ for range_ in self._away) or self.is_holiday(day)

    def on_shift(self, moment: datetime) -> bool:
        """Whether the rep is in working hours at that moment, and not on a day off."""
        return self._hours is not None and self._at(moment).on

    def next_shift(self, moment: datetime) -> datetime | None:
        """The first moment from `moment` on when the rep is on shift; None where none is within `HORIZON`."""
        if self._hours is None:
            return None
        window = self._at(moment)
        if window.on:
            return moment
        if not window.knows_next:
            window.next_on = next((start for start, _ in self._stretches(window.end)), None)
            window.knows_next = True
        return window.next_on

    def working_time(self, start: datetime, end: datetime) -> timedelta:
        """How much of the time from `start` up to `end` is working time."""
        total = timedelta()
        if end <= start:
            return total
        for begins, ends in self._stretches(start, until=end):
            total += min(ends, end) - begins
        return total

    def add_working(self, start: datetime, amount: timedelta) -> datetime | None:
        """The moment by which `amount` of working time has passed since `start`; None where past `HORIZON`.

        Nothing to wait for is over at once.
        """
        left = amount
        if left <= timedelta():
            return start.astimezone(UTC)
        for begins, ends in self._stretches(start):
            if ends - begins >= left:
                return begins + left
            left -= ends - begins
        return None

    def _at(self, moment: datetime) -> _Window:
        window = self._window
        if not window.start <= moment < window.end:
            window = self._window = self._find_window(moment)
        return window

    def _find_window(self, moment: datetime) -> _Window:
        """A stretch around the moment in which nothing changes: at most a shift, or the rest of the day."""
        today = self.local_day(moment)
        start, end = today.start, today.end
        for begins, ends in (*self._shifts(today.day - _ONE_DAY), *self._shifts(today.day)):
            if begins <= moment < ends:
                return _Window(begins, ends, on=True)
            if ends <= moment:
                start = max(start, ends)
            else:
                end = min(end, begins)
        return _Window(start, end, on=False)

    def _stretches(
        self, start: datetime, until: datetime | None = None
    ) -> Iterator[tuple[datetime, datetime]]:
        """The working time from `start` on, as stretches in order that do not overlap."""
        cursor = start.astimezone(UTC)
        limit = cursor + HORIZON if until is None else until
        day = cursor.astimezone(self.zone).date() - _ONE_DAY
        last = limit.astimezone(self.zone).date()
        while day <= last:
            for begins, ends in self._shifts(day):
                begins = max(begins, cursor)
                if begins >= limit:
                    return
                if ends > begins:
                    yield begins, ends
                    cursor = ends
            day += _ONE_DAY

    def _shifts(self, day: date) -> list[tuple[datetime, datetime]]:
        """The shifts that begin on that day of the rep's calendar."""
        if self.is_off(day):
            return []
        shifts = ((0, DAY),) if self._hours is None else self._hours.days[day.weekday()]
        found = []
        for start, end in shifts:
            if end > DAY and self.is_off(day + _ONE_DAY):
                end = DAY
            begins, ends = instant(self.zone, day, start), instant(self.zone, day, end)
            if begins < ends:
                found.append((begins, ends))
        return found
