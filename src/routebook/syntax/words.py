"""Nodes in their canonical words, on one line: what `fmt` lays out, and what reports and plans quote."""

from __future__ import annotations

import json
from datetime import date, datetime, time
from decimal import Decimal
from typing import Final, assert_never

from routebook.decision import show_moment
from routebook.syntax import tree as t
from routebook.types import show_number

_OR, _AND, _NOT, _COMPARE, _SUM, _PRODUCT, _UNARY, _ATOM = range(8)
_BINDING: Final[dict[type, int]] = {
    t.Or: _OR,
    t.And: _AND,
    t.Not: _NOT,
    t.Compare: _COMPARE,
    t.Sum: _SUM,
    t.Product: _PRODUCT,
    t.Negative: _UNARY,
}


def expression(node: t.Expr, at_least: int = _OR) -> str:
    """An expression, in brackets where it binds less than `at_least` asks."""
    text = _plain_expression(node)
    return f"({text})" if _BINDING.get(type(node), _ATOM) < at_least else text


def _plain_expression(node: t.Expr) -> str:
    match node:
        case t.Name(text=text):
            return text
        case t.Literal():
            return literal(node)
        case t.ListLiteral(items=items):
            return f"[{', '.join(expression(item, _SUM) for item in items)}]"
        case t.Or(parts=parts):
            return " or ".join(expression(part, _AND) for part in parts)
        case t.And(parts=parts):
            return " and ".join(expression(part, _NOT) for part in parts)
        case t.Not(part=part):
            return f"not {expression(part, _NOT)}"
        case t.Compare():
            return _compare(node)
        case t.Sum(first=first, rest=rest):
            return " ".join(
                [expression(first, _PRODUCT), *(f"{s} {expression(e, _PRODUCT)}" for s, e in rest)]
            )
        case t.Product(first=first, rest=rest):
            return " ".join([expression(first, _UNARY), *(f"{s} {expression(e, _UNARY)}" for s, e in rest)])
        case t.Negative(part=part):
            return f"-{expression(part, _UNARY)}" if _leads_with_name(part) else f"-({expression(part)})"
        case _:
            assert_never(node)


def _leads_with_name(node: t.Expr) -> bool:
    """Whether `-` may stand right before the node: a number would take it as its sign."""
    return isinstance(node, t.Name)


def _compare(node: t.Compare) -> str:
    left = expression(node.left, _SUM)
    if node.op == "between":
        low, high = node.right
        return f"{left} between {expression(low, _SUM)} and {expression(high, _SUM)}"
    return " ".join([left, node.op, *(expression(right, _SUM) for right in node.right)])


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
            return node.value.isoformat("seconds" if node.value.second else "minutes")
        case date():
            return node.value.isoformat()
        case _:
            assert_never(node.value)


def moment_text(moment: datetime) -> str:
    """A moment as the language writes it: `2026-01-31T09:30Z`."""
    text = moment.isoformat(timespec="seconds" if moment.second else "minutes")
    return show_moment(moment) if text == moment.isoformat() else text.replace("+00:00", "Z")


def quoted(text: str) -> str:
    """A text in quotes, with JSON's escapes where it needs them."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def value(node: t.PlainValue) -> str:
    """A plain value, as in derives, sources and tests."""
    match node:
        case t.MissingValue():
            return "missing"
        case t.Literal() | t.ListLiteral():
            return expression(node)
        case _:
            assert_never(node)


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
        case t.SplitTarget(name=name, field=field, arms=arms):
            shares = "  ".join(f"{arm.percent.lexeme} {target(arm.target)}" for arm in arms)
            return f"split {literal(name)} by {field.text} {{ {shares} }}"
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
        duration = f" for {node.sticky.duration.lexeme}" if node.sticky.duration else ""
        clauses.append(f"sticky by {node.sticky.field.text}{duration}")
    return clauses


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
