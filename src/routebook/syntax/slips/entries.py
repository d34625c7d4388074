"""Slips in the blocks of derives, points, service levels, sources and tests."""

from __future__ import annotations

import re
from typing import Final

from routebook.diagnostics import Diagnostic
from routebook.syntax.slips.row import Context, Lexeme, Recognise, Slip, shown
from routebook.syntax.vocabulary import RESERVED

_TEXT: Final = r'"[^"\\\n]*(?:\\.[^"\\\n]*)*"'
_CONSTANT = ("STRING", "TRUE")


def _name_for_a_value(context: Context) -> Diagnostic | None:
    """A name or a computation where a constant belongs."""
    if not re.fullmatch(r"[A-Za-z_][\w.]*|[-(+]", context.token) or not context.could_be("TRUE"):
        return None
    if context.could_be("NAME", "LPAR"):
        return None
    token = context.token
    if token in RESERVED and token not in ("true", "false", "missing"):
        return None
    if re.fullmatch(r"true|false|missing", token, re.IGNORECASE):
        return context.say(f"`{token}` is written `{token.lower()}`", fix=token.lower())
    if re.fullmatch(r"null|none|nil|empty", token):
        return context.say(f"`{token}` is written `missing`", "what has no value is missing", fix="missing")
    if re.match(r"[-+*/(]", context.after) or not token[0].isalpha():
        return context.say(
            "a value that is computed cannot stand here",
            "the values of derives, sources and tests are constants; compare what is computed in a condition",
            label="expected a value",
        )
    return context.say(
        f"`{shown(token)}` is a name, and a value belongs here",
        f'a text stands in double quotes: `"{shown(token)}"`',
        label="expected a value",
        fix=f'"{token}"',
    )


def _hidden_number(context: Context) -> Diagnostic | None:
    """`expect rule #3`: the number of the rule has become a comment."""
    if not context.before.endswith("expect rule") or context.previous is None:
        return None
    found = re.match(r"[ \t]*#([0-9][\w.]*)", context.source.text[context.previous.end :])
    if found is None:
        return None
    at = Lexeme("", context.previous.start, context.previous.end + found.end())
    return context.say(
        f"`#{found[1]}` is taken for a comment",
        f'an unnamed rule stands in quotes: `expect rule "#{found[1]}"`',
        label="the name of the rule is missing",
        fix=f'rule "#{found[1]}"',
        at=at,
    )


_COMPUTED: Final[tuple[Recognise, ...]] = (
    Slip(
        "{",
        "`{name}` has no type",
        "write it after its name: `derive {name}: TYPE {`",
        before=r"derive (?P<name>\w+)",
    ),
    Slip(
        r'"[^\n]*|[0-9][\w.]*|true|false',
        "a value follows `then`",
        "write `then {token}`",
        wants=("THEN",),
        lacks=("QUEUE", "UNDER", "RULE"),
        fix="then ",
        insert=True,
    ),
    Slip(
        ":|=>?|->|=",
        "a value follows `then`",
        "write `then` for `{token}`",
        wants=("THEN",),
        lacks=("QUEUE", "UNDER", "RULE", "EQ"),
        fix="then",
    ),
    Slip(
        "else|when",
        "an `else` comes last, and once",
        "put the cases before it, and keep one `else`",
        before=r"else \S+",
        wants=("RBRACE",),
        lacks=("WHEN",),
    ),
    Slip(
        "{",
        "`{name}` has no range",
        "write it after its name: `points {name} 0..100 {`",
        before=r"points (?P<name>\w+)( \"[^\"]*\")?",
    ),
    Slip(
        "if|where|for",
        "a condition of points begins with `when`",
        "write `when` for `{token}`",
        wants=("PER",),
        fix="when",
    ),
    Slip(
        "-",
        "points that are taken away are written `subtract`",
        "write `subtract {number} …`",
        before="add",
        after=r"(?P<number>\S+)",
    ),
    Slip(
        "-",
        "points that are added are written `add`",
        "write `add {number} …`",
        before="subtract",
        after=r"(?P<number>\S+)",
    ),
    Slip(
        r"\+|-",
        "points are added by `add` and taken away by `subtract`",
        "write `add` or `subtract` for `{token}`",
        wants=("ADD",),
    ),
    Slip(
        r"[0-9_]+\.[0-9]+",
        "points are whole numbers",
        "write one without a point",
        before="add|subtract|up to",
        label="expected a whole number",
    ),
    Slip(
        r"[0-9][0-9_]*",
        "`add` or `subtract` is missing before `{token}`",
        "write `add {token}`",
        wants=("ADD",),
        lacks=("EQ",),
        fix="add ",
        insert=True,
    ),
    Slip(",", "entries are not set apart by `,`", "leave it out", wants=("ADD",), fix=""),
    Slip(
        "when|per|if",
        "the number of points is missing",
        "write it after `{previous}`, as `{previous} 10 {token} …`",
        before="add|subtract",
        label="expected a whole number",
    ),
    _name_for_a_value,
)

_LEVELS: Final[tuple[Recognise, ...]] = (
    Slip(
        "{|respond|close|touches",
        "a `{` is missing after `{name}`",
        "the steps of a service level stand between `{` and `}`",
        before=r"sla (?P<name>\w+)( \"[^\"]*\")?",
        wants=("LBRACE",),
        label="expected `{`",
    ),
    Slip(
        "answer|reply|call|contact|response|react|first",
        "there is no step `{token}`",
        "the steps are `respond`, `touches N` and `close`",
        wants=("RESPOND",),
        fix="respond",
    ),
    Slip(
        "touch|follow|followups?|calls|attempts",
        "there is no step `{token}`",
        "the steps are `respond`, `touches N` and `close`",
        wants=("RESPOND",),
    ),
    Slip(
        "finish|resolve|done|convert|closed?",
        "there is no step `{token}`",
        "the steps are `respond`, `touches N` and `close`",
        wants=("RESPOND",),
        fix="close",
    ),
    Slip(
        "in|under|after|by|before|until",
        "a step's time follows `within`",
        "write `within` for `{token}`",
        wants=("WITHIN",),
        fix="within",
    ),
    Slip(
        r"[0-9]\w*",
        "a step's time follows `within`",
        "write `within {token}`",
        wants=("WITHIN",),
        fix="within ",
        insert=True,
    ),
    Slip(
        "within",
        "`touches` says how many",
        "write the number after it, as `touches 6 within …`",
        before="touches",
        label="expected a whole number",
    ),
    Slip(
        "escalate|else|otherwise|and|or|to|,|->|=>",
        "what happens when the time is up follows `then`",
        "write `then` and a target, as `then queue managers`",
        before=r"within \S+( business)?",
        wants=("BUSINESS", "RESPOND"),
    ),
    Slip(
        "assign|pool|rep|queue|nurture|reject|hold|split|reassign|round_robin|availability|load|priority",
        "what happens when the time is up follows `then`",
        "write `then {token} …`",
        before=r"within \S+( business)?",
        wants=("RESPOND",),
        fix="then ",
        insert=True,
    ),
    Slip(
        ".*",
        "`reassign` says how often",
        "write `reassign 1 times`, or another number",
        before="reassign",
        label="a whole number is missing after this",
        missing=True,
    ),
    Slip(
        ".*",
        "`reassign {previous}` is followed by `times`",
        "write `reassign {previous} times`",
        wants=("TIMES",),
        missing=True,
    ),
)

_SOURCES: Final[tuple[Recognise, ...]] = (
    Slip("else|when", "a map's other values follow `else` alone", "leave `to` out", before="else", after=""),
    Slip(
        "to",
        "a map's other values follow `else` alone",
        "leave `to` out",
        before="else",
        wants=("STRING", "TRUE"),
        fix="",
    ),
    Slip(
        ":|=>?|->|→|,|=",
        "the value of {key} follows `to`",
        "write `to` for `{token}`",
        before=rf"(?P<key>{_TEXT})",
        wants=("TO",),
        fix="to",
    ),
    Slip(
        r".+",
        "the value of {key} follows `to`",
        "write `{key} to {token}`",
        before=rf"(?P<key>{_TEXT})",
        wants=("TO",),
        fix="to ",
        insert=True,
    ),
    Slip(
        _TEXT,
        "a `,` is missing before `{token}`",
        "the entries of a map are set apart by `,`",
        wants=("COMMA",),
        lacks=("RSQB",),
        fix=", ",
        insert=True,
    ),
    Slip(
        ":|=|<-|is|in|column",
        "the column of `{previous}` follows `from`",
        "write `from` for `{token}`",
        wants=("FROM",),
        fix=" from",
    ),
    Slip(
        _TEXT,
        "the column of `{previous}` follows `from`",
        "write `{previous} from {token}`",
        wants=("FROM",),
        lacks=("EQ",),
        fix="from ",
        insert=True,
    ),
    Slip(
        "date|datetime|time|text|integer|decimal|bool",
        "`as` is followed by the format of a date",
        'write it as a text, as `as "%m/%d/%Y"`; other values need none',
        before="as",
        wants=("FROM",),
    ),
    Slip(
        _TEXT,
        "`split` is followed by `by`",
        "write `split by {token}`",
        before=f"from {_TEXT} split",
        fix="by ",
        insert=True,
    ),
    Slip(
        r'"[^\n]*|[A-Za-z_]\w*',
        "what counts as missing stands in square brackets",
        'write `missing ["…", "…"]`',
        before="missing",
        wants=("LSQB",),
    ),
    Slip(",", "fields are not set apart by `,`", "leave it out", wants=("AS", "FROM"), fix=""),
)

_TESTS: Final[tuple[Recognise, ...]] = (
    _hidden_number,
    Slip(
        "=|is|==",
        "a field's value follows a `:`",
        "write `:` for `{token}`",
        wants=("COLON",),
        lacks=("STRING",),
        fix=":",
    ),
    Slip(
        "{",
        "the test has no name",
        'write it as a text: `test "what is expected" {`',
        before="test",
        label="a text is expected here",
    ),
    Slip(
        r"today|tomorrow|yesterday|now|monday|[A-Za-z]\w*",
        "`now` is given a moment",
        "write one, as `now 2026-03-02T10:00Z`",
        before="now",
        wants=("DATETIME",),
        lacks=("EQ",),
    ),
    Slip(_TEXT, "an expected `reject` gives no reason", "leave the text out", before="expect reject", fix=""),
    Slip(
        "no|nobody|none|nothing",
        "that no rule takes the lead is written `no rule`",
        "write `expect no rule`",
        before="expect",
        wants=("POOL",),
    ),
    Slip(
        r"assign|to",
        "`{token}` is one word too many",
        "write `expect pool …`, `expect rep …` or `expect queue …`",
        before="expect",
        wants=("POOL",),
    ),
    Slip(
        r"[A-Za-z_][\w.]*|\"[^\n]*",
        "`expect` does not say what `{token}` is",
        "write `expect rule {token}`, `expect pool {token}` or `expect queue {token}`",
        before="expect",
        wants=("POOL",),
    ),
    Slip(
        ".*",
        "`expect` is not followed by what is expected",
        'write `rule NAME`, `pool NAME`, `queue NAME`, `nurture NAME`, `rep "ID"`, `reject` or `no rule`',
        before="expect",
        wants=("POOL",),
        missing=True,
    ),
    Slip(
        "given|input|when|with|record|data",
        "a test's lead stands in `lead { … }`",
        "write `lead {`",
        wants=("EXPECT",),
    ),
    Slip(
        "assert|should|then|expects|expected|result|outcome",
        "what is expected follows `expect`",
        "write `expect`",
        wants=("EXPECT",),
        fix="expect",
    ),
    Slip(
        "missing",
        "a list's members are texts or numbers",
        "leave `missing` out of the list",
        wants=("RSQB",),
        lacks=("NAME",),
    ),
)

ENTRIES: Final[tuple[Recognise, ...]] = (*_TESTS, *_LEVELS, *_SOURCES, *_COMPUTED)
