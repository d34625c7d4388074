"""Text of users made safe to show, and how wide it is on a terminal.

What a policy, a lead or a file name holds is data. On its way to a terminal or a log it must not move the
cursor, turn the reading direction, hide, end a line, or speak to the machine that collects the log.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

_JOINERS: Final = frozenset("\u200c\u200d")
"""Scripts and emoji need these two format characters, and they do no harm."""

_SHORT: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}

# Log collectors obey words in a line: GitHub `##[command]`, Azure `##vso[command]`, TeamCity `##teamcity[`.
_LOG_COMMAND: Final = re.compile(r"##(?=\w*\[)")

# GitHub obeys a line that begins with two colons.
_LINE_COMMAND: Final = re.compile(r"^(\s*):(?=:)")


def visible(text: str) -> str:
    r"""`text` on one line with nothing in it that acts: controls become `\n`, `\u001b` and so on."""
    if not text.isprintable():
        text = "".join(map(shown, text))
    if "##" in text:
        text = _LOG_COMMAND.sub(r"#\\u0023", text)
    return _LINE_COMMAND.sub(r"\1\\u003a", text) if "::" in text else text


def visible_lines(text: str) -> list[str]:
    """The lines of a text of several, each made `visible`."""
    return [visible(row) for row in text.replace("\r\n", "\n").removesuffix("\n").split("\n")]


def log_command_marks(text: str) -> frozenset[int]:
    """The places in `text` of characters that would start a command to a log collector (see `visible`)."""
    if "##" not in text:
        return frozenset()
    return frozenset(match.start() + 1 for match in _LOG_COMMAND.finditer(text))


@lru_cache(maxsize=4096)
def shown(char: str) -> str:
    """One character as it is shown: itself, or an escape where it would act, or show as nothing."""
    if char.isprintable() or char in _JOINERS:
        return char
    category = unicodedata.category(char)
    noncharacter = ord(char) & 0xFFFE == 0xFFFE
    if category in ("Zs", "Co", "Cn") and not noncharacter:
        return char
    return _SHORT.get(char) or escaped(char)


def escaped(char: str) -> str:
    r"""The character as JSON and policies escape it: `\u001b`, and two of these past four digits."""
    code = ord(char)
    if code <= 0xFFFF:
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"


@lru_cache(maxsize=4096)
def char_width(char: str) -> int:
    """The columns that a shown character takes: 2 for wide East Asian ones and emoji, 0 for combining ones.

    After Unicode Standard Annex 11 and Markus Kuhn's wcwidth. Sequences that a terminal draws as one
    picture (families, flags) are counted by their parts, as most terminals do.
    """
    if char < "\u0300":
        return 1
    if unicodedata.category(char) in ("Mn", "Me") or char in _JOINERS or "\u1160" <= char <= "\u11ff":
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def width_of(text: str) -> int:
    """The columns that a text takes, all of whose characters are shown as they are."""
    return len(text) if text.isascii() else sum(map(char_width, text))


def padded(text: str, width: int) -> str:
    """`text` with spaces after it, up to `width` columns."""
    return text + " " * (width - width_of(text))


def clipped(text: str, width: int) -> str:
    """`text`, cut to `width` columns with `…` at its end where it is longer."""
    if width_of(text) <= width:
        return text
    taken = 0
    for index, char in enumerate(text):
        taken += char_width(char)
        if taken > width - 1:
            return text[:index] + "…"
    return text
