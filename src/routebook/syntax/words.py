"""Nodes in their canonical words, on one line: what `fmt` lays out, and what reports and plans quote."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, time
from decimal import Decimal
from typing import Final, assert_never

from routebook.decision import show_moment
from routebook.syntax import tree as t
from routebook.types import show_number

# Control characters, line ends that editors disagree on, and the marks that turn the direction of writing.
_UNSEEN: Final = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")

OR, AND, NOT, COMPARE, SUM, PRODUCT, UNARY, ATOM = range(8)
_BINDING: Final[dict[type, int]] = {
    t.Or: OR,
    t.And: AND,
    t.Not: NOT,
    t.Compare: COMPARE,
    t.Sum: SUM,
    t.Product: PRODUCT,
    t.Negative: UNARY,
}


def binding(node: t.Expr) -> int:
    """How tightly an expression holds together: from `OR`, the loosest, to `ATOM`."""
    return _BINDING.get(type(node), ATOM)


def expression(node: t.Expr, at_least: int = OR) -> str:
    """An expression, in brackets where it binds less than `at_least` asks."""
    text = _plain_expression(node)
    return f"({text})" if binding(node) < at_least else text


def _plain_expression(node: t.Expr) -> str:
    match node:
        case t.Name(text=text):
            return text
        case t.Literal():
            return literal(node)
        case t.ListLiteral(items=items):
            return f"[{', '.join(expression(item, SUM) for item in items)}]"
        case t.Or(parts=parts):
            return " or ".join(expression(part, AND) for part in parts)
        case t.And(parts=parts):
            return " and ".join(expression(part, NOT) for part in parts)
        case t.Not(part=part):
            return f"not {expression(part, NOT)}"
        case t.Compare():
            return _compare(node)
        case t.Sum(first=first, rest=rest):
            return " ".join([expression(first, PRODUCT), *(f"{s} {expression(e, PRODUCT)}" for s, e in rest)])
        case t.Product(first=first, rest=rest):
            return " ".join([expression(first, UNARY), *(f"{s} {expression(e, UNARY)}" for s, e in rest)])
        case t.Negative(part=part):
            return f"-{expression(part, UNARY)}" if _leads_with_name(part) else f"-({expression(part)})"
        case _:
            assert_never(node)


def _leads_with_name(node: t.Expr) -> bool:
    """Whether `-` may stand right before the node: a number would take it as its sign."""
    return isinstance(node, t.Name)


def _compare(node: t.Compare) -> str:
    left = expression(node.left, SUM)
    if node.op == "between":
        low, high = node.right
        return f"{left} between {expression(low, SUM)} and {expression(high, SUM)}"
    return " ".join([left, node.op, *(expression(right, SUM) for right in node.right)])


def literal(node: t.Literal) -> str:
    """A constant as it is written; numbers keep the user's own spelling."""
    match node.value:
        case bool():
            return "true" if node.value else "false"
        case int() | Decimal():
            return node.lexeme or show_number(node.value)
        case str():
            return quoted(node.value)
        case t.Moment(moment):
            return moment_text(moment)
        case time():
            return node.value.isoformat(_as_exact_as(node.value))
        case date():
            return node.value.isoformat()
        case _:
            assert_never(node.value)


def moment_text(moment: datetime) -> str:
    """A moment as the language writes it: `2026-01-31T09:30Z`."""
    text = moment.isoformat(timespec=_as_exact_as(moment))
    return show_moment(moment) if text == moment.isoformat() else text.replace("+00:00", "Z")


def _as_exact_as(value: time | datetime) -> str:
    """How exactly a time of day is written: without seconds and their fractions where it has none."""
    if value.microsecond:
        return "microseconds"
    return "seconds" if value.second else "minutes"


def quoted(text: str) -> str:
    """A text in quotes, with JSON's escapes where it needs them and for what could not be seen."""
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))


def value(node: t.PlainValue) -> str:
    """A plain value, as in derives, sources and tests."""
    match node:
        case t.MissingValue():
            return "missing"
        case t.Literal() | t.ListLiteral():
            return expression(node)
        case _:
            assert_never(node)


def map_entry(node: t.MapEntry) -> str:
    """An entry of a source's map: `"A" to "b"`, or `else "b"`."""
    return map_head(node) + value(node.value)


def map_head(node: t.MapEntry) -> str:
    """A map's entry up to its value."""
    return f"{literal(node.key)} to " if node.key is not None else "else "


def mapping(node: t.MapClause) -> str:
    """A source's `map` clause."""
    entries = ", ".join(map_entry(entry) for entry in node.entries)
    return f"map {{ {entries} }}" if entries else "map {}"


def missing(node: t.MissingTexts) -> str:
    """A `missing` clause with its texts."""
    return f"missing [{', '.join(literal(text) for text in node.texts)}]"


def described(name: t.Name, description: t.Literal | None) -> str:
    """A name with the description that may follow it."""
    return f"{name.text} {literal(description)}" if description is not None else name.text


def strategy(node: t.Strategy) -> str:
    """A strategy with its fields: `hash of email`, `performance per industry, country`."""
    joint = {"hash": "of", "performance": "per"}.get(node.word)
    fields = ", ".join(name.text for name in node.fields)
    return f"{node.word} {joint} {fields}" if fields else node.word


def target(node: t.Target | t.Reassign) -> str:
    """A target on one line, without `assign`."""
    return " ".join([target_head(node), *target_clauses(node)])


def target_head(node: t.Target | t.Reassign) -> str:
    """A target up to, not including, its `where` and `sticky`; a split with its arms."""
    match node:
        case t.PoolTarget(pool=pool):
            shift = " on shift" if node.on_shift else ""
            if node.short and node.strategy is not None:
                return f"{strategy(node.strategy)} {pool.text}{shift}"
            by = f" by {strategy(node.strategy)}" if node.strategy is not None else ""
            return f"pool {pool.text}{by}{shift}"
        case t.RepTarget(rep=rep):
            return f"rep {expression(rep)}"
        case t.HoldTarget(pool=pool, where=where, up_to=up_to):
            condition = f" where {expression(where)}" if where is not None else ""
            return f"hold pool {pool.text}{condition} up to {up_to.lexeme}"
        case t.QueueTarget(name=name):
            return f"queue {name.text}"
        case t.NurtureTarget(name=name):
            return f"nurture {name.text}"
        case t.RejectTarget(reason=reason):
            return f"reject {literal(reason)}"
        case t.SplitTarget(arms=arms):
            shares = "  ".join(f"{literal(arm.percent)} {target(arm.target)}" for arm in arms)
            return f"{split_head(node)} {shares} }}"
        case t.Reassign(times=times):
            return f"reassign {literal(times)} times"
        case _:
            assert_never(node)


def target_clauses(node: t.Target | t.Reassign) -> list[str]:
    """The `where` and `sticky` of a pool target, each as a clause."""
    if not isinstance(node, t.PoolTarget):
        return []
    clauses = [f"where {expression(node.where)}"] if node.where is not None else []
    if node.sticky is not None:
        clauses.append(sticky(node.sticky))
    return clauses


def split_head(node: t.SplitTarget) -> str:
    """A split up to its first arm."""
    return f"split {literal(node.name)} by {node.field.text} {{"


def sticky(node: t.Sticky) -> str:
    """A `sticky` clause."""
    duration = f" for {node.duration.lexeme}" if node.duration else ""
    return f"sticky by {node.field.text}{duration}"


def expect(node: t.Expect) -> str:
    """An expectation of a test."""
    return f"expect {node.kind} {expression(node.what)}" if node.what is not None else f"expect {node.kind}"


def type_name(node: t.TypeName) -> str:
    """A type as it is declared."""
    if node.word == "one of":
        return f"one of [{', '.join(literal(member) for member in node.members)}]"
    if node.element is not None:
        inner = type_name(node.element).removeprefix("one of ")
        return f"set of {inner}"
    return f"{node.word} {bounds(node.bounds)}" if node.bounds is not None else node.word


def bounds(node: t.Bounds) -> str:
    """A range: `0..100`, `1..`, `..9`."""
    low = literal(node.low) if node.low is not None else ""
    high = literal(node.high) if node.high is not None else ""
    return f"{low}..{high}"
