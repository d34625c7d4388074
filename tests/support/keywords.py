"""The words of the language, read from its grammar, so that a new keyword is tried without being listed here."""

from __future__ import annotations

import re

from routebook.syntax.grammar import parser
from routebook.syntax.vocabulary import RESERVED

_WORD = re.compile(r"([a-z_]+?)(s\?)?\(\?[!=]")


def _spellings() -> dict[str, tuple[str, ...]]:
    found = {}
    for terminal in parser().terminals:
        match = _WORD.match(terminal.pattern.value)
        if match and terminal.name != "NAME":
            found[terminal.name] = (match[1], match[1] + "s") if match[2] else (match[1],)
    return found


KEYWORDS: dict[str, tuple[str, ...]] = _spellings()
"""Every word terminal of the grammar with its spellings."""

RESERVED_TERMINALS = frozenset(name for name, words in KEYWORDS.items() if set(words) <= RESERVED)

FREE_KEYWORDS: tuple[str, ...] = tuple(
    sorted(word for name, words in KEYWORDS.items() if name not in RESERVED_TERMINALS for word in words)
)
"""The keywords that may be names, in every spelling."""
