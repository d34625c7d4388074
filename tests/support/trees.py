"""Hypothesis strategies for syntax trees: every kind of node, as the parser would build it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from routebook.source import Source, Span
from routebook.syntax import tree as t
from routebook.syntax.vocabulary import RESERVED
from support.keywords import FREE_KEYWORDS

NOWHERE = Span(Source("<generated>", ""), 0, 0)
"""The place of generated nodes: equality ignores it."""


def node(kind: Callable[..., Any], *parts: st.SearchStrategy[Any], **named: Any) -> st.SearchStrategy[Any]:
    """Nodes of a kind with parts drawn from the strategies."""
    return st.builds(kind, st.just(NOWHERE), *parts, **named)


def several(parts: st.SearchStrategy[Any], least: int = 0, most: int = 3) -> st.SearchStrategy[Any]:
    """Tuples of parts."""
    return st.lists(parts, min_size=least, max_size=most).map(tuple)


# --- Names and constants ---------------------------------------------------------------------------------

words = st.one_of(
    st.sampled_from(FREE_KEYWORDS),
    st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True),
    st.sampled_from(["industry", "score", "country", "a_name_that_is_rather_long_" * 3]),
).filter(lambda word: word not in RESERVED)
names = node(t.Name, words)
fields = node(t.Name, st.one_of(words, st.lists(words, min_size=2, max_size=3).map(".".join)))
pools = st.one_of(names, st.just(t.Name(NOWHERE, "all")))
# a backspace is refused in patterns
_text = st.one_of(st.text(max_size=12), st.text('"\\/\n\tué€😀#{}', max_size=8)).filter(
    lambda text: "\b" not in text
)
texts = node(t.Literal, _text)
descriptions = st.none() | texts


def _underscored(digits: str, at: int) -> str:
    return f"{digits[:at]}_{digits[at:]}" if 0 < at < len(digits) else digits


whole_digits = st.builds(_underscored, st.from_regex(r"[0-9]{1,8}", fullmatch=True), st.integers(0, 9))
decimal_digits = st.builds(lambda whole, part: f"{whole}.{part}", whole_digits, whole_digits)


def _number(sign: str, digits: str) -> t.Literal:
    plain = digits.replace("_", "")
    value = Decimal(plain) if "." in plain else int(plain)
    return t.Literal(NOWHERE, -value if sign else value, sign + digits)


whole_numbers = st.builds(_number, st.just(""), whole_digits)
numbers = st.builds(_number, st.sampled_from(["", "-"]), whole_digits | decimal_digits)
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.builds(
    lambda moment, zone: t.Moment(moment.replace(tzinfo=zone, fold=0)),
    st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)),
    st.none() | zones | st.just(UTC),
)
times = st.times().map(lambda moment: moment.replace(fold=0))
constants = st.one_of(
    texts,
    numbers,
    node(t.Literal, st.booleans()),
    node(t.Literal, st.dates(date(1, 1, 1))),
    node(t.Literal, st.just(time(9, 30)) | times),
    node(t.Literal, moments),
)
durations = st.builds(
    lambda count, unit: t.Duration(
        NOWHERE,
        timedelta(**{{"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}[unit]: count}),
        f"{count}{unit}",
    ),
    st.integers(1, 400),
    st.sampled_from("mhdw"),
)
plain_values = st.one_of(constants, node(t.MissingValue), node(t.ListLiteral, several(constants)))


# --- Expressions -----------------------------------------------------------------------------------------

_operators = st.sampled_from(
    [
        "==",
        "!=",
        "<",
        "<=",
        ">",
        ">=",
        "in",
        "not in",
        "contains",
        "matches",
        "starts with",
        "ends with",
        "has",
        "has any",
        "has all",
        "has none",
    ]
)


def _negative(part: t.Expr) -> t.Expr:
    """A sign before a number belongs to the number."""
    if isinstance(part, t.Literal) and part.lexeme and not part.lexeme.startswith("-"):
        return _number("-", part.lexeme)
    return t.Negative(NOWHERE, part)


def _larger(parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    def signed(signs: str) -> st.SearchStrategy[Any]:
        return several(st.tuples(st.sampled_from(signs), parts), 1)

    return st.one_of(
        node(t.ListLiteral, several(parts)),
        node(t.Or, several(parts, 2)),
        node(t.And, several(parts, 2)),
        node(t.Not, parts),
        parts.map(_negative),
        node(t.Sum, parts, signed("+-")),
        node(t.Product, parts, signed("*/")),
        node(t.Compare, _operators, parts, st.tuples(parts)),
        node(t.Compare, st.just("between"), parts, st.tuples(parts, parts)),
        node(t.Compare, st.sampled_from(["is missing", "is known"]), parts, st.just(())),
    )


expressions = st.recursive(
    st.one_of(fields, st.just(t.Name(NOWHERE, "now")), st.just(t.Name(NOWHERE, "now.weekday")), constants),
    _larger,
    max_leaves=8,
)


# --- Schemas and definitions -----------------------------------------------------------------------------

bounds = st.one_of(
    node(t.Bounds, numbers, numbers), node(t.Bounds, numbers, st.none()), node(t.Bounds, st.none(), numbers)
)
members = several(texts)
choices = st.builds(lambda texts: t.TypeName(NOWHERE, "one of", members=texts), members)
elements = st.one_of(node(t.TypeName, st.sampled_from(["text", "country"])), choices)
types = st.one_of(
    node(
        t.TypeName,
        st.sampled_from(
            [
                "bool",
                "text",
                "id",
                "country",
                "email",
                "date",
                "time",
                "datetime",
                "rep",
                "integer",
                "decimal",
            ]
        ),
    ),
    node(t.TypeName, st.sampled_from(["integer", "decimal"]), bounds),
    choices,
    st.builds(lambda element: t.TypeName(NOWHERE, "set of", element=element), elements),
)
declarations = several(node(t.FieldDecl, fields, descriptions, types, st.booleans()), most=4)
points_entries = st.one_of(
    node(t.PointsEntry, st.sampled_from([1, -1]), whole_numbers, expressions, st.none(), st.none()),
    node(
        t.PointsEntry, st.sampled_from([1, -1]), whole_numbers, st.none(), fields, st.none() | whole_numbers
    ),
)


# --- Rules -----------------------------------------------------------------------------------------------

strategies = st.one_of(
    node(t.Strategy, st.sampled_from(["round_robin", "availability", "load", "priority", "performance"])),
    node(t.Strategy, st.just("performance"), several(fields, 1)),
    node(t.Strategy, st.just("hash"), st.tuples(fields)),
)
stickies = st.none() | node(t.Sticky, fields, st.none() | durations)
conditions = st.none() | expressions


def _is_written(target: t.PoolTarget) -> bool:
    """`performance per` is never a pool called `per` in short; and there is no `on shift` without a strategy."""
    if target.strategy is None:
        return not target.short and not target.on_shift
    per = target.pool.text == "per" and target.strategy.word == "performance" and not target.strategy.fields
    return not (target.short and per)


pool_targets = node(
    t.PoolTarget, pools, st.none() | strategies, st.booleans(), conditions, stickies, st.booleans()
).filter(_is_written)
percents = st.integers(0, 100).map(lambda share: t.Literal(NOWHERE, Decimal(share), f"{share}%"))
targets = st.recursive(
    st.one_of(
        pool_targets,
        node(t.RepTarget, texts | fields),
        node(t.HoldTarget, pools, conditions, durations),
        node(t.QueueTarget, names),
        node(t.NurtureTarget, names),
        node(t.RejectTarget, texts),
    ),
    lambda inner: node(t.SplitTarget, texts, fields, several(node(t.Arm, percents, inner), 1)),
    max_leaves=3,
)
actions = node(t.Action, several(targets, 1), st.none() | names)


def _rule(
    named: tuple[t.Name | None, t.Literal | None], condition: t.Expr | None, body: Any, reads_else: bool
) -> t.RuleItem:
    return t.RuleItem(NOWHERE, *named, condition, body, reads_else and condition is not None)


def _rules(bodies: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    named = st.just((None, None)) | st.tuples(names, descriptions)
    return st.builds(_rule, named, conditions, bodies, st.booleans())


rules = st.recursive(_rules(actions), lambda inner: _rules(node(t.Block, several(inner))), max_leaves=4)


# --- Service levels, sources and tests -------------------------------------------------------------------

reassigns = node(t.Reassign, whole_numbers)
_then = several(targets | reassigns, most=2)
sla_steps = st.one_of(
    node(t.SlaStep, st.sampled_from(["respond", "close"]), st.none(), durations, st.booleans(), _then),
    node(t.SlaStep, st.just("touches"), whole_numbers, durations, st.booleans(), _then),
)
maps = node(t.MapClause, several(node(t.MapEntry, st.none() | texts, plain_values)))
missing_lists = node(t.MissingTexts, members)
source_fields = node(
    t.SourceField,
    fields,
    texts,
    st.none() | maps,
    st.none() | texts,
    st.none() | texts,
    st.none() | plain_values,
    st.none() | missing_lists,
)


def _source(name: t.Name, parts: tuple[t.SourceField, ...], missing: t.MissingTexts | None) -> t.SourceItem:
    """A bare last field's own list is always told from the source's by one of the source's, empty or not."""
    if missing is None and parts and parts[-1].missing is not None:
        last = parts[-1]
        if last.map is None and last.split_by is None and last.as_ is None and last.default is None:
            missing = t.MissingTexts(NOWHERE, ())
    return t.SourceItem(NOWHERE, name, parts, missing)


test_fields = several(node(t.TestField, fields, plain_values), most=4)
expectations = st.one_of(
    node(t.Expect, st.just(t.ExpectKind.RULE), names | texts | st.just(t.Name(NOWHERE, "else"))),
    node(t.Expect, st.just(t.ExpectKind.POOL), pools),
    node(t.Expect, st.sampled_from([t.ExpectKind.QUEUE, t.ExpectKind.NURTURE]), names),
    node(t.Expect, st.sampled_from([t.ExpectKind.REJECT, t.ExpectKind.NO_RULE]), st.none()),
    node(t.Expect, st.just(t.ExpectKind.REP), texts),
)
test_moments = st.none() | node(t.Literal, st.dates(date(1, 1, 1)) | moments)


# --- Files -----------------------------------------------------------------------------------------------

items = st.one_of(
    node(t.PolicyItem, texts, st.none() | texts),
    node(t.ImportItem, texts),
    node(t.LeadItem, declarations),
    node(t.RepItem, declarations),
    node(t.ListItem, names, descriptions, expressions),
    node(t.DefineItem, names, descriptions, expressions),
    node(
        t.DeriveItem,
        names,
        descriptions,
        types,
        several(node(t.DeriveCase, expressions, plain_values)),
        st.none() | plain_values,
    ),
    node(t.PointsItem, names, descriptions, bounds, several(points_entries)),
    rules,
    node(t.SlaItem, names, descriptions, several(sla_steps)),
    st.builds(_source, names, several(source_fields), st.none() | missing_lists),
    node(t.TestItem, texts, test_fields, test_moments, several(expectations)),
)
files = node(t.File, several(items, most=4))


# --- Texts as people leave them --------------------------------------------------------------------------

TOKEN = re.compile(
    r'"[^"\\\n]*(?:\\.[^"\\\n]*)*"'
    r"|\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?|\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?"
    r"|\d[\d_]*(?:\.[\d_]+)?[%a-z]?|[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*|\.\.|[=!<>]=|\S",
    re.ASCII,
)
_spaces = st.sampled_from([" ", "  ", "\t", "\n", "\n\n", "\n    ", "\r\n", "\n\n\n"])
_remarks = st.sampled_from(
    ["plain", '"quoted', "allow: unused-name -- because", "", "é # twice", "trailing  "]
)


@st.composite
def messy(draw: st.DrawFn, text: str) -> tuple[str, list[str]]:
    """The tokens of a text apart by any white space and comments, and those comments in order."""
    parts: list[str] = []
    comments: list[str] = []
    for token in TOKEN.findall(text):
        # the reader of a source would take a last list on a field's line for that field's
        space = "\n" if token == "missing" else draw(_spaces)
        while draw(st.integers(0, 6)) == 0:
            comments.append(f"#{len(comments)} {draw(_remarks)}".rstrip())
            space += f"{comments[-1]}{draw(st.sampled_from([' ', '']))}\n{draw(_spaces)}"
        parts += [space, token]
    return "".join(parts), comments
