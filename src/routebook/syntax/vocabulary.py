"""The words of the language by what they do, for those who explain and mend what the parser does not take."""

from __future__ import annotations

from typing import Final

ITEM_WORDS: Final = frozenset(
    {
        "policy", "import", "lead", "rep", "list", "define", "derive", "points", "rule", "when", "else",
        "sla", "source", "test",
    }
)  # fmt: skip
"""What an item of a file begins with."""

ENTRY_WORDS: Final = frozenset(
    {"add", "subtract", "respond", "touches", "close", "missing", "lead", "now", "expect"}
)
"""What an entry of a block begins with, where it is no item too."""

RESERVED: Final = frozenset(
    {
        "all", "and", "any", "default", "else", "false", "map", "missing", "none", "not", "now", "optional",
        "or", "split", "then", "true", "when",
    }
)  # fmt: skip
"""Words that are never names."""
