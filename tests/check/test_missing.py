"""Every operator where something is missing: false, and its negations true."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from routebook import api
from routebook.operators import OPERATORS, Takes

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)

LEAD = """lead {
  flag:     bool optional
  number:   integer optional
  other:    integer optional
  zero:     integer
  text:     text optional
  text2:    text optional
  kind:     one of ["a", "b"] optional
  day:      date optional
  at:       datetime optional
  email:    email optional
  set:      set of text optional
  set2:     set of text optional
}

derive tier: text { when number > 3 then "gold"  when number > 2 then missing }

points fit 0..9 { add 2 per number  add 3 when text == "a" }
"""

CONDITIONS = {
    "==": [
        "number == 5",
        "5 == number",
        "number == other",
        'text == "a"',
        "day == 2026-01-31",
        "flag == true",
        "flag == false",
        'at.weekday == "mon"',
        'email.domain == "x"',
        'tier == "gold"',
        "at == now",
        "number + 1 == 2",
        "zero / zero == 0",
        "1 / zero == 1",
    ],
    "!=": [
        "number != 5",
        "number != other",
        'text != "a"',
        "flag != true",
        'email.domain != "x"',
        'tier != "gold"',
        "number - 1 != 2",
        "zero / zero != 0",
    ],
    "<": [
        "number < 5",
        "5 < number",
        "number < other",
        "day < 2026-01-31",
        "at.hour < 9",
        "at < now",
        "-number < 5",
        "1 / zero < 1",
    ],
    "<=": ["number <= 5", "number <= number"],
    ">": ["number > 5", "number * other > 5", "number / zero > 5"],
    ">=": ["number >= 5", "number >= -1_000_000"],
    "between": [
        "number between 1 and 5",
        "zero between number and 5",
        "zero between -1 and number",
        "number * 0 between 0 and 0",
        "at.time between 00:00 and 23:59",
    ],
    "in": ['text in ["a"]', 'kind in ["a", "b"]', "text in set", "kind in []", 'tier in ["gold"]'],
    "not in": ['text not in ["a"]', 'kind not in ["a", "b"]', "text not in set", "text not in []"],
    "has": ['set has "a"', "set has text"],
    "has any": ['set has any ["a"]', "set has any set2", "set has any []"],
    "has all": ['set has all ["a"]', "set has all set2", "set has all []"],
    "has none": ['set has none ["a"]', "set has none set2", "set has none []"],
    "starts with": ['text starts with "a"', 'email.domain starts with "a"'],
    "ends with": ['text ends with "a"'],
    "contains": ['text contains "a"', 'tier contains "o"'],
    "matches": ['text matches "a*"', 'text matches "^$"'],
    "is known": ["number is known", "at.hour is known", "tier is known", "set is known"],
    "is missing": ["number is missing", "email.domain is missing", "tier is missing", "set is missing"],
    "is true": ["flag"],
}


def holds(condition: str, **lead: object) -> bool:
    policy = api.loads(f"{LEAD}\nwhen {condition} queue yes\nelse queue no\n")
    return policy.decide({"zero": 0, **lead}, NOW).rule == "#1"


def test_every_operator_is_tried() -> None:
    assert set(CONDITIONS) == set(OPERATORS)


@pytest.mark.parametrize(
    ("operator", "condition"), [(name, text) for name, texts in CONDITIONS.items() for text in texts]
)
def test_a_missing_value(operator: str, condition: str) -> None:
    negates = OPERATORS[operator].negates is not None
    assert holds(condition) is negates
    assert holds(f"not ({condition})") is not negates


@pytest.mark.parametrize("row", [row for row in OPERATORS.values() if row.negates], ids=lambda row: row.name)
def test_a_negation_is_the_negation_of_what_it_negates(row: object) -> None:
    name, negates = row.name, row.negates  # type: ignore[attr-defined]
    for condition in CONDITIONS[name]:
        positive = condition.replace(name, negates, 1)
        for lead in ({}, {"number": 5, "text": "a", "kind": "a", "set": ["a"], "other": 5, "email": "a@x"}):
            assert holds(condition, **lead) is not holds(positive, **lead), condition


def test_presence_is_the_only_question_that_missing_answers() -> None:
    presence = {name for name, row in OPERATORS.items() if row.takes is Takes.PRESENCE}
    assert presence == {"is known", "is missing"}


def test_points_count_a_missing_field_as_nothing() -> None:
    assert holds("fit == 0")
    assert holds("fit == 8", number=4)
    assert holds("fit == 9", number=400)


@pytest.mark.parametrize(("number", "tier"), [(4, "gold"), (3, None), (1, None), (None, None)])
def test_a_derive_is_missing_where_no_case_gives_a_value(number: int | None, tier: str | None) -> None:
    assert holds("tier is known", number=number) is (tier is not None)
