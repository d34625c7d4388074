"""Slips in brackets: what is open where it should be closed, or of the wrong kind."""

from __future__ import annotations

import re
from typing import Final

from routebook.diagnostics import Diagnostic, Label
from routebook.source import Span
from routebook.syntax.slips.row import Context, Lexeme, Recognise, Slip

_PAIRS: Final = {"(": ")", "[": "]", "{": "}"}
_ENDS: Final = re.compile(
    r"and|or|not|assign|queue|nurture|reject|hold|then|when|else|under|where|sticky|split|for"
    r"|round_robin|availability|load|priority|performance|hash|optional|[{})\]]|",
    re.IGNORECASE,
)


def _open_inside(context: Context) -> Diagnostic | None:
    """A bracket that is still open where something begins that cannot stand in it."""
    if context.bracket is None or not context.could_be("RPAR", "RSQB"):
        return None
    opener = context.source.text[context.bracket]
    closer = _PAIRS[opener]
    token = context.token
    if not _ENDS.fullmatch(token) or (token in ("and", "or", "not") and opener == "("):
        return None
    at = Span(context.source, context.bracket, context.bracket + 1)
    if token in (")", "]", "}"):
        return context.say(
            f"`{token}` does not close `{opener}`",
            f"write `{closer}`, or close the `{opener}` before it",
            fix=closer,
            related=(Label(at, "opened here"),),
        )
    before = f"before `{token}`" if token else "before the end"
    return context.say(
        f"this `{opener}` is never closed",
        f"add a `{closer}` {before}",
        label="opened here",
        at=Lexeme(opener, at.start, at.end),
        related=(Label(context.span, f"a `{closer}` is missing before this"),),
    )


def _list_in_round_brackets(context: Context) -> Diagnostic | None:
    if context.token != "," or context.bracket is None or not context.could_be("RPAR"):
        return None
    if context.source.text[context.bracket] != "(":
        return None
    at = Span(context.source, context.bracket, context.bracket + 1)
    return context.say(
        "a list stands in square brackets",
        "write `[` and `]` for `(` and `)`",
        label="a `,` stands only in lists",
        related=(Label(at, "the list begins here"),),
    )


def _closes_nothing(context: Context) -> Diagnostic | None:
    if context.token not in ("}", "]", ")") or context.bracket is not None:
        return None
    opener = {"}": "{", "]": "[", ")": "("}[context.token]
    return context.say(
        f"this `{context.token}` closes nothing",
        f"take it out, or look above it for a `{opener}` that is missing",
        label=f"no `{opener}` is open here",
    )


BRACKETS: Final[tuple[Recognise, ...]] = (
    _open_inside,
    _list_in_round_brackets,
    Slip(
        r'"[^"\\\n]*(?:\\.[^"\\\n]*)*"|-?[0-9][\w.]*|[a-z_]\w*',
        "a `,` is missing before `{token}`",
        "the members of a list are set apart by `,`",
        wants=("RSQB",),
        lacks=("NAME", "STRING", "INT"),
        fix=", ",
        insert=True,
    ),
    Slip(
        ";",
        "the members of a list are set apart by `,`",
        "write `,`",
        wants=("RSQB",),
        fix=",",
    ),
    Slip(
        ",",
        "a member is missing between two `,`",
        "take one of them out",
        wants=("RSQB",),
        before=",",
        fix="",
    ),
    Slip(
        r"\{",
        "a list stands in square brackets",
        "write `[` and `]` for `{` and `}`",
        wants=("LPAR",),
        lacks=("LBRACE",),
    ),
    Slip(
        r"\(",
        "a list stands in square brackets",
        "write `[` and `]` for `(` and `)`",
        wants=("LSQB",),
        lacks=("LPAR",),
    ),
    _closes_nothing,
)
