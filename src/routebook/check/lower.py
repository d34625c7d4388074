"""Expressions to conditions and operands: names resolved, comparisons typed, constants read.

A part that is wrong is reported once and becomes None; what contains it becomes None without a word, so
that one mistake is one finding.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Final

from routebook.check import kinds
from routebook.check.collections import Collections
from routebook.check.conditions import (
    AllOf,
    Always,
    AnyOf,
    Arithmetic,
    Comparison,
    Condition,
    Constant,
    FieldRef,
    Named,
    Not,
    Operand,
    Pattern,
)
from routebook.check.fields import Fields
from routebook.check.report import Report
from routebook.check.values import Values, describe_literal, key_of_value, nfc
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
    Type,
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
    values: Values
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
            kinds.TYPE_MISMATCH, node.span, f"`{node.text}` alone is no condition", f"this is {describe(ref.type)}",
            help=f"compare it: `{node.text} {example}`",
        )  # fmt: skip
        return None

    def _no_condition(self, node: t.Expr) -> None:
        what = describe_literal(node) if isinstance(node, t.Literal) else "a list"
        if isinstance(node, t.Sum | t.Product | t.Negative):
            what = "a calculation"
        self.report.add(
            kinds.TYPE_MISMATCH, node.span, f"{what} is no condition", "neither true nor false",
            help="compare it with something, for example by `>=`",
        )  # fmt: skip

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
        subject = self.operand(left, with_rep)
        if subject is None:
            return None
        type_ = subject.type
        if OPERATORS[op].takes is Takes.ORDERED and not isinstance(type_, _ORDERED):
            self._wrong(node.left, type_, f"`{node.op}` compares numbers, dates and times")
            return None
        if isinstance(type_, SetType):
            self._wrong(
                left,
                type_,
                f"`{op}` does not compare sets",
                "ask with `has`, `has any`, `has all` or `has none`",
            )
            return None
        other = self._against(right, type_, left, with_rep, op)
        return None if other is None else (op, subject, (other,))

    def _against(self, node: t.Expr, type_: Type, subject: t.Expr, with_rep: bool, op: str) -> Operand | None:
        """What a value of `type_` is compared with: a constant that fits it, or something of its type."""
        if isinstance(node, t.Literal):
            return self.constant(node, type_, subject, whole=op in ("==", "!="))
        other = self.operand(node, with_rep)
        if other is None:
            return None
        if not _comparable(type_, other.type):
            self.report.add(
                kinds.TYPE_MISMATCH, node.span,
                f"`{words.expression(subject)}` and `{words.expression(node)}` are of different types",
                f"this is {describe(other.type)}, not {describe(type_)}",
            )  # fmt: skip
            return None
        return other

    def constant(self, node: t.Literal, type_: Type, subject: t.Expr, whole: bool = True) -> Constant | None:
        """A literal as a constant of the type of `subject`. A number only bounds it where not `whole`."""
        if isinstance(type_, NumberType) and type_.integer and not whole:
            type_ = NumberType(False, type_.low, type_.high)
        if (
            isinstance(type_, DateTimeType)
            and isinstance(node.value, date)
            and not isinstance(node.value, datetime)
        ):
            self._wrong_date(node, subject)
            return None
        value = self.values.read(type_, node)
        return None if value is None else Constant(value, type_, key_of_value(type_, value))

    def _wrong_date(self, node: t.Literal, subject: t.Expr) -> None:
        name = words.expression(subject)
        self.report.add(
            kinds.TYPE_MISMATCH, node.span, f"a date does not compare with `{name}`", "a date, without a time",
            help=f"compare its date, `{name}.date`, or write a moment such as `{words.literal(node)}T00:00Z`",
        )  # fmt: skip

    def _range(self, node: t.Compare, with_rep: bool) -> tuple[str, Operand, tuple[Operand, ...]] | None:
        subject = self.operand(node.left, with_rep)
        if subject is None:
            return None
        if not isinstance(subject.type, _ORDERED):
            self._wrong(node.left, subject.type, "`between` compares numbers, dates and times")
            return None
        low = self._against(node.right[0], subject.type, node.left, with_rep, "between")
        high = self._against(node.right[1], subject.type, node.left, with_rep, "between")
        if low is None or high is None:
            return None
        if isinstance(low, Constant) and isinstance(high, Constant) and low.key > high.key:
            self.report.add(
                kinds.VALUE_OUT_OF_RANGE, node.right[0].span.to(node.right[1].span), "nothing lies between these",
                "the first is above the second", help="write the smaller one first",
            )  # fmt: skip
            return None
        return node.op, subject, (low, high)

    def _member(self, node: t.Compare, with_rep: bool) -> tuple[str, Operand, tuple[Operand, ...]] | None:
        subject = self.operand(node.left, with_rep)
        if subject is None:
            return None
        if isinstance(subject.type, SetType):
            self._wrong(
                node.left,
                subject.type,
                f"`{node.op}` asks of a single value",
                "ask a set with `has any` or `has none`",
            )
            return None
        if isinstance(subject.type, (*_ORDERED, BoolType)):
            self._wrong(
                node.left,
                subject.type,
                "lists are of texts",
                "compare numbers, dates and times with `between`",
            )
            return None
        members = self.collections.lower(node.right[0], subject.type, with_rep)
        return None if members is None else (node.op, subject, (members,))

    def _set_subject(self, node: t.Compare, with_rep: bool) -> tuple[Operand, SetType] | None:
        subject = self.operand(node.left, with_rep)
        if subject is None:
            return None
        if not isinstance(subject.type, SetType):
            help = "ask a text with `contains`, and a single value with `==` or `in`"
            self._wrong(node.left, subject.type, f"`{node.op}` asks of a set", help)
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
                kinds.TYPE_MISMATCH, right.span, "`has` asks for one member", "this is a list",
                help=f"write `has any {words.expression(right)}`, `has all …` or `has none …`",
            )  # fmt: skip
            return None
        other = self._against(right, type_.element, node.left, with_rep, "==")
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
        subject = self.operand(node.left, with_rep)
        if subject is None:
            return None
        if not isinstance(subject.type, _SEARCHED):
            help = "compare it with `==` or `in`" if isinstance(subject.type, OneOfType) else None
            if isinstance(subject.type, SetType):
                help = "ask a set with `has`"
            self._wrong(node.left, subject.type, f"`{node.op}` searches texts", help)
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
                kinds.INVALID_PATTERN, node.right[0].span, f"RE2 does not take this pattern: {_reason(error)}",
                "not a pattern", help="look-around and back references are not in RE2, which never runs long",
            )  # fmt: skip
            return None
        return node.op, subject, (Pattern(text, fold_case),)

    def _presence(self, node: t.Compare, with_rep: bool) -> tuple[str, Operand, tuple[Operand, ...]] | None:
        if not isinstance(node.left, t.Name):
            self.report.add(
                kinds.TYPE_MISMATCH, node.left.span, f"`{node.op}` asks of a field", "this is no field",
                help="ask it of each field by itself",
            )  # fmt: skip
            return None
        ref = self.fields.ref(node.left, with_rep)
        return None if ref is None else (node.op, ref, ())

    # --- Operands --------------------------------------------------------------------------------------

    def operand(self, node: t.Expr, with_rep: bool) -> FieldRef | Constant | Arithmetic | None:
        """A field, or a calculation with numbers; None where it is wrong."""
        match node:
            case t.Name():
                return self._field(node, with_rep)
            case t.Sum(first=first, rest=rest) | t.Product(first=first, rest=rest):
                return self._arithmetic(first, rest, with_rep)
            case t.Negative(part=part):
                return self._arithmetic(t.Literal(part.span, 0, "0"), (("-", part),), with_rep)
            case t.Literal(value=bool()):
                self._loose(node)
                return None
            case t.Literal(value=int() | Decimal() as number):
                return Constant(number, NumberType(isinstance(number, int)), Fraction(number))
            case t.Literal():
                self._loose(node)
                return None
            case t.ListLiteral():
                self.report.add(
                    kinds.TYPE_MISMATCH, node.span, "a list cannot stand here", "this is a list",
                    help="lists stand after `in`, `not in`, `has any`, `has all` and `has none`",
                )  # fmt: skip
                return None
            case _:
                self.report.add(
                    kinds.TYPE_MISMATCH, node.span, "a condition cannot be compared or calculated with",
                    "this is a condition", help="join conditions with `and` and `or`",
                )  # fmt: skip
                return None

    def _field(self, node: t.Name, with_rep: bool) -> FieldRef | None:
        if node.text in self.defines:
            self.report.add(
                kinds.TYPE_MISMATCH, node.span, f"`{node.text}` is a condition, not a value", "a define",
                help=f"use it bare: `{node.text}` or `not {node.text}`",
            )  # fmt: skip
            return None
        return self.fields.ref(node, with_rep)

    def _loose(self, node: t.Literal) -> None:
        """A literal with no field beside it."""
        self.report.add(
            kinds.TYPE_MISMATCH, node.span, f"{describe_literal(node)} cannot stand here", "no field to compare it with",
            help="a comparison has a field on one side",
        )  # fmt: skip

    def _arithmetic(
        self, first: t.Expr, rest: tuple[tuple[str, t.Expr], ...], with_rep: bool
    ) -> Arithmetic | None:
        lowered = [self._number(part, with_rep) for part in (first, *(part for _, part in rest))]
        known = [part for part in lowered if part is not None]
        if len(known) < len(lowered):
            return None
        whole = all(isinstance(part.type, NumberType) and part.type.integer for part in known)
        divides = any(sign == "/" for sign, _ in rest)
        signs = [sign for sign, _ in rest]
        return Arithmetic(
            known[0], tuple(zip(signs, known[1:], strict=True)), NumberType(whole and not divides)
        )

    def _number(self, node: t.Expr, with_rep: bool) -> FieldRef | Constant | Arithmetic | None:
        operand = self.operand(node, with_rep)
        if operand is not None and not isinstance(operand.type, NumberType):
            self._wrong(node, operand.type, "only numbers can be calculated with")
            return None
        return operand

    def _wrong(self, node: t.Expr, type_: Type, message: str, help: str | None = None) -> None:
        label = f"this is {describe(type_)}"
        self.report.add(kinds.TYPE_MISMATCH, node.span, message, label, help=help)


_EXAMPLES: Final[dict[type, str]] = {
    NumberType: ">= 1",
    TextType: '== "…"',
    OneOfType: 'in ["…"]',
    SetType: 'has "…"',
}


def _comparable(left: Type, right: Type) -> bool:
    if isinstance(left, OneOfType) and isinstance(right, OneOfType):
        return not set(left.members).isdisjoint(right.members)
    return type(left) is type(right) and not isinstance(left, SetType)


def _reason(error: Exception) -> str:
    detail = error.args[0] if error.args else ""
    return detail.decode("utf-8", "replace") if isinstance(detail, bytes) else str(detail)
