"""The compiled evaluators agree with the walk, on policies and leads made at random."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings

from routebook.api import Policy, loads
from routebook.codegen.index import compile_index
from routebook.codegen.load import compile_straight
from routebook.decision import Lead
from routebook.plan.tree import Tree
from routebook.plan.walk import walk
from support.policies import Wanted, policies_with_leads

EVALUATORS: list[Callable[[Tree], Any]] = [compile_straight, compile_index]
MANY = Wanted(rules=25, fields=5, definitions=2, reps=False, splits=False)


def walked(tree: Tree, lead: Lead, now: datetime) -> int:
    """The number of the leaf that the reference evaluator comes to."""
    leaf = walk(tree, lead, now).leaf
    return next((number for number, other in enumerate(tree.leaves()) if other is leaf), -1)


def agree(policy: Policy, leads: list[Lead], now: datetime) -> None:
    compiled = [compile_(policy.tree) for compile_ in EVALUATORS]
    for lead in leads:
        expected = walked(policy.tree, lead, now)
        assert [decide(lead.raw, now) for decide in compiled] == [expected] * len(compiled), lead


@settings(deadline=None)
@given(policies_with_leads())
def test_every_evaluator_decides_as_the_walk_does(drawn: tuple[Policy, list[Lead], datetime]) -> None:
    agree(*drawn)


@settings(deadline=None, max_examples=40)
@given(policies_with_leads(MANY, leads=12))
def test_every_evaluator_decides_as_the_walk_does_on_many_rules(
    drawn: tuple[Policy, list[Lead], datetime],
) -> None:
    agree(*drawn)


@pytest.mark.parametrize("compile_", EVALUATORS)
def test_the_same_policy_gives_the_same_code_twice(compile_: Any) -> None:
    # nothing may depend on the order of a set: hashes of texts differ from run to run
    text = 'lead { a: text b: set of text }\nwhen a in ["x", "y", "z"] or b has any ["p", "q"] queue q'
    tree = loads(text).tree
    assert compile_(tree).__code__.co_code == compile_(tree).__code__.co_code
