"""What is wrong with a lead or with a file of leads, in words, and values as those words show them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from routebook.diagnostics import RoutebookError
from routebook.text import counted

_SHOWN: Final = 60  # characters of a value that a message quotes
_DEEPEST: Final = 64  # levels of nesting that a reject keeps
_LONG_BITS: Final = 4096
_FLOAT_DIGITS: Final = 15  # decimal digits that a binary float always keeps


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason why a lead does not fit: the field (None: the whole record), its value, the words."""

    field: str | None
    value: Any
    message: str

    def __str__(self) -> str:
        return f"{self.field}: {self.message}" if self.field else self.message

    def as_json(self) -> dict[str, Any]:
        return {"field": self.field, "value": raw_json(self.value), "message": self.message}


class Misfit(Exception):
    """A raw value that its type does not take; `messages` say why, one for each reason."""

    def __init__(self, *messages: str) -> None:
        self.messages = messages
        super().__init__("; ".join(messages))


class InputError(RoutebookError):
    """A file of leads that cannot be read at all."""


class LeadError(RoutebookError):
    """A lead that does not fit its schema. `problems` says why, every reason."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        reasons = "\n".join(f"  {problem}" for problem in self.problems)
        super().__init__(f"the lead does not fit, for {counted(len(self.problems), 'reason')}:\n{reasons}")


def quoted(raw: object) -> str:
    """A raw value as a message shows it: in backticks, on one line, cut where long, else in words."""
    text = plain_text(raw)
    if text is None:
        return _kind(raw)
    cut = f"{text[:_SHOWN]}…" if len(text) > _SHOWN else text
    return f"`{''.join(char if char.isprintable() else ascii(char)[1:-1] for char in cut)}`"


def _kind(raw: object) -> str:
    match raw:
        case None:
            return "nothing"
        case Mapping():
            return "an object"
        case list() | tuple() | set() | frozenset():
            return "a list"
        case bytes() | bytearray() | memoryview():
            return "binary data"
    return f"a value of the kind `{type(raw).__name__}`"


def plain_text(raw: object) -> str | None:
    """A single value as the text that a table would hold for it, or None where it is no single value."""
    match raw:
        case str():
            return str.__str__(raw)
        case bool():
            return "true" if raw else "false"
        case int():
            # Python refuses to write out an integer of very many digits; Decimal does not
            return int.__repr__(raw) if raw.bit_length() < _LONG_BITS else str(Decimal(raw))
        case float():
            return float.__repr__(raw)
        case Decimal():
            return Decimal.__str__(raw)
        case Fraction():
            return f"{plain_text(raw.numerator)}/{plain_text(raw.denominator)}"
        case datetime() | date() | time():
            return raw.isoformat()
    return None


def raw_json(raw: object, depth: int = 0) -> Any:
    """A value as it was met, as JSON can hold it: nothing in it fails to be written, numbers stay exact."""
    match raw:
        case None | bool():
            return raw
        case str():
            text = str.__str__(raw)
            return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()
        case int():
            return int(raw) if raw.bit_length() < _LONG_BITS else plain_text(raw)
        case float():
            return float(raw) if math.isfinite(raw) else plain_text(raw)
        case Decimal():
            return _decimal_json(raw)
        case Mapping() if depth < _DEEPEST:
            return {str(raw_json(str(key))): raw_json(item, depth + 1) for key, item in raw.items()}
        case list() | tuple() if depth < _DEEPEST:
            return [raw_json(item, depth + 1) for item in raw]
        case set() | frozenset() if depth < _DEEPEST:
            return sorted((raw_json(item, depth + 1) for item in raw), key=str)
        case bytes() | bytearray():
            return bytes(raw).decode("utf-8", "backslashreplace")
        case Mapping() | list() | tuple() | set() | frozenset():
            return "nested too deeply to keep"
    shown = plain_text(raw)
    return shown if shown is not None else repr(raw)


def _decimal_json(raw: Decimal) -> int | float | str:
    """The number itself where a JSON reader of any make gets it back exactly, else its digits as text."""
    if raw.is_finite():
        _, digits, exponent = raw.as_tuple()
        if isinstance(exponent, int) and len(digits) <= _FLOAT_DIGITS and abs(exponent) <= _FLOAT_DIGITS:
            return int(raw) if exponent >= 0 else float(raw)
    return str(raw)
