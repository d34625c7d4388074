"""JSON Lines: an object a line, in constant memory. A line that is none is rejected, a blank one no row."""

from __future__ import annotations

from collections.abc import Iterator

from routebook.intake.readers.json_values import JsonError, fault, parse
from routebook.intake.readers.lines import Line, lines
from routebook.intake.readers.records import BadRecord, Input, Record, Records


def read_json_lines(source: Input) -> Records:
    """The objects of a JSON Lines file, line by line."""
    return Records(None, _records(lines(source)))


def _records(every: Iterator[Line]) -> Iterator[Record | BadRecord]:
    row = 0
    for line in every:
        if not line.text.strip() and line.problem is None:
            continue
        row += 1
        yield _record(row, line)


def _record(row: int, line: Line) -> Record | BadRecord:
    raw = {"text": line.text.rstrip("\n")}
    if line.problem is not None:
        return BadRecord(row, raw, line.problem)
    try:
        value = parse(line.text)
    except JsonError as error:
        place = f" at column {error.column}" if error.column is not None else ""
        return BadRecord(row, raw, f"line {line.number} is not JSON: {error.words}{place}")
    message = fault(value)
    if message is not None:
        return BadRecord(row, raw, f"line {line.number} is not a lead: {message}")
    return Record(row, value)
