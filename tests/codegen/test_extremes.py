"""What strains the code generator: size, depth, sharing, hostile texts, and the corners of values."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from routebook.api import Policy, loads
from routebook.codegen.compiled import compile_policy
from routebook.codegen.emit import Emitter
from routebook.codegen.index import compile_index
from routebook.codegen.load import compile_straight
from routebook.plan.walk import walk
from routebook.syntax.parse import MAX_NESTING

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
COMPILERS: list[Callable[..., Any]] = [compile_straight, compile_index, compile_policy]


def agree(policy: Policy, *leads: dict[str, Any], now: datetime = NOW) -> list[int]:
    """The numbers of the leaves that take the leads, after making sure that all evaluators say the same."""
    leaves = list(policy.tree.leaves())
    compiled = [compile_(policy.tree) for compile_ in COMPILERS]
    taken = []
    for lead in leads:
        leaf = walk(policy.tree, lead, now).leaf
        number = next((n for n, other in enumerate(leaves) if other is leaf), -1)
        assert [decide(lead, now) for decide in compiled] == [number] * len(compiled), lead
        taken.append(number)
    return taken


DEEP = MAX_NESTING - 4
SCORE = "lead { s: integer }\n"


def test_a_chain_of_ten_thousand_parts() -> None:
    chain = " or ".join(f"s == {n}" for n in range(10_000))
    assert agree(loads(f"{SCORE}when {chain} queue a"), {"s": 9_999}, {"s": 10_000}) == [0, -1]


def test_definitions_that_double_each_other() -> None:
    doubling = "".join(f"define d{n} = d{n - 1} and (d{n - 1} or s < 9)\n" for n in range(1, 20))
    policy = loads(f"{SCORE}define d0 = s > 3 or s == 1\n{doubling}when d19 queue a when not d19 queue b")
    assert agree(policy, {"s": 4}, {"s": 1}, {"s": 2}) == [0, 0, 1]


NESTED = {
    "not": "not (" * (DEEP // 2) + "s > 3" + ")" * (DEEP // 2),
    "and-or": "(s > 3 and (s < 9 or " * (DEEP // 2 - 1) + "s > 3" + "))" * (DEEP // 2 - 1),
    "arithmetic": "(s + " * DEEP + "1" + ")" * DEEP + " > 3",
}


@pytest.mark.parametrize("condition", NESTED.values(), ids=NESTED)
def test_deep_conditions(condition: str) -> None:
    agree(loads(f"{SCORE}when {condition} queue a else queue b"), {"s": 0}, {"s": 4}, {"s": 10})


def test_deep_conditions_through_definitions() -> None:
    chain = "".join(f"define d{n} = s == {n} or not d{n - 1}\n" for n in range(1, 24))
    agree(
        loads(f"{SCORE}define d0 = s > 3\n{chain}when d23 queue a else queue b"),
        *({"s": n} for n in range(32)),
    )


def test_deep_blocks() -> None:
    blocks = "when s > 3 {" * DEEP + "when s < 9 queue a" + "}" * DEEP
    assert agree(loads(f"{SCORE}{blocks} when s == 9 queue b"), {"s": 5}, {"s": 9}, {"s": 1}) == [0, 1, -1]


def test_a_block_of_empty_blocks_takes_nothing() -> None:
    assert agree(loads(f"{SCORE}when s > 3 {{ else {{ else {{ }} }} }} when s > 2 queue a"), {"s": 5}) == [0]


def test_three_thousand_rules_of_every_kind() -> None:
    chance = random.Random(7)
    lines = ["lead { s: integer 0..100 t: text optional d: decimal optional p: set of text }"]
    for number in range(3_000):
        one = f"s between {number % 97} and {number % 97 + 3} and d + s > {number}"
        two = f't == "name {number}" or p has "part {number}"'
        three = f't contains "x{number}" and not d > {number}'
        lines.append(f"when {chance.choice([one, two, three])} queue q")
    leads: list[dict[str, Any]] = [
        {
            "s": number % 101,
            "t": f"Name {number}",
            "d": Decimal(number) / 3,
            "p": frozenset({f"part {number + 1}"}),
        }
        for number in range(0, 3_300, 60)
    ]
    agree(loads("\n".join(lines)), *leads, {"s": 3, "p": frozenset()})


def test_moments_over_the_changes_of_the_clock() -> None:
    zone = 'policy "clock" timezone "Europe/Berlin"\nlead { at: datetime optional }\n'
    rules = """
        when at.hour == 2 queue a
        when at.date == 2026-10-25 and at.time < 02:30 queue b
        when at.weekday == "sun" queue c
        when at > now queue d
        else queue e
    """
    policy = loads(zone + rules)
    start = datetime(2026, 10, 24, 21, tzinfo=UTC)
    spring = datetime(2026, 3, 28, 21, tzinfo=UTC)
    moments = [begin + timedelta(minutes=30 * n) for begin in (start, spring) for n in range(16)]
    taken = agree(policy, *({"at": moment} for moment in moments), {})
    assert len(set(taken)) >= 4


def test_numbers_are_exact() -> None:
    text = "lead { d: decimal optional i: integer optional }\n"
    rules = """
        when d == 0.1 queue a
        when d + 0.2 == 0.3 queue b
        when d * 3 == i queue c
        when d / i > 0.5 queue d
        when d > i queue e
    """
    values = [
        Decimal("0.1"),
        Decimal("0.10"),
        Decimal("0.1") + Decimal(10) ** -29,
        Decimal(1) / 3,
        Decimal("1E+20"),
    ]
    leads = [{"d": value, "i": number} for value in values for number in (0, 1, -1, 10**29)]
    agree(loads(text + rules), *leads, {"d": values[0]}, {"i": 0}, {}, {"d": None, "i": None})


def test_division_by_zero_is_missing() -> None:
    policy = loads(f"{SCORE}when 1 / s > 0 queue a when not (1 / s > 0) queue b")
    assert agree(policy, {"s": 0}, {"s": 2}, {"s": -2}) == [1, 0, 1]


HOSTILE = [
    '\\"); import os; (\\"',
    "{0}\\n    return 0",
    "'''",
    "\\\\",
    "\\u0000",
    "\\ud83d\\ude00",
    "\\r\\ndef x(): pass",
    "%s{lead}",
]
"""Texts as a policy writes them."""


@pytest.mark.parametrize("text", HOSTILE)
def test_texts_of_a_policy_never_become_code(text: str) -> None:
    policy = loads(
        f'lead {{ t: text o: one of ["{text}", "x"] g: set of text }}\n'
        f'rule a "{text}" when t == "{text}" or t contains "{text}" or g has "{text}" queue q\n'
        f'when o == "{text}" or o in ["{text}"] reject "{text}"\nwhen t matches "a" queue q'
    )
    meant = policy.tree.schema["o"].type.members[0]
    agree(policy, {"t": meant, "o": "x", "g": frozenset()}, {"t": "b", "o": meant, "g": frozenset()},
          {"t": "A", "o": "x", "g": frozenset()})  # fmt: skip
    source = Emitter(policy.tree).decide()
    assert source.isascii()
    assert "import" not in source.replace(ascii(meant.lower()), "")


def test_names_of_a_policy_never_become_code() -> None:
    names = ["lead", "memo", "__import__", "class", "decide", "fold", "value_0", "lambda.pass.exec"]
    fields = " ".join(f"{name}: integer" for name in names)
    tests = " or ".join(f"{name} == {number}" for number, name in enumerate(names, start=1))
    policy = loads(f"lead {{ {fields} }}\ndefine exec = {tests}\nrule eval when exec and exec queue q")
    nothing = dict.fromkeys(names, 0)
    assert agree(policy, nothing, {**nothing, "lambda.pass.exec": 8}) == [-1, 0]


def test_generated_code_reaches_nothing_but_what_it_needs() -> None:
    decide = compile_straight(loads(f"{SCORE}when s > 3 queue a").tree)
    builtins = decide.__globals__["__builtins__"]
    assert "open" not in builtins
    assert "__import__" not in builtins


def test_answers_are_returned_in_place_of_numbers() -> None:
    tree = loads(f"{SCORE}when s > 3 queue a when s > 2 queue b").tree
    for compile_ in COMPILERS:
        decide = compile_(tree, ["first", "second"])
        assert [decide({"s": s}, NOW) for s in (4, 3, 2)] == ["first", "second", None]


def test_nothing_is_in_a_set_that_is_missing() -> None:
    lead = 'lead { t: one of ["a", "b"] o: one of ["a", "b"] optional s: set of ["a", "b"] optional }\n'
    policy = loads(f"{lead}when t in s queue a when o not in s queue b when o in s queue c")
    both = frozenset({"a"})
    assert agree(policy, {"t": "a"}, {"t": "a", "s": both}, {"t": "b", "o": "a", "s": both}) == [1, 0, 2]


def test_an_address_folds_as_its_domain_does() -> None:
    policy = loads(
        'lead { e: email optional }\nwhen e.domain == "kß.example" queue a when e == "Ä@x.y" queue b'
    )
    # the Kelvin sign folds to a plain letter, and a mark after `@` is a letter's that is not there
    odd = ["x@\u212ass.EXAMPLE", "\u0301x@K\u00df.example", "x@\u0301kss.example", "A\u0308@X.Y", "x@y"]
    assert agree(policy, {}, *({"e": each} for each in odd)) == [-1, 0, 0, -1, 1, -1]


@pytest.mark.parametrize("low", ["0", "-5", "7"])
def test_whole_numbers_without_an_upper_bound(low: str) -> None:
    rules = "\n".join(f"when n >= {at} and m < {at} queue a" for at in (3000, 900, 77, 12, 7))
    policy = loads(
        f"lead {{ n: integer {low}.. optional m: integer {low}.. }}\n{rules}\nwhen n > 8190 queue b"
    )
    values = [max(int(low), n) for n in (0, 6, 7, 11, 12, 76, 77, 900, 2999, 3000, 3001, 8190, 8191, 10**9)]
    agree(policy, *({"n": n, "m": m} for n in values for m in values), *({"m": m} for m in values))
