"""The fenced blocks of a Markdown page, and the parts of it that are generated."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent.parent
_FENCE: Final = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: the words after its fence, its text, and where that begins, as a line and an offset."""

    info: str
    text: str
    line: int
    start: int


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(found[1].strip(), found[2], text.count("\n", 0, found.start()) + 2, found.start(2))
        for found in _FENCE.finditer(text)
    ]


def section(text: str, name: str) -> tuple[int, int]:
    """Where the generated part of that name begins and ends: between `<!-- name -->` and `<!-- end -->`."""
    opener = f"<!-- {name} -->\n"
    start = text.index(opener) + len(opener)
    return start, text.index("<!-- end -->", start)
