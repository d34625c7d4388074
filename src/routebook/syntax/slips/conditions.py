"""Slips in conditions: operators of other languages, words for operators, and what is left out."""

from __future__ import annotations

import re
from typing import Final

from routebook.diagnostics import Diagnostic
from routebook.syntax.slips.row import Context, Recognise, Slip

_SIGNS: Final = {
    "≥": ">=",
    "≤": "<=",
    "≠": "!=",
    "∧": "and",
    "∨": "or",
    "–": "-",
    "—": "-",
    "−": "-",
    "×": "*",
    "÷": "/",
}
_NOTHING: Final = "null|none|empty|blank|nil|undefined|unset|unknown|nothing|na"
_SOMETHING: Final = "set|given|present|defined|filled|there|something|any"
_MORE: Final = "greater|more|above|over|exceeds|bigger|higher|larger|after|later|gt"
_LESS: Final = "less|below|under|fewer|smaller|lower|before|earlier|lt"
_LEFT: Final = r"(?P<left>[\w.\])\"]+)"
_OPERAND = ("LPAR",)
_COMPARES = ("EQ",)
_JOINS = ("OR",)
_ACTS: Final = (
    "assign|queue|nurture|reject|hold|round_robin|availability|load|priority|performance|hash|split"
)


def _sign(context: Context) -> Diagnostic | None:
    written = _SIGNS.get(context.token)
    if written is None:
        return None
    return context.say(f"`{context.token}` is written `{written}`", fix=written)


def _chained(context: Context) -> Diagnostic | None:
    if context.token not in ("==", "!=", "<", "<=", ">", ">=") or not context.could_be("OR"):
        return None
    if context.could_be("EQ"):
        return None
    found = re.search(r"(\S+) (==|!=|<=?|>=?) (\S+)$", context.before)
    if found is None or not context.following:
        return context.say("comparisons do not chain", "join two comparisons with `and`")
    left, first, middle = found.groups()
    right = context.following[0].text
    if first == "<=" and context.token == "<=":
        help = f"write `{middle} between {left} and {right}`"
    else:
        help = f"write `{left} {first} {middle} and {middle} {context.token} {right}`"
    return context.say(
        "comparisons do not chain", help, label=f"`{left} {first} {middle}` is a whole comparison already"
    )


def action_for_an_operand(context: Context) -> Diagnostic | None:
    """The word of an action was taken for a field, because the operand before it is missing."""
    found = re.search(
        rf"(?:^| )(and|or|not|when|where|==|!=|<=?|>=?|\+|-|\*|/|in|has|with|contains|matches|\() ({_ACTS})$",
        context.before,
    )
    if found is None or context.previous is None or context.could_be("LPAR"):
        return None
    return context.say(
        f"`{found[1]}` is not followed by a {_what_follows(found[1])}",
        f"add the {_what_follows(found[1])} between `{found[1]}` and `{found[2]}`",
        label="the action begins here already",
        at=context.previous,
    )


def _operand_missing(context: Context) -> Diagnostic | None:
    """Nothing stands where a condition or a value should."""
    if not context.could_be("LPAR") or context.previous is None:
        return None
    if not re.fullmatch(r"and|or|then|when|else|under|where|[)\]{}*/+,]|==|!=|<=?|>=?|", context.token):
        return None
    before = context.previous.text
    return context.say(
        f"`{before}` is not followed by a {_what_follows(before)}",
        f"add the {_what_follows(before)}, or take `{before}` out",
        label=f"a {_what_follows(before)} is missing after this",
        at=context.previous,
    )


def _what_follows(word: str) -> str:
    return "condition" if word in ("and", "or", "not", "when", "where", "(") else "value"


def _capitals(context: Context) -> Diagnostic | None:
    """A keyword in capitals, at the mistake or, where it was taken for a name, right before it."""
    for lexeme in (context.lexeme, context.previous):
        if lexeme is None or not lexeme.text.isalpha() or lexeme.text == lexeme.text.lower():
            continue
        word = lexeme.text.lower()
        if lexeme is context.previous and word not in ("not", "when", "else", "and", "or", "then"):
            continue
        if lexeme is context.lexeme and word.upper() not in context.expected:
            continue
        return context.say(
            f"`{lexeme.text}` is written `{word}`",
            "the words of the language are in small letters",
            label="taken for a name" if lexeme is context.previous else "",
            fix=word,
            at=lexeme,
        )
    return None


_IS: Final[tuple[Recognise, ...]] = tuple(
    Slip(token, message, help, before=rf"{_LEFT} is", after=after, wants=("KNOWN",))
    for token, after, message, help in (
        (
            "not",
            rf"(?P<what>missing|{_NOTHING})\b",
            "`is not {what}` is written `is known`",
            "write `{left} is known`",
        ),
        (
            "not",
            rf"(?P<what>known|{_SOMETHING})\b",
            "`is not {what}` is written `is missing`",
            "write `{left} is missing`",
        ),
        ("not", r"in\b", "`is not in` is written `not in`", "write `{left} not in …`"),
        (
            "not",
            rf"(?P<what>{_MORE}|{_LESS}|between|like|equal)\b",
            "`is not {what}` is no comparison",
            "negate the whole of it: `not ({left} …)`",
        ),
        ("not", r"(?P<what>[\w.\"-]+)", "“is not” is written `!=`", "write `{left} != {what}`"),
        (_NOTHING, "", "`is {token}` is written `is missing`", "write `{left} is missing`"),
        (_SOMETHING, "", "`is {token}` is written `is known`", "write `{left} is known`"),
        ("true", "", "a bool is used bare", "write `{left}` for `{left} is true`"),
        ("false", "", "a bool is used bare", "write `not {left}` for `{left} is false`"),
        (
            "in|between|like|contains|has|matches|starts|ends",
            "",
            "`is` is one word too many before `{token}`",
            "write `{left} {token} …`",
        ),
        (
            _MORE,
            "",
            "`is {token}` is written `>`",
            "write `{left} > …`, and `>=` where the number itself counts too",
        ),
        (
            _LESS,
            "",
            "`is {token}` is written `<`",
            "write `{left} < …`, and `<=` where the number itself counts too",
        ),
        ("at", "least", "“at least” is written `>=`", "write `{left} >= …`"),
        ("at", "most", "“at most” is written `<=`", "write `{left} <= …`"),
        ("equal|equals|same", "", "`is {token}` is written `==`", "write `{left} == …`"),
        (
            r".+",
            "",
            "`is` asks only whether a value is `missing` or `known`",
            "to compare, write `{left} == {token}`",
        ),
    )
)

_WORDS: Final[tuple[Recognise, ...]] = tuple(
    Slip(token, message, help, wants=_COMPARES, after=after, before=before)
    for token, after, before, message, help in (
        ("equals?|eq|equal", "", "", "`{token}` is written `==`", "write `==`"),
        (_MORE, "", "", "`{token}` is written `>`", "write `>`, and `>=` where the number itself counts too"),
        (_LESS, "", "", "`{token}` is written `<`", "write `<`, and `<=` where the number itself counts too"),
        ("at", "least", "", "“at least” is written `>=`", "write `>=`"),
        ("at", "most", "", "“at most” is written `<=`", "write `<=`"),
        ("gte|ge|atleast", "", "", "`{token}` is written `>=`", "write `>=`"),
        ("lte|le|atmost", "", "", "`{token}` is written `<=`", "write `<=`"),
        ("ne|neq|unequal|differs", "", "", "`{token}` is written `!=`", "write `!=`"),
        (
            "i?like|~|=~",
            "",
            "",
            "there is no `{token}`",
            "use `contains`, `starts with`, `ends with` or `matches`",
        ),
        (
            "includes?|including|contain",
            "",
            "",
            "`{token}` does not compare",
            "a text `contains` a part, a set `has` a member",
        ),
        (
            "startswith|startwith|begins|beginswith|starts_with",
            "",
            "",
            "`{token}` is written `starts with`",
            "write `starts with`",
        ),
        ("endswith|endwith|ends_with", "", "", "`{token}` is written `ends with`", "write `ends with`"),
        ("match|regex|matching", "", "", "`{token}` is written `matches`", 'write `matches "…"`'),
        ("exists?|isset", "", "", "`{token}` is written `is known`", "write `is known`"),
        (
            "does|doesnt|doesn|isnt|isn|dont|don|cannot",
            "",
            _LEFT,
            "`{token}` negates nothing",
            "put `not` before the whole comparison: `not {left} contains …`",
        ),
    )
)

_INSIDE: Final[tuple[Recognise, ...]] = (
    Slip(
        r"contains|has|matches|starts|ends|between|like|is",
        "only `in` has a `not` before it",
        "put `not` before the whole comparison: `not {left} {token} …`",
        before=rf"{_LEFT} not",
        wants=("IN",),
        lacks=_COMPARES,
    ),
    Slip(
        r".+",
        "`not` stands between two values",
        "“is not” is written `!=`: `{left} != {token}`",
        before=rf"{_LEFT} not",
        wants=("IN",),
        lacks=_COMPARES,
    ),
    Slip(
        "not",
        "`has` has no `not` after it",
        "write `not {left} has …`, or `{left} has none […]`",
        before=rf"{_LEFT} has",
    ),
    Slip(
        "any|all|none|either",
        "`contains` looks for one text, not for `{token}` of several",
        "a set is asked with `{left} has {token} […]`; for a text, join comparisons with `or`",
        before=rf"{_LEFT} contains",
    ),
    Slip(
        r".+",
        "`{previous}` is followed by `with`",
        "write `{previous} with {token}`",
        wants=("WITH",),
        fix="with ",
        insert=True,
    ),
    Slip(
        r"to|-|–",
        "the bounds of `between` are joined by `and`",
        "write `and` for `{token}`",
        wants=("AND",),
        lacks=_JOINS,
        fix="and",
    ),
    Slip(
        r",|\.\.+|…",
        "the bounds of `between` are joined by `and`",
        "write `and` for `{token}`",
        wants=("AND",),
        lacks=_JOINS,
        fix=" and ",
    ),
    Slip(
        r"(?P<low>[0-9_]+)[,-](?P<high>[0-9_]+)",
        "the bounds of `between` are joined by `and`",
        "write `{low} and {high}`",
        before="between",
        fix="{low} and {high}",
    ),
    Slip(
        r"\.\.+",
        "`in` takes a list, not a range",
        "write `{left} between {previous} and {high}`",
        before=rf"{_LEFT} in \S+",
        after=r"(?P<high>\S+)",
    ),
)

_FOREIGN: Final[tuple[Recognise, ...]] = (
    Slip("=", "`=` does not compare", "a comparison is written `==`", wants=_COMPARES, fix="=="),
    Slip("===", "`===` does not compare", "a comparison is written `==`", fix="=="),
    Slip("=>", "`=>` does not compare", "“at least” is written `>=`", wants=_COMPARES, fix=">="),
    Slip("=<", "`=<` does not compare", "“at most” is written `<=`", wants=_COMPARES, fix="<="),
    Slip("<>|=!|~=|!==", "`{token}` does not compare", "“not equal” is written `!=`", fix="!="),
    Slip("!|~", "`{token}` does not negate", "write `not`", wants=_OPERAND, fix="not "),
    Slip("&&?", "`{token}` joins nothing", "write `and`", fix="and"),
    Slip(r"\|\|?", "`{token}` joins nothing", "write `or`", fix="or"),
    Slip(
        ",",
        "a `,` does not join conditions",
        "write `and` where both are to hold, `or` where one is enough",
        wants=_JOINS,
        lacks=("RSQB",),
    ),
    Slip(
        r"\(",
        "`{name}(…)` cannot be called: there are no functions",
        "texts compare ignoring case and surrounding space as it is; arithmetic is `+ - * /`",
        before=r"(?P<name>[A-Za-z_][\w.]*)",
        wants=_COMPARES,
    ),
    Slip(
        r"\[",
        "`{name}` has no parts in brackets",
        "a set is asked with `{name} has …`",
        before=r"(?P<name>[A-Za-z_][\w.]*)",
        wants=_COMPARES,
    ),
    Slip(r"%|\^|\*\*|//|mod", "there is no `{token}`", "arithmetic is `+ - * /`", wants=("PLUS", "LPAR")),
    Slip(
        r"\?",
        "there is no `? :`",
        "write a rule for each case; for values, a `derive`",
        wants=_JOINS,
    ),
    Slip(r"[$@]", "names have no `{token}`", "leave it out", wants=_OPERAND, fix=""),
)

CONDITIONS: Final[tuple[Recognise, ...]] = (
    _sign,
    *_IS,
    *_INSIDE,
    *_FOREIGN,
    *_WORDS,
    _capitals,
    _chained,
    _operand_missing,
)
