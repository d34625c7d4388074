"""The reference evaluator: a readable walk of the evaluation tree that decides and, as it does, says why.

Every other evaluator agrees with this one. The trace is not told afterwards: each comparison returns
what it found together with the reasons for it, and the decision is the last step of the trace.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, assert_never
from zoneinfo import ZoneInfo

from routebook.check.conditions import (
    AllOf,
    Always,
    AnyOf,
    Arithmetic,
    Comparison,
    Computed,
    Condition,
    Constant,
    Derive,
    FieldRef,
    Members,
    Named,
    Not,
    Operand,
    Pattern,
    Points,
    PointsEntry,
    Scope,
)
from routebook.decision import Decision, Reason, Step
from routebook.operators import Takes, pattern
from routebook.plan.tree import Leaf, RuleNode, Tree
from routebook.types import WEEKDAYS, SetType, Type, key_of


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a condition holds, and the comparisons that settled it."""

    holds: bool
    because: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Walk:
    """The leaf that took the lead, None where no rule did, and every rule tried on the way."""

    leaf: Leaf | None
    steps: tuple[Step, ...]


class Environment:
    """What conditions are asked of: a lead, the moment, and a rep inside `where`.

    `lead` and `rep` map field names to normalised values, a missing field being absent or None. Computed
    fields are worked out once, when first asked for.
    """

    def __init__(
        self,
        tree: Tree,
        lead: Mapping[str, Any],
        now: datetime,
        rep: Mapping[str, Any] | None = None,
    ) -> None:
        self._tree = tree
        self._lead = lead
        self._now = now
        self._rep = rep if rep is not None else {}
        self._computed: dict[str, Any] = {}
        self._judged: dict[int, Verdict] = {}

    def with_rep(self, rep: Mapping[str, Any]) -> Environment:
        """The same lead and moment, with this rep's fields; what was computed stays computed."""
        other = Environment(self._tree, self._lead, self._now, rep)
        other._computed = self._computed
        other._judged = self._judged
        return other

    def suppose(self, name: str, value: Any) -> None:
        """Take this as the value of a computed field, whatever the lead has."""
        self._computed[name] = value

    def value(self, ref: FieldRef) -> Any:
        """The field's value, or None where it is missing."""
        whole = self._whole(ref)
        if whole is None or ref.part is None:
            return whole
        return part_of(whole, ref.part, self._tree.timezone)

    def _whole(self, ref: FieldRef) -> Any:
        match ref.scope:
            case Scope.LEAD:
                return self._lead.get(ref.base)
            case Scope.REP:
                return self._rep.get(ref.base)
            case Scope.NOW:
                return self._now
            case Scope.COMPUTED:
                if ref.base not in self._computed:
                    self._computed[ref.base] = self._compute(self._tree.computed[ref.base])
                return self._computed[ref.base]
            case _:
                assert_never(ref.scope)

    def _compute(self, computed: Computed) -> Any:
        match computed:
            case Derive():
                for case in computed.cases:
                    if self.judge(case.condition).holds:
                        return case.value
                return computed.otherwise
            case Points():
                total = sum(self._points(entry) for entry in computed.entries)
                return max(computed.low, min(computed.high, total))
            case _:
                assert_never(computed)

    def _points(self, entry: PointsEntry) -> int:
        if entry.condition is not None:
            return entry.amount if self.judge(entry.condition).holds else 0
        times = (self.value(entry.per) if entry.per is not None else None) or 0
        points = int(entry.amount * times)
        if entry.up_to is None:
            return points
        return max(-entry.up_to, min(entry.up_to, points))

    def judge(self, condition: Condition) -> Verdict:
        """Whether the condition holds, with the comparisons that settled it."""
        match condition:
            case Comparison():
                return self._compare(condition)
            case AllOf(parts):
                return self._all_of(parts)
            case AnyOf(parts):
                return self._any_of(parts)
            case Not(part):
                inner = self.judge(part)
                return Verdict(not inner.holds, inner.because)
            case Named():
                return self._named(condition)
            case Always(value):
                return Verdict(value, ())
            case _:
                assert_never(condition)

    def _named(self, named: Named) -> Verdict:
        """A define is judged once a lead, however many conditions and other defines use it."""
        verdict = self._judged.get(id(named.condition))
        if verdict is None:
            verdict = self._judged[id(named.condition)] = self.judge(named.condition)
        return verdict

    def _all_of(self, parts: tuple[Condition, ...]) -> Verdict:
        """Where some part fails, every part that does is a reason: all that the lead lacked."""
        verdicts = [self.judge(part) for part in parts]
        failed = [verdict for verdict in verdicts if not verdict.holds]
        return Verdict(
            not failed, _once(reason for verdict in failed or verdicts for reason in verdict.because)
        )

    def _any_of(self, parts: tuple[Condition, ...]) -> Verdict:
        """The first part that holds is reason enough; where none does, all of them are."""
        failed: list[Reason] = []
        for part in parts:
            verdict = self.judge(part)
            if verdict.holds:
                return verdict
            failed.extend(verdict.because)
        return Verdict(False, _once(failed))

    def _compare(self, test: Comparison) -> Verdict:
        row = test.row
        left = self._left(test)
        right = [self._key(operand) for operand in test.right]
        if row.name in ("is known", "is missing"):
            holds = left is not None
        elif left is None or any(operand is None for operand in right):
            holds = False
        else:
            holds = row.holds(left, *right)
        if row.negates is not None:
            holds = not holds
        span = test.span
        reason = Reason(test.text, self._shown(test), holds, span.file, span.line, span.column)
        return Verdict(holds, (reason,))

    def _left(self, test: Comparison) -> Any:
        """The left side as it compares; a pattern is searched for in the value itself, which no folding has changed."""
        if test.row.takes is Takes.PATTERN and isinstance(test.left, FieldRef):
            return self.value(test.left)
        return self._key(test.left)

    def _shown(self, test: Comparison) -> Any:
        """The value that the comparison met on its left, as the lead has it."""
        return self.value(test.left) if isinstance(test.left, FieldRef) else self._key(test.left)

    def _key(self, operand: Operand) -> Any:
        """An operand as it compares, or None where it is missing."""
        match operand:
            case FieldRef():
                value = self.value(operand)
                return None if value is None else comparable(operand.type, value)
            case Constant():
                return operand.key
            case Members():
                return operand.keys
            case Pattern(text, fold_case):
                return pattern(text, fold_case)
            case Arithmetic():
                return self._calculate(operand)
            case _:
                assert_never(operand)

    def _calculate(self, arithmetic: Arithmetic) -> Fraction | None:
        total = self._key(arithmetic.first)
        for sign, operand in arithmetic.rest:
            further = self._key(operand)
            if total is None or further is None or (sign == "/" and further == 0):
                return None
            total = _apply(sign, Fraction(total), Fraction(further))
        return None if total is None else Fraction(total)


def _once(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """The reasons in order, each once: a define that is used twice has one set of them."""
    seen: dict[tuple[str, int, int], Reason] = {}
    for reason in reasons:
        seen.setdefault((reason.file, reason.line, reason.column), reason)
    return tuple(seen.values())


def _apply(sign: str, left: Fraction, right: Fraction) -> Fraction:
    match sign:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case _:
            return left / right


def comparable(type_: Type, value: Any) -> Any:
    """A known value as it compares: texts folded, decimals as fractions, sets of texts folded."""
    if isinstance(value, str):
        return key_of(type_, value)
    if isinstance(value, Decimal):
        return Fraction(value)
    if isinstance(value, frozenset) and isinstance(type_, SetType):
        return frozenset(key_of(type_.element, member) for member in value)
    return value


def part_of(value: Any, part: str, timezone: ZoneInfo) -> Any:
    """A part of a known value: of an email its domain, of a moment its date, time, hour or weekday there."""
    if isinstance(value, str):
        return value.rpartition("@")[2]
    if isinstance(value, datetime):
        value = value.astimezone(timezone)
    match part:
        case "date":
            return value.date()
        case "time":
            return value.time().replace(tzinfo=None)
        case "hour":
            return value.hour
        case _:
            return WEEKDAYS[value.weekday()]


def walk(tree: Tree, lead: Mapping[str, Any], now: datetime) -> Walk:
    """Try the rules in order on a valid lead: the first whose condition holds takes it."""
    environment = Environment(tree, lead, now)
    steps: list[Step] = []
    leaf = _try_rules(tree.rules, environment, steps)
    return Walk(leaf, tuple(steps))


def _try_rules(rules: tuple[RuleNode, ...], environment: Environment, steps: list[Step]) -> Leaf | None:
    for node in rules:
        verdict = environment.judge(node.condition) if node.condition is not None else Verdict(True, ())
        place = len(steps)
        steps.append(_step(node, verdict, matched=verdict.holds and isinstance(node, Leaf)))
        if not verdict.holds:
            continue
        if isinstance(node, Leaf):
            return node
        leaf = _try_rules(node.rules, environment, steps)
        if leaf is not None:
            steps[place] = _step(node, verdict, matched=True)
            return leaf
    return None


def _step(node: RuleNode, verdict: Verdict, matched: bool) -> Step:
    entered = verdict.holds and not isinstance(node, Leaf)
    span = node.span
    return Step(node.rule, node.description, matched, entered, verdict.because, span.file, span.line)


def decision_of(tree: Tree, lead_id: str | None, leaf: Leaf | None) -> Decision:
    """The decision that a leaf stands for; undecided where there is none."""
    if leaf is None:
        return Decision(lead_id, None, (), tree.digest)
    return Decision(lead_id, leaf.rule, leaf.plan.texts, tree.digest, leaf.plan.sla)
