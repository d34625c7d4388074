"""What intervals say of a calculation holds of every value in them."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from routebook.analysis.tie_proofs import _apply, _Range

ENDS = st.fractions(min_value=-6, max_value=6, max_denominator=4)
ROUND = st.integers(-4, 4).map(Fraction)


@st.composite
def ranges(draw: st.DrawFn) -> tuple[_Range, Fraction]:
    """A range, open on either side or on none, and a value in it."""
    low, value, high = sorted((draw(ENDS | ROUND), draw(ENDS | ROUND), draw(ENDS | ROUND)))
    bounds = (draw(st.sampled_from((low, None))), draw(st.sampled_from((high, None))))
    return (*bounds, True), value


@given(st.sampled_from("+-*/"), ranges(), ranges())
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


@given(ranges(), ranges())
def test_a_divisor_that_is_never_zero_always_gives_a_value(
    left: tuple[_Range, Fraction], right: tuple[_Range, Fraction]
) -> None:
    low, high, _ = right[0]
    never_zero = (low is not None and low > 0) or (high is not None and high < 0)
    assert _apply("/", left[0], right[0])[2] == never_zero
