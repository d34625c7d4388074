"""Syntax errors in a rev-ops person's words: what was expected, what stands there, and what was likely meant."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from routebook.diagnostics import Diagnostic, Label
from routebook.source import Source, Span
from routebook.syntax import kinds
from routebook.syntax.vocabulary import ITEM_WORDS, RESERVED
from routebook.text import listed, nearest

@dataclass(frozen=True, slots=True)
class Mistake:
    """Where reading stopped, and the terminals that could have stood there.

    `item` is where the item begins that it stands in, `bracket` the innermost bracket that is open there.
    """

    offset: int
    expected: frozenset[str]
    item: int
    bracket: int | None


_TOKEN: Final = re.compile(
    r'"(?:\\.|[^"\\\n])*"?|[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*|[0-9][\w.:%-]*'
    r"|&&|\|\||=>|=<|===?|<>|!=|<=|>=|\.\.|[“”‘’'][^“”‘’'\n]*[“”‘’']?|."
)

_KINDS: Final = {
    "NAME": "a name",
    "STRING": 'a "text"',
    "INT": "a whole number",
    "DECIMAL": "a number",
    "DATE": "a date",
    "TIME": "a time",
    "DATETIME": "a date and time",
    "DURATION": "a duration such as `2h`",
    "PERCENT": "a percentage such as `50%`",
    "TIMES": "`times`",
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
    "__ANON_0": "`..`",
    "PLUS": "`+`",
    "MINUS": "`-`",
    "STAR": "`*`",
    "SLASH": "`/`",
}

_GROUPS: Final = (
    (
        "a comparison",
        frozenset({"EQ", "NE", "LT", "LE", "GT", "GE", "IN", "BETWEEN", "HAS", "IS", "CONTAINS"}),
    ),
    ("a value or a name", frozenset({"NAME", "STRING", "INT", "LPAR", "LSQB"})),
    (
        "a target (such as `assign pool …` or `queue …`)",
        frozenset({"QUEUE", "NURTURE", "REJECT", "ROUND_ROBIN", "SPLIT"}),
    ),
    ("a type", frozenset({"BOOL", "INTEGER", "TEXT", "ONE", "SET"})),
    ("a strategy", frozenset({"ROUND_ROBIN", "AVAILABILITY", "LOAD", "PRIORITY"})),
    ("the next item", frozenset({"DEFINE", "LIST", "SLA", "SOURCE", "TEST"})),
    ("a value", frozenset({"STRING", "INT", "TRUE", "FALSE"})),
)

_MEMBERS: Final = {
    "a comparison": frozenset(
        ["EQ", "NE", "LT", "LE", "GT", "GE", "IN", "NOT", "BETWEEN", "HAS", "IS", "CONTAINS", "MATCHES", "STARTS", "ENDS", "PLUS", "MINUS", "STAR", "SLASH"]
    ),
    "a value or a name": frozenset(
        ["NAME", "NOW", "STRING", "INT", "DECIMAL", "DATE", "TIME", "DATETIME", "TRUE", "FALSE", "LPAR", "LSQB", "MINUS", "NOT"]
    ),
    "a target (such as `assign pool …` or `queue …`)": frozenset(
        ["ASSIGN", "POOL", "REP", "HOLD", "QUEUE", "NURTURE", "REJECT", "SPLIT", "ROUND_ROBIN", "AVAILABILITY", "LOAD", "PRIORITY", "PERFORMANCE", "HASH"]
    ),
    "a type": frozenset(
        ["BOOL", "INTEGER", "DECIMAL_TYPE", "TEXT", "ID", "ONE", "SET", "COUNTRY", "EMAIL", "DATE_TYPE", "TIME_TYPE", "DATETIME_TYPE", "REP"]
    ),
    "a strategy": frozenset(["ROUND_ROBIN", "AVAILABILITY", "LOAD", "PRIORITY", "PERFORMANCE", "HASH"]),
    "the next item": frozenset(word.upper() for word in ITEM_WORDS) | {"$END"},
    "a value": frozenset(["STRING", "INT", "DECIMAL", "DATE", "TIME", "DATETIME", "TRUE", "FALSE", "MISSING", "MINUS", "LSQB"]),
}

_SLIPS: Final = {
    "=": "a comparison is written `==`",
    "===": "a comparison is written `==`",
    "=>": "“at least” is written `>=`",
    "=<": "“at most” is written `<=`",
    "<>": "“not equal” is written `!=`",
    "&&": "write `and`",
    "&": "write `and`",
    "||": "write `or`",
    "|": "write `or`",
    "!": "write `not`",
    ";": "clauses are separated by white space alone",
    "if": "a rule begins with `when`",
    "elif": "write another `when`; rules are tried in order",
    "elseif": "write `else when`",
    "equals": "a comparison is written `==`",
    "like": "use `contains`, `starts with`, `ends with` or `matches`",
    "null": "write `is missing` or `is known`",
    "do": "the action follows the condition: `when … assign …`",
    "route": "an action begins with `assign`, `queue`, `nurture`, `reject` or a strategy such as `round_robin`",
    "//": "a comment begins with `#`",
}


def explain(source: Source, mistake: Mistake) -> Diagnostic:
    """The finding for a token that cannot stand where it stands."""
    found = _TOKEN.match(source.text, mistake.offset)
    if found is None:
        end = Span(source, len(source.text), len(source.text))
        message = f"the file ends where {_wanted(mistake.expected)} should come"
        return Diagnostic(kinds.SYNTAX_ERROR, message, end, "expected more here")
    token = found[0]
    span = Span(source, found.start(), found.end())
    special = _special(source, token, span, mistake.expected)
    if special is not None:
        return special
    message = f"`{_shown(token)}` cannot stand here"
    label = f"expected {_wanted(mistake.expected)}"
    return Diagnostic(
        kinds.SYNTAX_ERROR, message, span, label, help=_help(source, token, span, mistake.expected)
    )


def unclosed(source: Source, brackets: list[int], noticed: int) -> Diagnostic:
    """The finding for a bracket that is open where the next item, or the end of the file, is met."""
    bracket = brackets[-1]
    opener = source.text[bracket]
    closer = {"(": ")", "[": "]", "{": "}"}[opener]
    place = Label(Span(source, noticed, noticed), "missed here")
    return Diagnostic(
        kinds.SYNTAX_ERROR,
        f"this `{opener}` is never closed",
        Span(source, bracket, bracket + 1),
        "opened here",
        (place,),
        help=f"add a `{closer}`",
    )


def _special(source: Source, token: str, span: Span, expected: frozenset[str]) -> Diagnostic | None:
    """Mistakes whose message is not about what was expected."""
    if token == '"' or (token.startswith('"') and (len(token) == 1 or not token.endswith('"'))):
        help = 'close it with `"` on the same line; a quote inside is written `\\"`'
        return Diagnostic(kinds.SYNTAX_ERROR, "this text is never closed", span, "opened here", help=help)
    if token[0] in "“”‘’'":
        inner = token.strip("“”‘’'")
        return Diagnostic(
            kinds.SYNTAX_ERROR,
            f"`{_shown(token)}` is in quotes that texts do not have",
            span,
            "not a text",
            help='texts stand in straight double quotes: `"…"`',
            fix=f'"{inner}"',
        )
    if "NAME" in expected and token in RESERVED:
        return Diagnostic(
            kinds.SYNTAX_ERROR,
            f"`{token}` is a reserved word and cannot be a name",
            span,
            "a name is expected here",
            help=f"choose another name; reserved are: {', '.join(sorted(RESERVED))}",
        )
    if token.isalpha() and not token.isascii():
        return Diagnostic(
            kinds.SYNTAX_ERROR,
            f"`{_shown(token)}` is not a letter that names have",
            span,
            "names have the letters a to z, digits and `_`",
        )
    return None


def _help(source: Source, token: str, span: Span, expected: frozenset[str]) -> str | None:
    before = source.text[max(0, span.start - 30) : span.start].rstrip()
    if token in ("/", "//") and source.text.startswith("//", span.start):
        return _SLIPS["//"]
    if before.endswith((" is not", "\tis not", " is")) and token in (
        "not",
        "missing",
        "known",
        "null",
        "empty",
    ):
        return "write `is missing` or `is known`"
    if token == "not" and before.endswith("is"):
        return "write `is missing` or `is known`"
    if token in ("pool", "rep") and "ASSIGN" in expected:
        return f"a rule's first target begins with `assign`: `assign {token} …`"
    if token in ("<", "<=", ">", ">=", "==", "!=") and "AND" in expected:
        return "comparisons do not chain: write `score between 40 and 69`, or join two with `and`"
    if token == "then" and "ASSIGN" in expected:
        return "leave out `then`: the action follows the condition, and `then` comes before its second target"
    if token == "," and "THEN" in expected:
        return "join conditions with `and` or `or`, and targets with `then`"
    if token in _SLIPS:
        return _SLIPS[token]
    words = [name.lower() for name in expected if name not in _KINDS and name.isupper()]
    meant = nearest(token, words) if token[0].isalpha() else None
    return f"did you mean `{meant}`?" if meant else None


def _wanted(expected: frozenset[str]) -> str:
    left = set(expected)
    words: list[str] = []
    for title, needed in _GROUPS:
        if needed <= left:
            words.append(title)
            left -= _MEMBERS[title]
    rest = sorted(_KINDS.get(name, f"`{_word(name)}`") for name in left)
    shown = list(dict.fromkeys(words + rest))
    if len(shown) > 7:
        shown = [*shown[:6], "…"]
    return listed(shown, "or") if shown else "something else"


def _word(name: str) -> str:
    signs = {"EQ": "==", "NE": "!=", "LE": "<=", "LT": "<", "GE": ">=", "GT": ">"}
    return signs.get(name, name.lower())


def _shown(token: str) -> str:
    return token if len(token) <= 40 else token[:39] + "…"
