"""Lists, named and literal, added and taken away; and sets that stand where a list may."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from routebook.check import kinds
from routebook.check.conditions import FieldRef, Members
from routebook.check.fields import Fields
from routebook.check.report import Report
from routebook.check.values import Values
from routebook.diagnostics import Label
from routebook.source import Span
from routebook.syntax import tree as t
from routebook.syntax import words
from routebook.text import fold, nearest
from routebook.types import OneOfType, SetType, Type, describe, key_of

Texts: TypeAlias = dict[str, tuple[str, Span]]
"""The texts of a list in order, each under the key by which texts compare, with where it was written."""


@dataclass(frozen=True)
class Collections:
    """Lowers collections. `lists` holds the named lists read so far; a broken one is None."""

    fields: Fields
    values: Values
    report: Report
    lists: Mapping[str, Texts | None]

    def is_list(self, node: t.Expr) -> bool:
        """Whether the expression is the name of a list."""
        return isinstance(node, t.Name) and node.text in self.lists

    def lower(self, node: t.Expr, type_: Type, with_rep: bool) -> Members | FieldRef | None:
        """The collection that a value of `type_` may be in: constants that fit it, or a set field."""
        if isinstance(node, t.Name) and node.text not in self.lists:
            return self._set_field(node, type_, with_rep)
        texts = self.texts(node)
        if texts is None:
            return None
        values: dict[str, str] = {}
        sound = True
        for text, span in texts.values():
            value = self._member(text, span, type_, node)
            if value is None:
                sound = False
            else:
                values.setdefault(key_of(type_, value), value)
        return Members(tuple(values.values()), frozenset(values)) if sound else None

    def _member(self, text: str, span: Span, type_: Type, use: t.Expr) -> str | None:
        before = len(self.report.findings)
        value = self.values.text(type_, text, span)
        inside = span.source is use.span.source and use.span.start <= span.start < use.span.end
        if value is None and not inside:
            # The text stands in a list declared elsewhere: say also where it is used.
            self.report.mark(before, Label(use.span, f"used here, where {describe(type_)} is expected"))
        return value

    def _set_field(self, node: t.Name, type_: Type, with_rep: bool) -> FieldRef | None:
        ref = self.fields.ref(node, with_rep)
        if ref is None:
            return None
        if not isinstance(ref.type, SetType):
            self.report.add(
                kinds.TYPE_MISMATCH,
                node.span,
                f"`{node.text}` is not a list or a set",
                f"this is {describe(ref.type)}",
                help=f"write the values in brackets, or compare with `== {node.text}`",
            )
            return None
        if not _same_kind(type_, ref.type.element):
            self.report.add(
                kinds.TYPE_MISMATCH,
                node.span,
                f"`{node.text}` holds values of another type",
                f"this is {describe(ref.type)}, and {describe(type_)} is expected",
            )
            return None
        return ref

    def texts(self, node: t.Expr) -> Texts | None:
        """The texts of a list expression, in order and without repeats; None, reported, where it is none."""
        match node:
            case t.ListLiteral(items=items):
                return self._literal(items)
            case t.Name(text=name) if name in self.lists:
                return self.lists[name]
            case t.Sum(first=first, rest=rest):
                return self._sum(first, rest)
            case t.Name(text=name):
                self._no_list(node, f"there is no list called `{name}`")
            case _:
                self._no_list(node, f"`{words.expression(node)}` is no list")
        return None

    def _no_list(self, node: t.Expr, message: str) -> None:
        if isinstance(node, t.Name) and self.fields.names.tolerates(node.text):
            return
        help = 'a list is written in brackets, `["DE", "AT"]`, or named by `list`'
        if isinstance(node, t.Name):
            close = nearest(node.text, self.lists)
            help = f"did you mean `{close}`?" if close else help
            if self.fields.names.field_type(node.text, self.fields.names.schema) is not None:
                message = f"`{node.text}` is a field, and lists are made of texts only"
            self.report.add(kinds.UNKNOWN_NAME, node.span, message, "not a list", help=help)
        else:
            self.report.add(kinds.TYPE_MISMATCH, node.span, message, "not a list", help=help)

    def _literal(self, items: tuple[t.Expr, ...]) -> Texts | None:
        texts: Texts = {}
        sound = True
        for item in items:
            if isinstance(item, t.Literal) and isinstance(item.value, str):
                texts.setdefault(fold(item.value), (item.value, item.span))
            else:
                sound = False
                self.report.add(
                    kinds.TYPE_MISMATCH,
                    item.span,
                    "lists are of texts",
                    f"`{words.expression(item)}` is no text",
                    help="numbers, dates and times are compared with `between`",
                )
        return texts if sound else None

    def _sum(self, first: t.Expr, rest: tuple[tuple[str, t.Expr], ...]) -> Texts | None:
        total = self.texts(first)
        sound = total is not None
        result: Texts = dict(total or {})
        for sign, part in rest:
            further = self.texts(part)
            if further is None:
                sound = False
            elif sign == "+":
                for key, value in further.items():
                    result.setdefault(key, value)
            else:
                result = {key: value for key, value in result.items() if key not in further}
        return result if sound else None


def _same_kind(left: Type, right: Type) -> bool:
    if isinstance(left, OneOfType) and isinstance(right, OneOfType):
        return not set(left.members).isdisjoint(right.members)
    return type(left) is type(right)
