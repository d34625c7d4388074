"""Numbers as other systems write them."""

from __future__ import annotations

import time
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routebook.intake.numbers import number_reader
from routebook.intake.problems import Misfit
from routebook.types import MAX_DIGITS, NumberType

WHOLE = number_reader(NumberType(integer=True))
EXACT = number_reader(NumberType(integer=False))


@pytest.mark.parametrize(
    "raw",
    [5, "5", "5.0", "5.", "05", "+5", " 5 ", "5e0", "0.5e1", "50E-1", 5.0, Decimal("5.000"), Fraction(5)],
)
def test_whole_numbers_are_taken_as_exports_write_them(raw: object) -> None:
    value = WHOLE(raw)
    assert (value, type(value)) == (5, int)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("12.50", "12.5"),
        (0.1, "0.1"),
        ("5.0", "5"),
        ("5e3", "5000"),
        ("-0.0", "0"),
        (".25", "0.25"),
        (Decimal("1E+2"), "100"),
        (Fraction(1, 8), "0.125"),
        ("0e999999999", "0"),
        ("0." + "0" * 29 + "1", "1E-30"),
        ("1" * MAX_DIGITS + "." + "1" * MAX_DIGITS, "1" * MAX_DIGITS + "." + "1" * MAX_DIGITS),
        ("0.10" + "0" * 80, "0.1"),
    ],
)
def test_decimals_are_exact_and_written_one_way(raw: object, value: str) -> None:
    assert str(EXACT(raw)) == value


@pytest.mark.parametrize(
    "raw",
    [
        "1e999", "1e999999999", "1e99999999999999999999", "1e-999999999", "9" * (MAX_DIGITS + 1), 10**MAX_DIGITS,
        10**5000, -(10**5000), 1e300, 5e-324, "0." + "0" * MAX_DIGITS + "1", Fraction(1, 3),
        "1" * MAX_DIGITS + "." + "1" * (MAX_DIGITS + 1), "7" * 1_000_000, Decimal("1e999999999"),
    ],
    ids=lambda raw: f"{type(raw).__name__}",
)  # fmt: skip
def test_too_many_digits_are_refused_at_once(raw: object) -> None:
    started = time.process_time()
    for reader in (WHOLE, EXACT):
        with pytest.raises(Misfit, match="has more than 30 digits"):
            reader(raw)
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    "raw",
    [
        "inf", "-Infinity", "nan", "NaN", "abc", "1,234", "1.234,5", "1 234", "1_000", "50%", "$5", "0x10", "1e",
        "--5", "½", "٣", "", ".", True, False, None, [5], {"a": 5}, b"5", float("inf"), float("nan"),
        Decimal("sNaN"), Decimal("Infinity"),
    ],
)  # fmt: skip
def test_what_is_no_number_is_refused_in_words(raw: object) -> None:
    for reader in (WHOLE, EXACT):
        with pytest.raises(Misfit, match=r" is not a (whole )?number"):
            reader(raw)


def test_a_fraction_of_one_is_no_whole_number() -> None:
    for raw in ("5.5", 5.5, Decimal("5.5"), "1e-1"):
        with pytest.raises(Misfit, match="is not a whole number"):
            WHOLE(raw)


def test_separators_get_a_hint() -> None:
    with pytest.raises(Misfit) as caught:
        WHOLE("1,234")
    assert str(caught.value) == (
        "`1,234` is not a whole number: write digits only, with a point before the decimals, such as `50000` or `12.5`"
    )


@pytest.mark.parametrize(
    ("low", "high", "fits", "fails"),
    [
        (0, 100, ["0", "100", "100.0"], ["-1", "101"]),
        (None, Decimal("0.5"), ["0.5", "-9"], ["0.51"]),
        (Fraction(1, 3), None, ["0.34", 1], ["0.33"]),
        (1, None, [1], [0]),
    ],
)
def test_bounds_include_their_ends(
    low: int | None, high: Decimal | None, fits: list[object], fails: list[object]
) -> None:
    read = number_reader(NumberType(integer=False, low=low, high=high))
    for raw in fits:
        assert read(raw) == Decimal(str(raw))
    for raw in fails:
        with pytest.raises(Misfit, match="is not a number"):
            read(raw)


def test_the_message_names_the_bounds() -> None:
    with pytest.raises(Misfit) as caught:
        number_reader(NumberType(integer=True, low=0, high=100))("120")
    assert str(caught.value) == "`120` is not a whole number from 0 to 100"


@given(st.integers(-(10**MAX_DIGITS) + 1, 10**MAX_DIGITS - 1), st.integers(0, MAX_DIGITS))
def test_every_number_within_the_digits_is_kept_exactly(digits: int, places: int) -> None:
    number = Fraction(digits, 10**places)
    text = f"{digits}e-{places}"
    value = EXACT(text)
    assert Fraction(value) == number
    assert EXACT(str(value)) == value
    assert str(EXACT(str(value))) == str(value)


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15))
def test_floats_are_read_as_people_wrote_them(number: float) -> None:
    if number != 0 and abs(number) < 1e-12:
        return
    assert EXACT(number) == Decimal(repr(number))
