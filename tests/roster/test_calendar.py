"""Working time: right across changes of the clock, days off and midnight."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routebook.roster import ALWAYS, Calendar, DayRange, Hours
from routebook.roster.calendar import instant
from routebook.roster.hours import read_hours

BERLIN = ZoneInfo("Europe/Berlin")
KOLKATA = ZoneInfo("Asia/Kolkata")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # its clocks move by half an hour
APIA = ZoneInfo("Pacific/Apia")  # had no 30 December 2011
SAO_PAULO = ZoneInfo("America/Sao_Paulo")  # its clocks used to move at midnight


def hours(raw: object) -> Hours:
    found, problems = read_hours(raw)
    assert found is not None
    assert not problems
    return found


def z(text: str) -> datetime:
    return datetime.fromisoformat(text)


OFFICE = hours({"mon-fri": "09:00-17:30", "sat": "10:00-14:00"})


@pytest.mark.parametrize(
    ("moment", "on"),
    [
        ("2026-03-02T08:59:59+01:00", False),
        ("2026-03-02T09:00+01:00", True),
        ("2026-03-02T08:00Z", True),
        ("2026-03-02T17:29:59+01:00", True),
        ("2026-03-02T17:30+01:00", False),
        ("2026-03-07T10:00+01:00", True),
        ("2026-03-07T09:00+01:00", False),
        ("2026-03-08T12:00+01:00", False),
        # the office opens an hour earlier by UTC from 29 March 2026 on
        ("2026-03-30T07:00Z", True),
        ("2026-03-27T07:00Z", False),
        ("2026-10-26T07:30Z", False),
        ("2026-10-26T08:00Z", True),
    ],
)
def test_on_shift(moment: str, on: bool) -> None:
    assert Calendar(BERLIN, OFFICE).on_shift(z(moment)) is on


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-03-02T10:00+01:00", "2026-03-02T10:00+01:00"),
        ("2026-03-02T05:00+01:00", "2026-03-02T09:00+01:00"),
        ("2026-03-02T17:30+01:00", "2026-03-03T09:00+01:00"),
        ("2026-03-06T20:00+01:00", "2026-03-07T10:00+01:00"),
        ("2026-03-28T15:00+01:00", "2026-03-30T09:00+02:00"),
        ("2026-10-24T15:00+02:00", "2026-10-26T09:00+01:00"),
    ],
)
def test_next_shift(moment: str, expected: str) -> None:
    assert Calendar(BERLIN, OFFICE).next_shift(z(moment)) == z(expected)


def test_half_hour_zone() -> None:
    calendar = Calendar(KOLKATA, OFFICE)
    assert not calendar.on_shift(z("2026-03-02T03:29:59Z"))
    assert calendar.on_shift(z("2026-03-02T03:30Z"))
    assert calendar.on_shift(z("2026-03-02T11:59Z"))
    assert not calendar.on_shift(z("2026-03-02T12:00Z"))


def test_half_hour_change_of_clocks() -> None:
    night = Calendar(LORD_HOWE, hours({"sun": "00:00-06:00"}))
    # 5 April 2026: from +11:00 back to +10:30 at 02:00, so that the night has half an hour more
    assert night.working_time(z("2026-04-04T00:00Z"), z("2026-04-06T00:00Z")) == timedelta(hours=6.5)
    # 4 October 2026: forward again
    assert night.working_time(z("2026-10-03T00:00Z"), z("2026-10-05T00:00Z")) == timedelta(hours=5.5)


def test_times_that_the_clock_jumps_over() -> None:
    jump = z("2026-03-29T01:00Z")
    assert instant(BERLIN, date(2026, 3, 29), 120) == jump
    assert instant(BERLIN, date(2026, 3, 29), 150) == jump
    assert instant(BERLIN, date(2026, 3, 29), 180) == jump
    calendar = Calendar(BERLIN, hours({"sun": "02:30-10:00"}))
    assert not calendar.on_shift(jump - timedelta(seconds=1))
    assert calendar.on_shift(jump)
    inside = Calendar(BERLIN, hours({"sun": "02:10-02:50"}))
    assert inside.next_shift(z("2026-03-28T12:00Z")) == z("2026-04-05T02:10+02:00")


def test_times_that_the_clock_shows_twice() -> None:
    # 25 October 2026: 02:00 to 03:00 comes twice
    calendar = Calendar(BERLIN, hours({"sun": "02:30-10:00"}))
    assert calendar.next_shift(z("2026-10-24T12:00Z")) == z("2026-10-25T02:30+02:00")
    assert calendar.on_shift(z("2026-10-25T02:10+01:00"))  # the shift is not interrupted
    assert calendar.working_time(z("2026-10-24T00:00Z"), z("2026-10-26T00:00Z")) == timedelta(hours=8.5)
    until = Calendar(BERLIN, hours({"sat": "22:00-02:30"}))
    assert until.on_shift(z("2026-10-25T02:29+02:00"))
    assert not until.on_shift(z("2026-10-25T02:10+01:00"))


def test_a_day_that_was_skipped() -> None:
    calendar = Calendar(APIA, ALWAYS)
    assert calendar.on_shift(z("2011-12-30T09:59:59Z"))
    assert calendar.on_shift(z("2011-12-30T10:00Z"))
    day = timedelta(days=1)
    assert calendar.working_time(z("2011-12-29T10:00Z"), z("2011-12-31T10:00Z")) == 2 * day
    # 29 December ended where 31 December began
    assert (
        instant(APIA, date(2011, 12, 30), 0) == instant(APIA, date(2011, 12, 31), 0) == z("2011-12-30T10:00Z")
    )


def test_clocks_that_move_at_midnight() -> None:
    # 4 November 2018: 00:00 became 01:00
    assert instant(SAO_PAULO, date(2018, 11, 4), 0) == z("2018-11-04T03:00Z")
    sunday = Calendar(SAO_PAULO, hours({"sun": "00:00-24:00"}))
    assert sunday.working_time(z("2018-11-03T00:00Z"), z("2018-11-06T00:00Z")) == timedelta(hours=23)
    # 17 February 2018: 24:00 became 23:00
    saturday = Calendar(SAO_PAULO, hours({"sat": "00:00-24:00"}))
    assert saturday.working_time(z("2018-02-16T00:00Z"), z("2018-02-20T00:00Z")) == timedelta(hours=25)


def test_shifts_past_midnight() -> None:
    calendar = Calendar(BERLIN, hours({"mon": "22:00-06:00"}))
    assert calendar.on_shift(z("2026-03-02T23:00+01:00"))
    assert calendar.on_shift(z("2026-03-03T05:59+01:00"))
    assert not calendar.on_shift(z("2026-03-03T06:00+01:00"))
    assert not calendar.on_shift(z("2026-03-02T05:00+01:00"))  # Sunday night has no shift
    assert calendar.next_shift(z("2026-03-03T02:00+01:00")) == z("2026-03-03T02:00+01:00")
    assert calendar.next_shift(z("2026-03-03T07:00+01:00")) == z("2026-03-09T22:00+01:00")


def test_days_off_are_the_reps_own_days() -> None:
    away = (DayRange(date(2026, 3, 3), date(2026, 3, 4)),)
    tokyo = Calendar(ZoneInfo("Asia/Tokyo"), ALWAYS, away=away)
    assert tokyo.on_shift(z("2026-03-02T14:59Z"))
    assert not tokyo.on_shift(z("2026-03-02T15:00Z"))
    assert tokyo.away_until(z("2026-03-02T15:00Z")) == date(2026, 3, 5)
    assert tokyo.away_until(z("2026-03-02T14:59Z")) is None
    assert tokyo.next_shift(z("2026-03-03T00:00Z")) == z("2026-03-05T00:00+09:00")


def test_a_night_shift_beside_days_off() -> None:
    night = hours({"mon-sun": "22:00-06:00"})
    calendar = Calendar(BERLIN, night, away=(DayRange(date(2026, 3, 4), date(2026, 3, 4)),))
    assert calendar.on_shift(z("2026-03-03T23:59+01:00"))
    assert not calendar.on_shift(z("2026-03-04T00:00+01:00"))  # cut at midnight
    assert not calendar.on_shift(z("2026-03-04T23:00+01:00"))
    assert not calendar.on_shift(z("2026-03-05T01:00+01:00"))  # the shift that did not begin
    assert calendar.on_shift(z("2026-03-05T22:00+01:00"))


def test_public_holidays() -> None:
    bucharest = Calendar(ZoneInfo("Europe/Bucharest"), OFFICE, holidays="RO")
    assert not bucharest.on_shift(z("2026-12-01T10:00+02:00"))  # National Day
    assert bucharest.next_shift(z("2026-12-01T10:00+02:00")) == z("2026-12-02T09:00+02:00")
    assert bucharest.away_until(z("2026-12-01T10:00+02:00")) is None
    los_angeles = ZoneInfo("America/Los_Angeles")
    chavez_day = z("2026-03-31T10:00-07:00")
    assert not Calendar(los_angeles, OFFICE, holidays="US-CA").on_shift(chavez_day)
    assert Calendar(los_angeles, OFFICE, holidays="US").on_shift(chavez_day)


def test_without_hours_nobody_is_on_shift() -> None:
    calendar = Calendar(BERLIN, None)
    assert not calendar.on_shift(z("2026-03-02T10:00+01:00"))
    assert calendar.next_shift(z("2026-03-02T10:00+01:00")) is None
    assert calendar.working_time(z("2026-03-02T10:00Z"), z("2026-03-03T10:00Z")) == timedelta(days=1)


def test_hours_that_never_come() -> None:
    calendar = Calendar(BERLIN, hours({}))
    assert calendar.next_shift(z("2026-03-02T10:00+01:00")) is None
    assert calendar.add_working(z("2026-03-02T10:00Z"), timedelta(hours=1)) is None


@pytest.mark.parametrize(
    ("start", "amount", "expected"),
    [
        ("2026-03-02T10:00+01:00", timedelta(hours=2), "2026-03-02T12:00+01:00"),
        ("2026-03-02T16:30+01:00", timedelta(hours=2), "2026-03-03T10:00+01:00"),
        ("2026-03-06T17:00+01:00", timedelta(hours=2), "2026-03-07T11:30+01:00"),
        ("2026-03-07T13:30+01:00", timedelta(hours=1), "2026-03-09T09:30+01:00"),
        ("2026-03-28T13:30+01:00", timedelta(hours=1), "2026-03-30T09:30+02:00"),
        ("2026-03-01T10:00+01:00", timedelta(0), "2026-03-01T10:00+01:00"),
    ],
)
def test_adding_working_time(start: str, amount: timedelta, expected: str) -> None:
    assert Calendar(BERLIN, OFFICE).add_working(z(start), amount) == z(expected)


# --- laws ------------------------------------------------------------------------------------------------

zones = st.sampled_from(
    [BERLIN, KOLKATA, LORD_HOWE, SAO_PAULO, ZoneInfo("America/New_York"), ZoneInfo("UTC")]
)
clock = st.integers(0, 47).map(lambda half: f"{half // 2:02}:{half % 2 * 30:02}")
ranges = st.tuples(clock, clock).filter(lambda pair: pair[0] != pair[1]).map("-".join)
weeks = st.dictionaries(st.sampled_from(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]), ranges).map(hours)
moments = st.datetimes(datetime(2018, 1, 1), datetime(2026, 12, 31)).map(
    lambda m: m.replace(tzinfo=UTC, microsecond=0)
)
aways = st.lists(st.dates(date(2018, 1, 1), date(2026, 12, 31)), max_size=3).map(
    lambda days: tuple(DayRange(day, day) for day in sorted(set(days)))
)
calendars = st.builds(Calendar, zones, weeks, st.none(), aways)


def _by_the_clock(calendar: Calendar, week: Hours, moment: datetime) -> bool:
    """On shift by what the clock on the wall shows: right wherever the clocks do not change."""
    local = moment.astimezone(calendar.zone)
    minute = local.hour * 60 + local.minute
    today = any(start <= minute < end for start, end in week.days[local.weekday()])
    night = any(minute + 1440 < end for _, end in week.days[(local.weekday() - 1) % 7])
    return today or night


@given(zones, weeks, moments)
def test_law_the_clock_on_the_wall(zone: ZoneInfo, week: Hours, moment: datetime) -> None:
    offsets = {(moment + timedelta(hours=h)).astimezone(zone).utcoffset() for h in range(-30, 31)}
    if len(offsets) > 1:
        return
    calendar = Calendar(zone, week)
    assert calendar.on_shift(moment) == _by_the_clock(calendar, week, moment)


@given(calendars, st.lists(moments, min_size=1, max_size=5))
def test_law_what_is_remembered_changes_no_answer(calendar: Calendar, asked: list[datetime]) -> None:
    for moment in asked:
        fresh = Calendar(calendar.zone, calendar._hours, calendar._holidays, calendar._away)
        assert calendar.on_shift(moment) == fresh.on_shift(moment)
        assert calendar.next_shift(moment) == fresh.next_shift(moment)


@given(calendars, moments)
def test_law_the_next_shift_is_the_first(calendar: Calendar, moment: datetime) -> None:
    then = calendar.next_shift(moment)
    if then is None:
        return
    assert then >= moment
    assert calendar.on_shift(then)
    assert calendar.working_time(moment, then) == timedelta(0)
    if then > moment:
        assert not calendar.on_shift(then - timedelta(seconds=1))


@given(calendars, moments, moments, moments)
def test_law_working_time_adds_up(calendar: Calendar, a: datetime, b: datetime, c: datetime) -> None:
    a, b, c = sorted((a, b, c))
    assert calendar.working_time(a, c) == calendar.working_time(a, b) + calendar.working_time(b, c)


@given(calendars, moments, st.integers(1, 60 * 100))
def test_law_adding_and_measuring_agree(calendar: Calendar, start: datetime, minutes: int) -> None:
    amount = timedelta(minutes=minutes)
    end = calendar.add_working(start, amount)
    if end is not None:
        assert calendar.working_time(start, end) == amount
        assert calendar.working_time(start, end - timedelta(seconds=1)) < amount


@given(calendars, moments)
def test_law_working_time_is_the_time_on_shift(calendar: Calendar, start: datetime) -> None:
    step = timedelta(minutes=15)
    start = start.replace(minute=0, second=0)
    ticks = [start + step * n for n in range(4 * 50)]
    on = sum(calendar.on_shift(tick) for tick in ticks)
    assert calendar.working_time(start, start + step * len(ticks)) == step * on
