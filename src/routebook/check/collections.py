"""Lists, named and literal, added and taken away; and sets that stand where a list may."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from routebook.check import kinds
from routebook.check.conditions import FieldRef, Members
from routebook.check.fields import Fields, unquoted
from routebook.check.names import noun
from routebook.check.operands import shown
from routebook.check.report import Report
from routebook.check.values import Values
from routebook.diagnostics import Label
from routebook.source import Span
from routebook.syntax import tree as t
from routebook.text import fold, nearest
from routebook.types import IdType, OneOfType, RepType, SetType, Type, describe, key_of

MAX_TEXTS: Final = 5_000_000
"""The lists of a policy have at most this many texts between them, each list counted in full."""

_FEW: Final = 3
_MANY: Final = 20
"""So many texts that do not fit are reported one by one: of a list by name, and of one written where it is used."""

_Placed: TypeAlias = tuple[str, Span]


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of a list in order, each with where it was written, by how texts and by how ids compare.

    What a list is for is not known where it is declared: `ABC` and `abc` are one text and two ids.
    """

    folded: dict[str, _Placed]
    exact: dict[str, _Placed]

    def placed(self, type_: Type) -> Iterable[_Placed]:
        """The texts that tell values of the type apart."""
        return self.exact.values() if isinstance(type_, IdType | RepType) else self.folded.values()

    def add(self, other: Texts) -> None:
        for key, placed in other.folded.items():
            self.folded.setdefault(key, placed)
        for key, placed in other.exact.items():
            self.exact.setdefault(key, placed)

    def remove(self, other: Texts) -> None:
        for key in other.folded:
            self.folded.pop(key, None)
        for key in other.exact:
            self.exact.pop(key, None)


@dataclass(frozen=True)
class Collections:
    """Lowers collections. `lists` holds the named lists read so far; a broken one is None."""

    fields: Fields
    values: Values
    report: Report
    lists: Mapping[str, Texts | None]
    _named: dict[tuple[str, Type], Members | None] = field(default_factory=dict)

    def is_list(self, node: t.Expr) -> bool:
        """Whether the expression is the name of a list."""
        return isinstance(node, t.Name) and node.text in self.lists

    def lower(self, node: t.Expr, type_: Type, with_rep: bool) -> Members | FieldRef | None:
        """The collection that a value of `type_` may be in: constants that fit it, or a set field."""
        if not isinstance(node, t.Name):
            return self._members(node, type_)
        if node.text not in self.lists:
            return self._set_field(node, type_, with_rep)
        # A list is read once for each type that it is compared with, and its misfits are reported once.
        key = node.text, type_
        if key not in self._named:
            self._named[key] = self._members(node, type_)
        return self._named[key]

    def _members(self, node: t.Expr, type_: Type) -> Members | None:
        texts = self.texts(node)
        if texts is None:
            return None
        before = len(self.report.findings)
        values: dict[str, str] = {}
        misfits: list[_Placed] = []
        for text, span in texts.placed(type_):
            value = self._member(text, span, type_, node)
            if value is not None:
                values.setdefault(key_of(type_, value), value)
                continue
            misfits.append((text, span))
            if len(misfits) > (_MANY if _inside(span, node.span) else _FEW):
                self._too_many(misfits, before, type_, node)
                break
        return Members(tuple(values.values()), frozenset(values)) if not misfits else None

    def _member(self, text: str, span: Span, type_: Type, use: t.Expr) -> str | None:
        before = len(self.report.findings)
        value = self.values.text(type_, text, span)
        if value is None and not _inside(span, use.span):
            # The text stands in a list declared elsewhere: say also where it is used.
            self.report.mark(before, Label(use.span, f"used here, where {describe(type_)} is expected"))
        return value

    def _too_many(self, misfits: list[_Placed], before: int, type_: Type, use: t.Expr) -> None:
        """Where most of a list does not fit, the list is the mistake: one finding instead of one for each text."""
        del self.report.findings[before:]
        some = ", ".join(f"`{text}`" for text, _ in misfits[:_FEW])
        self.report.add(
            kinds.VALUE_OUT_OF_RANGE,
            use.span,
            f"`{shown(use)}` holds {some} and more that {describe(type_)} can never be",
            f"{describe(type_)} is expected",
            related=(Label(misfits[0][1], "the first of them"),),
        )

    def _set_field(self, node: t.Name, type_: Type, with_rep: bool) -> FieldRef | None:
        ref = self.fields.ref(node, with_rep, unquoted(node.text, type_, in_list=True))
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
            message = f"`{node.text}` holds values of another type"
            label = f"this is {describe(ref.type)}, and {describe(type_)} is expected"
            if isinstance(ref.type.element, OneOfType) and isinstance(type_, OneOfType):
                message = f"`{node.text}` holds none of the values that are asked for"
                label = "it has none of the other's values"
            self.report.add(kinds.TYPE_MISMATCH, node.span, message, label)
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
            case t.Name():
                self._unknown_list(node)
            case _:
                self.report.add(
                    kinds.TYPE_MISMATCH, node.span, f"`{shown(node)}` is no list", "not a list", help=_A_LIST
                )
        return None

    def _unknown_list(self, node: t.Name) -> None:
        names = self.fields.names
        if names.tolerates(node.text):
            return
        close = nearest(node.text, self.lists)
        help = f"did you mean `{close}`?" if close else _A_LIST
        message = f"there is no list called `{node.text}`"
        if names.field_type(node.text, names.schema) is not None:
            message = f"`{node.text}` is a field, and lists are made of texts only"
        elif node.text in names.definitions:
            message = f"`{node.text}` is a {noun(names.definitions[node.text])}, not a list"
        self.report.add(kinds.UNKNOWN_NAME, node.span, message, "not a list", help=help)

    def _literal(self, items: tuple[t.Expr, ...]) -> Texts | None:
        texts = Texts({}, {})
        sound = True
        for item in items:
            if isinstance(item, t.Literal) and isinstance(item.value, str):
                texts.folded.setdefault(fold(item.value), (item.value, item.span))
                texts.exact.setdefault(item.value, (item.value, item.span))
            else:
                sound = False
                self._no_text(item)
        return texts if sound else None

    def _no_text(self, item: t.Expr) -> None:
        help = "numbers, dates and times are compared with `between`"
        if isinstance(item, t.Name):
            help = f'a text stands in quotes: `"{item.text}"`'
            if item.text in self.lists:
                help = f"join lists with `+`: `{item.text} + […]`"
        label = f"`{shown(item)}` is no text"
        self.report.add(kinds.TYPE_MISMATCH, item.span, "lists are of texts", label, help=help)

    def _sum(self, first: t.Expr, rest: tuple[tuple[str, t.Expr], ...]) -> Texts | None:
        total = self.texts(first)
        sound = total is not None
        result = Texts(dict(total.folded), dict(total.exact)) if total is not None else Texts({}, {})
        for sign, part in rest:
            further = self.texts(part)
            if further is None:
                sound = False
            elif sign == "+":
                result.add(further)
            else:
                result.remove(further)
        return result if sound else None


_A_LIST: Final = 'a list is written in brackets, `["DE", "AT"]`, or named by `list`'


def _inside(inner: Span, outer: Span) -> bool:
    return inner.source is outer.source and outer.start <= inner.start < outer.end


def _same_kind(left: Type, right: Type) -> bool:
    if isinstance(left, OneOfType) and isinstance(right, OneOfType):
        return not set(left.members).isdisjoint(right.members)
    return type(left) is type(right)
