"""Exact numbers: constants that a column can be compared with, and calculations as fractions of whole numbers.

No engine divides exactly, so nothing is divided: a quotient stays a numerator over a denominator, and a comparison
is multiplied out, turned round where the denominator is negative. The ends of every term are known from the fields'
bounds and the columns' types; what could overflow is refused.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from sqlglot import exp

from routebook.codegen.sql.dialects import Dialect, Sql, whole
from routebook.codegen.sql.refusal import Unable
from routebook.types import MAX_DIGITS, NumberType, show_number

COMPARE: Final[dict[str, type[exp.Binary]]] = {
    "==": exp.EQ, "<": exp.LT, "<=": exp.LTE, ">": exp.GT, ">=": exp.GTE,
}  # fmt: skip
_TURNED: Final = {"==": "==", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


# --- Constants ------------------------------------------------------------------------------------------------


def number(value: Fraction, type_: NumberType, dialect: Dialect) -> Sql:
    """A constant as a literal of the column's type. Raises `Unable` where that cannot hold it."""
    if type_.integer and value.denominator == 1:
        if dialect.whole_limit is not None and abs(value) > dialect.whole_limit:
            raise Unable(
                f"whole numbers there end at {dialect.whole_limit:,}, and {show_number(value)} is larger"
            )
        return whole(int(value))
    if dialect.types.decimal is None:
        raise Unable(f"there is no exact type for decimals, and {show_number(value)} is one")
    if dialect.digits is not None:
        before, after = dialect.digits
        if (value * 10**after).denominator != 1 or abs(value) >= 10**before:
            digits = f"{before} digits before the point and {after} after it"
            raise Unable(f"decimals there have {digits}, and {show_number(value)} has more")
    if dialect.decimals_are_cast:
        return exp.cast(exp.Literal.string(show_number(value)), dialect.types.decimal, dialect=dialect.name)
    literal = exp.Literal.number(show_number(abs(value)))
    return exp.Neg(this=literal) if value < 0 else literal


def compared(operator: str, field: Sql, value: Fraction, type_: NumberType, dialect: Dialect) -> Sql:
    """A field against a constant, which goes to the nearest value that the column can hold, so that it is exact."""
    step = _step(type_, dialect)
    known = exp.Not(this=exp.Is(this=field, expression=exp.null()))
    if step is not None and (value / step).denominator != 1:
        match operator:
            case "==":
                return exp.false()
            case "<" | "<=":
                operator, value = "<=", math.floor(value / step) * step
            case _:
                operator, value = ">=", math.ceil(value / step) * step
    limit = _limit(type_, dialect)
    if limit is not None and abs(value) > limit:
        return known if operator != "==" and (value > 0) == (operator in ("<", "<=")) else exp.false()
    return COMPARE[operator](this=field, expression=number(value, type_, dialect))


def _step(type_: NumberType, dialect: Dialect) -> Fraction | None:
    """What the column's values are multiples of; None where they may have any number of digits."""
    if type_.integer:
        return Fraction(1)
    return None if dialect.digits is None else Fraction(1, 10 ** dialect.digits[1])


def _limit(type_: NumberType, dialect: Dialect) -> Fraction | None:
    """The largest value that the column can hold."""
    if type_.integer:
        return None if dialect.whole_limit is None else Fraction(dialect.whole_limit)
    if dialect.digits is None:
        return None
    before, after = dialect.digits
    return Fraction(10 ** (before + after) - 1, 10**after)


# --- Calculations ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Term:
    """A whole number, exactly: an expression in the wide type, and between which ends it lies."""

    sql: Sql
    low: int
    high: int

    @property
    def constant(self) -> int | None:
        return self.low if self.low == self.high else None


@dataclass(frozen=True, slots=True)
class Ratio:
    """A calculation: a fraction, which there is only where every one of `divisors` is not zero."""

    top: Term
    bottom: Term
    divisors: tuple[Sql, ...] = ()


class Calculator:
    """Calculates with the wide type of a dialect. Everything raises `Unable` where a result could overflow."""

    def __init__(self, dialect: Dialect) -> None:
        if dialect.wide is None:
            raise Unable("calculations are not known to be exact there")
        self._dialect = dialect
        self._type, self._limit = dialect.wide

    def constant(self, value: Fraction) -> Ratio:
        return Ratio(self._whole(value.numerator), self._whole(value.denominator))

    def field(self, sql: Sql, type_: NumberType) -> Ratio:
        """A field of numbers, within its bounds and those of its column."""
        dialect = self._dialect
        scale = 10 ** dialect.digits[1] if not type_.integer and dialect.digits is not None else 1
        limit = _limit(type_, dialect) or Fraction(10**MAX_DIGITS)
        low = -limit if type_.low is None else max(-limit, Fraction(type_.low))
        high = limit if type_.high is None else min(limit, Fraction(type_.high))
        if scale != 1:
            assert dialect.types.decimal is not None
            exact = exp.cast(sql, dialect.types.decimal, dialect=dialect.name)
            sql = exp.Mul(this=exact, expression=whole(scale))
        elif not type_.integer and dialect.types.decimal is None:
            raise Unable("there is no exact type for decimals to calculate with")
        term = self._checked(self._wide(sql), math.floor(low * scale), math.ceil(high * scale))
        return Ratio(term, self._whole(scale))

    def apply(self, sign: str, left: Ratio, right: Ratio) -> Ratio:
        """`left sign right`."""
        divisors = (*left.divisors, *right.divisors)
        if sign == "*":
            return Ratio(self._times(left.top, right.top), self._times(left.bottom, right.bottom), divisors)
        if sign == "/":
            if right.top.constant == 0:
                return Ratio(left.top, self._whole(1), (*divisors, exp.false()))
            if right.top.low <= 0 <= right.top.high:
                divisors = (*divisors, exp.NEQ(this=right.top.sql.copy(), expression=whole(0)))
            return Ratio(self._times(left.top, right.bottom), self._times(left.bottom, right.top), divisors)
        one, other, bottom = self._alike(left, right)
        return Ratio(self._plus(one, other, sign), bottom, divisors)

    def compare(self, operator: str, left: Ratio, right: Ratio) -> Sql:
        """`left operator right`; not true where something is missing or divided by zero."""
        one, other, bottom = self._alike(left, right)
        straight = COMPARE[operator](this=one.sql, expression=other.sql)
        divisors = [each.copy() for each in dict.fromkeys((*left.divisors, *right.divisors))]
        # a denominator that may be zero as far as its ends say is not, as the divisors are asked first
        if operator == "==" or bottom.low >= 0:
            return exp.and_(*divisors, straight, copy=False)
        turned = COMPARE[_TURNED[operator]](this=one.sql.copy(), expression=other.sql.copy())
        if bottom.high <= 0:
            return exp.and_(*divisors, turned, copy=False)
        zero = whole(0)
        return exp.and_(
            *divisors,
            exp.Case()
            .when(exp.GT(this=bottom.sql.copy(), expression=zero), straight)
            .when(exp.LT(this=bottom.sql.copy(), expression=zero.copy()), turned)
            .else_(exp.false()),
            copy=False,
        )

    def _alike(self, left: Ratio, right: Ratio) -> tuple[Term, Term, Term]:
        """The numerators over one denominator, and that."""
        one, other = left.bottom.constant, right.bottom.constant
        if one is not None and other is not None:
            common = math.lcm(one, other)
            raised = [self._whole(common // abs(each) * (1 if each > 0 else -1)) for each in (one, other)]
            return (
                self._times(left.top, raised[0]),
                self._times(right.top, raised[1]),
                self._whole(common),
            )
        if left.bottom.sql == right.bottom.sql:
            return left.top, right.top, left.bottom
        return (
            self._times(left.top, right.bottom),
            self._times(right.top, left.bottom),
            self._times(left.bottom, right.bottom),
        )

    def _times(self, left: Term, right: Term) -> Term:
        if right.constant == 1:
            return left
        if left.constant == 1:
            return right
        if left.constant is not None and right.constant is not None:
            return self._whole(left.constant * right.constant)
        ends = [a * b for a in (left.low, left.high) for b in (right.low, right.high)]
        product = exp.Mul(this=exp.paren(left.sql), expression=exp.paren(right.sql))
        return self._checked(product, min(ends), max(ends))

    def _plus(self, left: Term, right: Term, sign: str) -> Term:
        if left.constant is not None and right.constant is not None:
            return self._whole(left.constant + right.constant * (1 if sign == "+" else -1))
        kind = exp.Add if sign == "+" else exp.Sub
        total = kind(this=exp.paren(left.sql), expression=exp.paren(right.sql))
        if sign == "+":
            return self._checked(total, left.low + right.low, left.high + right.high)
        return self._checked(total, left.low - right.high, left.high - right.low)

    def _whole(self, value: int) -> Term:
        return self._checked(whole(value) if abs(value) < 2**31 else self._wide(whole(value)), value, value)

    def _wide(self, sql: Sql) -> Sql:
        return exp.cast(sql, self._type, dialect=self._dialect.name)

    def _checked(self, sql: Sql, low: int, high: int) -> Term:
        if self._limit is not None and max(-low, high) > self._limit:
            raise Unable("the calculation could have more digits than are kept exactly there")
        return Term(sql, low, high)
