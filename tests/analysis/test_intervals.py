"""What intervals say of a calculation holds of every value in them."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from operator import add, eq, ge, gt, le, lt, mul, sub, truediv

from hypothesis import given, settings
from hypothesis import strategies as st

from routebook.analysis.tie_proofs import Wanted, _apply, _Range, possible
from routebook.check.conditions import Arithmetic, Constant, FieldRef, Operand, Scope
from routebook.types import NumberType

ENDS = st.fractions(min_value=-6, max_value=6, max_denominator=4)
ROUND = st.integers(-4, 4).map(Fraction)


@st.composite
def ranges(draw: st.DrawFn) -> tuple[_Range, Fraction]:
    """A range, open on either side or on none, and a value in it."""
    low, value, high = sorted((draw(ENDS | ROUND), draw(ENDS | ROUND), draw(ENDS | ROUND)))
    bounds = (draw(st.sampled_from((low, None))), draw(st.sampled_from((high, None))))
    return (*bounds, True), value


@given(st.sampled_from("+-*/"), ranges(), ranges())
@settings(max_examples=500)
def test_a_result_lies_in_the_range_of_results(
    sign: str, left: tuple[_Range, Fraction], right: tuple[_Range, Fraction]
) -> None:
    (one, a), (other, b) = left, right
    low, high, has_value = _apply(sign, one, other)
    if sign == "/" and b == 0:
        assert not has_value
        return
    result = {"+": a + b, "-": a - b, "*": a * b, "/": a / b if b else Fraction(0)}[sign]
    assert low is None or low <= result
    assert high is None or result <= high


@given(st.sampled_from("+-*/"), ranges(), ranges())
@settings(max_examples=500)
def test_a_range_is_no_wider_than_its_ends_make_it(
    sign: str, left: tuple[_Range, Fraction], right: tuple[_Range, Fraction]
) -> None:
    one, other = left[0], right[0]
    calculate = {"+": add, "-": sub, "*": mul, "/": truediv}[sign]
    made = [
        calculate(a, b)
        for a in one[:2]
        for b in other[:2]
        if a is not None and b is not None and (sign != "/" or b)
    ]
    if sign == "/" and None in other[:2]:
        made.append(Fraction(0))  # what a division by ever more comes to
    low, high, _ = _apply(sign, one, other)
    assert low is None or low in made
    assert high is None or high in made
    ends = (*one[:2], *other[:2])
    through_zero = sign == "/" and None not in other[:2] and other[0] <= 0 <= other[1]
    if None not in ends and not through_zero:
        assert (low, high) == (min(made), max(made))


@given(ends=st.tuples(*[st.fractions(0, 6, max_denominator=4)] * 3))
def test_a_positive_number_over_what_may_be_zero_is_at_least_so_much(ends: tuple[Fraction, ...]) -> None:
    low, high, most = ends
    one = (min(low, high), max(low, high), True)
    expected = min(low, high) / most if most else None
    assert _apply("/", one, (Fraction(0), most, True)) == (expected, None, False)
    assert _apply("/", one, (Fraction(0), None, True)) == (Fraction(0), None, False)


@given(st.fractions(0, 6, max_denominator=4), st.fractions(0, 6, max_denominator=4))
def test_what_has_no_end_has_a_least_product(one: Fraction, other: Fraction) -> None:
    assert _apply("*", (one, None, True), (other, None, True)) == (one * other, None, True)
    assert _apply("*", (-1 - one, None, True), (other, None, True)) == (None, None, True)


@given(ranges(), ranges())
@settings(max_examples=300)
def test_a_divisor_that_is_never_zero_always_gives_a_value(
    left: tuple[_Range, Fraction], right: tuple[_Range, Fraction]
) -> None:
    low, high, _ = right[0]
    never_zero = (low is not None and low > 0) or (high is not None and high < 0)
    assert _apply("/", left[0], right[0])[2] == never_zero


NUMBER = NumberType(False, None, None)
FIELDS = st.sampled_from("abc").map(lambda name: FieldRef(name, Scope.LEAD, name, None, NUMBER, False))
CONSTANTS = ROUND.map(lambda value: Constant(value, NUMBER, value))
OPERANDS: st.SearchStrategy[Operand] = st.recursive(
    FIELDS | CONSTANTS,
    lambda inner: st.builds(
        lambda first, sign, second: Arithmetic(first, ((sign, second),), NUMBER),
        inner, st.sampled_from("+-*/"), inner,
    ),
    max_leaves=4,
)  # fmt: skip
COMPARED = {"<": lt, "<=": le, ">": gt, ">=": ge, "==": eq}


def value_of(operand: Operand, values: Mapping[str, Fraction]) -> Fraction | None:
    """What a calculation comes to; None where something is divided by zero."""
    match operand:
        case FieldRef():
            return values[operand.base]
        case Constant():
            return Fraction(operand.key)
        case Arithmetic(first, ((sign, part),)):
            a, b = value_of(first, values), value_of(part, values)
            if a is None or b is None or (sign == "/" and not b):
                return None
            return Fraction({"+": add, "-": sub, "*": mul, "/": truediv}[sign](a, b))
    raise TypeError(operand)


@given(
    st.sampled_from([*COMPARED]), OPERANDS, OPERANDS, st.booleans(),
    st.tuples(*[st.tuples(ROUND, ROUND, ROUND).map(sorted)] * 3),
)  # fmt: skip
@settings(max_examples=1000)
def test_what_some_values_show_is_possible(
    op: str, left: Operand, right: Operand, want: bool, spans: tuple[list[Fraction], ...]
) -> None:
    values = {name: span[1] for name, span in zip("abc", spans, strict=True)}
    around = {name: (span[0], span[2]) for name, span in zip("abc", spans, strict=True)}
    a, b = value_of(left, values), value_of(right, values)
    has_value = a is not None and b is not None
    holds = has_value and COMPARED[op](a, b)
    wanted: Wanted = (op, left, right, want)
    if holds == want:
        assert possible([wanted], around)
    elif has_value and all(low == high for low, high in around.values()):
        assert not possible([wanted], around)  # of single values intervals know everything
