"""Hours as the roster writes them."""

from __future__ import annotations

import pytest

from routebook.roster.hours import ALWAYS, Hours, read_hours


@pytest.mark.parametrize(
    ("raw", "days"),
    [
        ({"mon": "09:00-17:30"}, {0: ((540, 1050),)}),
        ({"mon-wed": "9:00-17:00"}, {0: ((540, 1020),), 1: ((540, 1020),), 2: ((540, 1020),)}),
        ({"sat-mon": "00:00-24:00"}, {5: ((0, 1440),), 6: ((0, 1440),), 0: ((0, 1440),)}),
        ({"mon,wed , fri": "10:00-11:00"}, {0: ((600, 660),), 2: ((600, 660),), 4: ((600, 660),)}),
        ({"Mon - Tue": " 10:00 - 11:00 "}, {0: ((600, 660),), 1: ((600, 660),)}),
        ({"mon": "13:00-17:00, 09:00-12:00"}, {0: ((540, 720), (780, 1020))}),
        ({"mon": ["09:00-12:00", "13:00-17:00"]}, {0: ((540, 720), (780, 1020))}),
        ({"mon": "22:00-06:00"}, {0: ((1320, 1800),)}),
        ({"mon": "22:00-00:00"}, {0: ((1320, 1440),)}),
        ({"mon": []}, {}),
        ({}, {}),
    ],
)
def test_hours(raw: object, days: dict[int, tuple[tuple[int, int], ...]]) -> None:
    hours, problems = read_hours(raw)
    assert not problems
    assert hours == Hours(tuple(days.get(day, ()) for day in range(7)))
    again, _ = read_hours(hours.as_plain())
    assert again == hours


def test_always() -> None:
    assert read_hours("always") == (ALWAYS, [])
    assert ALWAYS.as_plain() == "always"
    assert read_hours({"mon-sun": "00:00-24:00"}) == (ALWAYS, [])


@pytest.mark.parametrize(
    ("raw", "messages"),
    [
        ("never", ["hours cannot be `never`"]),
        (9, ["hours cannot be `9`"]),
        ({"mon": 9}, ["a day's hours cannot be `9`"]),
        ({"mon": ""}, ["`` is not a range of hours"]),
        ({"mon": [9, "10:00-11:00"]}, ["`9` is not a range of hours"]),
        ({"mon": "09:60-10:00"}, ["`09:60-10:00` holds a time that no day has"]),
        ({"mon": "09:00-24:01"}, ["`09:00-24:01` holds a time that no day has"]),
        ({"mon": "24:00-25:00"}, ["`24:00-25:00` holds a time that no day has"]),
        ({"mon": "09:00-09:00"}, ["`09:00-09:00` begins and ends at the same time"]),
        ({"mon": "09:00-12:00,11:59-13:00"}, ["`11:59-13:00` overlaps `09:00-12:00` of the same day"]),
        ({"monday": "09:00-12:00"}, ["`monday` is not a day of the week"]),
        ({"mon-tue-wed": "09:00-12:00"}, ["`mon-tue-wed` is not a day of the week"]),
        (
            {"mon-fri": "09:00-12:00", "fri": "09:00-10:00"},
            ["the hours of fri are given twice, here by `fri`"],
        ),
    ],
)
def test_mistakes(raw: object, messages: list[str]) -> None:
    _, problems = read_hours(raw)
    assert [problem.message for problem in problems] == messages
    assert all(problem.help for problem in problems)
