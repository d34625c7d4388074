"""The terminals that could stand somewhere, in words."""

from __future__ import annotations

from typing import Final

from routebook.syntax.vocabulary import ITEM_WORDS
from routebook.text import listed

_KINDS: Final = {
    "NAME": "a name",
    "STRING": 'a text in `"…"`',
    "INT": "a whole number",
    "DECIMAL": "a number",
    "DATE": "a date",
    "TIME": "a time",
    "DATETIME": "a date and time",
    "DURATION": "a duration such as `2h`",
    "PERCENT": "a percentage such as `50%`",
    "DATE_TYPE": "`date`",
    "TIME_TYPE": "`time`",
    "DATETIME_TYPE": "`datetime`",
    "DECIMAL_TYPE": "`decimal`",
    "$END": "the end of the file",
    "LBRACE": "`{`",
    "RBRACE": "`}`",
    "LPAR": "`(`",
    "RPAR": "`)`",
    "LSQB": "`[`",
    "RSQB": "`]`",
    "COMMA": "`,`",
    "COLON": "`:`",
    "EQUAL": "`=`",
    "DOTS": "`..`",
    "PLUS": "`+`",
    "MINUS": "`-`",
    "STAR": "`*`",
    "SLASH": "`/`",
    "EQ": "`==`",
    "NE": "`!=`",
    "LE": "`<=`",
    "LT": "`<`",
    "GE": "`>=`",
    "GT": "`>`",
}

ARITHMETIC: Final = frozenset({"PLUS", "MINUS", "STAR", "SLASH"})
_COMPARING: Final = frozenset(
    [
        "EQ",
        "NE",
        "LE",
        "LT",
        "GE",
        "GT",
        "IN",
        "NOT",
        "BETWEEN",
        "HAS",
        "IS",
        "CONTAINS",
        "MATCHES",
        "STARTS",
        "ENDS",
    ]
)
_CONSTANT: Final = frozenset(
    ["STRING", "INT", "DECIMAL", "DATE", "TIME", "DATETIME", "TRUE", "FALSE", "MINUS"]
)
STRATEGY: Final = frozenset(["ROUND_ROBIN", "AVAILABILITY", "LOAD", "PRIORITY", "PERFORMANCE", "HASH"])
TARGET: Final = STRATEGY | frozenset(
    ["ASSIGN", "POOL", "REP", "HOLD", "QUEUE", "NURTURE", "REJECT", "SPLIT", "REASSIGN"]
)
_TYPE: Final = frozenset(
    [
        "BOOL",
        "INTEGER",
        "DECIMAL_TYPE",
        "TEXT",
        "ID",
        "ONE",
        "SET",
        "COUNTRY",
        "EMAIL",
        "DATE_TYPE",
        "TIME_TYPE",
        "DATETIME_TYPE",
        "REP",
    ]
)
ITEM: Final = frozenset(word.upper() for word in ITEM_WORDS) | {"$END"}

# What stands for several terminals: its words, those that must all be there, and those that it then stands for.
_GROUPS: Final = (
    ("a comparison", frozenset({"EQ", "IN", "HAS"}), _COMPARING | ARITHMETIC),
    ("a target such as `assign pool …`", frozenset({"QUEUE", "HASH"}), TARGET),
    ("a strategy", frozenset({"ROUND_ROBIN", "HASH"}), STRATEGY),
    ("a type", frozenset({"BOOL", "SET"}), _TYPE),
    ("a value or a name", frozenset({"NAME", "LPAR"}), _CONSTANT | {"NAME", "NOW", "LPAR", "LSQB", "NOT"}),
    ("a value", frozenset({"STRING", "INT", "TRUE"}), _CONSTANT | {"MISSING", "LSQB"}),
    ("a range such as `0..100`", frozenset({"DOTS", "INT"}), frozenset({"DOTS", "INT", "DECIMAL", "MINUS"})),
    ("a number", frozenset({"INT", "DECIMAL"}), frozenset({"INT", "DECIMAL", "MINUS"})),
    ("the next item", frozenset({"DEFINE", "SLA"}), ITEM),
)
_FIRST: Final = ("AND", "OR")
_MOST: Final = 7


def wanted(expected: frozenset[str]) -> str:
    """The terminals as a list of alternatives, such as "`and`, `or` or a target such as `assign pool …`"."""
    left = set(expected)
    words: list[str] = [f"`{name.lower()}`" for name in _FIRST if name in left]
    left -= set(_FIRST)
    groups: list[str] = []
    for title, needed, members in _GROUPS:
        if needed <= left:
            groups.append(title)
            left -= members
    if words or groups or left - ARITHMETIC:
        left -= ARITHMETIC
    rest = sorted(_KINDS.get(name, f"`{name.lower()}`") for name in left)
    shown = [*words, *groups, *rest]
    if len(shown) > _MOST:
        shown = [*shown[: _MOST - 1], "…"]
    return listed(shown, "or") if shown else "something else"
