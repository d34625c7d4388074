"""Every target of a policy."""

from __future__ import annotations

from collections.abc import Iterator

from routebook.check.targets import Reassign, SplitTarget, Target
from routebook.plan.tree import Tree


def targets_of(tree: Tree) -> Iterator[Target]:
    """Every target that a lead can come to, those in split arms and SLA steps included."""
    for leaf in tree.leaves():
        for planned in leaf.plan.targets:
            yield from _within(planned.target)
    for sla in tree.slas.values():
        for step in sla.steps:
            for target in step.then:
                if not isinstance(target, Reassign):
                    yield from _within(target)


def _within(target: Target) -> Iterator[Target]:
    if isinstance(target, SplitTarget):
        for arm in target.arms:
            yield from _within(arm.target)
    else:
        yield target
