"""Values and conditions as the policy language writes them, so that what a proof says can be pasted."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction
from typing import Any

from routebook.decision import show_moment
from routebook.types import show_number


def written(value: Any) -> str:
    """A value as a literal of the language."""
    match value:
        case None:
            return "missing"
        case bool():
            return "true" if value else "false"
        case int() | Decimal() | Fraction():
            return show_number(value)
        case str():
            return json.dumps(value, ensure_ascii=not value.isprintable())
        case datetime():
            return show_moment(value)
        case time():
            return value.isoformat("auto" if value.second or value.microsecond else "minutes")
        case date():
            return value.isoformat()
        case frozenset() | tuple() | list():
            return f"[{', '.join(written(member) for member in sorted(value))}]"
    raise TypeError(f"no literal for {type(value).__name__}")


def joined(word: str, parts: Iterable[str]) -> str:
    """Conditions joined by `and` or `or`, in parentheses where there is more than one."""
    listed = list(parts)
    if not listed:
        return "true" if word == "and" else "false"
    return listed[0] if len(listed) == 1 else f"({f' {word} '.join(listed)})"


def conjunction(parts: Iterable[str]) -> str:
    """Conditions that all hold, without outer parentheses."""
    return " and ".join(parts) or "true"
