"""Values as texts to hash or to look up by: equal texts are values that compare equal."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, time
from decimal import Decimal
from fractions import Fraction
from typing import Any

from routebook.check.conditions import FieldRef
from routebook.decision import show_moment
from routebook.plan.walk import Environment, comparable
from routebook.types import Type, show_number


def key_text(ref: FieldRef, environment: Environment) -> str | None:
    """The field's value as a text that is the same for all values that compare equal; None where missing."""
    value = environment.value(ref)
    return None if value is None else text_of(ref.type, value)


def text_of(type: Type, value: Any) -> str:
    """The same for a value of this type."""
    return _text(comparable(type, value))


def _text(key: Any) -> str:
    match key:
        case bool():
            return "true" if key else "false"
        case str():
            return key
        case int() | Decimal() | Fraction():
            return show_number(Fraction(key))
        case datetime():
            return show_moment(key.astimezone(UTC))
        case date() | time():
            return key.isoformat()
        case _:
            return "\x1f".join(sorted(key))


def number_of(*parts: str) -> int:
    """A number below 2**256 that these parts always give, and other parts another: SHA-256 of their bytes.

    Each part goes in with its length, so that `ab`, `c` and `a`, `bc` differ.
    """
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return int.from_bytes(digest.digest(), "big")


WHOLE = 1 << 256
"""What `number_of` stays below."""
