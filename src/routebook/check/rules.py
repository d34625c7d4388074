"""Rules: named by name or by place, their conditions and actions lowered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from routebook.check import kinds
from routebook.check.actions import Actions
from routebook.check.conditions import Condition
from routebook.check.lower import Lowering
from routebook.check.report import Report
from routebook.check.targets import Target
from routebook.diagnostics import Label
from routebook.source import Span
from routebook.syntax import tree as t


@dataclass(frozen=True, slots=True)
class CheckedAction:
    """The targets of a rule, to be tried in order, and its SLA."""

    targets: tuple[Target, ...]
    sla: str | None


@dataclass(frozen=True, slots=True)
class CheckedRule:
    """A rule. `id` is its name, or its place (`#3`, `#3.1`, `else`); a bare `else` has no condition."""

    id: str
    description: str | None
    condition: Condition | None
    body: CheckedBody
    span: Span = field(compare=False, repr=False)
    head: Span = field(compare=False, repr=False)


CheckedBody: TypeAlias = CheckedAction | tuple[CheckedRule, ...]


@dataclass(frozen=True)
class Rules:
    """Lowers rules."""

    lowering: Lowering
    actions: Actions
    report: Report

    def lower(self, items: Sequence[t.RuleItem], outer: str = "") -> tuple[CheckedRule, ...]:
        """A list of rules, with those inside their blocks; `outer` is the place of the block they stand in."""
        self._one_else(items)
        return tuple(self._rule(item, number, outer) for number, item in enumerate(items, start=1))

    def _rule(self, item: t.RuleItem, number: int, outer: str) -> CheckedRule:
        place = f"{outer}.{number}" if outer else f"#{number}"
        condition = self.lowering.condition(item.condition) if item.condition is not None else None
        body: CheckedBody
        if isinstance(item.body, t.Block):
            body = self.lower(item.body.rules, place)
        else:
            body = CheckedAction(*self.actions.action(item.body))
        description = str(item.description.value) if item.description is not None else None
        return CheckedRule(rule_id(item, number, outer), description, condition, body, item.span, _head(item))

    def _one_else(self, items: Sequence[t.RuleItem]) -> None:
        bare = [item for item in items if item.condition is None]
        if not bare:
            return
        if _takes_all(bare[0]):
            message = "this `else` is never reached: there is one before it"
            label, move = "this one takes every lead that reaches it", ""
        else:
            message = "there is an `else` before this one"
            label = "this one tries the rules of its block for every lead that reaches it"
            move = "move this one to the end of that block, or "
        for item in bare[1:]:
            self.report.add(
                kinds.SECOND_ELSE,
                _head(item),
                message,
                "a second `else`",
                related=(Label(_head(bare[0]), label),),
                help=f"a list of rules has one bare `else`; {move}give this one a `when`, or take it out",
            )


def _takes_all(item: t.RuleItem) -> bool:
    """Whether a bare `else` is sure to take every lead that reaches it: a block may leave some over."""
    if not isinstance(item.body, t.Block):
        return True
    return any(inner.condition is None and _takes_all(inner) for inner in item.body.rules)


def rule_id(item: t.RuleItem, number: int, outer: str) -> str:
    """What a rule is called: its name, or its place, counted from 1 over every rule of its list."""
    if item.name is not None:
        return item.name.text
    if item.condition is None:
        return f"{outer}.else" if outer else "else"
    return f"{outer}.{number}" if outer else f"#{number}"


def _head(item: t.RuleItem) -> Span:
    """The tightest place that shows a rule: its name, or its text up to what it does."""
    if item.name is not None:
        return item.name.span
    start = item.span.start
    end = item.condition.span.end if item.condition is not None else start + len("else")
    return Span(item.span.source, start, end)


def rule_items(items: Sequence[t.Item]) -> list[t.RuleItem]:
    """The outermost rules among the items of a file."""
    return [item for item in items if isinstance(item, t.RuleItem)]


def all_rules(items: Sequence[t.RuleItem]) -> Iterator[t.RuleItem]:
    """Every rule, those inside blocks included."""
    for item in items:
        yield item
        if isinstance(item.body, t.Block):
            yield from all_rules(item.body.rules)


def ids(rules: Sequence[CheckedRule]) -> Iterator[str]:
    """The ids of every rule, those inside blocks included."""
    for rule in rules:
        yield rule.id
        if isinstance(rule.body, tuple):
            yield from ids(rule.body)
