"""Definitions, read in an order in which each uses only earlier ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from routebook.check import kinds
from routebook.check.collections import MAX_TEXTS, Collections, Texts
from routebook.check.conditions import (
    AllOf,
    Always,
    AnyOf,
    Comparison,
    Computed,
    Condition,
    Derive,
    DeriveCase,
    Named,
    Not,
    Points,
    PointsEntry,
    Scope,
    fields_in,
)
from routebook.check.fields import Fields
from routebook.check.lower import Lowering
from routebook.check.names import Definition, Names, in_order
from routebook.check.operands import Operands
from routebook.check.report import Report
from routebook.check.schema import read_type
from routebook.check.values import Values
from routebook.syntax import kinds as syntax_kinds
from routebook.syntax import tree as t
from routebook.syntax import words
from routebook.types import NumberType, describe

MAX_DEPTH: Final = 100
"""How many conditions may stand inside each other, definitions followed: what every walk may count on."""


@dataclass
class Definitions:
    """Reads definitions; what it has read is in `lists`, `defines` and `computed`, broken ones as None or absent."""

    names: Names
    values: Values
    report: Report
    lists: dict[str, Texts | None] = field(default_factory=dict)
    defines: dict[str, Condition | None] = field(default_factory=dict)
    computed: dict[str, Computed] = field(default_factory=dict)
    _texts: int = 0
    _depths: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        fields = Fields(self.names, self.computed, self.report)
        collections = Collections(fields, self.values, self.report, self.lists)
        operands = Operands(fields, self.values, self.report, self.defines)
        self.lowering = Lowering(fields, collections, operands, self.report, self.defines)

    def read(self) -> Lowering:
        """Read every definition; the result lowers the conditions that use them."""
        order, circular = in_order(self.names.definitions, self.report)
        self.names.unsure.update(circular)
        for name in order:
            item = self.names.definitions[name]
            before = len(self.report.findings)
            if not self._read(name, item) and len(self.report.findings) >= before:
                self.names.unsure.add(name)
        return self.lowering

    def _read(self, name: str, item: Definition) -> bool:
        match item:
            case t.ListItem():
                self.lists[name] = self._list(item)
                return self.lists[name] is not None
            case t.DefineItem():
                condition = self.lowering.condition(item.condition)
                if condition is not None and self._too_deep(name, [condition], item):
                    condition = None
                self.defines[name] = condition
                return condition is not None
            case t.DeriveItem():
                return self._keep(self._derive(item), item)
            case t.PointsItem():
                return self._keep(self._points(item), item)

    def _list(self, item: t.ListItem) -> Texts | None:
        texts = self.lowering.collections.texts(item.value)
        size = len(texts.exact) if texts is not None else 0
        self._texts += size
        if self._texts - size <= MAX_TEXTS < self._texts:
            self.report.add(
                kinds.VALUE_OUT_OF_RANGE,
                item.name.span,
                f"the lists of this policy hold more than {MAX_TEXTS:,} texts between them",
                "this one is too much",
                help="use lists where they are, instead of building each from the others",
            )
        return texts if self._texts <= MAX_TEXTS else None

    def _keep(self, computed: Computed | None, item: Definition) -> bool:
        if computed is None:
            return False
        rows = computed.cases if isinstance(computed, Derive) else computed.entries
        conditions = [row.condition for row in rows if row.condition is not None]
        if self._too_deep(computed.name, conditions, item):
            return False
        self.computed[computed.name] = computed
        return True

    def _derive(self, item: t.DeriveItem) -> Derive | None:
        type_ = read_type(item.type, self.report)
        before = len(self.report.findings)
        cases = [
            (self.lowering.condition(case.condition), self.values.read(type_, case.value))
            for case in item.cases
        ]
        otherwise = self.values.read(type_, item.otherwise) if item.otherwise is not None else None
        known = tuple(DeriveCase(condition, value) for condition, value in cases if condition is not None)
        if len(known) < len(cases) or len(self.report.findings) > before:
            return None
        return Derive(item.name.text, _text(item.description), type_, known, otherwise, item.span)

    def _points(self, item: t.PointsItem) -> Points | None:
        low, high = item.bounds.low, item.bounds.high
        whole = [b.value for b in (low, high) if b is not None and isinstance(b.value, int)]
        if len(whole) < 2:
            self.report.add(
                kinds.TYPE_MISMATCH,
                item.bounds.span,
                "points need a range of whole numbers at both ends",
                "from where to where?",
                help=f"write for example `points {item.name.text} 0..100 {{ … }}`",
            )
            return None
        if whole[0] > whole[1]:
            self.report.add(
                kinds.VALUE_OUT_OF_RANGE,
                item.bounds.span,
                "this range holds no number",
                "it begins above its end",
            )
            return None
        entries = [self._entry(entry) for entry in item.entries]
        known = tuple(entry for entry in entries if entry is not None)
        if len(known) < len(entries):
            return None
        return Points(item.name.text, _text(item.description), whole[0], whole[1], known, item.span)

    def _entry(self, node: t.PointsEntry) -> PointsEntry | None:
        assert isinstance(node.amount.value, int)
        amount = node.sign * node.amount.value
        text = _entry_text(node)
        if node.per is None:
            assert node.condition is not None
            condition = self.lowering.condition(node.condition)
            return (
                PointsEntry(amount, condition, None, None, text, node.span) if condition is not None else None
            )
        ref = self.lowering.fields.ref(node.per, with_rep=False)
        if ref is None:
            return None
        if not (isinstance(ref.type, NumberType) and ref.type.integer):
            self.report.add(
                kinds.TYPE_MISMATCH,
                node.per.span,
                "points are given per whole number",
                f"this is {describe(ref.type)}",
            )
            return None
        limit = node.up_to.value if node.up_to is not None else None
        assert limit is None or isinstance(limit, int)
        return PointsEntry(amount, None, ref, limit, text, node.span)

    def _too_deep(self, name: str, conditions: list[Condition], item: Definition) -> bool:
        depth = max((self.depth(condition) for condition in conditions), default=0) + 1
        self._depths[name] = depth
        if depth <= MAX_DEPTH:
            return False
        self.report.add(
            syntax_kinds.NESTED_TOO_DEEPLY,
            item.name.span,
            f"`{name}` is nested more than {MAX_DEPTH} levels deep, the definitions that it uses included",
            "too deep",
            help="let definitions build on each other in fewer steps",
        )
        return True

    def depth(self, condition: Condition) -> int:
        """How deep conditions stand inside each other, those of the definitions in use included."""
        match condition:
            case AllOf(parts) | AnyOf(parts):
                return 1 + max((self.depth(part) for part in parts), default=0)
            case Not(part):
                return 1 + self.depth(part)
            case Named(name):
                return 1 + self._depths.get(name, 0)
            case Comparison(_, left, right):
                refs = [ref for operand in (left, *right) for ref in fields_in(operand)]
                return 1 + max(
                    (self._depths.get(r.base, 0) for r in refs if r.scope is Scope.COMPUTED), default=0
                )
            case Always():
                return 1


def _text(node: t.Literal | None) -> str | None:
    return str(node.value) if node is not None else None


def _entry_text(node: t.PointsEntry) -> str:
    verb = "add" if node.sign > 0 else "subtract"
    if node.condition is not None:
        return f"{verb} {words.literal(node.amount)} when {words.expression(node.condition)}"
    limit = f" up to {words.literal(node.up_to)}" if node.up_to is not None else ""
    return f"{verb} {words.literal(node.amount)} per {node.per.text if node.per else ''}{limit}"
