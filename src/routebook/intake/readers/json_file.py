"""JSON: an array of objects, or one object, which is one lead. It is parsed whole, before a lead is read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from routebook.intake.problems import InputError
from routebook.intake.readers.json_values import JsonError, fault, parse
from routebook.intake.readers.lines import without_bom
from routebook.intake.readers.records import BadRecord, Input, Record, Records


def read_json(source: Input) -> Records:
    """The objects of a JSON file; raises `InputError` where it is not JSON."""
    data = without_bom(source.stream.read(), source.name)
    try:
        value = parse(data.decode())
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        byte = data[error.start]
        raise InputError(f"`{source.name}` is not UTF-8: line {line} has the byte 0x{byte:02x}") from None
    except JsonError as error:
        hint = "an empty file" if not data.strip() else str(error)
        raise InputError(f"`{source.name}` is not JSON: {hint}") from None
    if not isinstance(value, list | dict):
        raise InputError(f"`{source.name}` has no leads: a list of objects is expected, or one object")
    return Records(None, _records(value if isinstance(value, list) else [value]))


def _records(items: list[Any]) -> Iterator[Record | BadRecord]:
    for row, item in enumerate(items, start=1):
        message = fault(item)
        if message is None:
            yield Record(row, item)
        else:
            yield BadRecord(row, item if isinstance(item, dict) else {"value": item}, message)
