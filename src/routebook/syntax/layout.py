"""The canonical layout of a file's items, without its comments: the lines that `format` puts them into."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, assert_never

from routebook.syntax import breaking, words
from routebook.syntax import tree as t
from routebook.syntax.breaking import clause
from routebook.syntax.layout_rules import rule, sla
from routebook.syntax.wrap import WIDTH, Break, Doc, Group, Line, Nest, Text, broken, lay, listing

_COLUMN: Final = 40
"""Columns are no wider than this; what is longer stands out of line rather than push the others away."""


def item(node: t.Item) -> list[Line]:
    """The lines of one item, the first of them without indentation."""
    match node:
        case t.PolicyItem():
            return _policy(node)
        case t.ImportItem(path=path):
            return [Line(0, f"import {words.literal(path)}", node.span.start)]
        case t.LeadItem(fields=fields):
            return _schema("lead", node, fields)
        case t.RepItem(fields=fields):
            return _schema("rep", node, fields)
        case t.ListItem(value=value):
            return clause(0, f"list {head(node)} = ", value, "", node.span.start, at_least=words.SUM)
        case t.DefineItem(condition=condition):
            return clause(0, f"define {head(node)} = ", condition, "", node.span.start)
        case t.DeriveItem():
            return _derive(node)
        case t.PointsItem():
            return _points(node)
        case t.RuleItem():
            return rule(node, 0)
        case t.SlaItem():
            return sla(node)
        case t.SourceItem():
            return _source(node)
        case t.TestItem():
            return _test(node)
        case t.BrokenItem(span=span):
            return [Line(0, span.text.strip(), span.start)]
        case _:
            assert_never(node)


def head(node: t.ListItem | t.DefineItem | t.DeriveItem | t.PointsItem) -> str:
    """A name with its description, as a definition begins."""
    return words.described(node.name, node.description)


def _policy(node: t.PolicyItem) -> list[Line]:
    lines = [Line(0, f"policy {words.literal(node.name)}", node.span.start)]
    if node.timezone is not None:
        lines.append(Line(1, f"timezone {words.literal(node.timezone)}", node.timezone.span.start, 1))
    return lines


def _end(node: t.Node) -> Line:
    return Line(0, "}", node.span.end - 1)


def _column(texts: Sequence[str]) -> int:
    """How wide a column for the texts is."""
    return max((len(text) for text in texts if len(text) <= _COLUMN), default=0)


# --- Schemas ---------------------------------------------------------------------------------------------


def _schema(word: str, node: t.LeadItem | t.RepItem, fields: Sequence[t.FieldDecl]) -> list[Line]:
    names = [f"{words.described(field.name, field.description)}:" for field in fields]
    types = [words.type_name(field.type) for field in fields]
    name_column = _column(names)
    type_column = _column([text for text, field in zip(types, fields, strict=True) if field.optional])
    lines = [Line(0, f"{word} {{", node.span.start)]
    for name, type_, field in zip(names, types, fields, strict=True):
        lead = f"{name:<{name_column}} "
        text = f"{lead}{type_:<{type_column}}  optional" if field.optional else lead + type_
        if len(text) + 2 <= WIDTH:
            lines.append(Line(1, text, field.span.start, tabular=True))
            continue
        tail = "  optional" if field.optional else ""
        doc = (Text(lead, field.span.start), breaking.type_name(field.type), Text(tail))
        lines += lay(doc, 1)
    return [*lines, _end(node)]


# --- Computed fields -------------------------------------------------------------------------------------


def _derive(node: t.DeriveItem) -> list[Line]:
    begin = f"derive {head(node)}: "
    flat = f"{begin}{words.type_name(node.type)} {{"
    lines = broken(0, flat, node.span.start, lambda: (breaking.type_name(node.type), Text(" {")), begin)
    for case in node.cases:
        lines += _derive_case(case)
    if node.otherwise is not None:
        value = node.otherwise
        flat = f"else {words.value(value)}"
        lines += broken(1, flat, value.span.start, lambda: breaking.value(value), "else ", 1)
    return [*lines, _end(node)]


def _derive_case(case: t.DeriveCase) -> list[Line]:
    def doc() -> Doc:
        then = (Break(), Text("then ", case.value.span.start, 1), breaking.value(case.value))
        return Group((breaking.expression(case.condition), Nest(then)))

    flat = f"when {words.expression(case.condition)} then {words.value(case.value)}"
    return broken(1, flat, case.span.start, doc, "when ")


def _points(node: t.PointsItem) -> list[Line]:
    lines = [Line(0, f"points {head(node)} {words.bounds(node.bounds)} {{", node.span.start)]
    for entry in node.entries:
        begin = f"{'add' if entry.sign > 0 else 'subtract'} {words.literal(entry.amount)}"
        if entry.condition is not None:
            lines += clause(1, f"{begin} when ", entry.condition, "", entry.span.start)
        elif entry.per is not None:
            limit = f" up to {words.literal(entry.up_to)}" if entry.up_to is not None else ""
            lines.append(Line(1, f"{begin} per {entry.per.text}{limit}", entry.span.start))
    return [*lines, _end(node)]


# --- Sources ---------------------------------------------------------------------------------------------


def _source(node: t.SourceItem) -> list[Line]:
    column = _column([field.name.text for field in node.fields])
    lines = [Line(0, f"source {node.name.text} {{", node.span.start)]
    for field in node.fields:
        lines += _source_field(field, column)
    if node.missing is not None:
        lines += _missing(node.missing)
    elif node.fields and _reads_as_the_sources(node.fields[-1]):
        lines.append(Line(1, "missing []", node.span.end - 1))
    return [*lines, _end(node)]


def _missing(node: t.MissingTexts) -> list[Line]:
    return broken(
        1, words.missing(node), node.span.start, lambda: breaking.texts(node.texts, node.span.end), "missing "
    )


def _reads_as_the_sources(last: t.SourceField) -> bool:
    """Whether the last field ends in a list of its own, which without one below it would be the source's."""
    return last.missing is not None and not (last.split_by or last.as_ or last.map or last.default)


def _source_field(node: t.SourceField, column: int) -> list[Line]:
    """The clauses in one order: what comes of an empty text, how the text is read, what it stands for."""
    pieces: list[tuple[str, Doc]] = []

    def add(text: str, doc: Doc | None = None) -> None:
        pieces.append((f" {text}", (Text(" "), doc if doc is not None else Text(text))))

    if node.missing is not None:
        doc = (Text("missing "), breaking.texts(node.missing.texts, node.missing.span.end))
        add(words.missing(node.missing), doc)
    if node.split_by is not None:
        add(f"split by {words.literal(node.split_by)}")
    if node.as_ is not None:
        add(f"as {words.literal(node.as_)}")
    if node.map is not None:
        add(words.mapping(node.map), breaking.mapping(node.map))
    if node.default is not None:
        add(f"default {words.value(node.default)}", (Text("default "), breaking.value(node.default)))
    begin = f"{node.name.text:<{column}} from {words.literal(node.column)}"
    flat = begin + "".join(text for text, _ in pieces)
    lines = broken(1, flat, node.span.start, lambda: tuple(doc for _, doc in pieces), begin)
    return [replace(lines[0], tabular=True)] if len(lines) == 1 else lines


# --- Tests -----------------------------------------------------------------------------------------------


def _test(node: t.TestItem) -> list[Line]:
    lines = [Line(0, f"test {words.literal(node.name)} {{", node.span.start)]
    if node.fields:
        lines += _test_lead(node.fields)
    if node.now is not None:
        lines.append(Line(1, f"now {words.literal(node.now)}", node.now.span.start, 1))
    lines += [Line(1, words.expect(expect), expect.span.start) for expect in node.expects]
    return [*lines, _end(node)]


def _test_lead(fields: Sequence[t.TestField]) -> list[Line]:
    first = fields[0].span.start

    def doc() -> Doc:
        entries: list[Doc] = [
            (Text(f"{field.name.text}: ", field.span.start), breaking.value(field.value)) for field in fields
        ]
        return listing(Text("lead {", first, 2), entries, Text("}", fields[-1].span.end), one_a_line=True)

    inner = ", ".join(f"{field.name.text}: {words.value(field.value)}" for field in fields)
    return broken(1, f"lead {{ {inner} }}", first, doc, back=2)
