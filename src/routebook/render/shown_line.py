"""One line of source as a snippet shows it: made safe, tabs widened, and clipped around what matters."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from routebook.render.visible import char_width, escaped, log_command_marks, shown, width_of

TAB: Final = 4
GAP: Final = "..."

# How much is shown on each side of a mark: this share of the width, the first share that fits.
_SHARES: Final = (2, 3, 4, 6, 8, 12, 20, 50)


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Characters of the line from `start` on; `columns` has the column of each, and of the end."""

    start: int
    columns: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ShownLine:
    """The line as shown. `column` finds where a character of the source stands in it."""

    text: str
    stretches: tuple[_Stretch, ...]

    def column(self, index: int) -> int:
        """The column (from 0) of the character at `index`, or of the dots that stand for it."""
        at = bisect_right(self.stretches, index, key=lambda stretch: stretch.start) - 1
        if at < 0:
            return 0
        stretch = self.stretches[at]
        return stretch.columns[min(index - stretch.start, len(stretch.columns) - 1)]


def fit(text: str, focus: Sequence[tuple[int, int]], width: int) -> ShownLine:
    """The line in at most `width` columns, each stretch in `focus` kept, at least its two ends.

    Wider only where there is so much to keep that no context fits around it.
    """
    if len(text) <= TAB * width:
        line = _joined(text, [(0, len(text))])
        if width_of(line.text) <= width:
            return line
    # What is in focus is cut only where it does not fit even with little around it.
    for whole in (True, False):
        for share in _SHARES:
            around = max(2, width // share)
            line = _joined(text, _kept(text, focus, around, width if whole else 2 * around))
            if width_of(line.text) <= width:
                return line
    return line


def _kept(text: str, focus: Sequence[tuple[int, int]], around: int, whole: int) -> list[tuple[int, int]]:
    """The stretches to keep: `around` characters on both sides of each focus, merged where they meet.

    A focus of more than `whole` characters keeps its two ends.
    """
    wanted: list[tuple[int, int]] = []
    for start, end in focus or [(0, 0)]:
        if end - start <= whole:
            wanted.append((start - around, end + around))
        else:
            wanted += [(start - around, start + around), (end - around, end + around)]
    merged: list[tuple[int, int]] = []
    for start, end in sorted(wanted):
        start, end = _before_accents(text, max(0, start)), min(len(text), end)
        if merged and start <= merged[-1][1] + len(GAP):
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _before_accents(text: str, start: int) -> int:
    """`start`, moved so that no accent is cut from its letter."""
    for index in range(start, max(0, start - 8), -1):
        if index >= len(text) or char_width(text[index]):
            return index
    return start


def _joined(text: str, kept: Sequence[tuple[int, int]]) -> ShownLine:
    pieces: list[str] = []
    stretches: list[_Stretch] = []
    column = 0
    for start, end in kept:
        if start > 0:
            pieces.append(GAP)
            column += len(GAP)
        columns = [column]
        for piece in _pieces(text[start:end], column):
            pieces.append(piece)
            column += width_of(piece)
            columns.append(column)
        stretches.append(_Stretch(start, tuple(columns)))
    if kept and kept[-1][1] < len(text):
        pieces.append(GAP)
    return ShownLine("".join(pieces), tuple(stretches))


def _pieces(text: str, column: int) -> Iterator[str]:
    """Each character as it is shown, the first of them at `column`."""
    commands = log_command_marks(text)
    for index, char in enumerate(text):
        if char == "\t":
            piece = " " * (TAB - column % TAB)
        elif index in commands:
            piece = escaped(char)
        else:
            piece = shown(char)
        column += width_of(piece)
        yield piece
