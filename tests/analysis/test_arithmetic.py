"""Calculations between fields, against every lead there is: exact with z3, and without it exact or said to be open."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import product
from typing import Any, Final, TypeAlias

import pytest

from routebook import api
from routebook.analysis.reach import Blocked, Contradictory, NotDecided, Reached
from routebook.plan.tree import Tree
from routebook.plan.walk import walk
from support.proofs import walked_verdicts
from support.small_policies import ROUNDS, count_drawn

pytest.importorskip("z3")

NOW: Final = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
NUMBERS: Final = {
    "a": ("integer 0..4", tuple(range(5))),
    "b": ("integer -2..2", tuple(range(-2, 3))),
    "c": ("integer 1..3 optional", (None, 1, 2, 3)),
}
MIXED: Final = {
    **NUMBERS,
    "d": ("decimal -1..4", tuple(Decimal(quarter) / 4 for quarter in range(-4, 17))),
}
DAYS: Final = tuple(date(2026, 3, day) for day in range(1, 6))
LEAST, MOST = f"on >= {DAYS[0]} and on <= {DAYS[-1]}", f"off >= {DAYS[0]} and off <= {DAYS[-1]}"


class _Writer:
    """Writes random comparisons of calculations."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)

    def operand(self, depth: int = 2) -> str:
        if depth == 0 or self.rng.random() < 0.35:
            return self.rng.choice([*NUMBERS, str(self.rng.randint(1, 6)), "1.5"])
        sign = self.rng.choice("+-**//")
        return f"({self.operand(depth - 1)} {sign} {self.operand(depth - 1)})"

    def comparison(self) -> str:
        field = self.rng.choice([*NUMBERS])
        op = self.rng.choice(["==", "!=", "<", "<=", ">", ">="])
        return f"{field} {self.rng.choice('+-*/')} {self.operand()} {op} {self.operand()}"

    def condition(self) -> str:
        parts = [self.comparison() for _ in range(self.rng.choice((1, 2, 3)))]
        return self.rng.choice([" and ", " and ", " or "]).join(parts)

    def difference(self) -> str:
        """Two fields apart by halves: of decimals, quarters stand for all values."""
        op = self.rng.choice(["==", "!=", "<", "<=", ">", ">="])
        one, other = self.rng.sample([*MIXED], 2)
        return self.rng.choice([f"{one} - {other} {op} {self.rng.randint(-5, 5) / 2}", f"{one} {op} {other}"])

    def dates(self) -> str:
        op = self.rng.choice(["==", "!=", "<", "<=", ">", ">="])
        day = self.rng.choice(DAYS)
        return self.rng.choice([f"on {op} off", f"on {op} {day}", f"off {op} {day}", f"off {op} on"])


Kinds: TypeAlias = Mapping[str, tuple[str, Sequence[Any]]]
"""Fields: how each is declared, and the values that stand for all, None among them where it may be missing."""


def policy_of(kinds: Kinds, conditions: Iterable[str]) -> tuple[Tree, list[dict[str, Any]]]:
    """A policy over these fields with a rule for each condition, and all its leads."""
    fields = "\n".join(f"  {name}: {declared}" for name, (declared, _) in kinds.items())
    rules = "\n".join(f"when {condition} queue q{number}" for number, condition in enumerate(conditions))
    leads = [
        {name: value for name, value in zip(kinds, values, strict=True) if value is not None}
        for values in product(*(values for _, values in kinds.values()))
    ]
    return api.loads(f"lead {{\n{fields}\n}}\n{rules}\nelse queue z\n").tree, leads


def numbers(seed: int) -> tuple[Tree, list[dict[str, Any]]]:
    """A policy of calculations, and all its leads."""
    writer = _Writer(seed)
    return policy_of(NUMBERS, [writer.condition() for _ in range(3)])


def differences(seed: int) -> tuple[Tree, list[dict[str, Any]]]:
    """A policy that asks how far numbers are apart, and leads that stand for all."""
    writer = _Writer(seed)
    conditions = [" and ".join(writer.difference() for _ in range(4)) for _ in range(4)]
    return policy_of(MIXED, conditions)


def days(seed: int) -> tuple[Tree, list[dict[str, Any]]]:
    """A policy that compares dates of a few days with each other, and all its leads of those days."""
    writer = _Writer(seed)
    among = f"{LEAST} and {MOST}"
    conditions = [f"{among} and {' and '.join(writer.dates() for _ in range(3))}" for _ in range(4)]
    return policy_of({"on": ("date", DAYS), "off": ("date", DAYS)}, conditions)


def undecided(tree: Tree, leads: list[dict[str, Any]]) -> list[str]:
    """What was left open; everything else is compared with what the leads show."""
    count_drawn(len(leads))
    taken = {leaf.rule for lead in leads if (leaf := walk(tree, lead, NOW).leaf)}
    open_: list[str] = []
    for verdict in walked_verdicts(tree):
        rule = verdict.entry.node.rule
        match verdict:
            case Reached():
                assert rule in taken
            case Blocked() | Contradictory():
                assert rule not in taken
            case NotDecided(_, reasons):
                open_ += reasons
    return open_


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_calculations_are_exact(seed: int) -> None:
    """Calculations between numbers: every rule that some lead reaches is reached, and no other, with z3."""
    assert undecided(*numbers(seed)) == []


@pytest.mark.parametrize("seed", range(0, ROUNDS, 3))
def test_dates_are_exact(seed: int) -> None:
    """Dates compared with each other: every rule that some lead reaches is reached, and no other, with z3."""
    assert undecided(*days(seed)) == []


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_differences_are_exact_without_z3(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers compared by how far they are apart: exactly the rules that some lead reaches are reached, without z3."""
    monkeypatch.setitem(sys.modules, "z3", None)
    assert undecided(*differences(seed)) == []


@pytest.mark.parametrize("seed", range(0, ROUNDS, 2))
def test_without_z3_nothing_is_guessed(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Calculations without z3: what is said is right, and what is not said is named as left open."""
    monkeypatch.setitem(sys.modules, "z3", None)
    for reason in undecided(*numbers(seed)):
        assert "the extra `arithmetic` (z3) is not installed" in reason
        assert any(f"`{name}`" in reason for name in NUMBERS)


@pytest.mark.parametrize("seed", range(0, ROUNDS, 2))
def test_multiples_of_one_number(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Multiples of one number, without z3: every rule that some lead reaches is reached, none is left open."""
    monkeypatch.setitem(sys.modules, "z3", None)
    rng = random.Random(2_600_000 + seed)

    def comparison() -> str:
        name, op = rng.choice("nd"), rng.choice(["==", "!=", "<", "<=", ">", ">="])
        left = rng.choice([f"{name} * {rng.randint(-3, 7)}", f"{name} / 3", f"{name} * 2 + 1 - {name} * 5"])
        return f"{left} {op} {rng.choice(['0', '1', '2', '7', '1 / 3'])}"

    lead = "lead { n: integer -4..4 d: decimal -1..1 optional }"
    rules = [f"when {' and '.join(comparison() for _ in range(rng.randint(1, 3)))} queue q" for _ in range(6)]
    tree = api.loads("\n".join([lead, *rules])).tree
    verdicts = walked_verdicts(tree)
    assert not any(isinstance(verdict, NotDecided) for verdict in verdicts)
    reached = {verdict.entry.node.rule for verdict in verdicts if isinstance(verdict, Reached)}
    tenths = [None, *(Decimal(number) / 10 for number in range(-10, 11))]
    count_drawn(9 * len(tenths))
    for n, d in product(range(-4, 5), tenths):
        leaf = walk(tree, {"n": n} if d is None else {"n": n, "d": d}, NOW).leaf
        assert leaf is None or leaf.rule in reached


def test_no_decimal_is_a_third() -> None:
    lead = "lead { d: decimal 0..10 }\n"
    (third, rest) = walked_verdicts(api.loads(f"{lead}when d * 3 == 1 queue p\nelse queue q\n").tree)
    assert isinstance(third, Contradictory)
    assert isinstance(rest, Reached)
    (half, _) = walked_verdicts(api.loads(f"{lead}when d * 2 == 1 queue p\nelse queue q\n").tree)
    assert isinstance(half, Reached)


@pytest.mark.parametrize(
    ("condition", "is_met"),
    [
        ("a / b == 7 and a > 999990", True),
        ("a / b == 7 and a - b * 7 > 0", False),
        ("a / b == 7 and a + b == 800001", False),
        ("a / b == 7 and a + b == 800000", True),
        ("a / (b - 3) == b and a > 90000 and b > 3", True),
    ],
)
def test_quotients_that_intervals_do_not_settle(condition: str, is_met: bool) -> None:
    fields = "lead {\n  a: integer 0..1000000\n  b: integer 0..1000000\n}\n"
    verdict, _ = walked_verdicts(api.loads(f"{fields}when {condition} queue x\nelse queue z\n").tree)
    assert isinstance(verdict, Reached if is_met else Contradictory)


@pytest.mark.parametrize(
    "condition", ["a * a < 0", "a * b + b * b + a * a < -3", "a * a > 30 and a * b != 7"]
)
def test_what_halved_intervals_exclude_is_proved_without_z3(
    condition: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "z3", None)
    fields = "lead {\n  a: decimal -5..5\n  b: decimal -5..5\n}\n"
    verdict, _ = walked_verdicts(api.loads(f"{fields}when {condition} queue x\nelse queue z\n").tree)
    assert isinstance(verdict, Contradictory)
