"""The evaluator that suits a policy: a straight function for a few dozen rules, an index for more."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any, Final

from routebook.check.conditions import Comparison, Points, Scope, each_once, fields_in
from routebook.codegen.emit import conditions_of
from routebook.codegen.index import Plan, compile_index, plan_index
from routebook.codegen.load import compile_straight, straight_source
from routebook.codegen.order import Order
from routebook.codegen.running import Decide, Verdict
from routebook.plan.tree import Tree

INDEX_FROM: Final = 60
"""From so many leaves on the index is the quicker one; measured by `tests/bench/one_lead.py`."""

RETEST: Final = 8
"""How many rules of straight code take the time in which the index tests one rule that was left standing."""


def compile_policy(tree: Tree, answers: Sequence[Any] | None = None) -> Decide:
    """A function from a valid lead's values and the moment to the number of the leaf, -1 where there is none.

    Where `answers` are given, one a leaf, it returns those, and None where no leaf takes the lead. It agrees
    with `plan.walk.walk` on every valid lead.
    """
    plan = _index(tree)
    return compile_straight(tree, answers) if plan is None else compile_index(tree, answers, plan)


def verdicts(tree: Tree) -> tuple[Verdict, ...]:
    """What decisions say of each leaf."""
    return tuple((leaf.rule, leaf.plan.texts, leaf.plan.sla) for leaf in tree.leaves())


def source_to_keep(tree: Tree) -> str | None:
    """The source by which `running.straight` decides as `compile_policy` would; None where an index is quicker."""
    return straight_source(tree) if _index(tree) is None else None


def _index(tree: Tree) -> Plan | None:
    leaves = sum(1 for _ in tree.leaves())
    if leaves < INDEX_FROM:
        return None
    plan = plan_index(tree)
    return plan if retests(plan) * RETEST < leaves else None


def asks_now(tree: Tree) -> bool:
    """Whether which rule takes a lead may hang on the moment."""
    points = (each for each in tree.computed.values() if isinstance(each, Points))
    operands = (entry.per for each in points for entry in each.entries if entry.per is not None)
    tests = (test for test in each_once(conditions_of(tree)) if isinstance(test, Comparison))
    asked = chain(operands, (operand for test in tests for operand in (test.left, *test.right)))
    return any(ref.scope is Scope.NOW for operand in asked for ref in fields_in(operand))


def retests(plan: Plan) -> float:
    """How many alternatives the columns are likely to leave standing that then need a test of their own."""
    order = Order()
    total = 0.0
    for alternative in plan.alternatives:
        if alternative.rest:
            chance = 1.0
            for literals in alternative.columns.values():
                for condition, positive in literals:
                    _, holds = order.estimate(condition)
                    chance *= holds if positive else 1 - holds
            total += chance
    return total
