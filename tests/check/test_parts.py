"""Parts of fields, and what is said to who asks for one that is not there."""

from __future__ import annotations

import pytest

from routebook import api
from routebook.check import conditions
from routebook.diagnostics import PolicyError

_LEAD = "lead { id: id  email: email  at: datetime  day: date  clock: time }\n"


@pytest.mark.parametrize(
    "condition",
    [
        'email.domain ends with ".org"',
        "at.date == 2026-01-31",
        "at.time < 09:30",
        "at.hour < 9",
        'at.weekday in ["sat", "sun"]',
        'day.weekday == "mon"',
        "clock.hour >= 18",
        "now.date == day",
        "now.hour < 9",
    ],
)
def test_parts_are_fields(condition: str) -> None:
    policy = api.loads(f"{_LEAD}when {condition} queue q\nelse queue r")
    asked = policy.tree.rules[0].condition
    assert asked is not None
    (test,) = conditions.tests_in(asked)
    assert isinstance(test.left, conditions.FieldRef)
    assert f"{test.left.base}.{test.left.part}" == condition.partition(" ")[0]


@pytest.mark.parametrize(
    ("name", "help"),
    [
        ("at.date.weekday", "parts have no parts: write `at.weekday`"),
        ("email.domain.domain", "parts have no parts: write `email.domain`"),
        ("at.month", "`at` has `at.date`, `at.time`, `at.hour`, `at.weekday`"),
        ("at.date.month", "`at` has `at.date`, `at.time`, `at.hour`, `at.weekday`"),
        ("id.domain", "`id` has no parts such as `domain`"),
    ],
)
def test_a_part_that_is_not_there_names_those_that_are(name: str, help: str) -> None:
    with pytest.raises(PolicyError) as caught:
        api.loads(f'{_LEAD}when {name} == "x" queue q\nelse queue r')
    (finding,) = caught.value.findings
    assert (finding.code, finding.help) == ("RB002", help)


def test_a_part_of_a_derive_that_stands_further_down_is_a_field() -> None:
    text = f"{_LEAD}define early = start.hour < 9\nderive start: time {{ else 08:30 }}\n"
    text += "when early queue q\nelse queue r"
    lead = {"id": "1", "email": "a@b", "at": "2026-01-31T00:00Z", "day": "2026-01-31", "clock": "09:30"}
    assert api.loads(text).decide(lead).rule == "#1"
