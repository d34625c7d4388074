"""A lead as findings show it, pasted where a file is asked for: `lead { score: 80 } at 2026-03-02T10:00:00Z`."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from io import BufferedReader
from typing import Any, Final, assert_never

from routebook.cli.stdin import STDIN_NAME
from routebook.cli.streams import STREAM
from routebook.diagnostics import Diagnostic
from routebook.intake.problems import InputError
from routebook.intake.readers.json_values import JsonError, fault, parse
from routebook.source import Source
from routebook.syntax import tree as t
from routebook.syntax.parse import parse as parse_policy

_LEAD: Final = re.compile(r"\s*lead\s*\{")
_AT: Final = re.compile(r"\}\s*at\s+(\S+)\s*\Z")
_PEEKED: Final = 4096
_BEFORE: Final = 'test "" {\n'
_AFTER: Final = "\n}\n"


@dataclass(frozen=True, slots=True)
class Pasted:
    """The fields of a lead as JSON would have them, and the moment at which it is asked about, where that is said."""

    values: Mapping[str, Any]
    now: datetime | None


def pasted(given: str) -> Pasted | None:
    """The lead that the argument itself is, or that standard input has; None where there is a file to read.

    Raises `InputError` where it begins as a lead and is none.
    """
    if given == STREAM:
        text = _streamed()
        return None if text is None else _from_test(text, STDIN_NAME)
    if _LEAD.match(given):
        return _from_test(given, "--lead")
    return _from_json(given) if given.lstrip().startswith("{") else None


def _streamed() -> str | None:
    """What standard input has, where that begins as a lead does; nothing is read where it does not."""
    stream = sys.stdin.buffer
    if isinstance(stream, BufferedReader):
        start = stream.peek(_PEEKED)[:_PEEKED]
    elif stream.seekable():  # not a pipe, but what a program put in its place
        place = stream.tell()
        start = stream.read(_PEEKED)
        stream.seek(place)
    else:
        return None
    return stream.read().decode(errors="replace") if _LEAD.match(start.decode(errors="replace")) else None


def _from_test(text: str, name: str) -> Pasted:
    """The lead as a test has it, read as the language reads it."""
    found = _AT.search(text)
    now = _moment(found[1]) if found else None
    source = Source(name, f"{_BEFORE}{text[: found.start() + 1] if found else text}{_AFTER}")
    parsed = parse_policy(source)
    if parsed.findings:
        raise InputError(f"this is no lead: {_place(parsed.findings[0])}{parsed.findings[0].message}")
    tests = [item for item in parsed.file.items if isinstance(item, t.TestItem)]
    if len(tests) != 1 or len(parsed.file.items) != 1 or tests[0].expects or tests[0].now is not None:
        raise InputError("this is no lead alone: give one, such as `lead { score: 80 }`")
    return Pasted({field.name.text: _value(field.value) for field in tests[0].fields}, now)


def _place(finding: Diagnostic) -> str:
    if finding.span is None:
        return ""
    return f"line {max(1, finding.span.line - 1)}, column {finding.span.column}: "


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise InputError(f"`{text}` is not a date and time such as 2026-03-02T10:00:00Z")
    return moment


def _value(value: t.PlainValue) -> Any:
    """The value as JSON would have it: dates and times as texts, numbers exact."""
    match value:
        case t.MissingValue():
            return None
        case t.ListLiteral(items=items):
            return [_value(item) for item in items if isinstance(item, t.Literal)]
        case t.Literal(value=t.Moment(value=constant)) | t.Literal(value=constant):
            return constant.isoformat() if isinstance(constant, date | time) else constant
        case _:
            assert_never(value)


def _from_json(text: str) -> Pasted:
    """A lead as JSON, or a witness as `--format json` shows it: `{"lead": {…}, "now": "…"}`."""
    try:
        value = parse(text)
    except JsonError as error:
        raise InputError(f"--lead is not JSON: {error.words}") from None
    message = fault(value)
    if message is not None:
        raise InputError(f"--lead is not a lead: {message}")
    lead = value.get("lead")
    if isinstance(lead, dict) and set(value) <= {"lead", "now"}:
        return Pasted(lead, _moment(str(value["now"])) if "now" in value else None)
    return Pasted(value, None)
