"""JSON that any reader takes and that is safe to print: the one way in which results are written as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from routebook.decision import jsonable
from routebook.render.visible import escaped, log_command_marks, shown


def dumps(value: Any, indent: int | None = 2) -> str:
    """The value as JSON, without a line end. Values of leads are written as `decision.jsonable` has them.

    Characters that would act on a terminal or show as nothing are escaped, as JSON allows, so that nothing
    is lost; numbers that JSON does not have (not a number, infinite) become text.
    """
    text = json.dumps(_plain(value), ensure_ascii=False, allow_nan=False, indent=indent)
    if not text.isprintable():
        text = "".join(char if char == "\n" or shown(char) == char else escaped(char) for char in text)
    marks = log_command_marks(text)
    if marks:
        text = "".join(escaped(char) if place in marks else char for place, char in enumerate(text))
    return text


def _plain(value: Any) -> Any:
    """The value in types that JSON has, whatever a record of another system held."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else str(value)
        case Decimal() if not value.is_finite():
            return str(value)
        case Mapping():
            return {str(key): _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case set() | frozenset():
            return sorted(map(_plain, value), key=str)
        case bytes():
            return value.decode(errors="backslashreplace")
    known = jsonable(value)
    return str(value) if known is value else _plain(known)
