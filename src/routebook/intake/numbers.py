"""Numbers as other systems write them, read exactly: no binary floats, no endless digits."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Context, Decimal, InvalidOperation
from fractions import Fraction
from typing import Final

from routebook.intake.problems import Misfit, quoted
from routebook.types import MAX_DIGITS, Number, NumberType, describe

_NUMBER: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_LARGEST: Final = 10**MAX_DIGITS
_WIDE: Final = Context(prec=2 * MAX_DIGITS + 1, traps=[InvalidOperation])


def number_reader(type_: NumberType) -> Callable[[object], int | Decimal]:
    """The reader of one kind of number; it raises `Misfit`.

    Text is plain digits, with a point before decimals and an exponent where need be (`50000`, `12.5`, `1e3`);
    a whole number may be written `5.0`. Separators between thousands and units are not guessed at.
    """
    expected = describe(type_)
    fits = _bounds(type_.low, type_.high)
    whole = type_.integer

    def read(raw: object) -> int | Decimal:
        value = _whole(raw, expected) if whole else _exact(raw, expected)
        if not fits(value):
            raise Misfit(f"{quoted(raw)} is not {expected}")
        return value

    return read


def _bounds(low: Number | None, high: Number | None) -> Callable[[int | Decimal], bool]:
    if isinstance(low, Fraction) or isinstance(high, Fraction):
        # decimals and fractions do not compare with each other
        return lambda value: _between(low, Fraction(value), high)
    return lambda value: _between(low, value, high)


def _between(low: Number | None, value: Number, high: Number | None) -> bool:
    return (low is None or low <= value) and (high is None or value <= high)


def _whole(raw: object, expected: str) -> int:
    if type(raw) is str and len(raw) <= MAX_DIGITS and raw.isascii() and raw.isdecimal():
        return int(raw)
    value = _exact(raw, expected)
    whole = int(value)
    if whole != value:
        raise Misfit(f"{quoted(raw)} is not {expected}")
    return whole


def _exact(raw: object, expected: str) -> Decimal:
    """The number with as few decimals as it needs, so that equal numbers are written alike."""
    value = _decimal(raw, expected)
    if not value.is_finite():
        raise Misfit(f"{quoted(raw)} is not {expected}; leave it empty where there is none")
    if not value:
        return Decimal(0)
    if value.adjusted() >= MAX_DIGITS:
        raise Misfit(f"{quoted(raw)} has more than {MAX_DIGITS} digits before the decimal point")
    if value.adjusted() < -MAX_DIGITS:
        raise _too_fine(raw)
    # now as short as its digits: a text of a million digits is cut to no more than can count
    plain = value.normalize(_WIDE)
    exponent = plain.as_tuple().exponent
    if plain != value or not isinstance(exponent, int) or exponent < -MAX_DIGITS:
        raise _too_fine(raw)
    return plain if exponent <= 0 else plain.quantize(Decimal(1), context=_WIDE)


def _too_fine(raw: object) -> Misfit:
    return Misfit(f"{quoted(raw)} has more than {MAX_DIGITS} digits after the decimal point")


def _decimal(raw: object, expected: str) -> Decimal:
    match raw:
        case bool():
            pass
        case str():
            return _from_text(raw.strip(), raw, expected)
        case Decimal():
            return raw
        case int():
            if not -_LARGEST < raw < _LARGEST:
                raise Misfit(f"{quoted(raw)} has more than {MAX_DIGITS} digits before the decimal point")
            return Decimal(int(raw))
        case float():
            # the shortest text that gives this float: what a person would have written
            return Decimal(float.__repr__(raw))
        case Fraction():
            return _from_fraction(raw)
    raise Misfit(f"{quoted(raw)} is not {expected}")


def _from_text(text: str, raw: object, expected: str) -> Decimal:
    if _NUMBER.fullmatch(text):
        try:
            return Decimal(text)
        except InvalidOperation:  # an exponent of more digits than Decimal takes
            raise Misfit(f"{quoted(raw)} has more than {MAX_DIGITS} digits") from None
    near = any(char.isdigit() for char in text[:MAX_DIGITS])
    hint = ": write digits only, with a point before the decimals, such as `50000` or `12.5`" if near else ""
    raise Misfit(f"{quoted(raw)} is not {expected}{hint}")


def _from_fraction(raw: Fraction) -> Decimal:
    scaled = raw * _LARGEST
    if scaled.denominator != 1 or abs(raw) >= _LARGEST:
        raise Misfit(f"{quoted(raw)} has more than {MAX_DIGITS} digits before or after the point")
    return Decimal(scaled.numerator).scaleb(-MAX_DIGITS, context=_WIDE)
