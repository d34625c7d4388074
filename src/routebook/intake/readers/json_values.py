"""JSON as Python values: decimals stay exact, a name that stands twice is seen, nothing runs away."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import Any, Final

_PLAIN_INTEGER: Final = 400  # digits; longer ones go through Decimal, which has no limit of its own
_DEEPEST: Final = 64


class JsonError(Exception):
    """Text that is not JSON, with the reason in words and, where it has one, its place (both from 1)."""

    def __init__(self, words: str, line: int | None = None, column: int | None = None) -> None:
        self.words = words
        self.line = line
        self.column = column
        super().__init__(words if line is None else f"{words} (line {line}, column {column})")


class Repeated(dict[str, Any]):
    """An object in which `name` stands more than once, and holds a list of what it was said to be.

    Which of them was meant, nobody can tell.
    """

    name: str


def parse(text: str) -> Any:
    """The JSON value; raises `JsonError`."""
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        if not text[error.pos :].strip():
            raise JsonError("it ends too early") from None
        raise JsonError(_words(error), error.lineno, error.colno) from None
    except RecursionError:
        raise JsonError("its lists and objects are nested too deeply") from None


def _words(error: json.JSONDecodeError) -> str:
    words = error.msg.removesuffix(" enclosed in double quotes").removesuffix(":").removesuffix(" at")
    return words[:1].lower() + words[1:]


def fault(value: Any) -> str | None:
    """Why a parsed value cannot be a lead; None where it can."""
    if isinstance(value, Repeated):
        return f"it has `{value.name}` twice"
    if not isinstance(value, dict):
        return f"it is {_kind(value)}, not an object with the fields by name"
    return "its lists and objects are nested too deeply" if _too_deep(value) else None


def _kind(value: Any) -> str:
    match value:
        case None:
            return "null"
        case list():
            return "a list"
        case str():
            return "a text"
        case bool():
            return "true or false"
    return "a number"


def _too_deep(value: dict[str, Any]) -> bool:
    level: list[Any] = [item for item in value.values() if isinstance(item, dict | list)]
    for _ in range(_DEEPEST):
        if not level:
            return False
        level = [
            item
            for outer in level
            for item in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(item, dict | list)
        ]
    return True


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        said: dict[str, list[Any]] = {}
        for name, value in pairs:
            said.setdefault(name, []).append(value)
        twice = next(name for name, values in said.items() if len(values) > 1)
        merged = {name: values if len(values) > 1 else values[0] for name, values in said.items()}
        return _repeated(merged, twice)
    for value in found.values():
        if type(value) is Repeated:
            return _repeated(found, value.name)
    return found


def _repeated(found: dict[str, Any], name: str) -> Repeated:
    repeated = Repeated(found)
    repeated.name = name
    return repeated


def _integer(digits: str) -> int | Decimal:
    return int(digits) if len(digits) <= _PLAIN_INTEGER else Decimal(digits)


def _decimal(digits: str) -> Decimal | str:
    try:
        return Decimal(digits)
    except InvalidOperation:  # an exponent of more digits than Decimal takes: a number reader will say so
        return digits


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_object, parse_int=_integer, parse_float=_decimal)
