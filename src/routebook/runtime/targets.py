"""Every target of a policy."""

from __future__ import annotations

from collections.abc import Iterator

from routebook.check.targets import Reassign, SplitTarget, Target, parts_of
from routebook.plan.tree import Tree
from routebook.plan.tree import targets_of as plans_targets


def targets_of(tree: Tree) -> Iterator[Target]:
    """Every target that a lead can come to, those in split arms and SLA steps included."""
    return (target for target in _with_steps(tree) if not isinstance(target, SplitTarget))


def _with_steps(tree: Tree) -> Iterator[Target]:
    yield from plans_targets(tree)
    for sla in tree.slas.values():
        for step in sla.steps:
            for target in step.then:
                if not isinstance(target, Reassign):
                    yield from parts_of(target)
