"""Lines of inked text, and how they become plain text or, on a terminal, colours."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final, TextIO, TypeAlias


class Ink(Enum):
    """What a piece of text is, which settles its colour."""

    PLAIN = ""
    STRONG = "bold"
    FAINT = "dim"
    FRAME = "bold blue"
    ERROR = "bold red"
    WARNING = "bold yellow"
    INFO = "bold cyan"
    GOOD = "green"


Piece: TypeAlias = tuple[str, Ink]
Line: TypeAlias = tuple[Piece, ...]

DEFAULT_WIDTH: Final = 100


@dataclass(frozen=True, slots=True)
class Style:
    """How a result is shown to people: in colour, how many columns wide, and whether nothing is left out.

    The default is what files and pipes get, the same bytes everywhere.
    """

    colour: bool = False
    width: int = DEFAULT_WIDTH
    everything: bool = False


def style_for(stream: TextIO, environ: Mapping[str, str] = os.environ, everything: bool = False) -> Style:
    """The style for a stream: colour and its own width where it is a terminal that wants them.

    A `NO_COLOR` that is not empty, or a terminal that calls itself `dumb`, gets none (no-color.org).
    """
    if not stream.isatty():
        return Style(everything=everything)
    wanted = not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"
    columns = shutil.get_terminal_size((DEFAULT_WIDTH, 24)).columns
    return Style(colour=wanted, width=max(columns, 40), everything=everything)


def line(*pieces: str | Piece) -> Line:
    """A line of pieces; a bare text is plain."""
    return tuple((piece, Ink.PLAIN) if isinstance(piece, str) else piece for piece in pieces)


EMPTY: Final[Line] = ()


def painted(lines: Iterable[Line], style: Style) -> str:
    """The lines as text, each ended; without colour, plain and without space at their ends."""
    if style.colour:
        return _coloured(lines)
    plain = ("".join(text for text, _ in pieces).rstrip() for pieces in lines)
    return "".join(f"{text}\n" for text in plain)


def _coloured(lines: Iterable[Line]) -> str:
    from rich.console import Console  # only a terminal pays for it
    from rich.text import Text

    console = Console(force_terminal=True, color_system="standard", width=1_000_000, legacy_windows=False)
    with console.capture() as captured:
        for pieces in lines:
            text = Text.assemble(*((part, ink.value) for part, ink in pieces), end="")
            console.print(text, end="\n", soft_wrap=True, highlight=False, markup=False, emoji=False)
    return captured.get()
