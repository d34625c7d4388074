"""The evaluation tree as boxes and the ways between them, as every picture of it shows them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, assert_never

from routebook.check.conditions import AllOf, Always, AnyOf, Comparison, Condition, Named, Not
from routebook.check.targets import (
    HoldTarget,
    NurtureTarget,
    PoolTarget,
    QueueTarget,
    RejectTarget,
    RepTarget,
    SplitTarget,
    Target,
)
from routebook.plan.tree import Branch, Leaf, RuleNode, Tree
from routebook.render.visible import visible

UNDECIDED: Final = "undecided"
"""The id of the box for leads that no rule takes."""

_DEEPEST: Final = 40


@dataclass(frozen=True, slots=True)
class Aim:
    """A target of a rule's own; `kind` is one word for what it does with the lead."""

    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class Box:
    """A rule. `condition` is None for a bare `else`; `rules` are those of its block, `aims` its own targets.

    `falls_back` says that the lead goes on to the policy's fallback where all of `aims` decline; `passes_on`
    that some leads that reach the box leave it for what comes after it. All texts are safe to show.
    """

    id: str
    name: str
    description: str | None
    condition: str | None
    rules: tuple[Box, ...]
    aims: tuple[Aim, ...]
    falls_back: bool
    sla: str | None

    @property
    def asks(self) -> str:
        """The condition in words: `else` where there is none, unless the name says so."""
        if self.condition is not None:
            return self.condition
        return "" if self.name.rpartition(".")[2] == "else" else "else"

    @property
    def passes_on(self) -> bool:
        if self.condition is not None:
            return True
        return not self.aims and (not self.rules or self.rules[-1].passes_on)


@dataclass(frozen=True, slots=True)
class Outline:
    """The whole picture."""

    title: str
    boxes: tuple[Box, ...]

    @property
    def leaves_some(self) -> bool:
        """Whether leads can pass every rule, as far as the shape of the policy says."""
        return not self.boxes or self.boxes[-1].passes_on


@dataclass(frozen=True, slots=True)
class Way:
    """An arrow between two boxes, or into a box from the start where `source` is None."""

    source: str | None
    target: str
    holds: bool | None


def outline(tree: Tree) -> Outline:
    """The tree as boxes."""
    return Outline(visible(tree.name or "policy"), _boxes(tree.rules, "r"))


def ways(outline_: Outline) -> Iterator[Way]:
    """Every arrow between rules, in the order in which rules are tried."""
    first = outline_.boxes[0].id if outline_.boxes else UNDECIDED
    yield Way(None, first, None)
    yield from _ways(outline_.boxes, UNDECIDED)


def every_box(boxes: Sequence[Box]) -> Iterator[Box]:
    """The boxes and those in their blocks, in the order in which rules are tried."""
    for box in boxes:
        yield box
        yield from every_box(box.rules)


def _ways(boxes: Sequence[Box], after: str) -> Iterator[Way]:
    for index, box in enumerate(boxes):
        following = boxes[index + 1].id if index + 1 < len(boxes) else after
        asks = box.condition is not None
        if not box.aims:
            yield Way(box.id, box.rules[0].id if box.rules else following, True if asks else None)
            yield from _ways(box.rules, following)
        if asks:
            yield Way(box.id, following, False)


def _boxes(rules: Sequence[RuleNode], prefix: str) -> tuple[Box, ...]:
    return tuple(_box(rule, f"{prefix}{index}") for index, rule in enumerate(rules, start=1))


def _box(rule: RuleNode, id: str) -> Box:
    description = visible(rule.description) if rule.description else None
    condition = None if rule.condition is None else visible(words_of(rule.condition))
    match rule:
        case Leaf():
            own = [planned for planned in rule.plan.targets if not planned.fallback]
            aims = tuple(Aim(visible(planned.text), kind_of(planned.target)) for planned in own)
            falls_back = len(own) < len(rule.plan.targets)
            sla = visible(rule.plan.sla) if rule.plan.sla else None
            return Box(id, visible(rule.rule), description, condition, (), aims, falls_back, sla)
        case Branch():
            inner = _boxes(rule.rules, f"{id}_")
            return Box(id, visible(rule.rule), description, condition, inner, (), False, None)
        case _:
            assert_never(rule)


def kind_of(target: Target) -> str:
    """One word for what a target does with a lead."""
    match target:
        case PoolTarget() | RepTarget():
            return "assign"
        case HoldTarget():
            return "hold"
        case QueueTarget():
            return "queue"
        case NurtureTarget():
            return "nurture"
        case RejectTarget():
            return "reject"
        case SplitTarget():
            return "split"
        case _:
            assert_never(target)


def words_of(condition: Condition, depth: int = 0) -> str:
    """A condition on one line, as a policy words it; very deep parts as `…`."""
    if depth > _DEEPEST:
        return "…"
    match condition:
        case Comparison():
            return condition.text
        case AllOf(parts):
            return " and ".join(_part(part, depth, isinstance(part, AllOf | AnyOf)) for part in parts)
        case AnyOf(parts):
            return " or ".join(_part(part, depth, isinstance(part, AnyOf)) for part in parts)
        case Not(part):
            return f"not {_part(part, depth, isinstance(part, AllOf | AnyOf))}"
        case Named(name):
            return name
        case Always(value):
            return "true" if value else "false"
        case _:
            assert_never(condition)


def _part(condition: Condition, depth: int, bracketed: bool) -> str:
    words = words_of(condition, depth + 1)
    return f"({words})" if bracketed else words
