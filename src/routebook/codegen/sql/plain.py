"""A few rules as they are read: one `CASE`, a branch a rule."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from routebook.check.conditions import Always, Comparison, Condition, Named
from routebook.codegen.sql.conditions import Conditions, joined
from routebook.codegen.sql.dialects import Sql, whole
from routebook.plan.tree import Leaf, RuleNode, Tree


def place_by_case(tree: Tree, write: Conditions) -> Sql:
    """The number of the leaf that takes a lead, NULL where none does."""
    case = exp.Case()
    for number, (leaf, outer) in enumerate(_leaves(tree.rules, ())):
        asked = [write.column(condition, f"in_{rule}") if shared else write.condition(condition)
                 for rule, condition, shared in outer]  # fmt: skip
        if leaf.condition is not None:
            asked.append(write.condition(leaf.condition))
        if not asked:
            taken = whole(number)
            taken.add_comments([_place(leaf)])
            return case.else_(taken, copy=False) if case.args.get("ifs") else taken
        taken = whole(number)
        taken.add_comments([_place(leaf)])
        case = case.when(joined(exp.And, asked), taken, copy=False)
    return case if case.args.get("ifs") else exp.cast(exp.null(), "integer")


def _place(leaf: Leaf) -> str:
    """Where a rule stands. A rule's name is a word or a number: nothing in it can end a comment."""
    return f" {leaf.rule}, line {leaf.span.line} "


_Outer = tuple[str, Condition, bool]
"""The condition of a block: the block's name, and whether several of its leaves ask it."""


def _leaves(
    rules: tuple[RuleNode, ...], outer: tuple[_Outer, ...]
) -> Iterator[tuple[Leaf, tuple[_Outer, ...]]]:
    """Every leaf with the conditions of the blocks around it."""
    for node in rules:
        if isinstance(node, Leaf):
            yield node, outer
        elif node.condition is None:
            yield from _leaves(node.rules, outer)
        else:
            shared = len(node.rules) > 1 and not isinstance(node.condition, Comparison | Named | Always)
            yield from _leaves(node.rules, (*outer, (node.rule, node.condition, shared)))
