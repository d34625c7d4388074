"""How many fields have to change at the least: never more than any change needs, and exact where signals are free."""

from __future__ import annotations

import random
from collections.abc import Mapping
from itertools import product
from typing import Any

import pytest

from routebook import api
from routebook.analysis.bounds import Bounds
from routebook.analysis.model import Model
from routebook.plan.walk import walk
from support.proofs import modelled
from support.small_policies import NOW, ROUNDS, small_policy

FLAGS = tuple(f"f{number}" for number in range(6))


def bounds_at(model: Model, lead: Mapping[str, Any]) -> Bounds:
    field_of = {d: name for name, domain in model.space.domains.items() for d in domain.dimensions()}
    return Bounds(model.formulas, model.space.place(lead, NOW), field_of)


def signals(rng: random.Random, test: str) -> str:
    """A policy of one rule that asks for points of six flags, each of which adds or takes away."""
    fields = "".join(f"  {name}: bool\n" for name in FLAGS)
    weights = {name: rng.choice((-7, -3, -1, 1, 2, 5, 11)) for name in FLAGS}
    entries = "".join(
        f"  {'add' if weight > 0 else 'subtract'} {abs(weight)} when {name}\n"
        for name, weight in weights.items()
    )
    rules = f"rule asked when {test} queue a\nelse queue b\n"
    return f"lead {{\n  id: id\n{fields}}}\npoints p -40..40 {{\n{entries}}}\n{rules}"


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_signals(seed: int) -> None:
    """Points of free signals: the bound on the fields that have to change is met, except between two numbers."""
    rng = random.Random(seed)
    low = rng.randint(-6, 12)
    test = rng.choice((f"p >= {low}", f"p <= {low}", f"p != {low}", f"p between {low} and {low + 1}"))
    tree = api.loads(signals(rng, test)).tree
    leads = [
        {"id": "L-1", **dict(zip(FLAGS, values, strict=True))}
        for values in product((False, True), repeat=len(FLAGS))
    ]
    lead = rng.choice(leads)
    asked = [each for each in leads if (leaf := walk(tree, each, NOW).leaf) and leaf.rule == "asked"]
    fewest = min((sum(each[name] != lead[name] for name in FLAGS) for each in asked), default=len(FLAGS))
    model = modelled(tree)
    said = bounds_at(model, lead).fields(model.policies[0].entries[0].whole)
    assert said <= fewest
    if asked and "between" not in test:
        assert said == fewest


@pytest.mark.parametrize("seed", range(0, ROUNDS, 2))
def test_fewest_fields(seed: int) -> None:
    """The bound on the fields that have to change for a rule to hold: no lead does with fewer."""
    policy = small_policy(1_500_000 + seed, finite=True)
    tree = api.loads(policy.text).tree
    leads = list(policy.leads(limit=400))
    lead = random.Random(seed).choice(leads)
    model = modelled(tree)
    bounds = bounds_at(model, lead)
    points = [(model.space.place(other, NOW), other) for other in leads]
    for entry in model.policies[0].entries:
        said = bounds.fields(entry.whole)
        for point, other in points:
            changed = [name for name in lead.keys() | other.keys() if lead.get(name) != other.get(name)]
            assert said <= len(changed) or not model.formulas.holds(entry.whole, point)
