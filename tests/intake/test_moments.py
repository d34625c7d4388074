"""Days, times of day and moments."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routebook.intake.moments import date_reader, moment_reader, time_reader
from routebook.intake.problems import Misfit
from support.intake import ZONE

DAY = date_reader(None)
CLOCK = time_reader(None)
MOMENT = moment_reader(ZONE, None)
WINTER = timezone(timedelta(hours=1))
SUMMER = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    "raw",
    [
        "2026-01-31", " 2026-01-31 ", "2026-01-31 00:00:00", "2026-01-31T00:00:00.000Z", date(2026, 1, 31),
        datetime(2026, 1, 31),
    ],
)  # fmt: skip
def test_days(raw: object) -> None:
    value = DAY(raw)
    assert (value, type(value)) == (date(2026, 1, 31), date)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("2026-02-30", "is not a date: the calendar has no such day"),
        ("2026-13-01", "the calendar has no such day"),
        ("0000-01-01", "the calendar has no such day"),
        ("2026-01-31 10:00", "has a time of day; a date such as `2026-01-31` is expected"),
        (datetime(2026, 1, 31, 9), "has a time of day"),
        ("31.01.2026", "is not a date such as `2026-01-31`"),
        ("20260131", "is not a date such as"),
        ("٢٠٢٦-01-31", "is not a date such as"),
        (20260131, "is not a date such as"),
        (time(9), "is not a date such as"),
    ],
)
def test_what_is_no_day(raw: object, words: str) -> None:
    with pytest.raises(Misfit, match=words):
        DAY(raw)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("09:30", time(9, 30)),
        ("9:30", time(9, 30)),
        ("23:59:59", time(23, 59, 59)),
        ("09:30:00.5", time(9, 30, 0, 500000)),
        (time(9, 30, fold=1), time(9, 30)),
    ],
)
def test_times_of_day(raw: object, value: time) -> None:
    assert CLOCK(raw) == value


@pytest.mark.parametrize(
    "raw", ["24:00", "09:60", "9", "9.30", "09:30Z", "9:30 am", time(9, tzinfo=UTC), 930]
)
def test_what_is_no_time_of_day(raw: object) -> None:
    with pytest.raises(Misfit, match="is not a time of day"):
        CLOCK(raw)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("2026-01-31T09:30Z", datetime(2026, 1, 31, 9, 30, tzinfo=UTC)),
        ("2026-01-31t09:30:00z", datetime(2026, 1, 31, 9, 30, tzinfo=UTC)),
        ("2026-01-31 09:30:00 UTC", datetime(2026, 1, 31, 9, 30, tzinfo=UTC)),
        ("2026-01-31 09:30", datetime(2026, 1, 31, 9, 30, tzinfo=WINTER)),
        ("2026-07-31 09:30", datetime(2026, 7, 31, 9, 30, tzinfo=SUMMER)),
        ("2026-01-31T09:30:00+0530", datetime(2026, 1, 31, 4, 0, tzinfo=UTC)),
        ("2026-01-31 09:30:00 -08", datetime(2026, 1, 31, 17, 30, tzinfo=UTC)),
        ("2026-01-31T09:30:00.1234567Z", datetime(2026, 1, 31, 9, 30, 0, 123456, tzinfo=UTC)),
        ("2026-01-31", datetime(2026, 1, 31, tzinfo=WINTER)),
        (date(2026, 1, 31), datetime(2026, 1, 31, tzinfo=WINTER)),
        (datetime(2026, 7, 31, 9), datetime(2026, 7, 31, 9, tzinfo=SUMMER)),
        # the hour that the clock skips is the one before it, the hour that it repeats is the first
        ("2026-03-29 02:30", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        ("2026-10-25 02:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
)
def test_moments(raw: object, value: datetime) -> None:
    assert MOMENT(raw) == value


def test_moments_of_a_repeated_hour_compare_with_those_of_other_zones() -> None:
    repeated = datetime(2026, 10, 25, 2, 30, tzinfo=ZONE, fold=1)
    elsewhere = repeated.astimezone(UTC)
    assert repeated != elsewhere  # as Python has it, which is why the offset is fixed
    assert MOMENT(repeated) == elsewhere


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("2026-02-30T10:00Z", "there is no such day, time or offset"),
        ("2026-01-31T25:00", "there is no such day, time or offset"),
        ("2026-01-31T10:00+99:00", "there is no such day, time or offset"),
        ("2026-02-30", "the calendar has no such day"),
        ("0001-01-01T00:00+14:00", "is not a moment in the years 1 to 9999"),
        ("9999-12-31T23:59Z", "is not a moment in the years 1 to 9999"),
        ("1735689600000", "is not a date and time such as"),
        (1735689600, "is not a date and time such as"),
        ("yesterday", "is not a date and time such as"),
    ],
)
def test_what_is_no_moment(raw: object, words: str) -> None:
    with pytest.raises(Misfit, match=words):
        MOMENT(raw)


def test_formats_of_a_source() -> None:
    assert date_reader("%m/%d/%Y")("1/31/2026") == date(2026, 1, 31)
    assert time_reader("%I:%M %p")(" 9:30 PM ") == time(21, 30)
    assert moment_reader(ZONE, "%d.%m.%Y %H:%M")("31.01.2026 09:30").utcoffset() == timedelta(hours=1)
    assert moment_reader(ZONE, "%Y%m%dT%H%M%z")("20260131T0930-0500").utcoffset() == timedelta(hours=-5)
    assert date_reader("%m/%d/%Y")(date(2026, 1, 31)) == date(2026, 1, 31)
    for raw in ("31/1/2026", "2026-01-31"):
        with pytest.raises(Misfit, match="does not read as `%m/%d/%Y`, which the source states"):
            date_reader("%m/%d/%Y")(raw)


@pytest.mark.parametrize("format", ["%Q", "%", "%Y %Y", "(%Y"])
def test_a_format_that_is_none_is_no_traceback(format: str) -> None:
    with pytest.raises(Misfit, match="does not read as"):
        date_reader(format)("2026-01-31")


@given(st.datetimes(timezones=st.one_of(st.none(), st.timezones())))
def test_every_moment_is_kept_or_refused_and_then_stays(moment: datetime) -> None:
    try:
        value = MOMENT(moment)
    except Misfit:
        assert moment.year in (1, 9999)
        return
    assert value.utcoffset() is not None
    assert MOMENT(value.isoformat()) == value
    assert value.astimezone(ZoneInfo("Europe/Berlin")).astimezone(UTC) == value
