"""Operands of comparisons: fields, calculations with numbers, and constants that fit what they are compared with."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from routebook.check import kinds
from routebook.check.conditions import Arithmetic, Constant, FieldRef, Operand
from routebook.check.fields import Fields
from routebook.check.report import Report
from routebook.check.values import Values, describe_literal, key_of_value
from routebook.syntax import tree as t
from routebook.syntax import words
from routebook.types import DateTimeType, NumberType, OneOfType, SetType, Type, describe


@dataclass(frozen=True)
class Operands:
    """Lowers what stands on the sides of a comparison. `defines` are the names of conditions."""

    fields: Fields
    values: Values
    report: Report
    defines: Container[str]

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
                    kinds.TYPE_MISMATCH,
                    node.span,
                    "a list cannot stand here",
                    "this is a list",
                    help="lists stand after `in`, `not in`, `has any`, `has all` and `has none`",
                )
                return None
            case _:
                self.report.add(
                    kinds.TYPE_MISMATCH,
                    node.span,
                    "a condition cannot be compared or calculated with",
                    "this is a condition",
                    help="join conditions with `and` and `or`",
                )
                return None

    def _field(self, node: t.Name, with_rep: bool) -> FieldRef | None:
        if node.text in self.defines:
            self.report.add(
                kinds.TYPE_MISMATCH,
                node.span,
                f"`{node.text}` is a condition, not a value",
                "a define",
                help=f"use it bare: `{node.text}` or `not {node.text}`",
            )
            return None
        return self.fields.ref(node, with_rep)

    def _loose(self, node: t.Literal) -> None:
        """A literal with no field beside it."""
        self.report.add(
            kinds.TYPE_MISMATCH,
            node.span,
            f"{describe_literal(node)} cannot stand here",
            "no field to compare it with",
            help="a comparison has a field on one side",
        )

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
            self.wrong(node, operand.type, "only numbers can be calculated with")
            return None
        return operand

    def wrong(self, node: t.Expr, type_: Type, message: str, help: str | None = None) -> None:
        label = f"this is {describe(type_)}"
        self.report.add(kinds.TYPE_MISMATCH, node.span, message, label, help=help)

    def against(self, node: t.Expr, type_: Type, subject: t.Expr, with_rep: bool, op: str) -> Operand | None:
        """What a value of `type_` is compared with: a constant that fits it, or something of its type."""
        if isinstance(node, t.Literal):
            return self.constant(node, type_, subject, whole=op in ("==", "!="))
        other = self.operand(node, with_rep)
        if other is None:
            return None
        if not _comparable(type_, other.type):
            self.report.add(
                kinds.TYPE_MISMATCH,
                node.span,
                f"`{words.expression(subject)}` and `{words.expression(node)}` are of different types",
                f"this is {describe(other.type)}, not {describe(type_)}",
            )
            return None
        return other

    def constant(self, node: t.Literal, type_: Type, subject: t.Expr, whole: bool = True) -> Constant | None:
        """A literal as a constant of the type of `subject`. A number only bounds it where not `whole`."""
        if isinstance(type_, NumberType) and type_.integer and not whole and isinstance(node.value, Decimal):
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
            kinds.TYPE_MISMATCH,
            node.span,
            f"a date does not compare with `{name}`",
            "a date, without a time",
            help=f"compare its date, `{name}.date`, or write a moment such as `{words.literal(node)}T00:00Z`",
        )


def _comparable(left: Type, right: Type) -> bool:
    if isinstance(left, OneOfType) and isinstance(right, OneOfType):
        return not set(left.members).isdisjoint(right.members)
    return type(left) is type(right) and not isinstance(left, SetType)
