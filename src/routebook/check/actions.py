"""Targets and SLAs: names resolved, strategies' fields typed, shares added up."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import assert_never

from routebook.check import kinds
from routebook.check import targets as c
from routebook.check.conditions import FieldRef
from routebook.check.lower import Lowering
from routebook.check.names import dotted
from routebook.check.report import Report
from routebook.syntax import tree as t
from routebook.syntax import words
from routebook.text import nearest
from routebook.types import IdType, RepType, SetType, TextType, describe, show_number


@dataclass(frozen=True)
class Actions:
    """Lowers targets, actions and SLAs. `slas` are the names of the policy's SLAs."""

    lowering: Lowering
    slas: Collection[str]
    report: Report

    def action(self, node: t.Action) -> tuple[tuple[c.Target, ...], str | None]:
        """The targets that are sound, and the SLA."""
        lowered = [self.target(target) for target in node.targets]
        return tuple(target for target in lowered if target is not None), self._sla_name(node.sla)

    def _sla_name(self, node: t.Name | None) -> str | None:
        if node is None or node.text in self.slas:
            return node.text if node else None
        if not self.lowering.fields.names.tolerates(node.text):
            meant = nearest(node.text, self.slas)
            help = (
                f"did you mean `{meant}`?"
                if meant
                else f"declare it: `sla {node.text} {{ respond within 2h }}`"
            )
            key = ("sla", node.text) if meant is None else None
            message = f"there is no sla called `{node.text}`"
            self.report.add_once(key, kinds.UNKNOWN_NAME, node.span, message, "not declared", help)
        return None

    def target(self, node: t.Target) -> c.Target | None:
        """A target, or None, reported, where it is wrong."""
        text = words.target(node)
        match node:
            case t.PoolTarget():
                return self._pool(node, text)
            case t.RepTarget():
                return self._rep(node, text)
            case t.HoldTarget(pool=pool, where=where, up_to=up_to):
                condition = self.lowering.condition(where, with_rep=True) if where is not None else None
                if where is not None and condition is None:
                    return None
                return c.HoldTarget(self._plain(pool), condition, up_to.value, text, node.span)
            case t.QueueTarget(name=name):
                return c.QueueTarget(self._plain(name, "queue"), text, node.span)
            case t.NurtureTarget(name=name):
                return c.NurtureTarget(self._plain(name, "nurture"), text, node.span)
            case t.RejectTarget(reason=reason):
                return c.RejectTarget(str(reason.value), text, node.span)
            case t.SplitTarget():
                return self._split(node, text)
            case _:
                assert_never(node)

    def _plain(self, node: t.Name, what: str = "pool") -> str:
        if "." in node.text:
            dotted(node, f"the name of a {what}", self.report)
        return node.text

    def _pool(self, node: t.PoolTarget, text: str) -> c.PoolTarget | None:
        strategy = self._strategy(node.strategy)
        where = self.lowering.condition(node.where, with_rep=True) if node.where is not None else None
        sticky = None
        if node.sticky is not None:
            ref = self._key_field(node.sticky.field, "sticky by")
            sticky = (
                c.Sticky(ref, node.sticky.duration.value if node.sticky.duration else None) if ref else None
            )
        broken = (node.where is not None and where is None) or (node.sticky is not None and sticky is None)
        if strategy is None or broken:
            return None
        return c.PoolTarget(self._plain(node.pool), strategy, node.on_shift, where, sticky, text, node.span)

    def _strategy(self, node: t.Strategy | None) -> c.Strategy | None:
        if node is None:
            return c.Strategy("round_robin")
        refs = [self._key_field(name, node.word) for name in node.fields]
        known = tuple(ref for ref in refs if ref is not None)
        return c.Strategy(node.word, known) if len(known) == len(refs) else None

    def _key_field(self, node: t.Name, use: str) -> FieldRef | None:
        """A field whose single value tells leads apart."""
        ref = self.lowering.fields.ref(node, with_rep=False)
        if ref is not None and isinstance(ref.type, SetType):
            self.report.add(
                kinds.TYPE_MISMATCH,
                node.span,
                f"`{use}` needs a field with one value",
                f"this is {describe(ref.type)}",
            )
            return None
        return ref

    def _rep(self, node: t.RepTarget, text: str) -> c.RepTarget | None:
        if isinstance(node.rep, t.Literal):
            id = str(node.rep.value)
            if not id.strip():
                self.report.add(
                    kinds.VALUE_OUT_OF_RANGE,
                    node.rep.span,
                    "nobody has an empty id",
                    "the id of a rep is expected",
                )
                return None
            return c.RepTarget(id, text, node.span)
        ref = self.lowering.fields.ref(node.rep, with_rep=False)
        if ref is None:
            return None
        if not isinstance(ref.type, RepType):
            is_text = isinstance(ref.type, TextType | IdType)
            help = (
                f"where it holds the id of a rep, declare it so: `{node.rep.text}: rep`" if is_text else None
            )
            self.report.add(
                kinds.TYPE_MISMATCH,
                node.rep.span,
                f"`{node.rep.text}` does not name a rep",
                f"this is {describe(ref.type)}",
                help=help,
            )
            return None
        return c.RepTarget(ref, text, node.span)

    def _split(self, node: t.SplitTarget, text: str) -> c.SplitTarget | None:
        ref = self._key_field(node.field, "split by")
        total = sum((Decimal(str(arm.percent.value)) for arm in node.arms), Decimal(0))
        for arm in node.arms:
            if arm.percent.value == 0:
                self.report.add(
                    kinds.SHARES_NOT_100, arm.percent.span, "an arm of 0% is never taken", "leave it out"
                )
        if total != 100:
            over = "more" if total > 100 else "less"
            self.report.add(
                kinds.SHARES_NOT_100,
                node.span,
                f"the arms of this split sum to {show_number(total)}%, {over} than 100%",
                "these must sum to 100%",
                help=f"{show_number(abs(100 - total))}% {'too much' if total > 100 else 'are left over'}",
            )
        lowered = [(Fraction(str(arm.percent.value)) / 100, self.target(arm.target)) for arm in node.arms]
        arms = tuple(c.Arm(share, target) for share, target in lowered if target is not None)
        if ref is None or len(arms) < len(lowered) or total != 100:
            return None
        return c.SplitTarget(str(node.name.value), ref, arms, text, node.span)

    def sla(self, node: t.SlaItem) -> c.Sla:
        """An SLA with the steps that are sound."""
        seen: dict[str, t.SlaStep] = {}
        for step in node.steps:
            if step.kind in seen:
                self.report.add(
                    kinds.DUPLICATE_NAME,
                    step.span,
                    f"`{step.kind}` stands twice in `{node.name.text}`",
                    "again",
                    help="keep one of them",
                )
            seen.setdefault(step.kind, step)
        steps = tuple(self._step(step) for step in seen.values())
        description = str(node.description.value) if node.description else None
        return c.Sla(node.name.text, description, steps, node.span)

    def _step(self, node: t.SlaStep) -> c.SlaStep:
        then: list[c.Target | c.Reassign] = []
        for action in node.actions:
            if isinstance(action, t.Reassign):
                times = self._positive(action.times)
                then.append(c.Reassign(times))
            else:
                target = self.target(action)
                if target is not None:
                    then.append(target)
        count = self._positive(node.count) if node.count is not None else None
        return c.SlaStep(node.kind, count, node.within.value, node.business, tuple(then), node.span)

    def _positive(self, node: t.Literal) -> int:
        value = node.value
        assert isinstance(value, int)
        if not 1 <= value <= 1000:
            self.report.add(
                kinds.VALUE_OUT_OF_RANGE, node.span, f"`{node.lexeme}` is out of range", "from 1 to 1000"
            )
        return value
