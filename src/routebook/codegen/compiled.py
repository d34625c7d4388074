"""The evaluator that suits a policy: a straight function for a few dozen rules, an index for more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from routebook.codegen.index import Plan, compile_index, plan_index
from routebook.codegen.load import Decide, compile_straight
from routebook.codegen.order import Order
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
    leaves = sum(1 for _ in tree.leaves())
    if leaves >= INDEX_FROM:
        plan = plan_index(tree)
        if retests(plan) * RETEST < leaves:
            return compile_index(tree, answers, plan)
    return compile_straight(tree, answers)


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
