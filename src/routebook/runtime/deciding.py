"""The pure half of routing: from a lead to the rule that takes it, and the conditions that settled it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from routebook.check.conditions import Condition
from routebook.decision import Lead, Reason
from routebook.plan.tree import Leaf, RuleNode, Tree
from routebook.plan.walk import Environment, walk

Decide: TypeAlias = Callable[[Lead, datetime], Leaf | None]
"""Any evaluator: the leaf that takes a valid lead at a moment. All of them agree with the reference walk."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A lead with the leaf that takes it, None where no rule does, and why: the conditions on the way to it."""

    id: str
    lead: Lead
    moment: datetime
    environment: Environment
    leaf: Leaf | None
    because: tuple[Reason, ...]


class Decider:
    """One policy's decisions. Safe to share between threads."""

    def __init__(self, tree: Tree, decide: Decide | None = None) -> None:
        self._tree = tree
        self._decide = decide or (lambda lead, moment: walk(tree, lead, moment).leaf)
        self._ways: dict[str, tuple[Condition, ...]] = {}
        _note_ways(tree.rules, (), self._ways)

    def decide(self, id: str, lead: Lead, moment: datetime) -> Decided:
        leaf = self._decide(lead, moment)
        environment = Environment(self._tree, lead, moment)
        because: tuple[Reason, ...] = ()
        if leaf is not None:
            ways = self._ways[leaf.rule]
            because = tuple(reason for way in ways for reason in environment.judge(way).because)
        return Decided(id, lead, moment, environment, leaf, because)


def _note_ways(
    rules: tuple[RuleNode, ...], above: tuple[Condition, ...], ways: dict[str, tuple[Condition, ...]]
) -> None:
    """For each rule that takes leads, by its name: its own condition and those of the blocks that it is in."""
    for node in rules:
        way = above if node.condition is None else (*above, node.condition)
        if isinstance(node, Leaf):
            ways[node.rule] = way
        else:
            _note_ways(node.rules, way, ways)
