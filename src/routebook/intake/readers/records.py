"""What every format's reader takes and gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias

if TYPE_CHECKING:
    from routebook.intake.readers.blocks import Block


@dataclass(frozen=True, slots=True)
class Input:
    """An open file of leads. `name` is what the user calls it; `path` is None where it is a stream."""

    name: str
    stream: BinaryIO
    path: Path | None


@dataclass(frozen=True, slots=True)
class Record:
    """One record as it was met. Rows count the records of a file from 1."""

    row: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class BadRecord:
    """What stands where a record should be, and why it is none. `raw` is kept in the rejects."""

    row: int
    raw: Mapping[str, Any]
    message: str


@dataclass(frozen=True, slots=True)
class Records:
    """The records of a file, in order; `columns` where it names them once for all.

    Iterating raises `InputError` where the file cannot be read on. `blocks` reads many records at once, instead
    of `rows`, where the format can; it needs polars.
    """

    columns: tuple[str, ...] | None
    rows: Iterator[Record | BadRecord]
    blocks: Callable[[], Iterator[Block]] | None = None


ReadFormat: TypeAlias = Callable[[Input], Records]
"""Reads as far as it takes to know the columns; raises `InputError` where the file is not of the format."""
