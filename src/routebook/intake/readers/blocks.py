"""Blocks of a file: many records at once as a polars frame, in the file's order, with what could not be read.

What a block holds is what the records hold one by one. CSV that is plain (no quotes, every line with as many cells
as the header) is split by polars; from the first line on that is not, the records are read one by one and
put together.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from routebook.intake.readers.records import BadRecord, Record

if TYPE_CHECKING:
    import polars as pl

ROWS: Final = 100_000
"""Records of a block."""

BYTES: Final = 1 << 23
"""What is read of a CSV file at a time."""

_LONGEST: Final = 100_000
"""Bytes of a line that is still plain: the CSV reader has a limit for cells."""


@dataclass(frozen=True, slots=True)
class Block:
    """Records as a frame, the row of each where they do not follow `first` without a gap, and those that are none.

    `empty` is what a record has where the frame has null.
    """

    first: int
    frame: pl.DataFrame
    numbers: Sequence[int] | None = None
    bad: tuple[BadRecord, ...] = ()
    empty: str | None = None

    def row(self, place: int) -> int:
        """The row in the file, from 1, of a place in the frame, from 0."""
        return self.first + place if self.numbers is None else self.numbers[place]

    def record(self, place: int) -> Record:
        """The record at a place in the frame, as it would be read by itself."""
        values = self.frame.row(place, named=True)
        if self.empty is not None:
            values = {name: self.empty if value is None else value for name, value in values.items()}
        return Record(self.row(place), values)

    @property
    def records(self) -> int:
        return self.frame.height + len(self.bad)


def together(records: Iterator[Record | BadRecord], columns: Sequence[str], rows: int) -> Iterator[Block]:
    """Records of texts, read one by one, as blocks of so many."""
    good: list[Record] = []
    bad: list[BadRecord] = []
    for record in records:
        good.append(record) if isinstance(record, Record) else bad.append(record)
        if len(good) + len(bad) >= rows:
            yield _joined(good, bad, columns)
            good, bad = [], []
    if good or bad:
        yield _joined(good, bad, columns)


def _joined(good: list[Record], bad: list[BadRecord], columns: Sequence[str]) -> Block:
    import polars as pl

    cells = {name: [record.values[name] or None for record in good] for name in columns}
    frame = pl.DataFrame(cells, schema=dict.fromkeys(columns, pl.String))
    return Block(0, frame, [record.row for record in good], tuple(bad), "")


@dataclass
class PlainLines:
    """The lines of a CSV file after its header, as frames while they are plain.

    `rows` and `lines` count what was taken; `rest` is then a stream of what was not.
    """

    stream: BinaryIO
    header: Sequence[str]
    delimiter: str
    rows: int = 0
    lines: int = 0

    def blocks(self) -> Iterator[Block]:
        """Frames, up to the first piece of the file that has something else in it."""
        self._kept = b""
        while True:
            more = self.stream.read(BYTES)
            data = self._kept + more
            end = data.rfind(b"\n") + 1 if more else len(data)
            piece, self._kept = data[:end], data[end:]
            if not piece:
                if not more or len(self._kept) > _LONGEST:
                    return
                continue
            plain = self._plain(piece)
            if plain is None:
                self._kept = piece + self._kept
                return
            frame = self._frame(plain)
            yield Block(self.rows + 1, frame, empty="")
            self.rows += frame.height
            self.lines += frame.height

    @property
    def rest(self) -> BinaryIO | None:
        """What is left of the file; None at its end."""
        return _Rest(self._kept, self.stream) if self._kept else None  # type: ignore[return-value]

    def _plain(self, piece: bytes) -> bytes | None:
        """Whole lines with as many cells as the header, without quotes; None where they are not."""
        import numpy as np

        if b"\r" in piece:
            if piece.count(b"\r") != piece.count(b"\r\n"):
                return None
            piece = piece.replace(b"\r\n", b"\n")
        if not piece.endswith(b"\n"):
            piece += b"\n"
        if b'"' in piece or b"\0" in piece or len(self.header) < 2:
            return None
        if not piece.isascii():
            try:
                piece.decode()
            except UnicodeDecodeError:
                return None
        data = np.frombuffer(piece, dtype=np.uint8)
        ends = np.flatnonzero(data == ord("\n"))
        marks = np.flatnonzero(data == ord(self.delimiter))
        each = len(self.header) - 1
        if len(marks) != each * len(ends) or np.diff(ends, prepend=-1).max() > _LONGEST:
            return None
        last = marks.reshape(len(ends), each)[:, -1]
        first = marks.reshape(len(ends), each)[:, 0]
        return piece if (last < ends).all() and (first[1:] > ends[:-1]).all() else None

    def _frame(self, piece: bytes) -> pl.DataFrame:
        import polars as pl

        frame = pl.read_csv(
            piece,
            has_header=False,
            separator=self.delimiter,
            quote_char=None,
            infer_schema=False,
            new_columns=[f"{place}" for place in range(len(self.header))],
        )
        named = [(f"{place}", name) for place, name in enumerate(self.header) if name]
        return frame.select(pl.col(place).alias(name) for place, name in named)


class _Rest(io.RawIOBase):
    """What was read ahead, then what follows it: as much of a stream as the readers of lines need."""

    def __init__(self, start: bytes, stream: BinaryIO) -> None:
        end = start.rfind(b"\n") + 1
        # a line that was cut is put together again, so that no line is read in two
        self._start = io.BytesIO(start if end == len(start) else start + stream.readline())
        self._stream = stream

    def readline(self, size: int | None = -1, /) -> bytes:
        return self._start.readline(-1 if size is None else size) or self._stream.readline(
            -1 if size is None else size
        )


Blocks = Callable[[], Iterator[Block]]
"""Reads the file in blocks; to be called once, and instead of reading its records."""


def frames_of(lazy: Any, rows: int) -> Iterator[Block]:
    """A lazy frame's rows as blocks."""
    done = 0
    for frame in lazy.collect_batches(chunk_size=rows, maintain_order=True):
        yield Block(done + 1, frame)
        done += frame.height
