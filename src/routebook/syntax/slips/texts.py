"""Slips in texts: their quotes, and names where texts belong or texts where names belong."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from routebook.diagnostics import Diagnostic
from routebook.syntax.slips.row import Context, Lexeme, Recognise, Slip, shown
from routebook.syntax.vocabulary import RESERVED

_OPENING: Final = "“”„‘’‚‛'`´«»‹›"
_QUOTED: Final = re.compile(rf"[{_OPENING}]([^{_OPENING}\n]*)[{_OPENING}]")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*")
_UNSEEN: Final = {
    "\u00a0": "a no-break space",
    "\u202f": "a narrow no-break space",
    "\u2007": "a figure space",
    "\u200b": "a zero-width space",
    "\u200c": "a zero-width character",
    "\u200d": "a zero-width character",
    "\u2060": "a zero-width character",
    "\ufeff": "a byte order mark",
    "\u00ad": "a soft hyphen",
    "\u2028": "a line separator",
    "\u2029": "a paragraph separator",
    "\u0085": "a line end of another kind",
    "\x00": "a NUL character",
    "\x1a": "an end-of-file character",
}


def _unseen(context: Context) -> Diagnostic | None:
    """Characters that nobody sees, pasted from documents or left after by programs."""
    character = context.source.text[context.offset : context.offset + 1]
    name = _UNSEEN.get(character)
    if name is None and character and not (character.isprintable() or character.isspace()):
        name = f"the control character U+{ord(character):04X}"
    elif name is None and character.isspace() and character not in " \t\f\r\n":
        name = f"the space U+{ord(character):04X}"
    if name is None:
        return None
    text = context.source.text
    run = re.compile(re.escape(character) + "+").match(text, context.offset)
    end = run.end() if run else context.offset
    space = " " if character.isspace() else ""
    help = "put an ordinary space in its place" if space else "delete it"
    if space and text[context.offset - 1 : context.offset].isdigit() and text[end : end + 1].isdigit():
        space, help = "_", "thousands are set apart by `_`, as `50_000`"
    return context.say(
        f"{name} stands here, which cannot be seen",
        help,
        label="it is right here",
        fix=space,
        at=Lexeme(character, context.offset, end),
    )


def _never_closed(context: Context) -> Diagnostic | None:
    token = context.token
    closed = re.fullmatch(r'"[^"\\\n]*(?:\\.[^"\\\n]*)*"', token)
    if not token.startswith('"') or closed is not None:
        return None
    before = context.source.text[max(0, context.offset - 200) : context.offset].rpartition("\n")[2]
    if before.count('"') > 1:
        help = 'a quote inside a text is written `\\"`; a text that goes on is closed on its own line'
    else:
        help = 'close it with `"` on the same line; a quote inside it is written `\\"`, a line end `\\n`'
    return context.say(
        "this text is never closed", help, label="opened here, and open at the end of the line"
    )


def _other_quotes(context: Context) -> Diagnostic | None:
    if context.token[:1] not in _OPENING or not context.token:
        return None
    found = _QUOTED.match(context.source.text, context.offset)
    if found is None:
        return context.say(f"`{context.token}` opens no text", 'texts stand in straight double quotes: `"…"`')
    text = shown(found[1])
    return context.say(
        f"`{text}` stands in quotes that texts do not have",
        f'a text stands in straight double quotes: `"{text}"`',
        label="not a text",
        fix=f'"{found[1]}"',
        at=Lexeme(found[0], found.start(), found.end()),
    )


def _quote_inside(context: Context) -> Diagnostic | None:
    """A text that was closed by a quote inside it: what follows touches it."""
    previous = context.previous
    if previous is None or not context.touches or not previous.text.endswith('"') or len(previous.text) < 2:
        return None
    if not re.match(r"[\w“‘]", context.token) and not context.token.startswith('"'):
        return None
    return context.say(
        f"the text `{shown(previous.text)}` ends before `{shown(context.token)}`",
        'a quote inside a text is written `\\"`',
        label="this is no longer inside the text",
        at=previous,
    )


def _text_for_a_name(context: Context) -> Diagnostic | None:
    """A name in quotes. A field may come in quotes where a description could not."""
    found = re.fullmatch(r'"([^"\\\n]*(?:\\.[^"\\\n]*)*)"', context.token)
    if found is None or not context.could_be("NAME") or context.could_be("LPAR", "STRING"):
        return None
    if (
        context.could_be("DATE_TYPE", "COLON", "OPTIONAL")
        and context.previous
        and context.previous.text != "{"
    ):
        return None
    written = found[1]
    name = (
        written
        if _NAME.fullmatch(written)
        else re.sub(r"\W+", "_", written, flags=re.ASCII).strip("_").lower()
    )
    if not _NAME.fullmatch(name) or name in RESERVED:
        return context.say(
            f"`{shown(context.token)}` is a text, and a name belongs here",
            "names stand without quotes, and have letters, digits and `_` alone",
            label="a name is expected here",
        )
    return context.say(
        f"`{shown(context.token)}` is a text, and a name belongs here",
        f"names stand without quotes: `{name}`",
        label="a name is expected here",
        fix=name,
    )


def _name_for_a_text(context: Context) -> Diagnostic | None:
    if not context.could_be("STRING") or context.could_be("NAME", "COLON", "EQUAL", "LBRACE", "DOTS", "WHEN"):
        return None
    if not _NAME.fullmatch(context.token) or (context.token in RESERVED and context.token != "default"):
        return None
    found = re.compile(r"[\w.+/-]+").match(context.source.text, context.offset)
    text = found[0] if found else context.token
    return context.say(
        f"`{shown(text)}` is a name, and a text belongs here",
        f'texts stand in double quotes: `"{shown(text)}"`',
        label="a text is expected here",
        fix=f'"{text}"',
        at=Lexeme(text, context.offset, context.offset + len(text)),
    )


def _reserved(context: Context) -> Diagnostic | None:
    if not context.could_be("NAME") or context.token not in RESERVED:
        return None
    what = "field" if context.could_be("LPAR", "COLON", "RBRACE") else "name"
    return context.say(
        f"`{context.token}` is a reserved word and cannot be a {what}",
        f"choose another one; reserved are {', '.join(sorted(RESERVED))}",
        label="a name is expected here",
    )


def _letters(context: Context) -> Diagnostic | None:
    """Letters of other alphabets, and what names do not have."""
    rest = re.match(r"[\w-]+", context.source.text[context.offset :])
    if rest is None or rest[0].isascii():
        return None
    start = context.offset
    previous = context.previous
    if previous is not None and previous.end == start and previous.text[0].isalpha():
        start = previous.start
    end = context.offset + rest.end()
    name = context.source.text[start:end]
    letter = next(letter for letter in name if not letter.isascii())
    return context.say(
        f"`{shown(name)}` has letters that names do not have",
        'names have the letters a to z, digits and `_`; texts, in `"…"`, have any',
        label=f"`{letter}` is the {unicodedata.name(letter, 'letter of another script').lower()}",
        at=Lexeme(name, start, end),
    )


def _emoji(context: Context) -> Diagnostic | None:
    character = context.source.text[context.offset : context.offset + 1]
    if not character or character.isascii() or character.isalnum():
        return None
    return context.say(
        f"`{context.token}` means nothing outside of texts and comments",
        'a text stands in `"…"`; a comment begins with `#`',
    )


TEXTS: Final[tuple[Recognise, ...]] = (_unseen, _never_closed, _other_quotes, _quote_inside)

NAMES: Final[tuple[Recognise, ...]] = (
    _text_for_a_name,
    _name_for_a_text,
    Slip(
        r"[0-9]\w*",
        "`{token}` cannot be a name: names do not begin with a digit",
        "begin it with a letter or `_`",
        "a name is expected here",
        wants=("NAME",),
        lacks=("LPAR", "INT"),
    ),
    _reserved,
    _letters,
    _emoji,
)
