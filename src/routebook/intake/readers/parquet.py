"""Parquet, by polars, which is an extra. Read a slice of rows at a time."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, Final

from routebook.intake.problems import InputError
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
    return Records(columns, _records(frame, failures, source.name))


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
