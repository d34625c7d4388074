"""A piece of source with its marks drawn in place: underlines, labels, and bars beside what spans lines.

The look is that of rustc and its relatives: gutter numbers, `^^^` under what is to blame, `---` under what
has to do with it, the rightmost label beside its underline and the others hanging below, right to left.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from routebook.render.paint import EMPTY, Ink, Line, line
from routebook.render.places import bounds
from routebook.render.shown_line import GAP, ShownLine, fit
from routebook.render.visible import visible
from routebook.source import Source, Span

_WHOLE: Final = 6
"""A span of at most this many lines is shown whole, a longer one by its first and last lines."""

_HEAD: Final = 3
_TAIL: Final = 2


@dataclass(frozen=True, slots=True)
class Mark:
    """A span to point at, with the words beside it; `glyph` is what underlines it."""

    span: Span
    label: str
    glyph: str
    ink: Ink


@dataclass(frozen=True, slots=True)
class _Placed:
    """A mark by lines (from 1) and characters in them (from 0); `lane` is the bar of one that spans lines."""

    mark: Mark
    first: int
    start: int
    last: int
    end: int
    lane: int = -1

    @property
    def many(self) -> bool:
        return self.last > self.first


class _Row:
    """A row under construction: single characters at columns, and words after them."""

    def __init__(self) -> None:
        self.cells: dict[int, tuple[str, Ink]] = {}
        self.words: tuple[int, str, Ink] | None = None

    def put(self, column: int, char: str, ink: Ink, over: bool = True) -> None:
        if over or column not in self.cells:
            self.cells[column] = (char, ink)

    def pieces(self) -> Iterator[tuple[str, Ink]]:
        at = 0
        for column in sorted(self.cells):
            yield " " * (column - at), Ink.PLAIN
            yield self.cells[column]
            at = column + 1
        if self.words is not None:
            column, text, ink = self.words
            yield " " * (column - at), Ink.PLAIN
            yield text, ink


def last_line(marks: Iterable[Mark]) -> int:
    """The highest line number that a snippet with these marks shows."""
    return max((mark.span.source.position(bounds(mark.span)[1])[0] for mark in marks), default=1)


def snippet(source: Source, marks: Sequence[Mark], gutter: int, width: int) -> list[Line]:
    """The lines of `source` that the marks are on, marked. `gutter` is the width of the line numbers."""
    return list(_Drawing(source, marks, gutter, width).lines())


class _Drawing:
    def __init__(self, source: Source, marks: Sequence[Mark], gutter: int, width: int) -> None:
        self.source = source
        self.gutter = gutter
        self.placed = _in_lanes([_place(source, mark) for mark in marks])
        lanes = 1 + max((placed.lane for placed in self.placed), default=-1)
        self.offset = 2 * lanes
        self.width = max(20, width - gutter - 3 - self.offset)

    def lines(self) -> Iterator[Line]:
        yield self._framed(EMPTY)
        before = None
        for number in self._shown_numbers():
            if before is not None and number > before + 1:
                yield self._gap(before)
            yield from self._line(number)
            before = number

    def _shown_numbers(self) -> list[int]:
        numbers: set[int] = set()
        for placed in self.placed:
            numbers.update(self._wanted(placed))
        # A gap of one line is shown as that line: the dots would take as much room.
        numbers.update(n + 1 for n in tuple(numbers) if n + 2 in numbers)
        return sorted(numbers)

    def _wanted(self, placed: _Placed) -> Iterable[int]:
        first, last = placed.first, placed.last
        if not placed.many:
            return (self._line_with_words(first), first)
        if last - first < _WHOLE:
            return range(first, last + 1)
        return (*range(first, first + _HEAD), *range(last - _TAIL + 1, last + 1))

    def _line_with_words(self, number: int) -> int:
        """`number`, or where it is blank, as at the end of a file, the nearest line above that is not."""
        for candidate in range(number, max(0, number - 20), -1):
            if self.source.line_text(candidate).strip():
                return candidate
        return number

    def _gap(self, after: int) -> Line:
        row = _Row()
        self._bars(row, {p.lane for p in self.placed if p.many and p.first <= after < p.last})
        return line((GAP.ljust(self.gutter + 3), Ink.FRAME), *row.pieces())

    def _framed(self, pieces: Iterable[tuple[str, Ink]], number: int | None = None) -> Line:
        shown = "" if number is None else str(number)
        return line((f"{shown:>{self.gutter}} |", Ink.FRAME), " ", *pieces)

    def _line(self, number: int) -> Iterator[Line]:
        here = [p for p in self.placed if not p.many and p.first == number]
        starting = [p for p in self.placed if p.many and p.first == number]
        ending = [p for p in self.placed if p.many and p.last == number]
        text = self.source.line_text(number)
        focus = [(p.start, p.end) for p in here]
        focus += [(p.start, p.start + 1) for p in starting] + [(max(0, p.end - 1), p.end) for p in ending]
        shown = fit(text, focus, self.width)
        slanted = {p.lane for p in starting if not text[: p.start].strip()}
        bars = {p.lane for p in self.placed if p.many and p.first < number <= p.last}
        yield self._source_row(number, shown, bars, slanted)
        bars |= slanted
        if here:
            for row in self._underlines(here, shown):
                yield self._with_bars(row, bars)
        for placed in sorted(ending, key=lambda p: p.lane, reverse=True):
            bars.discard(placed.lane)
            yield self._with_bars(self._end_row(placed, shown, bars), bars)
        for placed in sorted(starting, key=lambda p: p.lane):
            if placed.lane not in slanted:
                yield self._with_bars(self._start_row(placed, shown, bars), bars)
                bars.add(placed.lane)

    def _source_row(self, number: int, shown: ShownLine, bars: set[int], slanted: set[int]) -> Line:
        row = _Row()
        self._bars(row, bars)
        for placed in self.placed:
            if placed.lane in slanted and placed.first == number:
                row.put(2 * placed.lane, "/", placed.mark.ink)
        row.words = (self.offset, shown.text, Ink.PLAIN)
        return self._framed(row.pieces(), number)

    def _with_bars(self, row: _Row, bars: set[int]) -> Line:
        self._bars(row, bars)
        return self._framed(row.pieces())

    def _bars(self, row: _Row, lanes: set[int]) -> None:
        for placed in self.placed:
            if placed.lane in lanes:
                row.put(2 * placed.lane, "|", placed.mark.ink, over=False)

    def _start_row(self, placed: _Placed, shown: ShownLine, bars: set[int]) -> _Row:
        """From the bar's top a line to where the span starts."""
        row = _Row()
        self._bars(row, bars)
        column = self.offset + shown.column(placed.start)
        for at in range(2 * placed.lane + 1, column):
            row.put(at, "_", placed.mark.ink, over=False)
        row.put(column, placed.mark.glyph, placed.mark.ink)
        return row

    def _end_row(self, placed: _Placed, shown: ShownLine, bars: set[int]) -> _Row:
        """From the bar's foot a line to where the span ends, and the label."""
        row = _Row()
        self._bars(row, bars)
        row.put(2 * placed.lane, "|", placed.mark.ink)
        column = self.offset + max(shown.column(placed.end) - 1, 0)
        for at in range(2 * placed.lane + 1, column):
            row.put(at, "_", placed.mark.ink, over=False)
        row.put(column, placed.mark.glyph, placed.mark.ink)
        if placed.mark.label:
            row.words = (column + 2, visible(placed.mark.label), placed.mark.ink)
        return row

    def _underlines(self, here: Sequence[_Placed], shown: ShownLine) -> Iterator[_Row]:
        """The row of underlines with the rightmost label, then the other labels hanging from theirs."""
        extents = [_Extent.of(placed, shown, self.offset) for placed in here]
        row = _Row()
        # What is to blame is drawn last, over what has to do with it.
        for extent in sorted(extents, key=lambda e: (e.mark.glyph == "^", -e.start)):
            for column in range(extent.start, extent.end):
                row.put(column, extent.mark.glyph, extent.mark.ink)
        labelled = sorted((e for e in extents if e.mark.label), key=lambda e: -e.start)
        beside = next(iter(labelled), None)
        if beside is not None and beside.is_clear_of(extents):
            row.words = (beside.end + 1, visible(beside.mark.label), beside.mark.ink)
            labelled.remove(beside)
        yield row
        if labelled:
            yield _hangers(labelled)
        for index, extent in enumerate(labelled):
            row = _hangers(e for e in labelled[index + 1 :] if e.start < extent.start)
            row.words = (extent.start, visible(extent.mark.label), extent.mark.ink)
            yield row


@dataclass(frozen=True, slots=True)
class _Extent:
    """The columns that a mark underlines: one at least, also where the span is empty."""

    mark: Mark
    start: int
    end: int

    @classmethod
    def of(cls, placed: _Placed, shown: ShownLine, offset: int) -> _Extent:
        start = offset + shown.column(placed.start)
        return cls(placed.mark, start, max(start + 1, offset + shown.column(placed.end)))

    def is_clear_of(self, extents: Sequence[_Extent]) -> bool:
        """Whether a label to the right of this one meets no other underline, and belongs plainly to it."""
        return all(other is self or other.end <= self.start or self._hides(other) for other in extents)

    def _hides(self, other: _Extent) -> bool:
        return not other.mark.label and self.start <= other.start and other.end <= self.end


def _hangers(extents: Iterable[_Extent]) -> _Row:
    row = _Row()
    for extent in extents:
        row.put(extent.start, "|", extent.mark.ink)
    return row


def _place(source: Source, mark: Mark) -> _Placed:
    start, end = bounds(mark.span)
    if "\n" in source.text[start:end]:
        # The line ends and spaces at the end of a span would draw it one line too long.
        end = start + len(source.text[start:end].rstrip())
    first, column = source.position(start)
    last, end_column = source.position(end)
    # An end in the middle of a line end, or a start behind it, stands at the end of the line.
    size, end_size = len(source.line_text(first)), len(source.line_text(last))
    return _Placed(mark, first, min(column - 1, size), last, min(end_column - 1, end_size))


def _in_lanes(placed: Sequence[_Placed]) -> list[_Placed]:
    """The marks with a lane for each that spans lines: the longest outermost, no two on one lane meeting."""
    lanes: list[list[_Placed]] = []
    result = [one for one in placed if not one.many]
    for one in sorted((p for p in placed if p.many), key=lambda p: (p.first - p.last, p.first)):
        lane = next((n for n, others in enumerate(lanes) if all(_apart(one, o) for o in others)), len(lanes))
        if lane == len(lanes):
            lanes.append([])
        lanes[lane].append(one)
        result.append(_Placed(one.mark, one.first, one.start, one.last, one.end, lane))
    return result


def _apart(one: _Placed, other: _Placed) -> bool:
    return one.last < other.first or other.last < one.first
