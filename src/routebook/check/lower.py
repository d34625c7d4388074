"""Expressions to conditions and operands: names resolved, comparisons typed, constants read.

A part that is wrong is reported once and becomes None; what contains it becomes None without a word, so
that one mistake is one finding.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from routebook.check import kinds
from routebook.check.collections import Collections
from routebook.check.conditions import (
    AllOf,
    Always,
    AnyOf,
    Comparison,
    Condition,
    Constant,
    Named,
    Not,
    Operand,
    Pattern,
)
from routebook.check.fields import Fields
from routebook.check.operands import Operands, shown
from routebook.check.report import Report
from routebook.check.values import describe_literal, nfc
from routebook.operators import OPERATORS, Takes, pattern
from routebook.syntax import tree as t
from routebook.syntax import words
from routebook.text import fold_kept
from routebook.types import (
    BoolType,
    DateTimeType,
    DateType,
    EmailType,
    IdType,
    NumberType,
    OneOfType,
    SetType,
    TextType,
    TimeType,
    describe,
)

_ORDERED: Final = (NumberType, DateType, TimeType, DateTimeType)
_SEARCHED: Final = (TextType, EmailType, IdType)
_MIRRORED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


@dataclass(frozen=True)
class Lowering:
    """Lowers expressions. `defines` holds the conditions of the defines read so far, by name."""

    fields: Fields
    collections: Collections
    operands: Operands
    report: Report
    defines: Mapping[str, Condition | None]

    # --- Conditions ------------------------------------------------------------------------------------

    def condition(self, node: t.Expr, with_rep: bool = False) -> Condition | None:
        """An expression that stands where a condition must; None where it is wrong."""
        match node:
            case t.Or(parts=parts):
                lowered = self._parts(parts, with_rep)
                return AnyOf(lowered, node.span) if lowered is not None else None
            case t.And(parts=parts):
                lowered = self._parts(parts, with_rep)
                return AllOf(lowered, node.span) if lowered is not None else None
            case t.Not(part=part):
                inner = self.condition(part, with_rep)
                return Not(inner, node.span) if inner is not None else None
            case t.Compare():
                return self._compare(node, with_rep)
            case t.Name():
                return self._bare(node, with_rep)
            case t.Literal(value=bool(value)):
                return Always(value, node.span)
            case _:
                self._no_condition(node)
                return None

    def _parts(self, parts: tuple[t.Expr, ...], with_rep: bool) -> tuple[Condition, ...] | None:
        lowered = [self.condition(part, with_rep) for part in parts]
        known = tuple(part for part in lowered if part is not None)
        return known if len(known) == len(lowered) else None

    def _bare(self, node: t.Name, with_rep: bool) -> Condition | None:
        if node.text in self.defines:
            inner = self.defines[node.text]
            return Named(node.text, inner, node.span) if inner is not None else None
        ref = self.fields.ref(node, with_rep)
        if ref is None:
            return None
        if isinstance(ref.type, BoolType):
            return Comparison("is true", ref, (), node.text, node.span)
        example = _EXAMPLES.get(type(ref.type), "is known")
        self.report.add(
            kinds.TYPE_MISMATCH,
            node.span,
            f"`{node.text}` alone is no condition",
            f"this is {describe(ref.type)}",
            help=f"compare it: `{node.text} {example}`",
        )
        return None

    def _no_condition(self, node: t.Expr) -> None:
        what, help = "a calculation", "compare it with something, for example by `>=`"
        if isinstance(node, t.Literal):
            what, help = describe_literal(node), f"compare it with a field, for example by `== {shown(node)}`"
        elif isinstance(node, t.ListLiteral):
            what, help = "a list", f"ask whether a field is in it: `in {shown(node)}`"
        self.report.add(
            kinds.TYPE_MISMATCH, node.span, f"{what} is no condition", "neither true nor false", help=help
        )

    # --- Comparisons -----------------------------------------------------------------------------------

    def _compare(self, node: t.Compare, with_rep: bool) -> Condition | None:
        lower: dict[Takes, Callable[[t.Compare, bool], tuple[str, Operand, tuple[Operand, ...]] | None]] = {
            Takes.ALIKE: self._alike,
            Takes.ORDERED: self._alike,
            Takes.RANGE: self._range,
            Takes.MEMBER: self._member,
            Takes.SET_MEMBER: self._set_member,
            Takes.SET_MEMBERS: self._set_members,
            Takes.SUBSTRING: self._substring,
            Takes.PATTERN: self._pattern,
            Takes.PRESENCE: self._presence,
        }
        sides = lower[OPERATORS[node.op].takes](node, with_rep)
        if sides is None:
            return None
        operator, left, right = sides
        return Comparison(operator, left, right, words.expression(node), node.span)

    def _alike(self, node: t.Compare, with_rep: bool) -> tuple[str, Operand, tuple[Operand, ...]] | None:
        """`==` and its kin: two fields, or a field and a constant on either side."""
        left, right, op = node.left, node.right[0], node.op
        if isinstance(left, t.Literal) and not isinstance(right, t.Literal):
            left, right, op = right, left, _MIRRORED[op]
        subject = self.operands.operand(left, with_rep)
        if subject is None:
            return None
        type_ = subject.type
        if OPERATORS[op].takes is Takes.ORDERED and not isinstance(type_, _ORDERED):
            self.operands.wrong(left, type_, f"`{node.op}` compares numbers, dates and times")
            return None
        if isinstance(type_, SetType):
            self.operands.wrong(
                left,
                type_,
                f"`{op}` does not compare sets",
                "ask with `has`, `has any`, `has all` or `has none`",
            )
            return None
        other = self.operands.against(right, type_, left, with_rep, op)
        return None if other is None else (op, subject, (other,))

    def _range(self, node: t.Compare, with_rep: bool) -> tuple[str, Operand, tuple[Operand, ...]] | None:
        subject = self.operands.operand(node.left, with_rep)
        if subject is None:
            return None
        if not isinstance(subject.type, _ORDERED):
            self.operands.wrong(node.left, subject.type, "`between` compares numbers, dates and times")
            return None
        low = self.operands.against(node.right[0], subject.type, node.left, with_rep, "between")
        high = self.operands.against(node.right[1], subject.type, node.left, with_rep, "between")
        if low is None or high is None:
            return None
        if isinstance(low, Constant) and isinstance(high, Constant) and low.key > high.key:
            self.report.add(
                kinds.VALUE_OUT_OF_RANGE,
                node.right[0].span.to(node.right[1].span),
                "nothing lies between these",
                "the first is above the second",
                help="write the smaller one first",
            )
            return None
        return node.op, subject, (low, high)

    def _member(self, node: t.Compare, with_rep: bool) -> tuple[str, Operand, tuple[Operand, ...]] | None:
        subject = self.operands.operand(node.left, with_rep)
        if subject is None:
            return None
        if isinstance(subject.type, SetType):
            self.operands.wrong(
                node.left,
                subject.type,
                f"`{node.op}` asks of a single value",
                "ask a set with `has any` or `has none`",
            )
            return None
        if isinstance(subject.type, (*_ORDERED, BoolType)):
            help = "compare numbers, dates and times with `between`"
            if isinstance(subject.type, BoolType):
                help = f"ask it by its bare name: `{shown(node.left)}` or `not {shown(node.left)}`"
            self.operands.wrong(node.left, subject.type, "lists are of texts", help)
            return None
        members = self.collections.lower(node.right[0], subject.type, with_rep)
        return None if members is None else (node.op, subject, (members,))

    def _set_subject(self, node: t.Compare, with_rep: bool) -> tuple[Operand, SetType] | None:
        subject = self.operands.operand(node.left, with_rep)
        if subject is None:
            return None
        if not isinstance(subject.type, SetType):
            help = "ask a single value with `==` or `in`, and a text with `contains`"
            if isinstance(subject.type, (*_ORDERED, BoolType)):
                help = "ask numbers, dates and times with `==` or `between`, and a bool by its bare name"
            self.operands.wrong(node.left, subject.type, f"`{node.op}` asks of a set", help)
            return None
        return subject, subject.type

    def _set_member(self, node: t.Compare, with_rep: bool) -> tuple[str, Operand, tuple[Operand, ...]] | None:
        found = self._set_subject(node, with_rep)
        if found is None:
            return None
        subject, type_ = found
        right = node.right[0]
        if isinstance(right, t.ListLiteral | t.Sum) or self.collections.is_list(right):
            self.report.add(
                kinds.TYPE_MISMATCH,
                right.span,
                "`has` asks for one member",
                "this is a list",
                help=f"write `has any {shown(right)}`, `has all …` or `has none …`",
            )
            return None
        other = self.operands.against(right, type_.element, node.left, with_rep, "==")
        return None if other is None else (node.op, subject, (other,))

    def _set_members(
        self, node: t.Compare, with_rep: bool
    ) -> tuple[str, Operand, tuple[Operand, ...]] | None:
        found = self._set_subject(node, with_rep)
        if found is None:
            return None
        subject, type_ = found
        members = self.collections.lower(node.right[0], type_.element, with_rep)
        return None if members is None else (node.op, subject, (members,))

    # --- Texts -----------------------------------------------------------------------------------------

    def _searched(self, node: t.Compare, with_rep: bool) -> tuple[Operand, str, bool] | None:
        """The text that is searched, the literal that is looked for, and whether case is ignored."""
        subject = self.operands.operand(node.left, with_rep)
        if subject is None:
            return None
        if not isinstance(subject.type, _SEARCHED):
            help = "compare it with `==` or `in`" if isinstance(subject.type, OneOfType) else None
            if isinstance(subject.type, SetType):
                help = "ask a set with `has`"
            self.operands.wrong(node.left, subject.type, f"`{node.op}` searches texts", help)
            return None
        right = node.right[0]
        if not (isinstance(right, t.Literal) and isinstance(right.value, str)):
            self.report.add(
                kinds.TYPE_MISMATCH, right.span, f"`{node.op}` takes a text in quotes", "not a text in quotes"
            )
            return None
        if not right.value:
            self.report.add(
                kinds.VALUE_OUT_OF_RANGE, right.span, "every text has the empty text in it", "empty"
            )
            return None
        return subject, nfc(right.value), not isinstance(subject.type, IdType)

    def _substring(self, node: t.Compare, with_rep: bool) -> tuple[str, Operand, tuple[Operand, ...]] | None:
        found = self._searched(node, with_rep)
        if found is None:
            return None
        subject, text, fold_case = found
        return node.op, subject, (Constant(text, TextType(), fold_kept(text) if fold_case else text),)

    def _pattern(self, node: t.Compare, with_rep: bool) -> tuple[str, Operand, tuple[Operand, ...]] | None:
        found = self._searched(node, with_rep)
        if found is None:
            return None
        subject, text, fold_case = found
        try:
            pattern(text, fold_case)
        except Exception as error:  # RE2's own class is not importable by a stable name
            self.report.add(
                kinds.INVALID_PATTERN,
                node.right[0].span,
                f"RE2 does not take this pattern: {_reason(error)}",
                "not a pattern",
                help=_ABSENT if "(?" in text or re.search(r"\\[1-9]", text) else None,
            )
            return None
        return node.op, subject, (Pattern(text, fold_case),)

    def _presence(self, node: t.Compare, with_rep: bool) -> tuple[str, Operand, tuple[Operand, ...]] | None:
        if not isinstance(node.left, t.Name):
            self.report.add(
                kinds.TYPE_MISMATCH,
                node.left.span,
                f"`{node.op}` asks of a field",
                "this is no field",
                help="ask it of each field by itself",
            )
            return None
        ref = self.fields.ref(node.left, with_rep)
        return None if ref is None else (node.op, ref, ())


_ABSENT: Final = "look-around and back references are not in RE2, which never runs long"

_EXAMPLES: Final[dict[type, str]] = {
    NumberType: ">= 1",
    TextType: '== "…"',
    OneOfType: 'in ["…"]',
    SetType: 'has "…"',
}


def _reason(error: Exception) -> str:
    detail = error.args[0] if error.args else ""
    return detail.decode("utf-8", "replace") if isinstance(detail, bytes) else str(detail)
