"""Values of leads and reps in the words of an explanation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction
from typing import Any

from routebook.decision import show_moment
from routebook.types import show_number


def shown(value: Any) -> str:
    """A lead's or a rep's value in the words of an explanation."""
    match value:
        case None:
            return "missing"
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case int() | Decimal() | Fraction():
            return show_number(value)
        case datetime():
            return show_moment(value)
        case date() | time():
            return value.isoformat()
        case frozenset() if not value:
            return "empty"
        case frozenset():
            return ", ".join(sorted(value))
        case Mapping():
            return ", ".join(f"{key} {shown(item)}" for key, item in value.items())
        case _:
            return str(value)
