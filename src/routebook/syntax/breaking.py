"""Expressions, types and values as documents that can break, for lines that would be too long."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from routebook.syntax import tree as t
from routebook.syntax import words
from routebook.syntax.wrap import Break, Doc, Fill, Group, Line, Nest, Text, broken, listing


def expression(node: t.Expr, at_least: int = words.OR) -> Doc:
    """An expression that breaks before `and` and `or`, in lists, and before terms, the outermost first."""
    doc = _plain_expression(node)
    if words.binding(node) < at_least:
        return (Text("(", node.span.start), Group(doc), Text(")"))
    return doc


def _plain_expression(node: t.Expr) -> Doc:
    match node:
        case t.Name() | t.Literal() | t.Negative():
            return Text(words.expression(node), node.span.start)
        case t.ListLiteral():
            items = [expression(item, words.SUM) for item in node.items]
            return listing(Text("[", node.span.start), items, Text("]", node.span.end - 1))
        case t.Or(parts=parts):
            return _chain("or ", parts, words.AND)
        case t.And(parts=parts):
            return _chain("and ", parts, words.NOT)
        case t.Not(part=part):
            return (Text("not ", node.span.start), expression(part, words.NOT))
        case t.Compare():
            return _compare(node)
        case t.Sum():
            return _terms(node, words.PRODUCT)
        case t.Product():
            return _terms(node, words.UNARY)
        case _:
            assert_never(node)


def _chain(joint: str, parts: Sequence[t.Expr], at_least: int) -> Doc:
    docs: list[Doc] = [Group(expression(parts[0], at_least))]
    for part in parts[1:]:
        docs += [Break(), Text(joint, part.span.start, 1), Group(expression(part, at_least))]
    return Nest(tuple(docs))


def _compare(node: t.Compare) -> Doc:
    left = expression(node.left, words.SUM)
    if node.op == "between":
        low, high = (expression(right, words.SUM) for right in node.right)
        return (left, Text(" between "), low, Text(" and "), high)
    right = (expression(right, words.SUM) for right in node.right)
    return (left, Text(f" {node.op}{' ' if node.right else ''}"), *right)


def _terms(node: t.Sum | t.Product, at_least: int) -> Doc:
    """Terms with their signs. A list stays behind its sign, where it can break by itself."""
    parts: list[Doc] = [expression(node.first, at_least)]
    for sign, term in node.rest:
        doc = (Text(f"{sign} ", term.span.start, 1), expression(term, at_least))
        if isinstance(term, t.ListLiteral):
            parts[-1] = (parts[-1], Text(" "), doc)
        else:
            parts.append(doc)
    return Nest(Fill(tuple(parts), Break())) if len(parts) > 1 else parts[0]


def value(node: t.PlainValue) -> Doc:
    """A plain value, as in derives, sources and tests."""
    match node:
        case t.MissingValue() | t.Literal():
            return Text(words.value(node), node.span.start)
        case t.ListLiteral():
            return expression(node)
        case _:
            assert_never(node)


def texts(nodes: Sequence[t.Literal], end: int) -> Doc:
    """A list of texts whose closing bracket ends at the offset `end`."""
    items = [Text(words.literal(node), node.span.start) for node in nodes]
    return listing(Text("["), items, Text("]", end - 1))


def type_name(node: t.TypeName) -> Doc:
    """A type as it is declared; its members can break."""
    if node.word == "one of":
        return (Text("one of "), texts(node.members, node.span.end))
    if node.element is not None and node.element.members:
        return (Text("set of "), texts(node.element.members, node.span.end))
    return Text(words.type_name(node), node.span.start)


def mapping(node: t.MapClause) -> Doc:
    """A `map` clause, one entry a line where it is broken."""
    entries: list[Doc] = [
        (Text(words.map_head(entry), entry.span.start), value(entry.value)) for entry in node.entries
    ]
    closer = Text("}", node.span.end - 1)
    return listing(Text("map {", node.span.start), entries, closer, one_a_line=True)


def clause(
    indent: int,
    begin: str,
    node: t.Expr,
    tail: str,
    start: int,
    back: int = 0,
    *,
    deeper: bool = False,
    at_least: int = words.OR,
) -> list[Line]:
    """A clause that ends in an expression, with what it begins with and the `tail` of its last line.

    `deeper` sets what is broken off one level further in, to keep it apart from clauses that follow;
    `at_least` is how tightly the expression has to bind where it stands.
    """

    def doc() -> Doc:
        inside = Group(expression(node, at_least))
        return (Nest(inside) if deeper else inside, Text(tail))

    return broken(indent, f"{begin}{words.expression(node, at_least)}{tail}", start, doc, begin, back)
