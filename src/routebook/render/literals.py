"""Values as the policy language writes them, so that what is shown can be pasted."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final

from routebook.decision import show_moment
from routebook.render.visible import escaped, log_command_marks, shown
from routebook.types import show_number

_LONG: Final = 8


def literal(value: Any) -> str:
    """A value as a policy writes it: `"health"`, `12.5`, `["crm", "voice"]`, `2026-01-31`, `missing`.

    A value that the language cannot write, such as a fraction without end, is shown as `1/3` is.
    """
    match value:
        case None:
            return "missing"
        case bool():
            return "true" if value else "false"
        case StrEnum():
            return quoted(value.value)
        case str():
            return quoted(value)
        case int() | Fraction():
            return show_number(value)
        case float():
            return repr(value)
        case Decimal():
            return show_number(value) if value.is_finite() else str(value)
        case datetime():
            return show_moment(value)
        case time():
            return value.isoformat("minutes" if not value.second and not value.microsecond else "auto")
        case date():
            return value.isoformat()
        case timedelta():
            return str(value)
        case frozenset() | set():
            return _collection(sorted(value, key=str))
        case list() | tuple():
            return _collection(value)
        case Mapping():
            return "{ " + pairs(value) + " }" if value else "{}"
    return quoted(str(value))


def quoted(text: str) -> str:
    r"""The text in double quotes with JSON escapes, for all that would not show or would act, too."""
    body = json.dumps(text, ensure_ascii=False)
    if not body.isprintable():
        body = "".join(char if shown(char) == char else escaped(char) for char in body)
    for place in sorted(log_command_marks(body), reverse=True):
        body = f"{body[:place]}\\u0023{body[place + 1 :]}"
    return body


def pairs(fields: Mapping[str, Any]) -> str:
    """`industry: "health", score: 80`: the fields of a lead, as the `lead { … }` of a test has them."""
    return ", ".join(f"{field_name(name)}: {literal(value)}" for name, value in fields.items())


def lead_of(fields: Mapping[str, Any]) -> str:
    """`lead { industry: "health", score: 80 }`."""
    return f"lead {{ {pairs(fields)} }}" if fields else "lead {}"


def brief(value: Any) -> str:
    """As `literal`, with the members of a long collection after the first few left out."""
    if isinstance(value, frozenset | set):
        value = sorted(value, key=str)
    if isinstance(value, list | tuple) and len(value) > _LONG:
        return f"[{', '.join(map(literal, value[:_LONG]))}, … {len(value) - _LONG} more]"
    return literal(value)


def _collection(values: Iterable[Any]) -> str:
    return f"[{', '.join(map(literal, values))}]"


def field_name(name: str) -> str:
    """The name as a policy writes it; what no policy can have declared, in quotes."""
    return name if re.fullmatch(r"[\w.]+", name) else quoted(name)
