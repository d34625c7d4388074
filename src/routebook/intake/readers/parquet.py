"""Parquet, by polars, which is an extra. Read a slice of rows at a time."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from routebook.intake.problems import InputError
from routebook.intake.readers.blocks import ROWS, Block, frames_of
from routebook.intake.readers.records import BadRecord, Input, Record, Records

_SLICE: Final = 20_000  # rows in memory at once


def read_parquet(source: Input) -> Records:
    """The rows of a Parquet file; raises `InputError` where it is none, or where polars is not installed."""
    try:
        import polars as pl
    except ImportError:
        raise InputError(
            f"`{source.name}` is Parquet, which needs polars: pip install 'routebook[parquet]'"
        ) from None
    place = source.path if source.path is not None else io.BytesIO(source.stream.read())
    failures = (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, ValueError)
    try:
        frame = pl.scan_parquet(place)
        columns = tuple(frame.collect_schema().names())
    except failures as error:
        raise InputError(f"`{source.name}` cannot be read as Parquet: {_first_line(error)}") from None
    blocks = (lambda: _blocks(frame, failures, source.name)) if source.path is not None else None
    return Records(columns, _records(frame, failures, source.name), blocks)


def _blocks(frame: Any, failures: tuple[type[BaseException], ...], name: str) -> Iterator[Block]:
    done = 0
    try:
        for block in frames_of(frame, ROWS):
            yield block
            done += block.records
    except failures as error:
        raise InputError(f"`{name}` cannot be read on after row {done}: {_first_line(error)}") from None


def rows_of(path: Path) -> int | None:
    """How many rows a Parquet file says that it has; None where nobody knows."""
    try:
        import polars as pl

        rows: int = pl.scan_parquet(path).select(pl.len()).collect().item()
    except Exception:  # it is about a progress bar: who reads the file will say what is wrong
        return None
    return rows


def _records(
    frame: Any, failures: tuple[type[BaseException], ...], name: str
) -> Iterator[Record | BadRecord]:
    start = 0
    while True:
        try:
            rows = frame.slice(start, _SLICE).collect()
        except failures as error:
            raise InputError(f"`{name}` cannot be read on after row {start}: {_first_line(error)}") from None
        for row, values in enumerate(rows.iter_rows(named=True), start=start + 1):
            yield Record(row, values)
        if rows.height < _SLICE:
            return
        start += _SLICE


def _first_line(error: BaseException) -> str:
    text = str(error).strip()
    return text.splitlines()[0] if text else type(error).__name__
