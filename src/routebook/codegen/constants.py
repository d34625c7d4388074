"""Constants of generated Python: every one is written by a safe `repr` of a plain value, and hoisted once."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction
from typing import Any

from routebook.types import show_number


def literal(value: Any) -> str:
    """Python source of a constant: only numbers, texts and calendar values, and frozensets of texts."""
    match value:
        case None | bool():
            return repr(value)
        case int():
            return f"({value})" if value < 0 else str(int(value))
        case str():
            return ascii(str(value))
        case Decimal():
            return f"Decimal({str(value)!r})"
        case Fraction():
            return f"Fraction({value.numerator}, {value.denominator})"
        case datetime():
            return f"datetime.fromisoformat({value.isoformat()!r})"
        case date():
            return f"date({value.year}, {value.month}, {value.day})"
        case time():
            fraction = f", {value.microsecond}" if value.microsecond else ""
            return f"time({value.hour}, {value.minute}, {value.second}{fraction})"
        case frozenset():
            inner = ", ".join(literal(member) for member in sorted(value))
            return f"frozenset(({inner},))" if value else "frozenset()"
    raise TypeError(f"no constant of {type(value).__name__}")


def plain_number(value: Fraction) -> int | Decimal | Fraction:
    """A fraction as an integer or a decimal, which compare faster, where it is one."""
    text = show_number(value)
    if "/" in text:
        return value
    return int(text) if "." not in text else Decimal(text)


def _number(value: Fraction, exact: bool, decimal: bool) -> int | Decimal | Fraction:
    if exact:
        return value.numerator if value.denominator == 1 else value
    plain = plain_number(value)
    return Decimal(plain) if decimal and isinstance(plain, int) else plain


class Constants:
    """The constants of one generated module, each under one name however often it is used."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def name(self, value: Any, exact: bool = False, decimal: bool = False) -> str:
        """How generated code refers to a constant: small ones in place, the rest by a module-level name.

        A number is a fraction where `exact`, else a decimal where it meets `decimal` ones: those compare fastest.
        """
        if isinstance(value, Fraction):
            value = _number(value, exact, decimal)
        source = literal(value)
        if isinstance(value, int | str) or value is None:
            return source
        return self.named(source)

    def named(self, source: str) -> str:
        """The name of a constant that is worked out once by `source`, an expression of safe parts."""
        return self._names.setdefault(source, f"k{len(self._names)}")

    def lines(self) -> list[str]:
        """The module-level assignments, in the order of first use."""
        return [f"{name} = {source}" for source, name in self._names.items()]

    def __len__(self) -> int:
        return len(self._names)
