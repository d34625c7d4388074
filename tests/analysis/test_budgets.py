"""Budgets: wherever a proof is when its time is up, it ends there, says so, and says nothing that is not so."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Final

import pytest

from routebook import api
from routebook.analysis import clock, shortest
from routebook.analysis.change import difference
from routebook.analysis.clock import OUT_OF_TIME, Clock
from routebook.analysis.coverage import coverage
from routebook.analysis.gaps import find_gap
from routebook.analysis.model import Model
from routebook.analysis.proof import prove
from routebook.analysis.reach import NotDecided
from routebook.analysis.regions import LeadSet, gathered
from routebook.analysis.search import Found
from routebook.analysis.whynot import Goal, why_not
from routebook.plan.tree import Tree
from routebook.plan.walk import walk
from support.proofs import modelled
from support.small_policies import NOW

LEAD: Final = """lead {
  id:    id
  title: text optional
  other: text optional
  mail:  email
  n:     integer
  a:     decimal
  b:     decimal
  c:     decimal
}
"""
REMEMBERING: Final = " and ".join(
    f'title matches "{x}.{{9}}{y}"' for x, y in zip("abcdefghij", "bcdefghija", strict=True)
)
RULES: Final = {
    "patterns": "\n".join(
        f'when title matches "\\\\b{word}\\\\b" and not title matches "^{word}" queue q{number}'
        for number, word in enumerate(("ceo", "head", "vp", "sales"))
    ),
    "written": 'when title == "strasse" and title matches "ß" queue a\nwhen title == "strasse" queue b',
    "calculations": "when a * b > c and b * c > a and c - a > 3 queue a\nwhen a * b > c and b * c > a queue b",
    "texts": 'when title == other and title matches "x" queue a\nwhen title == other queue b',
    "parts": "when "
    + " or ".join(f'title == "x{number}"' for number in range(60))
    + ' queue a\nwhen title in ["x1", "x2"] queue b',
    "values": "\n".join(f"when n == {number} queue a" for number in range(40))
    + "\nwhen n between 0 and 39 queue b",
}
LONG: Final = {
    "one search": f"when {REMEMBERING} queue x",
    "a long condition": "when " + " or ".join(f'title == "x{n}"' for n in range(3_000)) + " queue x",
    "many rules": "\n".join(f"when n == {n} queue a" for n in range(2_500))
    + "\nwhen n between 0 and 2499 queue b",
}


def tree_of(rules: str) -> Tree:
    return api.loads(f"{LEAD}{rules}\nelse queue z\n").tree


@pytest.mark.parametrize("looks", [1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 233, 610])
@pytest.mark.parametrize("kind", RULES)
def test_time_may_be_up_at_any_look(kind: str, looks: int, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = tree_of(RULES[kind])
    whole = {v.entry.node.rule: type(v) for v in prove(tree).verdicts}
    ticks = iter(range(10**9))
    monkeypatch.setattr(clock, "monotonic", lambda: float(next(ticks)))
    short = prove(tree, budget=looks + 0.5)
    if next(ticks) > looks + 1:
        assert OUT_OF_TIME in {doubt.reason for doubt in short.doubts}
    for verdict in short.verdicts:
        rule = verdict.entry.node.rule
        assert isinstance(verdict, NotDecided) or type(verdict) is whole.get(rule, type(verdict))


@pytest.mark.parametrize("looks", [1, 3, 8, 21, 55])
@pytest.mark.parametrize("kind", RULES)
def test_a_difference_or_a_change_that_is_cut_short_is_in_doubt(
    kind: str, looks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = tree_of(RULES[kind])
    ticks = iter(range(10**9))
    monkeypatch.setattr(clock, "monotonic", lambda: float(next(ticks)))
    assert OUT_OF_TIME in difference(tree, tree_of(""), budget=0.5).doubts
    lead = {"id": "L-1", "mail": "a@b.c", "n": 99, "a": 1, "b": 1, "c": 1}
    rule = next(iter(tree.leaves())).rule
    start = next(ticks)
    found = why_not(tree, lead, datetime(2026, 3, 2, tzinfo=UTC), Goal(rule=rule), budget=looks + 0.5)
    if next(ticks) > start + looks + 2:
        assert found.nearest is not None or OUT_OF_TIME in found.doubts or found.impossible is not None


def test_only_so_many_steps_are_taken_when_the_time_is_up() -> None:
    """A region asks again and again: what each of its searches takes whatever the time must not add up.

    What was not looked at in time may be among the region's leads, and is in it.
    """
    fields = "\n".join(f"  n{number}: integer 0..99" for number in range(12))
    rules = " or ".join(f"n{a} * n{a + 1} > {50 + a} and n{a + 1} > {a}" for a in range(11))
    tree = api.loads(f"lead {{\n{fields}\n}}\nwhen {rules} queue a\nelse queue z\n").tree
    model = Model([tree])
    model.freeze()
    (first, _) = model.policies[0].leaves
    answer = model.find([first.whole], 0)
    assert isinstance(answer, Found)
    model.clock = model.space.clock = Clock(0.0)
    region, reasons = gathered(LeadSet(model, first.whole, 0), answer.point)
    assert OUT_OF_TIME in reasons
    assert not region.exact
    assert model.overtime < 100
    one = {**{f"n{number}": 0 for number in range(12)}, "n0": 99, "n1": 99}
    assert model.formulas.holds(first.whole, model.space.place(one))
    leaf = walk(api.loads(f"lead {{\n{fields}\n}}\nwhen {region.when} queue x\n").tree, one, NOW).leaf
    assert leaf is not None


@pytest.mark.parametrize("looks", [1, 8, 55, 233])
def test_what_was_not_looked_for_in_time_is_not_covered(looks: int, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = tree_of(RULES["parts"])
    whole = coverage(tree, ())
    ticks = iter(range(10**9))
    monkeypatch.setattr(clock, "monotonic", lambda: float(next(ticks)))
    short = coverage(tree, (), budget=looks + 0.5)
    assert (short.rules_covered, short.sides_covered) == (0, 0)
    assert len(short.missing) >= len(whole.missing)
    assert any(each.lead is None for each in short.missing)


def test_regions_of_many_classes_are_not_widened_once_the_time_is_up() -> None:
    """Each class is a question of its own; what is shown instead is short, and holds every lead of the gap."""
    rules = 'when home in visited and home != "d" queue a\nwhen n > 5 queue b'
    listed = ", ".join(f'"{letter}"' for letter in "abcdefghijklmnopqrstuvwx")
    fields = f"home: one of [{listed}] visited: set of [{listed}] n: integer 0..9"
    model = modelled(f"lead {{ {fields} }}\n{rules}\n")
    model.clock = Clock(0.0)
    gap, reasons = find_gap(model, model.policies[0])
    assert reasons == (OUT_OF_TIME,)
    assert gap is not None
    assert [region.text for region in gap.regions] == ["true, except what 2 rules take"]
    assert model.steps < 300


@pytest.mark.slow
@pytest.mark.parametrize("kind", LONG)
def test_a_budget_ends_what_would_take_long(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shortest, "LIMIT", 10**9)
    tree = tree_of(LONG[kind])
    began = time.monotonic()
    proof = prove(tree, budget=0.2)
    assert time.monotonic() - began < 60
    assert OUT_OF_TIME in {doubt.reason for doubt in proof.doubts}
