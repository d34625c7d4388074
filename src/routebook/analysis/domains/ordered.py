"""Fields on a line: numbers, and times of day.

Values are counted in whole steps (of 1, of 10**-30 for decimals, of a microsecond), so that "just below"
is exact; a class is an interval of steps.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import time
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Any, Final

from routebook.analysis.domains.base import Pred, classes_of
from routebook.analysis.formula import TRUE, Box, Formulas, Literal, Mask, Point
from routebook.analysis.written import joined, written
from routebook.types import MAX_DIGITS, NumberType

_FINE: Final = 10**MAX_DIGITS
HOUR: Final = 3_600_000_000  # microseconds
DAY: Final = 24 * HOUR


class Line:
    """An interval of steps cut where predicates change: class `i` is [starts[i], starts[i + 1])."""

    def __init__(self, low: int, high: int) -> None:
        self.low, self.high = low, high
        self._cuts: set[int] = set()
        self.starts: list[int] = []

    def note(self, op: str, args: tuple[Fraction, ...]) -> None:
        """Cut for a comparison with positions on the line, which may lie between steps."""
        first = args[0]
        if op in ("<", ">=", "==", "between"):
            self._cuts.add(ceil(first))
        if op in (">", "<=", "=="):
            self._cuts.add(floor(first) + 1)
        if op == "between":
            self._cuts.add(floor(args[1]) + 1)

    def cut(self, step: int) -> None:
        """Let a class begin at this step."""
        self._cuts.add(step)

    def freeze(self) -> int:
        """Make the classes; how many there are."""
        inside = sorted(cut for cut in self._cuts if self.low < cut <= self.high)
        self.starts = [self.low, *inside]
        return len(self.starts)

    def class_of(self, step: int) -> int:
        return bisect_right(self.starts, step) - 1

    def interval(self, number: int) -> tuple[int, int]:
        """The first and last step of a class."""
        last = self.starts[number + 1] - 1 if number + 1 < len(self.starts) else self.high
        return self.starts[number], last

    def mask(self, op: str, args: tuple[Fraction, ...]) -> Mask:
        """The classes in which the comparison holds."""
        low, high = self.low, self.high
        if op in (">=", "==", "between"):
            low = ceil(args[0])
        if op == ">":
            low = floor(args[0]) + 1
        if op in ("<=", "=="):
            high = floor(args[0])
        if op == "<":
            high = ceil(args[0]) - 1
        if op == "between":
            high = floor(args[1])
        return self.between(low, high)

    def between(self, low: int, high: int) -> Mask:
        """The classes of the steps from `low` to `high`, which must begin and end classes."""
        low, high = max(low, self.low), min(high, self.high)
        if low > high:
            return 0
        first, last = self.class_of(low), self.class_of(high)
        return ((1 << (last - first + 1)) - 1) << first

    def runs(self, mask: Mask) -> list[tuple[int, int]]:
        """The maximal intervals of steps that a set of classes makes up."""
        found: list[tuple[int, int]] = []
        for number in classes_of(mask):
            first, last = self.interval(number)
            if found and found[-1][1] == first - 1:
                found[-1] = (found[-1][0], last)
            else:
                found.append((first, last))
        return found

    def intervals_text(self, name: str, mask: Mask, show: Any) -> str:
        """The set of classes as a condition on `name`; `show` writes a step."""
        parts = []
        for first, last in self.runs(mask):
            if first == last:
                parts.append(f"{name} == {show(first)}")
            elif first == self.low:
                parts.append(_at_most(name, last, show))
            elif last == self.high:
                parts.append(_at_least(name, first, show))
            else:
                parts.append(_between(name, first, last, show))
        return joined("or", parts)


def _at_least(name: str, first: int, show: Any) -> str:
    return (
        f"{name} > {show(first - 1)}"
        if len(show(first)) > len(show(first - 1)) + 6
        else f"{name} >= {show(first)}"
    )


def _at_most(name: str, last: int, show: Any) -> str:
    short = len(show(last)) > len(show(last + 1)) + 6
    return f"{name} < {show(last + 1)}" if short else f"{name} <= {show(last)}"


def _between(name: str, first: int, last: int, show: Any) -> str:
    plain = max(len(show(first)), len(show(last))) <= min(len(show(first - 1)), len(show(last + 1))) + 6
    if plain:
        return f"{name} between {show(first)} and {show(last)}"
    return f"({_at_least(name, first, show)} and {_at_most(name, last, show)})"


class NumberDomain:
    """A number: whole, or decimal with as many digits as the language allows. Missing is its last class."""

    def __init__(self, name: str, type_: NumberType, optional: bool, typical: int | None = None) -> None:
        self.name = name
        self.type = type_
        self.optional = optional
        self.scale = 1 if type_.integer else _FINE
        limit = _FINE * self.scale - 1
        low = -limit if type_.low is None else ceil(Fraction(type_.low) * self.scale)
        high = limit if type_.high is None else floor(Fraction(type_.high) * self.scale)
        self.line = Line(low, high)
        self._typical = self._clamped(typical)
        self._preds: set[Pred] = set()
        self._dimension = -1

    def _clamped(self, typical: int | None) -> int:
        line, scale = self.line, self.scale
        if typical is None and self.type.low is not None and self.type.high is not None:
            typical = (line.low + line.high) // 2 // scale
        wanted = (50 if typical is None else typical) * scale
        return max(line.low, min(line.high, wanted))

    def note(self, pred: Pred) -> None:
        self._preds.add(pred)
        if pred.op != "is known":
            self.line.note(pred.op, self._scaled(pred))

    def _scaled(self, pred: Pred) -> tuple[Fraction, ...]:
        return tuple(Fraction(arg) * self.scale for arg in pred.args)

    def freeze(self, formulas: Formulas) -> None:
        self._formulas = formulas
        count = self.line.freeze()
        self._known = (1 << count) - 1
        self._dimension = formulas.dimension(count + self.optional)

    def lower(self, pred: Pred) -> Literal:
        if pred not in self._preds:
            raise KeyError(pred)
        mask = self._known if pred.op == "is known" else self.line.mask(pred.op, self._scaled(pred))
        return self._formulas.atom(self._dimension, mask) if mask else -TRUE

    def dimensions(self) -> range:
        return range(self._dimension, self._dimension + 1)

    def ordered(self, dimension: int) -> bool:  # noqa: ARG002
        return True

    def ordinary(self, dimension: int) -> int:  # noqa: ARG002
        return self.line.class_of(self._typical)

    def interval(self, point: Point) -> tuple[Fraction, Fraction] | None:
        """The least and greatest value of the point's class; None where the value is missing."""
        number = point[self._dimension]
        if number == len(self.line.starts):
            return None
        first, last = self.line.interval(number)
        return Fraction(first, self.scale), Fraction(last, self.scale)

    def value(self, point: Point) -> Any:
        number = point[self._dimension]
        if number == len(self.line.starts):
            return None
        return self.number(round_between(*self.line.interval(number), self._typical, self.scale))

    def nearest(self, value: Any, point: Point) -> Any:
        """The value of the point's class that is nearest to another value."""
        number = point[self._dimension]
        if number == len(self.line.starts):
            return None
        first, last = self.line.interval(number)
        step = int(Fraction(value) * self.scale)
        return self.number(max(first, min(last, step)))

    def beyond(self, value: Any, point: Point) -> tuple[Any, Any] | None:
        """Where the point's class begins just beyond a bound, as seen from another value: a value of it as near to
        that as reads well, and the bound. None where the nearest value is no hair's breadth beyond one.
        """
        number = point[self._dimension]
        if self.type.integer or number == len(self.line.starts):
            return None
        first, last = self.line.interval(number)
        step = Fraction(value) * self.scale
        if first <= step <= last:
            return None
        is_above = step < first
        near, bound = (first, first - 1) if is_above else (last, last + 1)
        if _zeros(bound) <= _zeros(near):
            return None
        unit = max(1, self.scale // 100)
        while unit > 1:
            shown = -(-near // unit) * unit if is_above else near // unit * unit
            if first <= shown <= last:
                return self.number(shown), self.number(bound)
            unit //= 10
        return None

    def number(self, step: int) -> Any:
        """A step as a value of the field."""
        return step if self.type.integer else _decimal(step)

    def conflict(self, point: Point) -> Box | None:  # noqa: ARG002
        return None

    def place(self, value: Any, point: list[int]) -> None:
        if value is None:
            point[self._dimension] = len(self.line.starts)
        else:
            point[self._dimension] = self.line.class_of(int(Fraction(value) * self.scale))

    def describe(self, dimension: int, mask: Mask) -> str:  # noqa: ARG002
        known = mask & self._known
        missing = known != mask
        if not known:
            return f"{self.name} is missing"
        if known == self._known:
            return f"{self.name} is known"
        text = self.line.intervals_text(self.name, known, lambda step: written(self.number(step)))
        return joined("or", [f"{self.name} is missing", text]) if missing else text


def _zeros(step: int) -> int:
    """How many zeros a step ends in; of zero, as many as it could."""
    digits = str(abs(step))
    return len(digits) - len(digits.rstrip("0")) if step else MAX_DIGITS


def _decimal(step: int) -> Decimal:
    sign = 1 if step < 0 else 0
    digits = str(abs(step))
    zeros = min(_zeros(step), MAX_DIGITS)
    kept = digits[: len(digits) - zeros] or "0"
    return Decimal((sign, tuple(int(digit) for digit in kept), zeros - MAX_DIGITS))


def round_between(first: int, last: int, typical: int, scale: int) -> int:
    """A step from `first` to `last` that reads well: the typical one, the end near it, or a round one beside that."""
    if first <= typical <= last:
        return typical
    near = first if first > typical else last
    cents = max(1, scale // 100)
    if near % cents == 0 and abs(near) < 10_000_000 * scale:
        return near
    # one digit in ten of a large number may go, of a small one what is no whole number
    step: int = 10 ** (len(str(max(abs(near) // 10, scale))) - 1)
    while step > 1:
        best = -(-near // step) * step if near == first else near // step * step
        if first <= best <= last and (best or step <= cents):
            return best
        step //= 10
    return near


def time_step(value: time) -> int:
    """A time of day in microseconds."""
    return ((value.hour * 60 + value.minute) * 60 + value.second) * 1_000_000 + value.microsecond


def step_time(step: int) -> time:
    seconds, micro = divmod(step, 1_000_000)
    minutes, second = divmod(seconds, 60)
    return time(minutes // 60, minutes % 60, second, micro)


def note_time(line: Line, pred: Pred) -> None:
    """Cut a line of microseconds of the day for a predicate on a time, or on its hour."""
    if pred.part == "hour":
        truths = [pred.holds(hour) for hour in range(24)]
        for hour in range(1, 24):
            if truths[hour] != truths[hour - 1]:
                line.cut(hour * HOUR)
    else:
        line.note(pred.op, tuple(Fraction(time_step(arg)) for arg in pred.args))


def time_mask(line: Line, pred: Pred) -> Mask:
    """The classes of such a line in which the predicate holds."""
    if pred.part != "hour":
        return line.mask(pred.op, tuple(Fraction(time_step(arg)) for arg in pred.args))
    mask = 0
    for hour in range(24):
        if pred.holds(hour):
            first, last = line.class_of(hour * HOUR), line.class_of((hour + 1) * HOUR - 1)
            mask |= ((1 << (last - first + 1)) - 1) << first
    return mask
