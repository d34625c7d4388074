"""Comparisons of calculations over intervals: a solution, or a proof that there is none.

In this order: interval arithmetic over ever smaller boxes (Moore 1966), shortest paths for differences such as
`a - b <= 3` (`tie_paths`), and z3 for the rest, where it is installed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Final, TypeAlias

from routebook.analysis.clock import Clock
from routebook.analysis.domains.base import Undecided
from routebook.analysis.tie_paths import OPEN, Spans, Wanted, by_paths, difference_of, position
from routebook.check.conditions import Arithmetic, Constant, FieldRef, Operand, fields_in

_BOXES: Final = 400
_Z3_MILLISECONDS: Final = 5_000


def impossible(
    wanted: Sequence[Wanted], spans: Spans, whole: set[str], clock: Clock
) -> dict[str, Fraction] | None:
    """None is a proof that no values fit; else values that do. `whole` fields have whole values only.

    Raises `Undecided`, and `OutOfTime`.
    """
    if not possible(wanted, spans):
        return None
    differences = [difference_of(*each) for each in wanted]
    known = [each for each in differences if each is not None]
    if len(known) == len(differences):
        found = by_paths(known, spans, whole, clock)
        if found is not OPEN:
            return found
    elif not _by_halving(wanted, spans, whole, clock):
        return None
    return _by_z3(wanted, spans, whole, clock)


# --- Interval arithmetic -------------------------------------------------------------------------------------


def possible(wanted: Sequence[Wanted], spans: Spans) -> bool:
    """Whether interval arithmetic leaves room for each comparison by itself; the cheapest proof that it does not."""
    return all(_may_be(op, left, right, want, spans) for op, left, right, want in wanted)


def _may_be(op: str, left: Operand, right: Operand, want: bool, spans: Spans) -> bool:
    low, high, total = _minus(_range(left, spans), _range(right, spans))
    if not want and not total:
        return True
    positive = high is None or high > 0
    negative = low is None or low < 0
    zero = (low is None or low <= 0) and (high is None or high >= 0)
    can = {"<": negative, "<=": negative or zero, ">": positive, ">=": positive or zero, "==": zero}[op]
    cannot = {
        "<": positive or zero,
        "<=": positive,
        ">": negative or zero,
        ">=": negative,
        "==": positive or negative,
    }[op]
    return can if want else cannot


_Range: TypeAlias = tuple[Fraction | None, Fraction | None, bool]
"""Least and greatest value, and whether there is always a value: a division by zero has none."""


def _range(operand: Operand, spans: Spans) -> _Range:
    match operand:
        case FieldRef():
            return (*spans[operand.base], True)
        case Constant():
            step = position(operand.key)
            return step, step, True
        case Arithmetic(first, rest):
            total = _range(first, spans)
            for sign, part in rest:
                total = _apply(sign, total, _range(part, spans))
            return total
    raise Undecided("a calculation with something that is not a number")


def _apply(sign: str, left: _Range, right: _Range) -> _Range:
    match sign:
        case "+":
            return _plus(left, right)
        case "-":
            return _minus(left, right)
        case "*":
            return _times(left, right)
        case _:
            low, high, total = right
            if low is not None and high is not None and (low > 0 or high < 0):
                return _times(left, (1 / high, 1 / low, total))
            if low is not None and low > 0:
                return _times(left, (Fraction(0), 1 / low, total))
            if high is not None and high < 0:
                return _times(left, (1 / high, Fraction(0), total))
            if low == 0 and left[0] is not None and left[0] >= 0:
                least = Fraction(0) if high is None else left[0] / high if high else None
                return least, None, False
            return None, None, False


def _plus(left: _Range, right: _Range) -> _Range:
    low = None if left[0] is None or right[0] is None else left[0] + right[0]
    high = None if left[1] is None or right[1] is None else left[1] + right[1]
    return low, high, left[2] and right[2]


def _minus(left: _Range, right: _Range) -> _Range:
    low = None if left[0] is None or right[1] is None else left[0] - right[1]
    high = None if left[1] is None or right[0] is None else left[1] - right[0]
    return low, high, left[2] and right[2]


def _times(left: _Range, right: _Range) -> _Range:
    total = left[2] and right[2]
    ends = (left[0], left[1], right[0], right[1])
    if all(end is not None for end in ends):
        products = [a * b for a in left[:2] for b in right[:2] if a is not None and b is not None]
        return min(products), max(products), total
    if left[0] is not None and right[0] is not None and left[0] >= 0 and right[0] >= 0:
        return left[0] * right[0], None, total
    return None, None, total


def _by_halving(wanted: Sequence[Wanted], spans: Spans, whole: set[str], clock: Clock) -> bool:
    """Whether a box remains in which interval arithmetic does not exclude a solution, as it does not in all of it."""
    reading = {
        base: [
            each for each in wanted if any(ref.base == base for side in each[1:3] for ref in fields_in(side))
        ]
        for base in spans
    }
    queue: list[tuple[Spans, Sequence[Wanted]]] = [(spans, ())]
    for _ in range(_BOXES):
        if not queue:
            return False
        clock.check()
        box, changed = queue.pop()
        if not possible(changed, box):
            continue
        base = max(box, key=lambda name: box[name][1] - box[name][0])
        low, high = box[base]
        if high - low < 1:
            return True
        middle = low + (high - low) / 2
        if base in whole:
            middle = Fraction(int(middle // 1))
        halves = ((middle + 1 if base in whole else middle, high), (low, middle))
        queue += [({**box, base: half}, reading[base]) for half in halves]
    return bool(queue)


# --- z3 ------------------------------------------------------------------------------------------------------


def _by_z3(
    wanted: Sequence[Wanted], spans: Spans, whole: set[str], clock: Clock
) -> dict[str, Fraction] | None:
    names = " and ".join(f"`{name}`" for name in spans)
    try:
        import z3
    except ImportError:
        raise Undecided(f"a calculation with {names}: the extra `arithmetic` (z3) is not installed") from None
    solver = z3.Solver()
    solver.set("timeout", max(1, int(1_000 * clock.left(_Z3_MILLISECONDS / 1_000))))
    fields = {name: z3.Int(name) if name in whole else z3.Real(name) for name in spans}
    for name, (low, high) in spans.items():
        solver.add(fields[name] >= _z3_number(z3, low), fields[name] <= _z3_number(z3, high))
    for op, left, right, want in wanted:
        defined: list[Any] = []
        a, b = _z3_of(z3, left, fields, defined), _z3_of(z3, right, fields, defined)
        test = {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b, "==": a == b}[op]
        holds = z3.And(*defined, test)
        solver.add(holds if want else z3.Not(holds))
    result = solver.check()
    if result == z3.unsat:
        return None
    if result != z3.sat:
        clock.check()
        raise Undecided(f"a calculation with {names}, on which z3 gave up")
    model = solver.model()
    return {name: _z3_value(model.eval(each, model_completion=True), names) for name, each in fields.items()}


def _z3_number(z3: Any, value: Fraction) -> Any:
    return z3.RealVal(f"{value.numerator}/{value.denominator}")


def _z3_of(z3: Any, operand: Operand, fields: Mapping[str, Any], defined: list[Any]) -> Any:
    match operand:
        case FieldRef():
            return (
                z3.ToReal(fields[operand.base]) if z3.is_int(fields[operand.base]) else fields[operand.base]
            )
        case Constant():
            return _z3_number(z3, position(operand.key))
        case Arithmetic(first, rest):
            total = _z3_of(z3, first, fields, defined)
            for sign, part in rest:
                further = _z3_of(z3, part, fields, defined)
                if sign == "/":
                    defined.append(further != 0)
                total = {"+": lambda t, f: t + f, "-": lambda t, f: t - f, "*": lambda t, f: t * f}.get(
                    sign, lambda t, f: t / f
                )(total, further)
            return total
    raise Undecided("a calculation with something that is not a number")


def no_decimals(names: str) -> str:
    """What is not decided where the values that were found are no decimals: roots, thirds."""
    return f"a calculation with {names}: whether decimals solve it, and not only other fractions or roots"


def _z3_value(value: Any, names: str) -> Fraction:
    try:
        return Fraction(value.as_fraction())
    except AttributeError:
        try:
            return Fraction(value.as_long())
        except AttributeError:
            raise Undecided(no_decimals(names)) from None
