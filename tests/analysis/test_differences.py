"""Sums and differences of fields: shortest paths say the same as z3, and what they find is a solution."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from routebook.analysis.clock import Clock
from routebook.analysis.tie_paths import OPEN, by_paths, difference_of
from routebook.analysis.tie_proofs import Wanted, _by_z3, impossible
from routebook.check.conditions import Arithmetic, Constant, FieldRef, Operand, Scope
from routebook.types import NumberType

pytest.importorskip("z3")

NUMBER: Final = NumberType(False, None, None)
NAMES: Final = ("a", "b", "c")
WHOLE: Final = {"a", "b"}
SPANS: Final = {
    "a": (Fraction(0), Fraction(9)),
    "b": (Fraction(-5), Fraction(5)),
    "c": (Fraction(1, 2), Fraction(6)),
}
COMPARED: Final = {
    "<": Fraction.__lt__, "<=": Fraction.__le__, ">": Fraction.__gt__, ">=": Fraction.__ge__, "==": Fraction.__eq__
}  # fmt: skip


def field(name: str) -> FieldRef:
    return FieldRef(name, Scope.LEAD, name, None, NUMBER, False)


def number(value: Fraction | int | str) -> Constant:
    return Constant(Fraction(value), NUMBER, Fraction(value))


def total(first: Operand, *rest: tuple[str, Operand]) -> Arithmetic:
    return Arithmetic(first, rest, NUMBER)


FIELDS: Final = st.sampled_from(NAMES).map(field)
CONSTANTS: Final = st.fractions(-6, 6, max_denominator=2).map(number)
INNER: Final = st.builds(total, FIELDS | CONSTANTS, st.tuples(st.sampled_from("+-"), CONSTANTS))
SUMS: Final = st.one_of(
    FIELDS,
    CONSTANTS,
    st.builds(total, FIELDS, st.tuples(st.sampled_from("+-"), FIELDS | CONSTANTS | INNER)),
    st.builds(
        total, FIELDS, st.tuples(st.sampled_from("+-"), CONSTANTS), st.tuples(st.just("-"), FIELDS | INNER)
    ),
)
WANTED: Final = st.lists(
    st.tuples(st.sampled_from([*COMPARED]), SUMS, SUMS, st.booleans()), min_size=1, max_size=4
)


def value_of(operand: Operand, values: Mapping[str, Fraction]) -> Fraction:
    match operand:
        case FieldRef():
            return values[operand.base]
        case Constant():
            return Fraction(operand.key)
        case Arithmetic(first, rest):
            found = value_of(first, values)
            for sign, part in rest:
                found += value_of(part, values) if sign == "+" else -value_of(part, values)
            return found
    raise TypeError(operand)


A, B, C = map(field, NAMES)


@given(WANTED)
@settings(max_examples=300, deadline=None)
@example([(">=", total(A, ("-", B)), number("1.5"), True), ("<=", total(A, ("-", B)), number(2), True)])
@example([("==", total(A, ("-", B)), number("1.5"), True)])
@example([("==", total(A, ("-", B)), number("1.5"), False), (">", A, number(8), True), ("<", B, A, False)])
@example([(">", total(A, ("-", total(B, ("-", number(3))))), number(2), True), ("<", A, B, True)])
@example([(">", C, total(A, ("+", number(2))), True), (">", total(A, ("-", number(1))), C, True)])
def test_paths_say_what_z3_says(wanted: list[Wanted]) -> None:
    differences = [difference_of(*each) for each in wanted]
    known = [each for each in differences if each is not None]
    assume(len(known) == len(differences))
    found = by_paths(known, SPANS, WHOLE, Clock())
    assert found is not OPEN
    assert (found is None) == (_by_z3(wanted, SPANS, WHOLE, Clock()) is None)
    if found is not None:
        for op, left, right, want in wanted:
            assert COMPARED[op](value_of(left, found), value_of(right, found)) is want
        for name, (low, high) in SPANS.items():
            assert low <= found[name] <= high
            assert name not in WHOLE or found[name].denominator == 1


@given(WANTED)
@settings(max_examples=150, deadline=None)
def test_what_is_proved_impossible_is_so(wanted: list[Wanted]) -> None:
    assert (impossible(wanted, SPANS, WHOLE, Clock()) is None) == (
        _by_z3(wanted, SPANS, WHOLE, Clock()) is None
    )
