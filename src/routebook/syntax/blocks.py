"""Sources and tests: blocks whose clauses stand in any order, gathered into their nodes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from routebook.source import Span
from routebook.syntax import kinds
from routebook.syntax import literals as lit
from routebook.syntax import tree as t

N = TypeVar("N", bound=t.Node)


@dataclass(frozen=True, slots=True)
class Clause(t.Node):
    """A clause of a block by its word, such as `map` of a source's field, or `now` of a test."""

    word: str
    value: Any


@dataclass(frozen=True, slots=True)
class FieldStart(t.Node):
    """A field of a source with all that stands before the next field."""

    name: t.Name
    column: t.Literal
    clauses: tuple[Clause | t.MissingTexts, ...]


def source_item(
    span: Span, name: t.Name, lists: Sequence[t.MissingTexts], starts: Sequence[FieldStart]
) -> t.SourceItem:
    """Gather a source; `lists` are the `missing` lists that stand before its first field.

    White space means nothing, so whose a `missing` list is goes by its place. One before the first field is
    the source's own. Where there is none, the last thing in the block is. Every other one belongs to the
    field before it. An empty list at the end, `missing []`, says that the source has none of its own.
    """
    own = list(lists)
    bodies = [list(start.clauses) for start in starts]
    last = bodies[-1][-1] if bodies and bodies[-1] else None
    if not own and isinstance(last, t.MissingTexts):
        bodies[-1].pop()
        own.append(last)
        if len(starts) > 1 and not any(isinstance(clause, t.MissingTexts) for clause in bodies[-1]):
            _refuse_if_misleading(starts[-1], last)
    fields = tuple(_source_field(start, body) for start, body in zip(starts, bodies, strict=True))
    return t.SourceItem(span, name, fields, _once("missing", own))


def _refuse_if_misleading(field: FieldStart, last: t.MissingTexts) -> None:
    """Refuse a list that looks like the last field's, standing on its line, but would be the source's."""
    text = field.span.source.text
    line = text.rfind("\n", 0, last.span.start) + 1
    if text[line : field.span.start].strip() or line > field.span.start:
        return
    name = field.name.text
    lit.say(
        last.span,
        f"this `missing` list may be that of `{name}` alone or of the whole source",
        f"on the line of `{name}`, and last in the source",
        "if it is the source's, put it on a line below; if it is the field's, write the source's own list "
        "there, `missing []` where it has none",
        kinds.SYNTAX_ERROR,
    )


def _source_field(start: FieldStart, body: Sequence[Clause | t.MissingTexts]) -> t.SourceField:
    clauses = {
        word: _once(word, [clause for clause in body if isinstance(clause, Clause) and clause.word == word])
        for word in ("map", "split by", "as", "default")
    }
    values = {word: clause.value if clause is not None else None for word, clause in clauses.items()}
    end = body[-1].span if body else start.column.span
    return t.SourceField(
        start.span.to(end),
        start.name,
        start.column,
        values["map"],
        values["split by"],
        values["as"],
        values["default"],
        _once("missing", [clause for clause in body if isinstance(clause, t.MissingTexts)]),
    )


def test_item(span: Span, name: t.Literal, body: Sequence[Clause | t.Expect]) -> t.TestItem:
    """Gather a test: one lead, one moment, any number of expectations."""
    lead = _once("lead", [part for part in body if isinstance(part, Clause) and part.word == "lead"])
    now = _once("now", [part for part in body if isinstance(part, Clause) and part.word == "now"])
    expects = tuple(part for part in body if isinstance(part, t.Expect))
    return t.TestItem(span, name, lead.value if lead else (), now.value if now else None, expects)


def _once(word: str, parts: Sequence[N]) -> N | None:
    for again in parts[1:]:
        message = f"`{word}` stands here twice"
        lit.say(again.span, message, "only the first counts", "keep one of them", kinds.DUPLICATE_CLAUSE)
    return parts[0] if parts else None
