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
    """A field of a source with the clauses after it, a `missing` list of its own not yet among them."""

    name: t.Name
    column: t.Literal
    clauses: tuple[Clause, ...]


def source_item(span: Span, name: t.Name, body: Sequence[FieldStart | t.MissingTexts]) -> t.SourceItem:
    """Gather a source. White space means nothing, so its `missing` lists are told apart by place.

    The first or the last thing in the block is the source's own list; one between belongs to the field
    before it. The canonical layout shows which was meant.
    """
    own: list[t.MissingTexts] = []
    starts: list[tuple[FieldStart, list[t.MissingTexts]]] = []
    for position, part in enumerate(body):
        if isinstance(part, FieldStart):
            starts.append((part, []))
        elif not starts or position == len(body) - 1:
            own.append(part)
        else:
            starts[-1][1].append(part)
    fields = tuple(_source_field(start, lists) for start, lists in starts)
    return t.SourceItem(span, name, fields, _once("missing", own))


def _source_field(start: FieldStart, lists: Sequence[t.MissingTexts]) -> t.SourceField:
    clauses = {
        word: _once(word, [clause for clause in start.clauses if clause.word == word])
        for word in ("map", "split by", "as", "default")
    }
    values = {word: clause.value if clause is not None else None for word, clause in clauses.items()}
    return t.SourceField(
        start.span,
        start.name,
        start.column,
        values["map"],
        values["split by"],
        values["as"],
        values["default"],
        _once("missing", lists),
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
