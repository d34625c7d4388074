"""Policy text and places in it: a `Source` is one text with a name, a `Span` a stretch of it."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True, eq=False)
class Source:
    """One text that findings can point into.

    `name` is what the user calls it (a path, or `<text>`); `text` is its whole content. Offsets are
    counted in characters from 0; lines and columns, derived from them, from 1.
    """

    name: str
    text: str

    @cached_property
    def _line_starts(self) -> list[int]:
        starts = [0]
        at = self.text.find("\n")
        while at >= 0:
            starts.append(at + 1)
            at = self.text.find("\n", at + 1)
        return starts

    def position(self, offset: int) -> tuple[int, int]:
        """The line and column (both from 1) of a character offset."""
        index = bisect_right(self._line_starts, offset) - 1
        return index + 1, offset - self._line_starts[index] + 1

    def line_start(self, line: int) -> int:
        """The offset at which `line` (from 1) begins."""
        return self._line_starts[line - 1]

    def line_text(self, line: int) -> str:
        """The text of `line` (from 1) without its line end."""
        start = self._line_starts[line - 1]
        end = self._line_starts[line] - 1 if line < len(self._line_starts) else len(self.text)
        return self.text[start:end].rstrip("\r")

    @property
    def line_count(self) -> int:
        return len(self._line_starts)


@dataclass(frozen=True, slots=True, eq=False)
class Span:
    """The characters from `start` up to, not including, `end` of a source."""

    source: Source
    start: int
    end: int

    @property
    def file(self) -> str:
        return self.source.name

    @property
    def line(self) -> int:
        return self.source.position(self.start)[0]

    @property
    def column(self) -> int:
        return self.source.position(self.start)[1]

    @property
    def end_line(self) -> int:
        return self.source.position(self.end)[0]

    @property
    def end_column(self) -> int:
        return self.source.position(self.end)[1]

    @property
    def text(self) -> str:
        return self.source.text[self.start : self.end]

    def to(self, other: Span) -> Span:
        """The stretch from the start of this span to the end of `other`, of the same source."""
        return Span(self.source, self.start, other.end)


def after_line(span: Span) -> Span:
    """The empty span at the end of the line on which the span ends, behind any comment there."""
    found = span.source.text.find("\n", span.end)
    end = found if found >= 0 else len(span.source.text)
    return Span(span.source, end, end)
