"""Slips where an item begins: unknown words, comments of other languages, and the heads of rules and names."""

from __future__ import annotations

import re
from typing import Final

from routebook.diagnostics import Diagnostic
from routebook.syntax.slips.row import Context, Lexeme, Recognise, Slip, shown
from routebook.syntax.vocabulary import ITEM_WORDS, RESERVED
from routebook.text import listed, nearest

_ITEM = ("DEFINE",)
_NAMED: Final = frozenset(
    ["rule", "list", "define", "derive", "points", "sla", "source", "pool", "queue", "nurture", "under"]
)
_CLAUSES: Final = frozenset(
    [
        "by",
        "on",
        "where",
        "sticky",
        "under",
        "for",
        "using",
        "with",
        "via",
        "per",
        "is",
        "in",
        "has",
        "assign",
        "pool",
        "rep",
        "queue",
        "nurture",
        "reject",
        "hold",
        "sla",
    ]
)
_ITEMS: Final = "|".join(sorted(ITEM_WORDS))
_TARGETS: Final = "assign|pool|rep|queue|nurture|reject|hold|round_robin|availability|load|priority|split"


def _names_apart(context: Context) -> Diagnostic | None:
    """A name in two words, or with a dash, where one is declared or called."""
    previous, token = context.previous, context.token
    if previous is None or not re.fullmatch(r"[A-Za-z_][\w.]*", previous.text) or context.begins_line:
        return None
    words = context.before.split(" ")
    declared = len(words) > 1 and words[-2] in _NAMED
    if context.could_be("UP") or (not declared and (not context.could_be("COLON") or context.could_be("EQ"))):
        return None
    following = context.following[0].text if context.following else ""
    if token == "-" and context.touches and re.fullmatch(r"\w+", following):
        name, end = f"{previous.text}_{following}", context.following[0].end
    elif re.fullmatch(r"[A-Za-z_]\w*", token) and token not in _CLAUSES and token not in RESERVED:
        name, end = f"{previous.text}_{token}", context.lexeme.end
    else:
        return None
    written = context.source.text[previous.start : end]
    return context.say(
        f"`{shown(written)}` is no name",
        f"a name is one word without dashes: `{name}`",
        fix=name,
        at=Lexeme(written, previous.start, end),
    )


def unknown_word(context: Context) -> Diagnostic | None:
    """A word at the beginning of a line that begins no item."""
    token = context.token
    if not context.could_be("DEFINE") or not re.fullmatch(r"[A-Za-z_][\w.]*", token) or token in ITEM_WORDS:
        return None
    if not context.begins_line or context.could_be("EQ"):
        return None
    meant = nearest(token, ITEM_WORDS)
    known = listed((f"`{word}`" for word in sorted(ITEM_WORDS)), "or")
    return context.say(
        f"`{shown(token)}` begins nothing",
        f"did you mean `{meant}`?" if meant else f"an item of a policy begins with {known}",
        label="expected the next item",
        fix=meant,
    )


_COMMENTS: Final[tuple[Recognise, ...]] = (
    Slip(
        r"//+|--+|/\*+|<!--|;;+|/|<!", "`{token}` begins no comment", "a comment begins with `#`", wants=_ITEM
    ),
)

_STARTS: Final[tuple[Recognise, ...]] = (
    Slip(
        "if",
        "`if` is written `when`",
        "a rule reads `when CONDITION ACTION`",
        wants=("WHEN",),
        lacks=("PER",),
        fix="when",
    ),
    Slip(
        "elif|elsif|elseif|elsewhen",
        "`{token}` is written `else when`",
        "write `else when`, or `when` alone: the first rule whose condition holds takes the lead",
        wants=(*_ITEM, "ADD", "RULE"),
        fix="else when",
    ),
    Slip(
        "otherwise|fallback|default|always|catchall",
        "`{token}` is written `else`",
        "a rule without a condition reads `else ACTION`",
        wants=(*_ITEM, "RULE"),
        fix="else",
        first=True,
    ),
    Slip(
        "let|var|const|def|val|condition|segment|group|macro",
        "`{token}` begins nothing",
        "a condition is named by `define NAME = …`, texts by `list NAME = […]`",
        wants=_ITEM,
        after=r"[\w.]+ =",
    ),
    Slip(
        r"[A-Za-z_][\w.]*",
        "`{token}` is given a value, but not said to be anything",
        "a condition is named by `define {token} = …`, texts by `list {token} = […]`",
        wants=_ITEM,
        after="=",
    ),
    Slip(
        r"(?P<name>[A-Za-z_][\w]*)",
        "a rule's name is not followed by `:`",
        "write `rule {name}`, and `when …` on the next line",
        wants=_ITEM,
        after=": (when|if|else)",
    ),
    Slip(
        "pool|pools|team|member|members|user|users|agent|territory",
        "a policy declares no `{token}`",
        "reps and pools stand in the roster, a file of its own; a policy names them in its targets",
        wants=_ITEM,
        after=r"[\w\"]+ *[{:=\[]",
    ),
    Slip(
        "timezone",
        "`timezone` stands after the name of the policy",
        'write `policy "NAME"` above it',
        wants=_ITEM,
    ),
    Slip(
        _TARGETS,
        "an action stands in a rule",
        "write the condition before it: `when … {token} …`, or `else {token} …` for all leads that come so far",
        wants=(*_ITEM, "RULE"),
        lacks=("THEN",),
    ),
    Slip(
        "{",
        "a policy is no JSON: `{token}` begins nothing",
        "begin with an item, such as `lead {` or `when …`",
        wants=_ITEM,
    ),
    Slip(";", "nothing ends in `;`", "leave it out", wants=(*_ITEM, "RULE", "THEN"), lacks=("RSQB",), fix=""),
)

_RULES: Final[tuple[Recognise, ...]] = (
    Slip(
        r"[{:]",
        "the clauses of `{name}` follow its name without `{token}`",
        "write `rule {name}`, and `when …` on the next line",
        before=r"rule (?P<name>\w+)( \"[^\"]*\")?",
        wants=("WHEN",),
    ),
    Slip(
        f"{_TARGETS}|hash|performance|then",
        "the rule `{name}` does not say which leads it takes",
        "write `when CONDITION` before its action, or `else` for all leads that come so far",
        before=r"rule (?P<name>\w+)( \"[^\"]*\")?",
        wants=("WHEN",),
    ),
    Slip(
        r"where|with|for|that",
        "a rule's condition begins with `when`",
        "write `when` for `{token}`",
        before=r"rule \w+( \"[^\"]*\")?",
        wants=("WHEN",),
        fix="when",
    ),
    Slip(
        rf"(?!(?:{_ITEMS})$)[A-Za-z_(\"][^\n]*",
        "the condition of `{name}` is not begun by `when`",
        "write `when {token} …`",
        before=r"rule (?P<name>\w+)( \"[^\"]*\")?",
        wants=("WHEN",),
        fix="when ",
        insert=True,
    ),
    Slip(
        r'"[^"\\\n]*(?:\\.[^"\\\n]*)*"',
        "a rule's name comes before its description",
        "write `rule {name} {token}`",
        before="rule",
        after=r"(?!when\b|else\b)(?P<name>[A-Za-z_]\w*)",
        label="a name without quotes is expected here",
    ),
)

_NAMING: Final[tuple[Recognise, ...]] = (
    Slip(
        r":|:=|==|is",
        "`{previous}` is followed by `=`",
        "write `=` for `{token}`",
        wants=("EQUAL",),
        fix=" =",
    ),
    Slip(
        rf"\[|\(|(?!(?:{_ITEMS})$)[A-Za-z_][\w.]*",
        "a `=` is missing after `{previous}`",
        "write `{word} {previous} = …`",
        before=r"(?P<word>list|define) \w+",
        wants=("EQUAL",),
        fix="= ",
        insert=True,
    ),
    Slip(
        r"[A-Za-z_*{][\w.]*",
        "an import takes all that the other file shares",
        'write `import "FILE"` alone',
        before="import",
        after=r"[\w, }]*from",
        label="expected the file, as a text",
    ),
    Slip(
        r"timezone",
        "the policy has no name",
        'write it before its timezone: `policy "NAME"`',
        before="policy",
        label="the name is missing before this",
    ),
)

ITEMS: Final[tuple[Recognise, ...]] = (
    *_COMMENTS,
    *_STARTS,
    _names_apart,
    *_RULES,
    *_NAMING,
)
