"""Texts compared with each other and with sets of texts, against every lead of a few texts."""

from __future__ import annotations

import random
from itertools import combinations, product
from typing import Any, Final

import pytest

from routebook import api
from routebook.analysis.model import Model
from routebook.analysis.reach import NotDecided, Reached, reach
from routebook.plan.tree import Tree
from routebook.plan.walk import walk
from support.small_policies import NOW, ROUNDS, count_drawn, not_decided

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


def texts(seed: int) -> tuple[Tree, list[dict[str, Any]]]:
    """A policy that compares texts and sets of texts, and all its leads of three texts."""
    rng = random.Random(seed)
    fields = "  one: text\n  two: text\n  names: set of text\n  more: set of text\n"
    rules = "\n".join(
        f"when {GUARD} and {' and '.join(rng.sample(TESTS, rng.choice((2, 3, 4))))} queue q{number}"
        for number in range(4)
    )
    leads = [
        {"one": one, "two": two, "names": names, "more": more}
        for one, two, names, more in product(TEXTS, TEXTS, SETS, SETS)
    ]
    return api.loads(f"lead {{\n{fields}}}\n{rules}\nelse queue z\n").tree, leads


@pytest.mark.parametrize("seed", range(0, ROUNDS, 2))
def test_texts_and_sets_of_texts_are_exact(seed: int) -> None:
    """Texts and sets of texts compared with each other: exactly the rules that some lead reaches are reached."""
    tree, leads = texts(seed)
    count_drawn(len(leads))
    taken = {leaf.rule for lead in leads if (leaf := walk(tree, lead, NOW).leaf)}
    model = Model([tree])
    model.freeze()
    verdicts = reach(model, model.policies[0])
    doubts = [reason for verdict in verdicts if isinstance(verdict, NotDecided) for reason in verdict.reasons]
    for verdict in verdicts:
        rule = verdict.entry.node.rule
        if not isinstance(verdict, NotDecided) and rule != "else":
            assert isinstance(verdict, Reached) == (rule in taken)
    if doubts:
        not_decided(doubts)
