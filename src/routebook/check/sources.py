"""Sources: columns of other systems, typed by the fields that they fill."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from routebook.check import kinds
from routebook.check import targets as c
from routebook.check.report import Report
from routebook.check.values import Values
from routebook.diagnostics import Label
from routebook.syntax import tree as t
from routebook.text import counted, fold, listed, nearest
from routebook.types import DateTimeType, DateType, Schema, SetType, TimeType, Type, Value, describe

_SHOWN: Final = 8
"""So many of the fields that a source leaves out are pointed at."""

_CALENDAR: Final = (DateType, TimeType, DateTimeType)
_FILLED_BY_ACCOUNTS: Final = "account."


@dataclass(frozen=True)
class Sources:
    """Lowers sources against the lead's schema."""

    schema: Schema
    values: Values
    report: Report
    anything: bool

    def lower(self, node: t.SourceItem) -> c.SourceMap:
        """A source with the fields that are sound."""
        common = _texts(node.missing)
        fields: dict[str, c.SourceField] = {}
        first: dict[str, t.SourceField] = {}
        for field in node.fields:
            name = field.name.text
            if name in first:
                label = Label(first[name].name.span, "first here")
                self.report.add(
                    kinds.DUPLICATE_NAME,
                    field.name.span,
                    f"`{name}` is filled twice",
                    "again",
                    related=(label,),
                )
            elif name not in self.schema:
                # what a misspelt field fills is not left out as well
                first.setdefault(self._unknown(field) or name, field)
            else:
                fields[name] = self._field(field, self.schema[name].type, common)
            first.setdefault(name, field)
        self._complete(node, first)
        return c.SourceMap(node.name.text, MappingProxyType(fields), node.span)

    def _unknown(self, field: t.SourceField) -> str | None:
        """Report a field that is not declared; the result is the one that was meant, where that is clear."""
        if self.anything:
            return None
        name = field.name.text
        meant = nearest(name, self.schema.fields)
        help = f"did you mean `{meant}`?" if meant else "declare it in `lead { … }`"
        self.report.add(
            kinds.UNKNOWN_NAME,
            field.name.span,
            f"`{name}` is no field of the lead",
            "not declared",
            help=help,
        )
        return meant

    def _complete(self, node: t.SourceItem, first: dict[str, t.SourceField]) -> None:
        """A required field that a source never fills would have every lead rejected."""
        left_out = [
            declared
            for declared in self.schema
            if not (declared.optional or declared.name in first or isinstance(declared.type, SetType))
            and not declared.name.startswith(_FILLED_BY_ACCOUNTS)
        ]
        if not left_out:
            return
        names = [f"`{declared.name}`" for declared in left_out]
        labels = [Label(each.span, "not `optional`") for each in left_out if each.span is not None]
        one, and_so_on = left_out[0].name, " and so on" if len(names) > 1 else ""
        self.report.add(
            kinds.INCOMPLETE_SOURCE,
            node.name.span,
            f"every lead of `{node.name.text}` would be rejected: it never fills {listed(names, 'or')}",
            f"{counted(len(left_out), 'required field')} left out",
            related=tuple(labels[:_SHOWN]),
            help=f'add `{one} from "…"`{and_so_on}, or declare what may be missing `optional`',
        )

    def _field(self, node: t.SourceField, type_: Type, common: frozenset[str]) -> c.SourceField:
        item_type = type_.element if isinstance(type_, SetType) else type_
        mapping: dict[str, Value | None] = {}
        otherwise: t.MapEntry | None = None
        for entry in node.map.entries if node.map is not None else ():
            if entry.key is None:
                otherwise = self._once_else(entry, otherwise)
                continue
            key = fold(str(entry.key.value))
            if key in mapping:
                self.report.add(
                    kinds.DUPLICATE_NAME, entry.key.span, f"`{entry.key.value}` is mapped twice", "again"
                )
            mapping[key] = self._mapped(type_, entry.value)
        default = self.values.read(type_, node.default) if node.default is not None else None
        return c.SourceField(
            field=node.name.text,
            column=str(node.column.value),
            mapping=MappingProxyType(mapping) if node.map is not None else None,
            has_map_else=otherwise is not None,
            map_else=self._mapped(type_, otherwise.value) if otherwise is not None else None,
            split_by=self._split(node, type_),
            format=self._format(node, item_type),
            default=default,
            missing=common | _texts(node.missing),
        )

    def _mapped(self, type_: Type, value: t.PlainValue) -> Value | None:
        """What one text of the column stands for: of a set one member, or a list of several."""
        if isinstance(type_, SetType) and not isinstance(value, t.ListLiteral):
            type_ = type_.element
        return self.values.read(type_, value)

    def _once_else(self, entry: t.MapEntry, first: t.MapEntry | None) -> t.MapEntry:
        if first is not None:
            label = Label(first.span, "first here")
            self.report.add(
                kinds.SECOND_ELSE, entry.span, "this map has a second `else`", "again", related=(label,)
            )
            return first
        return entry

    def _split(self, node: t.SourceField, type_: Type) -> str | None:
        if node.split_by is None:
            return None
        if not isinstance(type_, SetType):
            self.report.add(
                kinds.TYPE_MISMATCH,
                node.split_by.span,
                "only a set is split",
                f"`{node.name.text}` is {describe(type_)}",
            )
        if not node.split_by.value:
            self.report.add(
                kinds.VALUE_OUT_OF_RANGE, node.split_by.span, "an empty text splits nothing", "empty"
            )
            return None
        return str(node.split_by.value)

    def _format(self, node: t.SourceField, type_: Type) -> str | None:
        if node.as_ is None:
            return None
        text = str(node.as_.value)
        if not isinstance(type_, _CALENDAR):
            self.report.add(
                kinds.TYPE_MISMATCH,
                node.as_.span,
                "`as` gives the format of a date or time",
                f"`{node.name.text}` is {describe(type_)}",
            )
            return None
        lost = _lost(text, type_)
        if lost is not None:
            self.report.add(
                kinds.VALUE_OUT_OF_RANGE,
                node.as_.span,
                f"no value of `{node.name.text}` could be read: {lost}",
                "not such a format",
                help="write it with `%Y`, `%m`, `%d`, `%H`, `%M` and `%S`, as `%m/%d/%Y`",
            )
            return None
        return text


def _lost(text: str, type_: Type) -> str | None:
    """Why a moment written in this format cannot be read back; None where it can, as far as the type needs it."""
    moment = datetime(2026, 11, 28, 13, 45)  # noqa: DTZ001 -- formats may leave the offset out
    try:
        back = datetime.strptime(moment.strftime(text), text)  # noqa: DTZ007
    except (ValueError, UnicodeError, OverflowError, re.error):
        return f"`{text}` is not a format of dates and times"
    if not isinstance(type_, TimeType) and back.date() != moment.date():
        return f"`{text}` leaves out the day, the month or the year"
    if isinstance(type_, TimeType) and (back.hour, back.minute) != (moment.hour, moment.minute):
        return f"`{text}` leaves out the hour or the minute"
    return None


def _texts(node: t.MissingTexts | None) -> frozenset[str]:
    return frozenset(fold(str(text.value)) for text in node.texts) if node is not None else frozenset()
