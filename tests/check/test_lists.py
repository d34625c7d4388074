"""Lists: what they hold depends on what they are compared with."""

from __future__ import annotations

import pytest

from routebook import api

LEAD = """lead {
  id:      id
  owner:   rep optional
  text:    text optional
  kind:    one of ["Health", "finance"] optional
  country: country optional
  tags:    set of text
}
"""


def holds(lists: str, condition: str, **lead: object) -> bool:
    policy = api.loads(f"{LEAD}{lists}\nwhen {condition} queue yes\nelse queue no\n")
    return policy.decide({"id": "1", **lead}).rule == "#1"


@pytest.mark.parametrize(
    ("condition", "value", "expected"),
    [
        ('in ["ABC", "abc"]', "abc", True),
        ('in ["ABC", "abc"]', "ABC", True),
        ('in ["ABC"]', "abc", False),
        ("in both", "abc", True),
        ('in both - ["ABC"]', "abc", True),
        ('in both - ["ABC"]', "ABC", False),
        ('in ["ABC"] + ["abc"]', "abc", True),
        ("in again", "abc", True),
    ],
)
@pytest.mark.parametrize("field", ["id", "owner"])
def test_ids_are_told_apart_letter_by_letter(field: str, condition: str, value: str, expected: bool) -> None:
    lists = 'list both = ["ABC", "abc"]\nlist again = both + []'
    assert holds(lists, f"{field} {condition}", **{field: value}) is expected


@pytest.mark.parametrize(
    ("condition", "value", "expected"),
    [
        ('in ["Straße "]', "STRASSE", True),
        ('in ["ABC", "abc"] - ["aBc"]', "ABC", False),
        ('in both - ["aBc"]', "abc", False),
        ("in both", " aBC ", True),
        ('not in ["x"] - ["X"]', "x", True),
    ],
)
def test_texts_are_not(condition: str, value: str, expected: bool) -> None:
    assert holds('list both = ["ABC", "abc"]', f"text {condition}", text=value) is expected


def test_one_list_for_several_types() -> None:
    lists = 'list health = ["HEALTH"]'
    assert holds(lists, "kind in health", kind="health")
    assert holds(lists, "text in health", text="Health")
    assert not holds(lists, "owner in health", owner="Health")
    assert holds(lists, "tags has any health", tags=["health"])


def test_countries_are_codes_in_any_case() -> None:
    assert holds('list here = ["de", "DE", "at"]', "country in here", country="DE")


def test_a_sum_goes_from_left_to_right() -> None:
    lists = 'list a = ["x", "y"] - ["x"] + ["x"]\nlist b = ["x"] + (["y", "z"] - ["z"])'
    assert holds(lists, "text in a", text="x")
    assert not holds(lists, "text in b", text="z")


def test_an_empty_list_holds_nothing() -> None:
    assert not holds("list none_yet = []", "text in none_yet", text="x")
    assert holds("list none_yet = []", "text not in none_yet", text="x")
    assert holds("list none_yet = []", "tags has all none_yet", tags=[])
