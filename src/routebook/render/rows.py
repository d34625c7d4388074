"""Decisions, assignments and rejects as files of rows: JSON Lines, CSV and Parquet, chosen by a file's ending.

JSON Lines loses nothing. CSV holds the same columns: a plan's targets are joined by ` | `, which a target may
itself hold inside quotes, and what is null is empty. CSV data is written as it is: a value that begins with
`=`, `+`, `-` or `@` is left alone, since changing it would break whoever reads the file by program. A
spreadsheet may take such a value for a formula, so files with leads from outside are to be imported there
as text.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final, Protocol, TextIO, TypeAlias

from routebook.decision import Assignment
from routebook.diagnostics import RoutebookError
from routebook.render.json_text import dumps
from routebook.text import listed

ASSIGNMENT_COLUMNS: Final = tuple(field.name for field in fields(Assignment))
DECISION_COLUMNS: Final = ("lead", "outcome", "rule", "plan", "policy")
REJECT_COLUMNS: Final = ("row", "lead", "problems", "raw")

PLAN_JOINT: Final = " | "


class HasJson(Protocol):
    """A row: a decision, an assignment or a reject."""

    def as_json(self) -> Mapping[str, Any]: ...


WriteRow: TypeAlias = Callable[[HasJson], None]


class UnknownEnding(RoutebookError):
    """A file name whose ending says no format that rows are written in."""


@dataclass(frozen=True, slots=True)
class RowFormat:
    """A format of rows. `opened` takes a text stream and the columns, and returns what writes one row.

    The stream must not translate line ends: open files with `newline=""` and `encoding="utf-8"`. A `binary`
    format writes to the stream's buffer, never to a terminal; what writes its rows is a `ParquetRows`, to be closed.
    """

    name: str
    endings: tuple[str, ...]
    opened: Callable[[TextIO, Sequence[str]], WriteRow]
    doc: str
    binary: bool = False


def format_for(path: str | None, formats: Sequence[RowFormat] | None = None) -> RowFormat:
    """The format that a file's ending says, JSON Lines for None and `-`; raises UnknownEnding."""
    choice = FORMATS if formats is None else formats
    if path is None or path == "-":
        return choice[0]
    for candidate in choice:
        if path.lower().endswith(candidate.endings):
            return candidate
    endings = listed((f"`{ending}`" for row in choice for ending in row.endings), "or")
    raise UnknownEnding(f"`{path}` does not say how to write rows: its name has to end in {endings}")


@dataclass(frozen=True, slots=True)
class TextRows:
    """Writes rows as text. `text_of` is a row's text with its line end, for whoever writes many at once."""

    stream: TextIO
    text_of: Callable[[HasJson], str]

    def __call__(self, row: HasJson) -> None:
        self.stream.write(self.text_of(row))


def _json_lines(stream: TextIO, columns: Sequence[str]) -> WriteRow:  # noqa: ARG001  # rows name their own
    return TextRows(stream, lambda row: dumps(row.as_json(), indent=None) + "\n")


class _Echo:
    """What a CSV writer writes to, in order to get the line back."""

    def write(self, text: str) -> str:
        return text


def _csv(stream: TextIO, columns: Sequence[str]) -> WriteRow:
    # With the line end of RFC 4180 the writer quotes a lone \r as well as a lone \n, so that both survive.
    writer = csv.writer(_Echo(), lineterminator="\r\n")
    stream.write(_line(writer, columns))

    def text_of(row: HasJson) -> str:
        values = row.as_json()
        return _line(writer, [_cell(values.get(column)) for column in columns])

    return TextRows(stream, text_of)


def _line(writer: Any, cells: Sequence[str]) -> str:
    # a CSV writer hands on what `write` returns, which typeshed has as a number
    line: str = writer.writerow(cells)
    return line


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case str():
            # A JSON file can hold half a surrogate pair, UTF-8 cannot.
            return value.encode(errors="backslashreplace").decode()
        case list() if all(isinstance(item, str) for item in value):
            return _cell(PLAN_JOINT.join(value))
    return dumps(value, indent=None)


def _parquet(stream: TextIO, columns: Sequence[str]) -> WriteRow:
    from routebook.render.parquet_rows import ParquetRows

    return ParquetRows(stream, columns)


_JSON_LINES: Final = RowFormat("jsonl", (".jsonl", ".ndjson"), _json_lines, "JSON Lines: one object a row")
_CSV: Final = RowFormat("csv", (".csv",), _csv, "CSV (RFC 4180) with a header")

_PARQUET: Final = RowFormat("parquet", (".parquet",), _parquet, "Parquet, by polars", binary=True)

FORMATS: Final[tuple[RowFormat, ...]] = (_JSON_LINES, _CSV, _PARQUET)
"""The formats of decisions and assignments."""

REJECT_FORMATS: Final[tuple[RowFormat, ...]] = (_JSON_LINES,)
"""The formats of rejects, whose problems and raw records no flat row can hold."""
