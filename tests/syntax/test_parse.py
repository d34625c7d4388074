"""From text to tree: what the nodes hold, and where they say that they stand."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from routebook.source import Source
from routebook.syntax import kinds
from routebook.syntax import tree as t
from routebook.syntax.parse import parse

WHOLE = Path(__file__).parents[1] / "cases" / "syntax" / "whole.route"


def items(text: str) -> tuple[Any, ...]:
    parsed = parse(Source("p.route", text))
    assert not parsed.findings, [finding.message for finding in parsed.findings]
    return parsed.file.items


def condition(text: str) -> Any:
    return items(f"define it = {text}")[0].condition


def messages(text: str) -> list[str]:
    return [finding.message for finding in parse(Source("p.route", text)).findings]


# --- Constants -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("50_000", 50_000),
        ("-7", -7),
        ("- 7", -7),
        ("12.50", Decimal("12.50")),
        ("-0.5", Decimal("-0.5")),
        ("true", True),
        ("2026-01-31", date(2026, 1, 31)),
        ("9:30", time(9, 30)),
        ("23:59:59", time(23, 59, 59)),
        ("23:59:59.5", time(23, 59, 59, 500_000)),
        ("2026-01-31T09:30:00.000001Z", t.Moment(datetime(2026, 1, 31, 9, 30, 0, 1, tzinfo=UTC))),
        ("2026-01-31T09:30", t.Moment(datetime(2026, 1, 31, 9, 30))),
        ("2026-01-31T09:30Z", t.Moment(datetime(2026, 1, 31, 9, 30, tzinfo=UTC))),
        ('"a \\"b\\" \\u00e9 \\ud83d\\ude00"', 'a "b" é 😀'),
        ('"tab\there"', "tab\there"),
    ],
)
def test_a_constant_is_read(text: str, value: object) -> None:
    literal = condition(f"x == {text}").right[0]
    assert type(literal.value) is type(value)
    assert literal.value == value


def test_numbers_are_never_binary_floats() -> None:
    assert condition("x == 0.1").right[0].value == Decimal("0.1")


def test_constants_that_python_takes_for_equal_differ() -> None:
    one, true, exact = (condition(f"x == {text}").right[0] for text in ("1", "true", "1.0"))
    assert one not in (true, exact)
    assert true != exact


def test_a_date_is_no_subtraction_but_numbers_apart_are() -> None:
    assert isinstance(condition("x == 2026-01-31").right[0], t.Literal)
    assert isinstance(condition("x == 2026 - 01 - 31").right[0], t.Sum)
    assert isinstance(condition("a-1 > 2").left, t.Sum)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("15m", timedelta(minutes=15)),
        ("2h", timedelta(hours=2)),
        ("3d", timedelta(days=3)),
        ("1w", timedelta(7)),
    ],
)
def test_a_duration_is_read(text: str, value: timedelta) -> None:
    (rule,) = items(f"else hold pool p up to {text}")
    assert rule.body.targets[0].up_to.value == value


def test_shares_are_exact() -> None:
    (rule,) = items('else split "s" by id { 33.3% queue a 66.7% queue b }')
    assert [arm.percent.value for arm in rule.body.targets[0].arms] == [Decimal("33.3"), Decimal("66.7")]


# --- Expressions -----------------------------------------------------------------------------------------


def show(node: Any) -> str:
    """An expression with every bracket that it has in the tree."""
    match node:
        case t.Name(text=text):
            return text
        case t.Literal(value=value):
            return str(value)
        case t.Or(parts=parts) | t.And(parts=parts):
            return f"({f' {type(node).__name__.lower()} '.join(show(part) for part in parts)})"
        case t.Not(part=part):
            return f"(not {show(part)})"
        case t.Negative(part=part):
            return f"(-{show(part)})"
        case t.Compare(op=op, left=left, right=right):
            return f"({show(left)} {op} {' '.join(show(part) for part in right)})".replace(" )", ")")
        case t.Sum(first=first, rest=rest) | t.Product(first=first, rest=rest):
            return f"({show(first)}{''.join(f' {sign} {show(part)}' for sign, part in rest)})"
        case t.ListLiteral(items=parts):
            return f"[{', '.join(show(part) for part in parts)}]"
    raise AssertionError(node)


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("a or b and not c == 1", "(a or (b and (not (c == 1))))"),
        ("not a and b", "((not a) and b)"),
        ("not a == b", "(not (a == b))"),
        ("not not a", "(not (not a))"),
        ("(a or b) and c", "((a or b) and c)"),
        ("(a and b) and c", "((a and b) and c)"),
        ("a - b + c * d / e", "(a - b + (c * d / e))"),
        ("-a * -2 > 3", "(((-a) * -2) > 3)"),
        ("a - -2 > - (3)", "((a - -2) > -3)"),
        ("x between a + 1 and b and c", "((x between (a + 1) b) and c)"),
        ("x not in l - [1] or y", "((x not in (l - [1])) or y)"),
        ("x has none [a, b + c]", "(x has none [a, (b + c)])"),
        ("x has y and z is known", "((x has y) and (z is known))"),
        ("x starts with y or x is missing", "((x starts with y) or (x is missing))"),
        ("(score) > 3", "(score > 3)"),
        ("(vip) and x", "(vip and x)"),
        ("now.weekday in [a] and now > b", "((now.weekday in [a]) and (now > b))"),
    ],
)
def test_operators_bind_as_the_reference_says(text: str, shape: str) -> None:
    assert show(condition(text)) == shape


# --- Sources ---------------------------------------------------------------------------------------------


def lists(body: str) -> tuple[list[str] | None, dict[str, list[str] | None]]:
    """The source's own `missing` list, and those of its fields."""
    (source,) = items(f"source s {{\n{body}\n}}")

    def texts(node: t.MissingTexts | None) -> list[str] | None:
        return None if node is None else [str(text.value) for text in node.texts]

    return texts(source.missing), {field.name.text: texts(field.missing) for field in source.fields}


@pytest.mark.parametrize(
    ("body", "own", "fields"),
    [
        ('a from "A"\nb from "B"\nmissing ["x"]', ["x"], {"a": None, "b": None}),
        ('missing ["x"]\na from "A"\nb from "B"', ["x"], {"a": None, "b": None}),
        ('a from "A" missing ["x"]\nb from "B"', None, {"a": ["x"], "b": None}),
        ('a from "A" missing ["x"]\nb from "B"\nmissing ["y"]', ["y"], {"a": ["x"], "b": None}),
        ('missing ["y"]\na from "A"\nb from "B" missing ["x"]', ["y"], {"a": None, "b": ["x"]}),
        ('a from "A"\nb from "B" missing ["x"]\nmissing ["y"]', ["y"], {"a": None, "b": ["x"]}),
        ('a from "A"\nb from "B" missing ["x"]\nmissing []', [], {"a": None, "b": ["x"]}),
        ('a from "A"\nb from "B" missing ["x"] default 0', None, {"a": None, "b": ["x"]}),
        ('a from "A" b from "B" default 0\nmissing ["x"]', ["x"], {"a": None, "b": None}),
        ('a from "A" missing ["x"]', ["x"], {"a": None}),
        ('missing ["x"]', ["x"], {}),
        ("", None, {}),
    ],
)
def test_whose_a_missing_list_is(
    body: str, own: list[str] | None, fields: dict[str, list[str] | None]
) -> None:
    assert lists(body) == (own, fields)


def test_a_list_that_may_be_either_is_asked_about() -> None:
    text = 'source s {\n  a from "A"\n  b from "B" missing ["x"]\n}'
    assert messages(text) == ["this `missing` list may be that of `b` alone or of the whole source"]
    assert not messages(text.replace("\n", " "))


@pytest.mark.parametrize(
    "body",
    [
        'a from "A" default 0 default 1',
        'a from "A" as "x" as "y"',
        'a from "A" split by ";" map {} split by ","',
        'a from "A" missing ["x"] missing ["y"] default 0',
        'missing ["x"] missing ["y"] a from "A"',
    ],
)
def test_a_clause_stands_once(body: str) -> None:
    findings = parse(Source("p.route", f"source s {{ {body} }}")).findings
    assert [finding.kind for finding in findings] == [kinds.DUPLICATE_CLAUSE]


# --- Places ----------------------------------------------------------------------------------------------


def nodes(value: Any) -> list[t.Node]:
    """Every node of a tree, the outer before the inner."""
    if isinstance(value, tuple):
        return [node for part in value for node in nodes(part)]
    if not isinstance(value, t.Node):
        return []
    slots = [
        slot for kind in type(value).__mro__ for slot in getattr(kind, "__slots__", ()) if slot != "span"
    ]
    return [value, *(node for slot in slots for node in nodes(getattr(value, slot)))]


def test_every_node_covers_what_is_in_it() -> None:
    parsed = parse(Source("p.route", WHOLE.read_text(encoding="utf-8")))
    for node in nodes(parsed.file):
        for inner in nodes(node)[1:]:
            assert node.span.start <= inner.span.start <= inner.span.end <= node.span.end, (node, inner)


def test_items_stand_where_they_are_written() -> None:
    for item in items(WHOLE.read_text(encoding="utf-8")):
        text = item.span.text
        assert text == text.strip()
        assert items(text) == (item,)


def test_brackets_belong_to_what_they_hold() -> None:
    (item,) = items("define it = (a or b) and c # why")
    assert item.span.text == "define it = (a or b) and c"
    assert [part.span.text for part in item.condition.parts] == ["(a or b)", "c"]


def test_a_byte_order_mark_counts_but_is_no_text() -> None:
    (item,) = items("\ufeffelse queue q\n")
    assert (item.span.start, item.span.text) == (1, "else queue q")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\f", "\t"])
def test_white_space_only_separates(end: str) -> None:
    text = WHOLE.read_text(encoding="utf-8")
    plain = "\n".join(line.partition("  #")[0] for line in text.split("\n"))
    assert items(plain.replace("\n", end)) == items(text)
