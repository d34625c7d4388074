"""Laws that proofs keep, whichever engine is asked, and what happens where time is short."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import pytest

from routebook import api
from routebook.analysis import clock as clock_module
from routebook.analysis import sat, search
from routebook.analysis.change import difference
from routebook.analysis.gaps import find_gap
from routebook.analysis.proof import prove
from routebook.analysis.reach import Blocked, Contradictory, NotDecided, Reached, reach
from routebook.analysis.redundant import redundant_parts, redundant_rules
from routebook.check.conditions import Condition
from routebook.plan.tree import Leaf, Plan, Tree
from routebook.plan.walk import Environment, walk
from support.big_policies import big_policy
from support.proofs import modelled, walked_verdicts
from support.small_policies import NOW, ROUNDS, not_decided, small_policy


def lines_of(text: str) -> tuple[list[str], list[int]]:
    lines = text.split("\n")
    return lines, [
        number for number, line in enumerate(lines) if line.startswith("when ") and "{" not in line
    ]


@pytest.mark.parametrize("seed", range(0, ROUNDS, 2))
def test_what_is_flagged_can_be_taken_out(seed: int) -> None:
    """Removing an unreachable, contradictory or spare rule (RB101, RB102, RB105) changes nothing."""
    policy = small_policy(700_000 + seed)
    tree = api.loads(policy.text).tree
    proof = prove(tree)
    flagged = [v.entry for v in proof.verdicts if isinstance(v, Blocked | Contradictory)]
    flagged += [redundant.entry for redundant in proof.redundant]
    lines, places = lines_of(policy.text)
    for entry in flagged:
        number = entry.node.span.line - 1
        if number in places and entry.is_leaf and not entry.parents:
            without = "\n".join([*lines[:number], *lines[number + 1 :]])
            assert difference(tree, api.loads(without).tree).same


@pytest.mark.parametrize("seed", range(0, ROUNDS, 2))
def test_a_redundant_part_can_be_taken_out(seed: int) -> None:
    """Replacing an idle part of a condition (RB104) by its constant changes nothing."""
    policy = small_policy(800_000 + seed)
    tree = api.loads(policy.text).tree
    found = prove(tree).parts
    if found:
        redundant = found[0]
        span = redundant.part.span
        truth = "true" if redundant.always else "false"
        text = policy.text[: span.start] + truth + policy.text[span.end :]
        assert difference(tree, api.loads(text).tree).same


@pytest.mark.parametrize("seed", range(0, ROUNDS, 5))
def test_a_rule_that_comes_twice_is_never_reached_the_second_time(seed: int) -> None:
    policy = small_policy(900_000 + seed)
    lines, places = lines_of(policy.text)
    if not places:
        pytest.skip("only blocks")
    here = random.Random(seed).choice(places)
    text = "\n".join(
        [*lines[: here + 1], lines[here].replace("when", "rule again when", 1), *lines[here + 1 :]]
    )
    (again,) = [v for v in walked_verdicts(api.loads(text).tree) if v.entry.node.rule == "again"]
    assert not isinstance(again, Reached)


@pytest.mark.parametrize("seed", range(0, ROUNDS, 2))
def test_a_rule_that_nothing_reaches_changes_nothing(seed: int) -> None:
    """Adding an unreachable rule: the same difference, gap and verdicts, and the rule itself flagged."""
    policy = small_policy(1_700_000 + seed)
    lines, places = lines_of(policy.text)
    if not places:
        pytest.skip("only blocks")
    rng = random.Random(seed)
    here = rng.choice(places)
    there = rng.choice([place for place in places if place >= here])
    condition, _, _ = lines[here].removeprefix("when ").rpartition(" queue ")
    text = "\n".join([*lines[: there + 1], f"rule added when {condition} queue new", *lines[there + 1 :]])
    old, new = api.loads(policy.text).tree, api.loads(text).tree
    found = difference(old, new)
    if found.doubts:
        not_decided(found.doubts)
    assert found.same
    before, after = prove(old), prove(new)
    (added,) = [v for v in after.verdicts if v.entry.node.rule == "added"]
    if isinstance(added, NotDecided):
        not_decided(added.reasons)
    assert isinstance(added, Blocked | Contradictory)
    assert [type(v) for v in before.verdicts] == [type(v) for v in after.verdicts if v is not added]
    assert (before.gap is None) == (after.gap is None)


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_neighbours_may_change_places_where_no_lead_fits_both(seed: int) -> None:
    """Reordering a disjoint pair changes nothing, and any other pair exactly what leads show."""
    policy = small_policy(1_800_000 + seed, finite=True)
    lines, places = lines_of(policy.text)
    pairs = [place for place in places if place + 1 in places]
    if not pairs:
        pytest.skip("no two rules after one another")
    here = random.Random(seed).choice(pairs)
    swapped = "\n".join([*lines[:here], lines[here + 1], lines[here], *lines[here + 2 :]])
    old, new = api.loads(policy.text).tree, api.loads(swapped).tree
    one, other = (leaf_on(old, line + 1).condition for line in (here, here + 1))
    assert one is not None
    assert other is not None
    leads = list(policy.leads(limit=20_000))
    both = [lead for lead in leads if holds(old, one, lead) and holds(old, other, lead)]
    changed = [lead for lead in leads if plan_of(old, lead) != plan_of(new, lead)]
    assert both or not changed
    found = difference(old, new)
    if found.doubts:
        not_decided(found.doubts)
    assert found.same == (not changed)


def leaf_on(tree: Tree, line: int) -> Leaf:
    return next(leaf for leaf in tree.leaves() if leaf.span.line == line)


def holds(tree: Tree, condition: Condition, lead: Mapping[str, Any]) -> bool:
    return Environment(tree, lead, NOW).judge(condition).holds


def plan_of(tree: Tree, lead: Mapping[str, Any]) -> Plan | None:
    leaf = walk(tree, lead, NOW).leaf
    return leaf.plan if leaf is not None else None


@pytest.mark.parametrize("seed", range(0, ROUNDS, 3))
def test_a_proof_that_is_cut_short_says_nothing_else(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Budgets: what is said when time runs out anywhere is what the whole proof says, and the rest is a doubt."""
    tree = api.loads(small_policy(1_900_000 + seed).text).tree
    whole = prove(tree)
    looks = random.Random(seed).choice((0, 1, 2, 3, 5, 8, 13, 21))
    clock = iter(range(10**9))
    monkeypatch.setattr(clock_module, "monotonic", lambda: float(next(clock)))
    short = prove(tree, budget=looks + 0.5)
    if not short.doubts:
        assert len(short.verdicts) == len(whole.verdicts)
        assert (short.gap is None) == (whole.gap is None)
    else:
        assert any("longer than the time" in doubt.reason for doubt in short.doubts) or whole.doubts
    expected = {id(v.entry.node): type(v) for v in whole.verdicts}
    for verdict in short.verdicts:
        node = verdict.entry.node
        assert isinstance(verdict, NotDecided) or type(verdict) is expected.get(id(node), type(verdict))
    flagged = {id(each.entry.node) for each in whole.redundant}
    assert {id(each.entry.node) for each in short.redundant} <= flagged
    assert short.gap is None or whole.gap is not None
    if short.gap is None and whole.gap is not None:
        assert any(doubt.rule is None for doubt in short.doubts)
    assert expected.keys() <= {id(verdict.entry.node) for verdict in short.verdicts}


@pytest.mark.parametrize("seed", range(0, ROUNDS, 3))
def test_the_solver_and_the_own_search_agree(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = api.loads(small_policy(1_000_000 + seed).text).tree
    own = [(type(v), len(v.blockers) if isinstance(v, Blocked) else 0) for v in walked_verdicts(tree)]
    monkeypatch.setattr(search, "HANDOVER", 0)
    solved = [(type(v), len(v.blockers) if isinstance(v, Blocked) else 0) for v in walked_verdicts(tree)]
    assert own == solved


def test_what_is_handed_to_the_solver_is_settled_by_it(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pysat")
    answers: list[object] = []

    def noted(given: search.Search) -> object:
        answers.append(handover(given))
        return answers[-1]

    handover = sat.handover
    monkeypatch.setattr(sat, "handover", noted)
    monkeypatch.setattr(search, "HANDOVER", 0)
    walked_verdicts(api.loads(big_policy(60, "dense").text).tree)
    assert len(answers) > 20
    assert None not in answers


@pytest.mark.parametrize("handover", [0, 1, 3, 10, 30])
def test_a_search_may_be_handed_to_the_solver_at_any_moment(
    handover: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = api.loads(big_policy(150, "dense").text).tree
    own = walked_verdicts(tree)
    monkeypatch.setattr(search, "HANDOVER", handover)
    solved = walked_verdicts(tree)
    assert [type(verdict) for verdict in solved] == [type(verdict) for verdict in own]
    for one, other in zip(own, solved, strict=True):
        if isinstance(one, Blocked) and isinstance(other, Blocked) and one.fewest and other.fewest:
            assert len(one.blockers) == len(other.blockers)


@pytest.mark.parametrize("kind", ["territory", "mixed"])
def test_planted_faults_are_found(kind: str) -> None:
    planted = big_policy(120, kind)
    found = walked_verdicts(api.loads(planted.text).tree)
    flagged = {v.entry.node.rule for v in found if isinstance(v, Blocked | Contradictory)}
    assert planted.unreachable | planted.contradictory <= flagged


def test_a_budget_ends_in_doubts() -> None:
    proof = prove(api.loads(big_policy(120).text).tree, budget=0.0)
    assert proof.doubts
    assert not [v for v in proof.verdicts if isinstance(v, Blocked | Contradictory)]
    assert proof.gap is None or proof.gap.regions


@pytest.mark.parametrize(
    ("kind", "reaching", "outline", "conditions", "polishing"),
    [("territory", 500, 15, 1400, 60), ("mixed", 720, 65, 1600, 150), ("dense", 1750, 170, 1850, 1800)],
)
def test_searches_take_no_more_steps_than_they_did(
    kind: str, reaching: int, outline: int, conditions: int, polishing: int
) -> None:
    """Steps are the same on every machine: what makes searches short is held to them, not to a clock."""
    model = modelled(big_policy(300, kind).text)
    rules = model.policies[0]
    found = reach(model, rules)
    steps = [model.steps]
    find_gap(model, rules)
    steps.append(model.steps)
    reached = {id(verdict.entry): verdict.point for verdict in found if isinstance(verdict, Reached)}
    entries = [verdict.entry for verdict in found if isinstance(verdict, Reached)]
    redundant_parts(model, model.lowerings[0], entries, reached)
    redundant_rules(model, rules, reached)
    steps.append(model.steps)
    assert steps[0] <= reaching
    assert steps[1] - steps[0] <= outline
    assert steps[2] - steps[1] <= conditions
    assert model.polished <= polishing
