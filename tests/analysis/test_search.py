"""What a search keeps, and how it is looked up."""

from __future__ import annotations

from itertools import product

import pytest

from routebook import api
from routebook.analysis.reach import Reached, reach
from routebook.analysis.search import Covered, Search
from routebook.plan.walk import walk
from support.proofs import modelled
from support.small_policies import NOW, count_drawn


def test_boxes_of_a_single_field_are_not_gone_through_one_by_one() -> None:
    """Two hundred values taken one by one: each is a box to be left, and a point is compared with none of them."""
    rules = "\n".join(f"when n == {number} queue a" for number in range(200))
    text = f"lead {{\n  n: integer\n}}\n{rules}\nwhen n between 0 and 199 queue b\nelse queue z\n"
    model = modelled(api.loads(text).tree)
    entry = model.policies[0].leaves[200]
    start = model.formulas.hull(entry.whole)
    assert start is not None
    search = Search(model.space, model.index, start, entry.before)
    answer = search.run()
    assert isinstance(answer, Covered)
    assert answer.terms.bit_count() == 200
    assert len(search.clauses) >= 200
    assert len(search._broad) <= 1


LANDS = ("DE", "FR", "US", "ZW", "VU")
COMPARED = [
    "when home != land queue a\nwhen home != land and vip queue b",
    "when home == land queue a\nwhen land == home and vip queue b",
    "when home == ship queue a\nwhen ship == home and vip queue b",
    "when home != ship queue a\nwhen vip and not home == ship queue b\nwhen ship is missing queue c",
    "when home != land and vip queue a\nwhen home != land and not vip queue b\nwhen home != land queue c",
    "when home != land queue a\nwhen home == land queue b",
    "when land in lands queue a\nwhen land in lands and vip queue b\nwhen lands has home queue c",
    "when home == land and land == ship queue a\nwhen home == ship and vip queue b\nwhen land == ship queue c",
    'when home == land and land == "DE" queue a\nwhen home == "DE" and home == land queue b\nwhen home != "FR" queue c',
]


@pytest.mark.parametrize("rules", COMPARED)
def test_countries_that_are_compared_are_followed_in_few_steps(rules: str) -> None:
    """A comparison of countries is two hundred and fifty cases: what rests on one is not asked case by case."""
    fields = "home: country\n land: country\n ship: country optional\n lands: set of country\n vip: bool"
    tree = api.loads(f"lead {{\n {fields}\n}}\n{rules}\nelse queue z\n").tree
    model = modelled(tree)
    reached = {v.entry.node.rule for v in reach(model, model.policies[0]) if isinstance(v, Reached)}
    sets = [frozenset(), frozenset({"DE"}), frozenset({"US", "VU"})]
    leads = [
        {"home": home, "land": land, "lands": lands, "vip": vip} | ({"ship": ship} if ship else {})
        for home, land, ship, lands, vip in product(LANDS, LANDS, (None, *LANDS), sets, (False, True))
    ]
    count_drawn(len(leads))
    assert {leaf.rule for lead in leads if (leaf := walk(tree, lead, NOW).leaf)} == reached
    assert model.steps < 2_500
