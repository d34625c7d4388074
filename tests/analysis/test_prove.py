"""Tests proved against every lead that they stand for; coverage counted, and generated until it is whole."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import pytest

from routebook import api
from routebook.analysis.coverage import coverage, missing_tests
from routebook.analysis.model import Model
from routebook.analysis.prove import Broken, NotProved, Proved, TestProver
from routebook.analysis.search import Answer, Unknown
from routebook.analysis.written import written
from routebook.plan.testing import run_tests
from routebook.plan.tree import Leaf
from routebook.plan.walk import walk
from support.big_policies import big_policy
from support.small_policies import NOW, ROUNDS, small_policy

POLICY = """
lead {
  id:      id
  score:   integer 0..100
  vip:     bool
  title:   text optional
}
rule hot  when score >= 70 and (vip or title contains "VP") queue hot
rule warm when score >= 50 queue warm
else queue cold
"""


def only(rule: str | None) -> Any:
    def meets(leaf: Leaf | None) -> bool:
        return (leaf.rule if leaf is not None else None) == rule

    return meets


@pytest.mark.parametrize("seed", range(0, ROUNDS, 2))
def test_a_test_is_proved_where_no_lead_breaks_it(seed: int) -> None:
    """Tests: proved exactly where no lead that the test stands for breaks it, and else with one that does."""
    policy = small_policy(500_000 + seed, finite=True)
    rng = random.Random(seed)
    leads = list(policy.leads(limit=20_000))
    lead = rng.choice(leads)
    given = {name: value for name, value in lead.items() if rng.random() < 0.5}
    fields = ", ".join(f"{name}: {written(value)}" for name, value in given.items())
    tree = api.loads(policy.text).tree
    taken = walk(tree, lead, NOW).leaf
    rule = taken.rule if taken is not None else None
    expected = "no rule" if rule is None else f"rule {written(rule)}"
    text = policy.text + f'\ntest "t" {{ lead {{ {fields} }} expect {expected} }}'
    loaded = api.loads(text)
    (test,) = loaded.checked.tests
    outcome = TestProver(loaded.tree, [test]).prove(test, only(rule))
    stands_for = [each for each in leads if _stands_for(policy.kinds, given, each)]
    rules = {leaf.rule if (leaf := walk(loaded.tree, each, NOW).leaf) else None for each in stands_for}
    assert not isinstance(outcome, NotProved)
    assert isinstance(outcome, Proved) == (rules <= {rule})
    if isinstance(outcome, Broken):
        assert _stands_for(policy.kinds, given, outcome.lead)
        leaf = walk(loaded.tree, outcome.lead, outcome.now).leaf
        assert (leaf.rule if leaf else None) == outcome.rule != rule


def _stands_for(kinds: Any, given: Mapping[str, Any], lead: Mapping[str, Any]) -> bool:
    fixed = [kind.name for kind in kinds if kind.name in given or "optional" in kind.declared]
    return all(lead.get(name) == given.get(name) for name in fixed)


HOURS = """
lead { id: id
  at: datetime }
when now.hour < 9 and at < now queue early
when at >= now queue ahead
else queue late
"""


@pytest.mark.parametrize(
    ("now", "at", "rule", "breaks"),
    [
        ("2026-03-02T08:59Z", "2026-03-02T08:00Z", "#1", None),
        ("2026-03-02T09:00Z", "2026-03-02T08:00Z", "else", None),
        ("2026-03-02T09:00Z", "2026-03-02T09:00Z", "#2", None),
        ("2026-03-02T09:00Z", None, "else", "#2"),
        (None, "2026-03-02T08:00Z", "else", "#1"),
    ],
)
def test_the_moment_of_a_test_is_as_it_says(
    now: str | None, at: str | None, rule: str, breaks: str | None
) -> None:
    given = f"at: {at}" if at is not None else ""
    moment = f"now {now}" if now is not None else ""
    loaded = api.loads(f'{HOURS}\ntest "t" {{ lead {{ {given} }} {moment} expect rule "{rule}" }}')
    (test,) = loaded.checked.tests
    outcome = TestProver(loaded.tree, [test]).prove(test, only(rule))
    if breaks is None:
        assert outcome == Proved()
    else:
        assert isinstance(outcome, Broken)
        leaf = walk(loaded.tree, outcome.lead, outcome.now).leaf
        assert leaf is not None
        assert leaf.rule == outcome.rule != rule
        assert now is None or outcome.now.isoformat() == now.replace("Z", ":00+00:00")
        assert at is None or outcome.lead["at"].isoformat() == at.replace("Z", ":00+00:00")


SUMS = """
lead {
  id:    id
  a:     integer 0..1000
  b:     integer 0..1000
  c:     decimal 0..1000
  title: text
  other: text
}
when a + b > 1200 and c < 7 queue sum
when c / 2 >= a queue half
when title == other queue same
else queue rest
"""


@pytest.mark.parametrize(
    ("given", "rule", "breaks"),
    [
        ("a: 700, b: 501, c: 6.99", "#1", False),
        ('a: 700, b: 500, c: 6.99, title: "x", other: "y"', "else", False),
        ('a: 700, b: 500, c: 6.99, title: "x", other: "X "', "#3", False),
        ('a: 700, b: 500, c: 6.99, title: "x"', "else", True),
        ("a: 3, b: 500, c: 6", "#2", False),
        ('a: 3, b: 500, c: 5.99, title: "a", other: "b"', "else", False),
        ('a: 3, b: 500, title: "a", other: "b"', "else", True),
        ('b: 500, c: 6, title: "a", other: "b"', "else", True),
    ],
)
def test_what_a_test_gives_is_calculated_with(given: str, rule: str, breaks: bool) -> None:
    loaded = api.loads(f'{SUMS}\ntest "t" {{ lead {{ {given} }} expect rule "{rule}" }}')
    (test,) = loaded.checked.tests
    outcome = TestProver(loaded.tree, [test]).prove(test, only(rule))
    assert isinstance(outcome, Broken if breaks else Proved)
    if isinstance(outcome, Broken):
        leaf = walk(loaded.tree, outcome.lead, outcome.now).leaf
        assert leaf is not None
        assert leaf.rule == outcome.rule != rule
        assert {**outcome.lead, **test.given} == outcome.lead


def test_coverage_counts_rules_and_both_sides_of_each_part() -> None:
    policy = api.loads(POLICY + 'test "a" { lead { id: "1", score: 80, vip: true } expect rule hot }')
    found = coverage(policy.tree, policy.checked.tests)
    assert (found.rules_covered, found.rules) == (1, 3)
    assert (found.sides_covered, found.sides) == (2, 8)
    assert found.percent == 27
    assert {missing.obligation.text for missing in found.missing if missing.obligation.part == "vip"} == {
        "`hot` is decided by `vip` being false"
    }


def test_generated_tests_make_coverage_whole_and_pass() -> None:
    policy = api.loads(POLICY)
    tests = missing_tests(policy.tree, ()).tests
    whole = api.loads(POLICY + "".join(tests))
    assert coverage(whole.tree, whole.checked.tests).percent == 100
    assert all(
        result.passed and result.proof == "exact" for result in run_tests(whole.tree, whole.checked.tests)
    )
    assert missing_tests(whole.tree, whole.checked.tests).tests == ()


def test_when_time_is_up_nothing_is_covered_and_no_test_is_guessed() -> None:
    policy = api.loads(POLICY)
    found = coverage(policy.tree, (), budget=0.0)
    assert found.percent == 0
    assert all(missing.lead is None for missing in found.missing)
    generated = missing_tests(policy.tree, (), budget=0.0)
    assert (generated.tests, generated.undecided) == ((), len(found.missing))


def test_what_was_left_open_and_is_shown_by_a_later_lead_is_not_called_undecided(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    find, asked = Model.find, []

    def first_time_up(self: Model, *args: Any, **kwargs: Any) -> Answer:
        asked.append(args)
        return Unknown(("not today",)) if len(asked) == 1 else find(self, *args, **kwargs)

    monkeypatch.setattr(Model, "find", first_time_up)
    policy = api.loads(POLICY)
    generated = missing_tests(policy.tree, ())
    assert generated.undecided == 0
    whole = api.loads(POLICY + "".join(generated.tests))
    assert coverage(whole.tree, whole.checked.tests).percent == 100


def test_hundreds_of_rules_are_covered_by_tests_that_pass() -> None:
    text = big_policy(200, "mixed").text
    policy = api.loads(text)
    generated = missing_tests(policy.tree, (), policy.leaf)
    assert generated.undecided == 0
    whole = api.loads(text + "".join(generated.tests))
    assert coverage(whole.tree, whole.checked.tests).percent == 100
    assert all(result.passed for result in run_tests(whole.tree, whole.checked.tests, leaf_of=whole.leaf))


@pytest.mark.parametrize("seed", range(0, ROUNDS, 3))
def test_generated_tests_of_random_policies_read_and_pass(seed: int) -> None:
    """Generated tests: they read, pass, and leave nothing uncovered that a lead can show."""
    policy = small_policy(600_000 + seed)
    loaded = api.loads(policy.text)
    whole = api.loads(policy.text + "".join(missing_tests(loaded.tree, ()).tests))
    found = coverage(whole.tree, whole.checked.tests)
    assert all(result.passed for result in run_tests(whole.tree, whole.checked.tests))
    assert all(missing.lead is None for missing in found.missing)
