"""The evaluator that suits a policy: a straight function for a few dozen rules, an index for more."""

from __future__ import annotations

from typing import Final

from routebook.codegen.index import compile_index
from routebook.codegen.load import Decide, compile_straight
from routebook.plan.tree import Tree

INDEX_FROM: Final = 60
"""From so many leaves on the index is the quicker one; measured by `tests/bench/one_lead.py`."""


def compile_policy(tree: Tree) -> Decide:
    """A function from a valid lead's values and the moment to the number of the leaf, -1 where there is none.

    It agrees with `plan.walk.walk` on every valid lead.
    """
    many = sum(1 for _ in tree.leaves()) >= INDEX_FROM
    return compile_index(tree) if many else compile_straight(tree)
