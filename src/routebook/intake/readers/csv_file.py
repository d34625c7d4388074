"""CSV with a header, in constant memory. A row that cannot be read is rejected; the rows after it are read.

The delimiter is whichever of comma, semicolon and tab the header line has most of outside quotes; the comma
where it has none, or as many. Quotes are doubled inside quoted cells (RFC 4180). Blank lines are no rows.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from typing import Any, Final

from routebook.intake.problems import InputError
from routebook.intake.readers.blocks import ROWS, Block, PlainLines, together
from routebook.intake.readers.lines import Line, lines
from routebook.intake.readers.records import BadRecord, Input, Record, Records
from routebook.text import counted

_DELIMITERS: Final = (",", ";", "\t")


def read_csv(source: Input) -> Records:
    """The rows of a CSV file; raises `InputError` where its header cannot be used."""
    by_lines = source.path is not None and _ends_in_line_feeds(source.stream)
    feed = _Feed(lines(source))
    first = feed.peek()
    if first is None:
        raise InputError(f"`{source.name}` is empty: a CSV file begins with a line that names its columns")
    delimiter = _delimiter(first.text)
    rows = csv.reader(feed, delimiter=delimiter, strict=True)
    header = _header(rows, feed, source.name)
    after = feed.taken[-1].number
    return Records(
        tuple(name for name in header if name),
        _records(rows, feed, header),
        (lambda: _blocks(source, header, delimiter, after)) if by_lines else None,
    )


def _ends_in_line_feeds(stream: Any) -> bool:
    """Whether the start of a file has whole lines that end as most do, so that nothing is read past the header."""
    start = stream.peek() if hasattr(stream, "peek") else b""
    return b"\n" in start and start[:-1].count(b"\r") == start.count(b"\r\n")


def _blocks(source: Input, header: list[str], delimiter: str, after: int) -> Iterator[Block]:
    """Frames while the lines are plain, then the records of what is left, put together."""
    plain = PlainLines(source.stream, header, delimiter)
    yield from plain.blocks()
    rest = plain.rest
    if rest is not None:
        feed = _Feed(lines(Input(source.name, rest, source.path), after + plain.lines))
        rows = csv.reader(feed, delimiter=delimiter, strict=True)
        columns = [name for name in header if name]
        yield from together(_records(rows, feed, header, plain.rows), columns, ROWS)


def _delimiter(line: str) -> str:
    bare = "".join(line.split('"')[::2])
    return max(_DELIMITERS, key=bare.count)


def _header(rows: Iterator[list[str]], feed: _Feed, name: str) -> list[str]:
    try:
        header = [cell.strip() for cell in next(rows)]
    except csv.Error as error:
        raise InputError(f"the header of `{name}` cannot be read: {_reason(error, feed.taken[0])}") from None
    problem = feed.problem()
    if problem is not None:
        raise InputError(f"the header of `{name}` cannot be read: {problem}")
    seen: dict[str, int] = {}
    for place, column in enumerate(header, start=1):
        if column and column in seen:
            first = seen[column]
            raise InputError(f"the header of `{name}` has `{column}` twice, as columns {first} and {place}")
        seen[column] = place
    return header


def _records(
    rows: Iterator[list[str]], feed: _Feed, header: list[str], row: int = 0
) -> Iterator[Record | BadRecord]:
    named = [(place, column) for place, column in enumerate(header) if column]
    all_named = len(named) == len(header)
    while feed.peek() is not None:
        row += 1
        try:
            cells = next(rows)
        except csv.Error as error:
            # an unclosed quote swallows the rows after it: give them back, and reject the line that began it
            first, *rest = feed.taken
            feed.give_back(rest)
            yield BadRecord(row, {"text": first.text.rstrip("\n")}, first.problem or _reason(error, first))
            continue
        message = feed.problem() or _ragged(cells, header, feed)
        if message is not None:
            yield BadRecord(row, {"text": "".join(line.text for line in feed.taken).rstrip("\n")}, message)
        elif all_named:
            yield Record(row, dict(zip(header, cells, strict=True)))
        else:
            yield Record(row, {column: cells[place] for place, column in named})


def _ragged(cells: list[str], header: list[str], feed: _Feed) -> str | None:
    if len(cells) == len(header):
        return None
    there = f"{counted(len(cells), 'cell')}, and the header has {len(header)}"
    return f"{feed.place()} {'have' if len(feed.taken) > 1 else 'has'} {there}"


def _reason(error: csv.Error, line: Line) -> str:
    words = str(error)
    if "unexpected end" in words:
        return f"a quote opens on line {line.number} and is never closed"
    if "field limit" in words:
        limit = csv.field_size_limit()
        return f"a cell on line {line.number} has over {limit:,} characters, or its quote is never closed"
    if "expected after" in words:
        return f"a quote in a quoted cell of line {line.number} is not doubled, or the cell is never closed"
    return f"line {line.number} is not CSV: {words}"


class _Feed:
    """The lines that a CSV reader takes, remembered until the next row, so that they can be given back."""

    def __init__(self, source: Iterator[Line]) -> None:
        self._source = source
        self._waiting: deque[Line] = deque()
        self._between = True
        self.taken: list[Line] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self._between:
            self.taken = []
            self._between = False
        line = self._waiting.popleft() if self._waiting else next(self._source)
        self.taken.append(line)
        return line.text

    def peek(self) -> Line | None:
        """The line that the next row begins with, past blank ones; None at the end of the file."""
        self._between = True
        while True:
            if not self._waiting:
                line = next(self._source, None)
                if line is None:
                    return None
                self._waiting.append(line)
            if self._waiting[0].text.strip("\n") or self._waiting[0].problem:
                return self._waiting[0]
            self._waiting.popleft()

    def give_back(self, taken: list[Line]) -> None:
        self._waiting.extendleft(reversed(taken))

    def problem(self) -> str | None:
        """What is wrong with the bytes of the row that was just read."""
        return next((line.problem for line in self.taken if line.problem), None)

    def place(self) -> str:
        """Where the row that was just read stands."""
        first, last = self.taken[0].number, self.taken[-1].number
        return f"line {first}" if first == last else f"lines {first} to {last}"
