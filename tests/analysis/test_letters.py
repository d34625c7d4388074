"""Texts that are equal though they are written differently, and patterns that tell them apart."""

from __future__ import annotations

import random

import pytest

from routebook import api
from routebook.analysis.reach import Blocked, Contradictory, NotDecided, Reached, reach
from routebook.plan.walk import walk
from support.proofs import modelled, walked_verdicts
from support.small_policies import NOW

TITLES = (
    None, "strasse", "Straße", "STRASSE", "first", "ﬁrst", "ﬁrﬆ", "FIRST", "münchen", "MÜNCHEN", "kasse", "Kaße",
    "vp", "VP", "office", "oﬃce", "x",
)  # fmt: skip
MAILS = (None, "a@strasse.de", "a@straße.de", "Ma.x@x.de", "first@strasse.de", "ﬁrst@straße.de")
TESTS = (
    'title == "strasse"', 'title in ["Straße", "vp", "first"]', 'title matches "ß"', 'title matches "ss"',
    'title matches "^fi"', 'title matches "st$"', 'title == "first"', 'title == "münchen"', 'title matches "ü"',
    'title starts with "stra"', 'title contains "ss"', 'title == "office"', 'title matches "ff"', "title is known",
    'mail == "a@strasse.de"', 'mail matches "ß"', 'mail.domain == "strasse.de"', 'mail.domain matches "ss"',
    'mail.domain in ["straße.de", "x.de"]', 'mail matches "^fi"', 'title == "kasse"', 'title matches "^k.*e$"',
)  # fmt: skip


def policy(seed: int) -> str:
    rng = random.Random(seed)
    lines = []
    for number in range(rng.randint(2, 4)):
        parts = [
            ("not " if rng.random() < 0.4 else "") + test for test in rng.sample(TESTS, rng.randint(2, 3))
        ]
        lines.append(f"rule r{number} when {' and '.join(parts)} queue x")
    fields = "lead {\n  title: text optional\n  mail: email optional\n}\n"
    return fields + "\n".join(lines) + "\nelse queue z\n"


@pytest.mark.parametrize("seed", range(60))
def test_no_lead_is_forgotten(seed: int) -> None:
    """A rule that takes one of the leads is reached, or left open; what is shown for it is taken by it."""
    tree = api.loads(policy(seed)).tree
    leads = [{"title": title, "mail": mail} for title in TITLES for mail in MAILS]
    taken = set()
    for lead in leads:
        leaf = walk(tree, {name: value for name, value in lead.items() if value is not None}, NOW).leaf
        taken.add(leaf.rule if leaf is not None else None)
    for verdict in walked_verdicts(tree):
        match verdict:
            case Blocked() | Contradictory():
                assert verdict.entry.node.rule not in taken
            case NotDecided():
                pytest.fail("; ".join(verdict.reasons))


@pytest.mark.parametrize(
    ("title", "number"), [("strasse", 0), ("Straße", 1), ("first", 2), ("ﬁrst", 3), ("straßen", 4)]
)
def test_a_text_is_placed_as_it_was_written(title: str, number: int) -> None:
    rules = (
        'when title == "strasse" and title matches "ss" queue q0\n'
        'when title == "strasse" and title matches "ß" queue q1\n'
        'when title == "first" and title matches "fi" queue q2\n'
        'when title == "first" queue q3\n'
    )
    tree = api.loads(f"lead {{\n  title: text\n}}\n{rules}else queue q4\n").tree
    model = modelled(tree)
    reached = [verdict for verdict in reach(model, model.policies[0]) if isinstance(verdict, Reached)]
    assert len(reached) == 5
    point = model.space.place({"title": title})
    leaf = model.space.walk(tree, {"title": title}).leaf
    assert leaf == model.space.walk(tree, model.space.values(point)).leaf
    assert model.space.place(model.space.values(point)) == point
    assert leaf is reached[number].entry.node
