"""The smallest change, against every change there is."""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import Any

import pytest

from routebook import api
from routebook.analysis import nearest
from routebook.analysis.ways import Goal
from routebook.analysis.whynot import why_not
from routebook.plan.tree import Tree
from routebook.plan.walk import walk
from support.small_policies import NOW, ROUNDS, count_drawn, small_policy
from support.steps import distance

RANGES = {"score": 4, "size": 2, "low": 9, "high": 12}


def _holds(text: str, condition: str, lead: dict[str, Any]) -> bool:
    """Whether a condition holds of a lead, read as if it were pasted into the policy."""
    head, _, _ = text.partition("\nwhen ")
    tree = api.loads(f"{head}\nwhen {condition} queue x\n").tree
    return walk(tree, lead, NOW).leaf is not None


@pytest.mark.parametrize("seed", range(0, ROUNDS, 2))
def test_no_smaller_change_would_do(seed: int) -> None:
    """Why not a rule: the smallest change, by every change there is; or none, where there is none."""
    policy = small_policy(400_000 + seed, finite=True)
    tree = api.loads(policy.text).tree
    leads = list(policy.leads(limit=20_000))
    taken = [leaf.rule if (leaf := walk(tree, lead, NOW).leaf) else None for lead in leads]
    lead = leads[(seed * 7919) % len(leads)]
    for leaf in tree.leaves():
        answer = why_not(tree, lead, NOW, Goal(rule=leaf.rule))
        for part in answer.conditions:
            assert part.holds == _holds(policy.text, part.condition, lead)
        near = [
            distance(lead, other, RANGES)
            for other, rule in zip(leads, taken, strict=True)
            if rule == leaf.rule
        ]
        if not near:
            assert answer.nearest is None
            assert answer.impossible is not None
            continue
        assert answer.nearest is not None
        moved = walk(tree, answer.nearest.lead, NOW).leaf
        assert moved is not None
        assert moved.rule == leaf.rule
        assert distance(lead, dict(answer.nearest.lead), RANGES) == pytest.approx(min(near))


@pytest.mark.parametrize("seed", range(0, ROUNDS, 4))
def test_no_smaller_change_would_do_for_any_rule_of_a_pool(seed: int) -> None:
    """Why not a pool: the smallest change to any rule that assigns to it, by every change there is."""
    policy = small_policy(450_000 + seed, finite=True)
    tree = api.loads(policy.text.replace("queue p", "assign pool p")).tree
    leads = list(policy.leads(limit=20_000))
    lead = leads[(seed * 7919) % len(leads)]
    goals = {leaf.rule for leaf in tree.leaves() if "pool p" in " ".join(leaf.plan.texts)}
    answer = why_not(tree, lead, NOW, Goal(pool="p"))
    assert set(answer.goals) == goals
    taken = walk(tree, lead, NOW).leaf
    assert answer.taken_by == (taken.rule if taken is not None else None)
    sent = [other for other in leads if (leaf := walk(tree, other, NOW).leaf) and leaf.rule in goals]
    assert (answer.nearest is None) == (not sent) == (answer.impossible is not None)
    if answer.nearest is not None:
        assert distance(lead, dict(answer.nearest.lead), RANGES) == pytest.approx(
            min(distance(lead, other, RANGES) for other in sent)
        )
        changed = {change.field: (change.old, change.new) for change in answer.nearest.changes}
        names = {*lead, *answer.nearest.lead}
        assert changed == {
            name: (lead.get(name), answer.nearest.lead.get(name))
            for name in names
            if lead.get(name) != answer.nearest.lead.get(name)
        }


NUMBERS = (
    "low >= {0}", "low < {0}", "low == {0}", "low between {0} and {1}", "high > {0}", "high <= {1}",
    "high between {0} and {1}", "not high == {1}", "vip", "not vip", "low + high > {1}", "high - low == {0}",
    "low == high", "low > high", "low * high >= {0} * 8", "(low - high) * (low - high) >= {1} * 4",
)  # fmt: skip


def numbers(seed: int) -> tuple[Tree, list[dict[str, Any]]]:
    """A policy about two numbers of many classes each, and all of its leads."""
    rng = random.Random(seed)
    rules = []
    for number in range(rng.randint(3, 8)):
        parts = []
        for part in rng.sample(NUMBERS, rng.choice((1, 2, 3))):
            first = rng.randint(0, 6)
            parts.append(part.format(first, first + rng.randint(0, 3)))
        rules.append(f"when {' and '.join(parts)} queue q{number}")
    fields = "low: integer 0..9\n  high: integer 0..12\n  vip: bool"
    tree = api.loads(f"lead {{\n  {fields}\n}}\n" + "\n".join(rules) + "\nelse queue z\n").tree
    leads = [{"low": a, "high": b, "vip": c} for a, b, c in product(range(10), range(13), (False, True))]
    count_drawn(len(leads))
    return tree, leads


@pytest.mark.parametrize("seed", range(0, ROUNDS, 2))
def test_no_fewer_steps_would_do(seed: int) -> None:
    """Why not a rule, over numbers: the fewest fields and then the least steps, by every change there is."""
    tree, leads = numbers(460_000 + seed)
    taken = [leaf.rule if (leaf := walk(tree, lead, NOW).leaf) else None for lead in leads]
    lead = leads[(seed * 7919) % len(leads)]
    for leaf in tree.leaves():
        near = [
            distance(lead, other, RANGES)
            for other, rule in zip(leads, taken, strict=True)
            if rule == leaf.rule
        ]
        answer = why_not(tree, lead, NOW, Goal(rule=leaf.rule))
        assert (answer.nearest is None) == (not near) == (answer.impossible is not None)
        if answer.nearest is not None:
            assert answer.nearest.is_fewest
            assert answer.nearest.is_least
            assert taken[leads.index(dict(answer.nearest.lead))] == leaf.rule
            assert distance(lead, dict(answer.nearest.lead), RANGES) == pytest.approx(min(near))
            assert (len(answer.nearest.changes), answer.nearest.steps) == pytest.approx(min(near))


HAIR = Decimal("1e-20")
"""Less than any two bounds differ by."""

DECIMALS = (
    "low > {0}", "low >= {0}", "low < {0}", "low <= {0}", "low == {0}", "low != {0}", "high > {1}", "high <= {1}",
    "high between {0} and {1}", "not high == {1}", "vip", "not vip",
)  # fmt: skip


def decimals(seed: int) -> tuple[Tree, list[dict[str, Any]], dict[str, Any]]:
    """A policy about two decimals, leads at and a hair's breadth beside each of its bounds, and one lead of them."""
    rng = random.Random(seed)
    rules, ends = [], {Decimal(0), Decimal(2), Decimal(9)}
    for number in range(rng.randint(2, 5)):
        first = rng.choice((Decimal(1), Decimal("2.5"), Decimal("2.505"), Decimal("2.5051"), Decimal(4)))
        bounds = (first, first + rng.choice((Decimal(0), Decimal("0.001"), Decimal("1.5"))))
        parts = [part.format(*bounds) for part in rng.sample(DECIMALS, rng.choice((1, 2, 3)))]
        rules.append(f"when {' and '.join(parts)} queue q{number}")
        ends |= {value for bound in bounds for value in (bound - HAIR, bound, bound + HAIR)}
    fields = "low: decimal 0..9\n  high: decimal 0..9\n  vip: bool"
    tree = api.loads(f"lead {{\n  {fields}\n}}\n" + "\n".join(rules) + "\nelse queue z\n").tree
    lows = highs = sorted(ends)
    leads = [{"low": a, "high": b, "vip": c} for a, b, c in product(lows, highs, (False, True))]
    count_drawn(len(leads))
    return tree, leads, {"low": Decimal(2), "high": rng.choice((Decimal(0), Decimal(9))), "vip": False}


def exactly(old: dict[str, Any], new: dict[str, Any]) -> tuple[int, Fraction]:
    """How many fields differ, and by how many steps, to the last digit."""
    changed = [name for name in old if old[name] != new[name]]
    steps = (
        Fraction(1) if name == "vip" else abs(Fraction(new[name]) - Fraction(old[name])) / 9
        for name in changed
    )
    return len(changed), sum(steps, Fraction(0))


@pytest.mark.parametrize("seed", range(0, ROUNDS, 2))
def test_no_fewer_steps_would_do_than_to_the_bounds_of_decimals(seed: int) -> None:
    """Why not a rule, over decimals: values that can be read, and no more claimed of them than every bound shows."""
    tree, leads, lead = decimals(490_000 + seed)
    taken = [leaf.rule if (leaf := walk(tree, other, NOW).leaf) else None for other in leads]
    for leaf in tree.leaves():
        near = [exactly(lead, other) for other, rule in zip(leads, taken, strict=True) if rule == leaf.rule]
        answer = why_not(tree, lead, NOW, Goal(rule=leaf.rule))
        assert (answer.nearest is None) == (not near) == (answer.impossible is not None)
        if answer.nearest is None:
            continue
        moved = dict(answer.nearest.lead)
        assert all(len(str(moved[name])) <= len("2.50501") for name in ("low", "high"))
        assert answer.nearest.is_fewest
        bounds = {each.field: each.bound for each in answer.nearest.changes if each.bound is not None}
        assert not (bounds and answer.nearest.is_least)
        if answer.nearest.is_least:
            assert exactly(lead, moved) == min(near)
        if bounds:
            count, steps = exactly(lead, {**moved, **bounds})
            assert count == min(near)[0]
            assert 0 < min(near)[1] - steps <= 2 * Fraction(HAIR)
        for part in range(60):
            closer = {name: bound + (moved[name] - bound) / 2**part for name, bound in bounds.items()}
            found = walk(tree, {**moved, **closer}, NOW).leaf
            assert found is not None
            assert found.rule == leaf.rule


def signals(seed: int) -> tuple[Tree, list[dict[str, Any]]]:
    """A policy about points that many signals add up to, and all of its leads."""
    rng = random.Random(seed)
    names = [f"s{number}" for number in range(9)]
    entries = [f"{rng.choice(('add', 'add', 'subtract'))} {rng.randint(1, 4)} when {name}" for name in names]
    few = [f"when {a} and {rng.choice(('', 'not '))}{b} queue few" for a, b in [rng.sample(names, 2)]]
    rules = [f"when points_ >= {rng.randint(6, 14)} queue many", *few, "when points_ == 5 queue five"]
    fields = "\n".join(f"  {name}: bool" for name in names)
    text = f"lead {{\n{fields}\n}}\npoints points_ 0..40 {{ {' '.join(entries)} }}\n" + "\n".join(rules)
    leads = [dict(zip(names, values, strict=True)) for values in product((False, True), repeat=len(names))]
    count_drawn(len(leads))
    return api.loads(f"{text}\nelse queue z\n").tree, leads


@pytest.mark.parametrize("seed", range(0, ROUNDS, 6))
def test_no_fewer_signals_would_do(seed: int) -> None:
    """Why not a rule that asks for points: the fewest signals, by every change there is."""
    tree, leads = signals(480_000 + seed)
    taken = [leaf.rule if (leaf := walk(tree, lead, NOW).leaf) else None for lead in leads]
    lead = leads[(seed * 7919) % len(leads)]
    for leaf in tree.leaves():
        near = [
            distance(lead, other, {}) for other, rule in zip(leads, taken, strict=True) if rule == leaf.rule
        ]
        answer = why_not(tree, lead, NOW, Goal(rule=leaf.rule))
        assert (answer.nearest is None) == (not near) == (answer.impossible is not None)
        if answer.nearest is not None:
            assert taken[leads.index(dict(answer.nearest.lead))] == leaf.rule
            found = distance(lead, dict(answer.nearest.lead), {})
            assert found == min(near) or not answer.nearest.is_fewest


@pytest.mark.parametrize("draw", [signals, numbers])
@pytest.mark.parametrize("seed", range(0, ROUNDS, 6))
def test_searches_that_are_given_up_claim_no_more_than_is_so(
    seed: int, draw: Callable[[int], tuple[Tree, list[dict[str, Any]]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Why not a rule, given up early: what is claimed of smaller changes, by every change there is."""
    monkeypatch.setattr(nearest, "_CORES", seed % 4)
    monkeypatch.setattr(nearest, "_FINDS", seed % 5)
    monkeypatch.setattr(nearest, "_CHOICES", 1 + seed % 3)
    tree, leads = draw(485_000 + seed)
    ranges = RANGES if draw is numbers else {}
    taken = [leaf.rule if (leaf := walk(tree, lead, NOW).leaf) else None for lead in leads]
    lead = leads[(seed * 7919) % len(leads)]
    for leaf in tree.leaves():
        answer = why_not(tree, lead, NOW, Goal(rule=leaf.rule))
        near = [
            distance(lead, other, ranges)
            for other, rule in zip(leads, taken, strict=True)
            if rule == leaf.rule
        ]
        assert not (near and answer.impossible)
        if answer.nearest is None:
            assert answer.impossible or answer.doubts
            continue
        found = distance(lead, dict(answer.nearest.lead), ranges)
        assert taken[leads.index(dict(answer.nearest.lead))] == leaf.rule
        assert found[0] == min(near)[0] or not answer.nearest.is_fewest
        assert found == pytest.approx(min(near)) or not answer.nearest.is_least


TEXTS = (
    "words has name", "not words has name", "words has note", "note == name", "note != name", "note is missing", "vip",
    "not vip", 'words has any ["a", "x"]', 'words has none ["a"]', "more has all words", "more has any words",
    'name in ["a", "b"]', "words is missing", "not more has name",
)  # fmt: skip


def texts(seed: int) -> tuple[Tree, list[dict[str, Any]]]:
    """A policy about texts and sets of them that are compared with each other, and leads of a few texts."""
    rng = random.Random(seed)
    rules = [
        f"when {' and '.join(rng.sample(TEXTS, rng.choice((1, 2, 2, 3))))} queue q{number}"
        for number in range(rng.randint(2, 5))
    ]
    fields = "name: text\n note: text optional\n words: set of text optional\n more: set of text\n vip: bool"
    tree = api.loads(f"lead {{\n {fields}\n}}\n" + "\n".join(rules) + "\nelse queue z\n").tree
    sets = [frozenset(), frozenset("a"), frozenset("c"), frozenset("ac")]
    leads = [
        {"name": name, "more": more, "vip": vip}
        | ({} if note is None else {"note": note})
        | ({} if words is None else {"words": words})
        for name, more, vip, note, words in product("abc", sets, (False, True), (None, *"ac"), (None, *sets))
    ]
    count_drawn(len(leads))
    return tree, leads


@pytest.mark.parametrize("seed", range(0, ROUNDS, 2))
def test_no_fewer_texts_and_sets_would_do(seed: int) -> None:
    """Why not a rule, over texts and sets that are compared with each other: no lead of a pool has fewer fields off."""
    tree, leads = texts(465_000 + seed)
    taken = [leaf.rule if (leaf := walk(tree, lead, NOW).leaf) else None for lead in leads]
    lead = leads[(seed * 7919) % len(leads)]
    for leaf in tree.leaves():
        near = [distance(lead, o, {})[0] for o, rule in zip(leads, taken, strict=True) if rule == leaf.rule]
        answer = why_not(tree, lead, NOW, Goal(rule=leaf.rule))
        assert not answer.doubts
        assert (answer.nearest is None) == (answer.impossible is not None)
        if answer.nearest is None:
            assert not near
            continue
        moved = dict(answer.nearest.lead)
        found = walk(tree, moved, NOW).leaf
        assert found is not None
        assert found.rule == leaf.rule
        assert answer.nearest.is_fewest
        assert distance(lead, moved, {})[0] <= min(near, default=len(moved) + 5)


def test_a_rule_that_many_signals_add_up_to_is_found_and_proved() -> None:
    names = "abcdefghijkl"
    fields = "".join(f"  {name}: bool\n" for name in names)
    points = "".join(f"  add 10 when {name}\n" for name in names)
    rules = "rule hot when pts >= 60 queue hot\nelse queue cold\n"
    tree = api.loads(f"lead {{\n{fields}}}\npoints pts 0..120 {{\n{points}}}\n{rules}").tree
    answer = why_not(tree, dict.fromkeys(names, False), NOW, Goal(rule="hot"))
    assert answer.nearest is not None
    assert len(answer.nearest.changes) == 6
    assert answer.nearest.is_fewest
    assert answer.nearest.is_least


def test_what_is_found_without_a_proof_is_not_said_to_be_the_least() -> None:
    """Decimals come as near each other as they like: no cent is the nearest."""
    rules = "rule hot when a > b queue hot\nelse queue cold\n"
    policy = api.loads(f"lead {{\n  id: id\n  a: decimal 0..100\n  b: decimal 0..100\n}}\n{rules}")
    lead = policy.lead({"id": "x", "a": "50", "b": "60.5"})
    answer = why_not(policy.tree, lead.raw, NOW, Goal(rule="hot"))
    assert answer.nearest is not None
    assert len(answer.nearest.changes) == 1
    assert answer.nearest.is_fewest
    assert not answer.nearest.is_least


POLICY = """
lead {
  id:        id
  score:     integer 0..100
  industry:  one of ["health", "finance"] optional
  employees: integer 1.. optional
  vip:       bool
}
rule health when industry == "health" and score >= 70 assign pool seniors
rule vips when vip and employees > 50 queue b
rule never when vip and employees > 60 round_robin nobody
else queue z
"""


def test_the_nearest_change_in_a_policy_as_people_write_them() -> None:
    policy = api.loads(POLICY)
    lead = policy.lead({"id": "1", "score": 64, "industry": "health", "vip": True, "employees": 51})
    answer = why_not(policy.tree, lead, NOW, Goal(pool="seniors"))
    assert answer.taken_by == "vips"
    assert [(part.condition, part.holds) for part in answer.conditions] == [
        ('industry == "health"', True),
        ("score >= 70", False),
    ]
    assert answer.nearest is not None
    assert [(change.field, change.old, change.new) for change in answer.nearest.changes] == [
        ("score", 64, 70)
    ]
    assert answer.nearest.steps == pytest.approx(0.06)


@pytest.mark.parametrize(("value", "steps"), [(0, 5), (-10, 1.5), (4, 0.25)])
def test_a_number_without_a_range_counts_by_its_own_size(value: int, steps: float) -> None:
    policy = api.loads("lead {\n  id: id\n  n: integer\n}\nrule hot when n >= 5 queue hot\nelse queue cold\n")
    answer = why_not(policy.tree, policy.lead({"id": "x", "n": value}).raw, NOW, Goal(rule="hot"))
    assert answer.nearest is not None
    assert answer.nearest.steps == pytest.approx(steps)


def test_what_no_change_would_do_is_said() -> None:
    policy = api.loads(POLICY)
    lead = policy.lead({"id": "1", "score": 64, "vip": False})
    never = why_not(policy.tree, lead, NOW, Goal(rule="never"))
    assert never.impossible == "no lead reaches the rule `never`: `vips` would take every such lead first"
    assert (
        why_not(policy.tree, lead, NOW, Goal(pool="juniors")).impossible
        == "no rule sends leads to the pool `juniors`"
    )


def test_the_moment_is_not_among_what_could_be_changed() -> None:
    rules = "when now.hour < 9 queue early\nwhen now.hour < 9 or at < now queue past\nelse queue z"
    policy = api.loads(f"lead {{ id: id\n at: datetime\n score: integer 0..9 }}\n{rules}")
    lead = policy.lead({"id": "1", "at": "2026-03-02T10:00:01Z", "score": 4})
    never = why_not(policy.tree, lead, NOW, Goal(rule="#1"))
    assert never.nearest is None
    assert never.impossible == "no lead goes to the rule `#1` at this moment"
    past = why_not(policy.tree, lead, NOW, Goal(rule="#2"))
    assert past.nearest is not None
    assert [change.field for change in past.nearest.changes] == ["at"]
    assert past.nearest.now == NOW


@pytest.mark.parametrize("rule", ["health", "vips", "never"])
def test_nothing_is_claimed_once_the_time_is_over(rule: str) -> None:
    policy = api.loads(POLICY)
    lead = policy.lead({"id": "1", "score": 64, "vip": False})
    answer = why_not(policy.tree, lead, NOW, Goal(rule=rule), budget=0.0)
    assert answer.nearest is None
    assert answer.impossible is None
    assert answer.doubts
