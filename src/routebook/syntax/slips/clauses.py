"""Slips in what follows a target's first words: its clauses, further targets, shares and the service level."""

from __future__ import annotations

from typing import Final

from routebook.syntax.slips.row import Recognise, Slip

_WORDS: Final = (
    "assign|pool|rep|queue|nurture|reject|hold|split|round_robin|availability|load|priority|performance|hash"
)
_TARGET = ("QUEUE",)
_NEXT = ("THEN",)

CLAUSES: Final[tuple[Recognise, ...]] = (
    Slip("under", "`under` stands twice", "a rule has one service level", before=r"under \w+"),
    Slip(
        "when",
        "a rule's condition comes before its action",
        "write `when … ` and then the action",
        before=r"\b(?:assign|queue|nurture)\b.*",
        lacks=("WHEN",),
    ),
    Slip(
        r"[A-Za-z_]\w*", "`under` is followed by the name alone", "write `under {token}`", before="under sla"
    ),
    Slip(
        "using|with|via|per", "a strategy follows `by`", "write `by` for `{token}`", wants=("BY",), fix="by"
    ),
    Slip(
        r"round_robin|availability|load|priority|performance|hash",
        "a strategy follows `by`",
        "write `by {token}`",
        wants=("BY",),
        fix="by ",
        insert=True,
    ),
    Slip(
        "on",
        "`on shift` follows a strategy",
        "write `by round_robin on shift`, or another strategy",
        wants=("BY",),
    ),
    Slip("by", "`hash` is followed by `of`", "write `hash of` for `hash by`", before="hash", fix="of"),
    Slip(
        ".*",
        "`hash` does not say of which field",
        "write `hash of FIELD`",
        before="hash",
        wants=("OF",),
        missing=True,
    ),
    Slip(
        "by|of|for",
        "`performance` is followed by `per`",
        "write `per` for `{token}`",
        before="performance",
        wants=("PER",),
        fix="per",
    ),
    Slip(
        r"[A-Za-z_]\w*",
        "`sticky` is followed by `by`",
        "write `sticky by {token}`",
        before="sticky",
        wants=("BY",),
        fix="by ",
        insert=True,
    ),
    Slip(
        ",",
        "a target has one pool",
        "targets are tried in turn: write `then pool …` for the next",
        wants=("BY",),
        after=r"\w+ by",
    ),
    Slip(
        ",|and|or|else|&&?|->|=>|/",
        "targets are not joined by `{token}`",
        "they are tried in turn: write `then`",
        wants=_NEXT,
        lacks=("EQ", "LPAR"),
        after=rf"(?:{_WORDS})\b",
        fix=" then",
    ),
    Slip(
        _WORDS,
        "a second target follows `then`",
        "write `then {token} …`",
        wants=_NEXT,
        lacks=_TARGET,
        fix="then ",
        insert=True,
    ),
    Slip(
        "where|sticky",
        "only the members of a pool have `{token}`",
        "write it after a pool, as `assign pool … {token} …`",
        wants=_NEXT,
    ),
    Slip(
        "within|respond",
        "a service level follows `under`",
        "write `under NAME`, and declare it by `sla NAME { … }`",
        wants=("UNDER",),
    ),
    Slip(
        "sla", "a service level follows `under`", "write `under NAME`", wants=("UNDER",), after=r"\w+(?! {)"
    ),
    Slip(
        r"[A-Za-z_]\w*",
        "`hold` is followed by `pool`",
        "write `hold pool {token} …`",
        before="hold",
        fix="pool ",
        insert=True,
    ),
    Slip(
        "for|until|within|max|at|since",
        "how long a lead is held follows `up to`",
        "write `up to` for `{token}`",
        wants=("UP",),
        before=r"hold pool \w+.*",
        fix="up to",
    ),
    Slip(
        ".*",
        "`hold` does not say for how long",
        "write `up to 2h`, or another time, after the pool",
        wants=("UP",),
        before=r"hold pool \w+.*",
        missing=True,
    ),
    Slip(r"\[", "a target has one pool", "name one; the next is tried by `then pool …`", before="pool"),
    Slip(
        "{",
        "`{previous}` does not say by which field it splits",
        "write `by FIELD {`, as `by id {`",
        before=r'split "[^"]*"',
    ),
    Slip("by", "the split has no name", 'write it as a text: `split "NAME" by FIELD {`', before="split"),
    Slip(
        "}", "a split has at least one share", "write `50% TARGET` for each", wants=("PERCENT",), before="{"
    ),
    Slip(
        "",
        "a text is missing after `{previous}`",
        'write it in quotes, as `{previous} "…"`',
        before="reject",
        missing=True,
        label="the reason is missing after this",
    ),
)
