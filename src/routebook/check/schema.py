"""Declared types and schemas."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType
from typing import Final

from routebook.check import kinds
from routebook.check.report import Report
from routebook.diagnostics import Label
from routebook.syntax import tree as t
from routebook.text import fold
from routebook.types import (
    BoolType,
    CountryType,
    DateTimeType,
    DateType,
    EmailType,
    Field,
    IdType,
    NumberType,
    OneOfType,
    RepType,
    Schema,
    SetType,
    TextType,
    TimeType,
    Type,
    parts_of,
)

_PLAIN: Final[dict[str, Type]] = {
    "bool": BoolType(),
    "text": TextType(),
    "id": IdType(),
    "country": CountryType(),
    "email": EmailType(),
    "date": DateType(),
    "time": TimeType(),
    "datetime": DateTimeType(),
    "rep": RepType(),
}

REP_FIELDS: Final = (
    Field("id", RepType()),
    Field("name", TextType(), optional=True),
    Field("email", EmailType(), optional=True),
    Field("time_zone", TextType()),
    Field("weight", NumberType(integer=True, low=0)),
    Field("capacity", NumberType(integer=True, low=0), optional=True),
)
"""What every rep has, whatever a policy declares."""


def read_type(node: t.TypeName, report: Report) -> Type:
    """The type that is written; what is wrong with it is reported, and read as leniently as can be."""
    match node.word:
        case "one of":
            return OneOfType(_members(node, report))
        case "set of":
            assert node.element is not None
            element = read_type(node.element, report)
            assert isinstance(element, OneOfType | TextType | CountryType)
            return SetType(element)
        case "integer" | "decimal":
            return _number(node, report)
        case word:
            return _PLAIN[word]


def _members(node: t.TypeName, report: Report) -> tuple[str, ...]:
    seen: dict[str, t.Literal] = {}
    for member in node.members:
        text = str(member.value)
        if not text.strip():
            report.add(
                kinds.VALUE_OUT_OF_RANGE,
                member.span,
                "an empty text is never a value",
                "empty counts as missing",
            )
            continue
        first = seen.setdefault(fold(text), member)
        if first is not member:
            report.add(
                kinds.DUPLICATE_NAME,
                member.span,
                f"`{text}` is in this list twice",
                "the same, as texts compare",
                related=(Label(first.span, "first here"),),
                help="texts compare ignoring case and surrounding space: keep one of them",
            )
    if not node.members:
        report.add(
            kinds.VALUE_OUT_OF_RANGE,
            node.span,
            "a list of no values leaves nothing that the field can be",
            "empty",
        )
    return tuple(str(member.value).strip() for member in seen.values())


def _number(node: t.TypeName, report: Report) -> NumberType:
    integer = node.word == "integer"
    bounds = node.bounds
    low = bounds.low.value if bounds and bounds.low else None
    high = bounds.high.value if bounds and bounds.high else None
    for bound in (bounds.low, bounds.high) if bounds else ():
        if integer and bound is not None and not isinstance(bound.value, int):
            report.add(
                kinds.TYPE_MISMATCH,
                bound.span,
                f"`{bound.lexeme}` cannot bound whole numbers",
                "not a whole number",
                help="bound it by a whole number, or declare the field `decimal`",
            )
            return NumberType(integer)
    if low is not None and high is not None and low > high:  # type: ignore[operator]
        assert bounds is not None
        report.add(
            kinds.VALUE_OUT_OF_RANGE, bounds.span, "this range holds no number", "it begins above its end"
        )
        return NumberType(integer)
    return NumberType(integer, low, high)  # type: ignore[arg-type]


def read_schema(
    declarations: Iterable[t.FieldDecl],
    builtin: tuple[Field, ...],
    prefix: str,
    report: Report,
    unsure: set[str],
) -> Schema:
    """The schema of `lead { … }` (prefix empty) or `rep { … }` (prefix `rep.`), the built-in fields first.

    Names that are declared twice are put in `unsure`, with their prefix; the first declaration stands.
    """
    fields: dict[str, Field] = {field.name: field for field in builtin}
    for node in declarations:
        name = node.name.text
        type_ = read_type(node.type, report)
        clash = _clash(name, type_, fields)
        if clash is not None:
            _report_clash(node, prefix, clash, report)
            unsure.update((prefix + name, prefix + clash.name))
        elif not prefix and name.startswith(("rep.", "now.")):
            owner = "the rep" if name.startswith("rep.") else "`now`"
            report.add(
                kinds.DUPLICATE_NAME,
                node.name.span,
                f"`{name}` would hide a field of {owner}",
                "taken",
                help="choose another name",
            )
            unsure.add(name)
        if name not in fields:
            description = str(node.description.value) if node.description else None
            fields[name] = Field(name, type_, node.optional, description, node.name.span)
    return Schema(MappingProxyType(fields))


def _clash(name: str, type_: Type, fields: dict[str, Field]) -> Field | None:
    """A field with this name, or of which this name is a part, or which is a part of this one."""
    if name in fields:
        return fields[name]
    base, dot, part = name.rpartition(".")
    if dot and base in fields and part in parts_of(fields[base].type):
        return fields[base]
    return next((fields[f"{name}.{part}"] for part in parts_of(type_) if f"{name}.{part}" in fields), None)


def _report_clash(node: t.FieldDecl, prefix: str, other: Field, report: Report) -> None:
    name = prefix + node.name.text
    related = (Label(other.span, f"`{prefix}{other.name}` is declared here"),) if other.span else ()
    if other.name == node.name.text:
        always = f"every rep has `{name}` already" if other.span is None else f"`{name}` is declared twice"
        report.add(kinds.DUPLICATE_NAME, node.name.span, always, "declared again", related=related)
        return
    whole, part = sorted((name, prefix + other.name), key=len)
    report.add(
        kinds.DUPLICATE_NAME,
        node.name.span,
        f"`{part}` is a part of `{whole}` already",
        "declared again",
        related=related,
        help=f"leave it out: it comes with `{whole}`",
    )
