"""Texts compared with each other and with sets of texts, against every lead of a few texts."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import combinations, product
from typing import Any, Final

import pytest

from routebook import api
from routebook.analysis.reach import Contradictory, NotDecided, Reached, Verdict
from routebook.plan.tree import Tree
from routebook.plan.walk import walk
from support.proofs import walked_verdicts
from support.small_policies import NOW, ROUNDS, count_drawn

TEXTS: Final = ("ann", "ben", "bo")
SETS: Final = tuple(frozenset(each) for size in range(4) for each in combinations(TEXTS, size))
GUARD: Final = " and ".join(f'{name} in ["ann", "ben", "bo"]' for name in ("one", "two"))

TESTS: Final = (
    "one == two",
    "one != two",
    "names has one",
    "names has two",
    "two in names",
    "one not in names",
    "names has any more",
    "names has all more",
    "more has one",
    "more has none names",
    'one == "ann"',
    'one starts with "b"',
    'two contains "n"',
    'two != "bo"',
    'names has "ann"',
    'names has all ["ben", "bo"]',
    'not more has "bo"',
)


FIELDS: Final = "lead {\n  one: text\n  two: text\n  names: set of text\n  more: set of text\n}\n"


def texts(seed: int, guard: str) -> Tree:
    """A policy that compares texts and sets of texts."""
    rng = random.Random(seed)
    rules = "\n".join(
        f"when {guard}{' and '.join(rng.sample(TESTS, rng.choice((2, 3, 4))))} queue q{number}"
        for number in range(4)
    )
    return api.loads(f"{FIELDS}{rules}\nelse queue z\n").tree


def leads_of(names: Sequence[str], sets: Sequence[frozenset[str]]) -> list[dict[str, Any]]:
    return [
        {"one": one, "two": two, "names": some, "more": more}
        for one, two, some, more in product(names, names, sets, sets)
    ]


@pytest.mark.parametrize("seed", range(0, ROUNDS, 3))
def test_texts_of_no_list_are_decided(seed: int) -> None:
    """Texts of no list, and sets of them: what is flagged takes no lead of a pool, and what is shown is taken."""
    tree = texts(seed, "")
    named = (*TEXTS, "zed", "bea")
    sets = [frozenset(each) for size in range(6) for each in combinations(named, size)]
    leads = random.Random(seed).sample(leads_of(named, sets), 3_000)
    count_drawn(len(leads))
    taken = {leaf.rule for lead in leads if (leaf := walk(tree, lead, NOW).leaf)}
    for verdict in walked_verdicts(tree):
        assert not isinstance(verdict, NotDecided)
        assert isinstance(verdict, Reached) or verdict.entry.node.rule not in taken


@pytest.mark.parametrize("seed", range(0, ROUNDS, 2))
def test_texts_and_sets_of_texts_are_exact(seed: int) -> None:
    """Texts and sets of texts compared with each other: exactly the rules that some lead reaches are reached."""
    tree, leads = texts(seed, f"{GUARD} and "), leads_of(TEXTS, SETS)
    count_drawn(len(leads))
    taken = {leaf.rule for lead in leads if (leaf := walk(tree, lead, NOW).leaf)}
    for verdict in walked_verdicts(tree):
        rule = verdict.entry.node.rule
        assert not isinstance(verdict, NotDecided)
        assert isinstance(verdict, Reached) == (rule in taken) or rule == "else"


@pytest.mark.parametrize(
    ("condition", "is_met"),
    [
        ('one == "ann" and names has "ann" and not names has one', False),
        ('one == "ann" and not names has "ann" and one in names', False),
        ('one == "ann" and names has "ben" and names has one', True),
        ('names has "ann" and more has "ann" and not names has any more', False),
        ('names has all more and more has "ann" and not names has "ann"', False),
        ('names has any more and not more has "ann"', True),
        ('one == two and one == "ann" and two == "bo"', False),
        ('one != two and one == "ann" and two == "ann"', False),
        ('one == two and one starts with "b" and not two starts with "b"', False),
        ('one == two and one starts with "b" and two contains "n"', True),
        ("names has one and names has two and one != two", True),
    ],
)
def test_what_a_comparison_contradicts_is_proved(condition: str, is_met: bool) -> None:
    tree = api.loads(f"{FIELDS}rule asked when {condition} queue x\nelse queue z\n").tree
    assert isinstance(walked_verdicts(tree)[0], Reached if is_met else Contradictory)


SEVEN: Final = "".join(f"  {name}: set of text\n" for name in "abcdefg")


def verdict_of_seven(condition: str) -> Verdict:
    """What comes of a rule that asks this, and whether six further sets have the text `t`."""
    others = " and ".join(f"{name} has t" for name in "bcdefg")
    fields = f"lead {{\n  id: id\n  t: text\n  u: text\n{SEVEN}}}\n"
    return walked_verdicts(
        api.loads(f"{fields}rule asked when {condition} and {others} queue x\nelse queue z\n").tree
    )[0]


@pytest.mark.parametrize(
    "condition",
    [
        't == "x" and a has t and not a has "x"',
        't == "x" and not a has t and a has "x"',
        't in ["x", "y"] and not a has t and a has "x" and a has "y"',
        't in ["x", "y"] and t in a and not a has "x" and not a has "y"',
        't == u and t starts with "b" and not u starts with "b"',
        't == u and t == "x" and u != "x" and b has u',
    ],
)
def test_more_sets_than_are_tried_may_be_contradicted_by_one_comparison(condition: str) -> None:
    assert isinstance(verdict_of_seven(condition), Contradictory)


@pytest.mark.parametrize("condition", ['t in ["x", "y"] and not a has t and a has "x"', "a has t"])
def test_more_sets_than_are_tried_are_left_open(condition: str) -> None:
    assert isinstance(verdict_of_seven(condition), NotDecided)


ONE: Final = "lead {\n  id: id\n  title: text\n  mail: email\n}\n"


def reached(condition: str) -> bool:
    """Whether a rule with this condition is reached; a lead that shows it has been walked."""
    tree = api.loads(f"{ONE}rule asked when {condition} queue x\nelse queue z\n").tree
    verdict = walked_verdicts(tree)[0]
    assert not isinstance(verdict, NotDecided)
    return isinstance(verdict, Reached)


@pytest.mark.parametrize(
    "condition",
    [
        'title matches "^a .b+ c$"',
        'title matches "^q {2,}z$"',
        'title matches "^[0-9]{3}-[x-z]$" and not title contains "0"',
        'title starts with "ab" and title ends with "ba" and title matches "^...$"',
        'title starts with "ab" and title ends with "ba" and title matches "^....$"',
        'title starts with "a" and not title starts with "ab" and not title starts with "ac"',
        'title ends with "yz" and not title ends with "xyz" and title matches "^.{3}$"',
        'title contains "bc" and title contains "ab" and title matches "^...$"',
        'title starts with "a" and title contains "z" and not title == "az" and title matches "^[az]+$"',
        'title matches "^.$" and title in ["q", "qq"]',
        'title matches "^a{1,}$" and title ends with "aaa"',
        'title matches "^(ab|c){1,}$" and title ends with "cabab"',
        'title matches "^\\\\s*$" or title matches "^.\\\\W.$"',
        'mail.domain ends with ".edu" and mail starts with "a@b" and not mail.domain starts with "b.edu"',
        'mail.domain matches "^[xy]{2}$" and mail matches "^.@"',
        'mail contains "@z" and mail ends with "z" and not mail.domain == "z"',
        'mail.domain in ["a.b", "c.d"] and mail starts with "q" and not mail.domain starts with "a"',
        'mail matches "^.@.$" and not mail.domain == "x" and not mail starts with "m"',
        'mail starts with "zoe" and mail.domain contains "zoe" and mail ends with "oe"',
    ],
)
def test_what_some_text_meets_is_reached(condition: str) -> None:
    assert reached(condition)


@pytest.mark.parametrize(
    "condition",
    [
        'title starts with "ab" and title ends with "ba" and title matches "^..$"',
        'title starts with "ab" and not title starts with "a"',
        'title ends with "xyz" and not title ends with "yz"',
        'title starts with "ab" and title starts with "ac"',
        'title contains "abc" and not title contains "b"',
        'title contains "bc" and title contains "ab" and title matches "^..$"',
        'title matches "^ " or title matches " $"',
        'title matches "^$"',
        'title in ["q", "qq"] and title matches "^.{3}"',
        'mail.domain ends with ".edu" and mail ends with ".com"',
        'mail starts with "@" or mail ends with "@"',
        'mail contains " "',
        'mail matches "@.*@"',
        'mail.domain == "a.b" and not mail ends with "a.b"',
        'mail.domain contains "@"',
        'mail == "q@a.b" and mail.domain == "b.a"',
    ],
)
def test_what_no_text_meets_is_not(condition: str) -> None:
    assert not reached(condition)
