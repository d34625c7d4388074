"""Rows as Parquet, by polars (extra `tables`): the columns of the other formats, with the values that JSON has."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from queue import Queue
from typing import TYPE_CHECKING, Any, Final, TextIO

from routebook.diagnostics import RoutebookError

if TYPE_CHECKING:
    import polars as pl

    from routebook.render.rows import HasJson

_ROWS: Final = 50_000
"""Rows that wait for each other before they are written."""


class ParquetRows:
    """Writes rows one by one, or frames of them. What is written is whole only after `close`.

    Polars asks for frames in a thread of its own; no more than two wait for it, so that memory stays flat.
    """

    def __init__(self, stream: TextIO, columns: Sequence[str]) -> None:
        try:
            import polars as pl
        except ImportError:
            raise RoutebookError(
                "writing Parquet needs polars: pip install 'routebook[tables]', or write .jsonl or .csv"
            ) from None
        kinds = {"plan": pl.List(pl.String()), "target": pl.Int64(), "again": pl.Boolean()}
        self._schema = {column: kinds.get(column, pl.String()) for column in columns}
        self._waiting: list[dict[str, Any]] = []
        self._frames: Queue[pl.DataFrame | None] = Queue(2)
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._sink, args=(stream.buffer,), daemon=True)
        self._thread.start()

    def __call__(self, row: HasJson) -> None:
        values = row.as_json()
        self._waiting.append({name: _whole(values.get(name)) for name in self._schema})
        if len(self._waiting) >= _ROWS:
            self._flush()

    def frame(self, frame: pl.DataFrame) -> None:
        """Write many rows: a frame with the columns in their order."""
        self._flush()
        self._put(frame)

    def close(self) -> None:
        """Write what waits, and the end of the file."""
        self._flush()
        self._end()

    def abandon(self) -> None:
        """Stop: what was written is of no use."""
        self._waiting.clear()
        self._frames.put(None)
        self._thread.join()

    def _flush(self) -> None:
        import polars as pl

        if self._waiting:
            rows, self._waiting = self._waiting, []
            self._put(pl.DataFrame(rows, schema=self._schema))

    def _put(self, frame: pl.DataFrame | None) -> None:
        self._frames.put(frame)
        if self._error is not None:
            raise self._error

    def _end(self) -> None:
        self._put(None)
        self._thread.join()
        if self._error is not None:
            raise self._error

    def _arriving(self) -> Iterator[pl.DataFrame]:
        while (frame := self._frames.get()) is not None:
            yield frame

    def _sink(self, stream: Any) -> None:
        import polars as pl
        from polars.io.plugins import register_io_source

        arriving = self._arriving()

        # what a reader could leave out is left to it: everything is asked for
        def source(*_: object) -> Iterator[pl.DataFrame]:
            return arriving

        try:
            register_io_source(source, schema=pl.Schema(self._schema)).sink_parquet(stream)
        except pl.exceptions.PolarsError as error:
            # what the stream refused comes in words of polars'
            self._error = OSError(str(error).strip().splitlines()[0])
        except BaseException as error:
            self._error = error
        if self._error is not None:
            # whoever writes must not wait for a reader that is gone; past its end an iterator stays there
            for _ in arriving:
                pass


def _whole(value: Any) -> Any:
    """The value; texts without half characters, which JSON can hold and UTF-8 cannot."""
    if isinstance(value, list):
        return [_whole(each) for each in value]
    return value.encode(errors="backslashreplace").decode() if isinstance(value, str) else value
