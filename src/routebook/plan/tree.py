"""The evaluation tree: rules in the order in which they are tried, each leaf with its whole plan worked out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias
from zoneinfo import ZoneInfo

from routebook.check.conditions import Computed, Condition
from routebook.check.targets import Sla, SourceMap, Target, parts_of
from routebook.source import Span
from routebook.types import Schema


@dataclass(frozen=True, slots=True)
class PlannedTarget:
    """A target in its place. `text` is the target's own, with `else: ` before it where it is a fallback."""

    target: Target
    text: str = field(compare=False)
    fallback: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """The targets to try, in order: the rule's own, then the policy's fallback, up to the first that never declines."""

    targets: tuple[PlannedTarget, ...]
    sla: str | None

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(planned.text for planned in self.targets)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A rule that takes leads: those for which `condition` holds, all that reach it where that is None."""

    rule: str
    description: str | None = field(compare=False)
    condition: Condition | None
    plan: Plan
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Branch:
    """A block: its rules are tried when `condition` holds; where none takes the lead, trying goes on after it."""

    rule: str
    description: str | None = field(compare=False)
    condition: Condition | None
    rules: tuple[RuleNode, ...]
    span: Span = field(compare=False, repr=False)


RuleNode: TypeAlias = Leaf | Branch


@dataclass(frozen=True)
class Tree:
    """A policy ready to run. `computed` stands in an order in which each needs only earlier ones.

    `digest` is `sha256:` and the hash of the policy's meaning: it does not change with layout, comments,
    descriptions, tests or the names of lists and defines.
    """

    name: str | None
    timezone: ZoneInfo
    schema: Schema
    rep_schema: Schema
    computed: Mapping[str, Computed]
    rules: tuple[RuleNode, ...]
    slas: Mapping[str, Sla]
    sources: Mapping[str, SourceMap]
    digest: str

    def leaves(self) -> Iterator[Leaf]:
        """Every rule that takes leads, in the order in which they are tried."""
        return leaves_of(self.rules)


def targets_of(tree: Tree) -> Iterator[Target]:
    """Every target of every rule's plan, splits followed by their arms' own."""
    for leaf in tree.leaves():
        for planned in leaf.plan.targets:
            yield from parts_of(planned.target)


def leaves_of(rules: tuple[RuleNode, ...]) -> Iterator[Leaf]:
    """Every leaf of these rules, in order."""
    for node in rules:
        if isinstance(node, Leaf):
            yield node
        else:
            yield from leaves_of(node.rules)
