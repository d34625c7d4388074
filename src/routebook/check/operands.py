"""Operands of comparisons: fields, calculations with numbers, and constants that fit what they are compared with."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from fractions import Fraction
from typing import Final

from routebook.check import kinds
from routebook.check.conditions import Arithmetic, Constant, FieldRef, Operand
from routebook.check.fields import Fields, Slip, unquoted
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
                self._list(node, "lists stand after `in`, `not in`, `has any`, `has all` and `has none`")
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

    def _field(self, node: t.Name, with_rep: bool, slip: Slip | None = None) -> FieldRef | None:
        if node.text in self.defines:
            self.report.add(
                kinds.TYPE_MISMATCH,
                node.span,
                f"`{node.text}` is a condition, not a value",
                "a define",
                help=f"use it bare: `{node.text}` or `not {node.text}`",
            )
            return None
        return self.fields.ref(node, with_rep, slip)

    def _list(self, node: t.ListLiteral, help: str) -> None:
        self.report.add(
            kinds.TYPE_MISMATCH, node.span, "a list cannot stand here", "this is a list", help=help
        )

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
        if isinstance(node, t.Literal) and (
            isinstance(node.value, bool) or not isinstance(node.value, int | Decimal)
        ):
            self.report.add(
                kinds.TYPE_MISMATCH,
                node.span,
                "only numbers can be calculated with",
                f"this is {describe_literal(node)}",
            )
            return None
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
        if isinstance(node, t.ListLiteral) and op in ("==", "!="):
            member = "in" if op == "==" else "not in"
            self._list(node, f"write `{shown(subject)} {member} {shown(node)}`")
            return None
        if isinstance(node, t.Name):
            other: FieldRef | Constant | Arithmetic | None = self._field(
                node, with_rep, unquoted(node.text, type_)
            )
        else:
            other = self.operand(node, with_rep)
        if other is None or _comparable(type_, other.type):
            return other
        self._unlike(node, subject, type_, other.type)
        return None

    def _unlike(self, node: t.Expr, subject: t.Expr, type_: Type, other: Type) -> None:
        message = f"`{shown(subject)}` and `{shown(node)}` are of different types"
        label = f"this is {describe(other)}, not {describe(type_)}"
        if isinstance(other, OneOfType) and isinstance(type_, OneOfType):
            message = f"`{shown(subject)}` and `{shown(node)}` can never be the same"
            label = "it has none of the other's values"
        self.report.add(kinds.TYPE_MISMATCH, node.span, message, label)

    def constant(self, node: t.Literal, type_: Type, subject: t.Expr, whole: bool = True) -> Constant | None:
        """A literal as a constant of the type of `subject`. A number only bounds it where not `whole`."""
        if isinstance(type_, NumberType) and not isinstance(subject, t.Name):
            type_ = NumberType(integer=False)  # a calculation has no range to be outside of
        elif (
            isinstance(type_, NumberType) and type_.integer and not whole and isinstance(node.value, Decimal)
        ):
            type_ = NumberType(False, type_.low, type_.high)
        if isinstance(type_, DateTimeType) and isinstance(node.value, date | time):
            self._part_of_moment(node, subject)
            return None
        value = self.values.read(type_, node)
        return None if value is None else Constant(value, type_, key_of_value(type_, value))

    def _part_of_moment(self, node: t.Literal, subject: t.Expr) -> None:
        name, what = shown(subject), describe_literal(node)
        is_time = isinstance(node.value, time)
        help = f"compare its {'time' if is_time else 'date'}, `{name}.{'time' if is_time else 'date'}`"
        if not is_time:
            help += f", or write a moment such as `{words.literal(node)}T00:00Z`"
        self.report.add(
            kinds.TYPE_MISMATCH,
            node.span,
            f"{what} does not compare with `{name}`",
            f"{what} alone",
            help=help,
        )


_SHORT: Final = 60


def shown(node: t.Expr) -> str:
    """An expression in its canonical words, cut where it is long."""
    text = words.expression(node)
    return text if len(text) <= _SHORT else f"{text[: _SHORT - 1]}…"


def _comparable(left: Type, right: Type) -> bool:
    if isinstance(left, OneOfType) and isinstance(right, OneOfType):
        return not set(left.members).isdisjoint(right.members)
    return type(left) is type(right) and not isinstance(left, SetType)
