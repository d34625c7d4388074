"""What tests leave out is proved not to matter, or refuted, whatever is expected."""

from __future__ import annotations

import pytest

from routebook import loads
from routebook.routing import run_tests
from support.routing import pool, reps, roster_of

LEAD = """lead {
  id:    id
  score: integer 0..1000000
  size:  integer 1..  optional
  kind:  one of ["a", "b"]
  owner: rep optional
}
"""
RULES = """rule big when score >= 500000 assign pool p then queue q
rule odd when score == 77 and kind == "b" queue odd
rule owned when owner is known assign rep owner then queue q
rule halves when kind == "b" split "ab" by id { 50% queue x 50% queue y }
else queue rest
"""


@pytest.mark.parametrize(
    ("given", "expected", "proof", "passed"),
    [
        ("score: 500000", "rule big", "proved", True),
        ("score: 600000", "pool p", "proved", True),
        ('score: 3, kind: "a"', "queue rest", "proved", True),
        ('kind: "b", score: 77', "rule odd", "proved", True),
        ('kind: "a", score: 1', "no rule", "tried", False),
        ("score: 5", "rule big", "tried", False),
        ('score: 1, kind: "a", owner: "ana"', "queue rest", "tried", False),
    ],
)
def test_a_field_that_is_left_out(given: str, expected: str, proof: str, passed: bool) -> None:
    text = f'{LEAD}{RULES}test "t" {{\n  lead {{ {given} }}\n  expect {expected}\n}}\n'
    (result,) = run_tests(loads(text))
    assert (result.proof, result.passed) == (proof, passed)
    assert bool(result.failures) != result.passed


def test_what_depends_on_the_lead_stays_tried() -> None:
    text = f'{LEAD}{RULES}test "t" {{\n  lead {{ id: "1", score: 1, kind: "b" }}\n  expect rule halves\n}}\n'
    (result,) = run_tests(loads(text))
    assert (result.proof, result.passed) == ("exact", True)


PLANS = """lead {
  id:       id
  country:  country
  email:    email
  language: one of ["en", "de"]
}
rep { languages: set of ["en", "de"] }
rule tested when country == "US" split "x" by email { 98% pool juniors 2% pool seniors }
rule spoken when country == "DE" assign pool english where rep.languages has language then queue q
rule by_hash when country == "FR" assign pool all by hash of email
else queue rest
"""
PEOPLE = pool("english", "sue") + reps(sue={"languages": '["en"]'}, jim={"languages": '["de"]'})


@pytest.mark.parametrize(
    ("country", "expected", "words"),
    [
        ("US", "pool juniors", "its first target is `pool seniors` (with email: someone"),
        ("DE", 'rep "sue"', ", language: de)"),
        ("FR", 'rep "sue"', "jim got it (with email: someone"),
    ],
)
def test_what_only_a_plan_asks_of_is_tried_too(country: str, expected: str, words: str) -> None:
    text = f'{PLANS}test "t" {{ lead {{ country: "{country}" }} now 2026-03-02T10:00Z expect {expected} }}\n'
    (result,) = run_tests(loads(text), roster_of(PEOPLE))
    assert not result.passed
    assert words in result.failures[0]


def test_when_time_is_up_what_was_tried_stays_so() -> None:
    text = f'{LEAD}{RULES}test "t" {{\n  lead {{ score: 500000 }}\n  expect rule big\n}}\n'
    assert [run_tests(loads(text), budget=budget)[0].proof for budget in (60.0, 0.0)] == ["proved", "tried"]


def test_a_needle_that_trying_misses_is_found() -> None:
    names = "abcdefgh"
    fields = "".join(f"  {name}: integer 0..9999\n" for name in names)
    rare = " and ".join(f"{name} == {(ord(name) * 7919) % 9973}" for name in names)
    test = 'test "never" {\n  lead { a: 222 }\n  expect queue common\n}\n'
    (result,) = run_tests(loads(f"lead {{\n{fields}}}\nwhen {rare} queue rare\nelse queue common\n{test}"))
    assert not result.passed
    assert "with b: 8141, c: 6087" in result.failures[0]
