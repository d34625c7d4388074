"""The ways by which a policy sends leads to a rule, a pool or a rep: by which rules, and by what in their plans."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from routebook.analysis.tie_model import NOWHERE
from routebook.check.conditions import Comparison, Condition, Constant, FieldRef
from routebook.check.targets import HoldTarget, PoolTarget, RepTarget, SplitTarget, Target
from routebook.plan.tree import Leaf, RuleNode, Tree, leaves_of
from routebook.plan.walk import Environment, walk
from routebook.roster import Roster
from routebook.types import RepType


@dataclass(frozen=True, slots=True)
class Goal:
    """Where the lead should have gone: one of `rule`, `pool` and `rep`. `is_block` of a rule that is a block."""

    rule: str | None = None
    pool: str | None = None
    rep: str | None = None
    is_block: bool = False

    @property
    def text(self) -> str:
        kind = "pool" if self.pool is not None else "rep" if self.rep is not None else "rule"
        if self.is_block:
            kind = "block"
        return f"the {kind} `{self.rule or self.pool or self.rep}`"


@dataclass(frozen=True, slots=True)
class Way:
    """A rule that is the goal, or a target in its plan that may send a lead there.

    `place` is the target's place in the plan, from 0; `split` the split that it is an arm of; `asks` what has to
    hold of the lead and the rep besides the rule's own condition; `field` the field that names the rep.
    """

    leaf: Leaf
    place: int = 0
    split: SplitTarget | None = None
    asks: Condition | None = None
    field: str | None = None

    @property
    def remoteness(self) -> int:
        """0 where the rule sends every lead there that it takes, 1 where it depends on a split, 2 on targets before."""
        return 2 if self.place else int(self.split is not None)

    def sends(self, tree: Tree, lead: Mapping[str, Any], now: datetime, rep: Mapping[str, Any]) -> bool:
        """Whether the rule takes the lead and what is asked holds, by the evaluator."""
        if walk(tree, lead, now).leaf is not self.leaf:
            return False
        return self.asks is None or Environment(tree, lead, now, rep).judge(self.asks).holds


def ways_to(tree: Tree, goal: Goal, roster: Roster | None) -> list[Way]:
    """Every way to the goal, in the order of the policy. Which reps are in a pool is the roster's to say."""
    if goal.rule is not None:
        return [Way(leaf) for leaf in _called(tree.rules, goal.rule)]
    return [
        Way(leaf, place, split, _asks(target, goal), _field(target))
        for leaf in tree.leaves()
        for place, planned in enumerate(leaf.plan.targets)
        for split, target in _flat(planned.target)
        if _leads_to(target, goal, roster)
    ]


def blocks_of(nodes: Sequence[RuleNode]) -> Iterator[str]:
    """The names of all blocks."""
    for node in nodes:
        if not isinstance(node, Leaf):
            yield node.rule
            yield from blocks_of(node.rules)


def _called(nodes: Sequence[RuleNode], name: str) -> Iterator[Leaf]:
    """The rule of that name, or the rules in the block of that name."""
    for node in nodes:
        if node.rule == name:
            yield from leaves_of((node,))
        elif not isinstance(node, Leaf):
            yield from _called(node.rules, name)


def _flat(target: Target, split: SplitTarget | None = None) -> Iterator[tuple[SplitTarget | None, Target]]:
    if isinstance(target, SplitTarget):
        for arm in target.arms:
            yield from _flat(arm.target, split or target)
    else:
        yield split, target


def _leads_to(target: Target, goal: Goal, roster: Roster | None) -> bool:
    match target:
        case PoolTarget(pool=pool) | HoldTarget(pool=pool):
            if goal.pool is not None:
                return pool == goal.pool
            if roster is None or not roster.has_pool(pool):
                return False
            return any(rep.id == goal.rep for rep in roster.members(pool))
        case RepTarget(FieldRef()):
            return goal.rep is not None
        case RepTarget(rep):
            return goal.rep is not None and rep == goal.rep
    return False


def _asks(target: Target, goal: Goal) -> Condition | None:
    """What a target asks of a lead for the rep that is the goal; a pool is the goal whoever of it is chosen."""
    if goal.rep is None:
        return None
    match target:
        case PoolTarget(where=where) | HoldTarget(where=where):
            return where
        case RepTarget(FieldRef() as named):
            rep = Constant(goal.rep, RepType(), goal.rep)
            return Comparison("==", named, (rep,), f"{named.name} == {goal.rep}", NOWHERE)
    return None


def _field(target: Target) -> str | None:
    return target.rep.name if isinstance(target, RepTarget) and isinstance(target.rep, FieldRef) else None
