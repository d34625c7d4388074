"""Where a span is, in lines and columns from 1, whatever its offsets."""

from __future__ import annotations

from dataclasses import dataclass

from routebook.source import Span


@dataclass(frozen=True, slots=True)
class Place:
    """Lines and columns count characters from 1; `end_column` is that of the first character after."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


def place_of(span: Span) -> Place:
    """The span's place. Offsets outside the text count as its nearest end, so that any span has one."""
    start, end = bounds(span)
    line, column = span.source.position(start)
    end_line, end_column = span.source.position(end)
    return Place(span.file, line, column, end_line, end_column)


def bounds(span: Span) -> tuple[int, int]:
    """The span's offsets, within its text and in order."""
    size = len(span.source.text)
    start = max(0, min(span.start, size))
    return start, max(start, min(span.end, size))
