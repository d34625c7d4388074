"""Proofs against every lead there is: no false alarm, none missed, on random policies over small domains."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import pytest

from routebook import api
from routebook.analysis import reach as reach_module
from routebook.analysis.model import Entry, Model
from routebook.analysis.reach import Blocked, Contradictory, NotDecided, Reached, Verdict, reach
from routebook.analysis.search import Covered, Found
from routebook.check.conditions import Condition
from routebook.plan.tree import Leaf, Tree
from routebook.plan.walk import Environment, walk
from support.proofs import modelled
from support.small_policies import NOW, ROUNDS, SmallPolicy, not_decided, small_policy


def takers(tree: Tree, policy: SmallPolicy) -> dict[str | None, dict[str, Any]]:
    """For each rule, None included, a lead that it takes."""
    found: dict[str | None, dict[str, Any]] = {}
    for lead in policy.leads():
        leaf = walk(tree, lead, NOW).leaf
        found.setdefault(leaf.rule if leaf else None, lead)
    return found


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_reachability_is_exact(seed: int) -> None:
    """RB101, RB102, RB103 over all types: what is flagged no lead takes, and what is shown the evaluator takes."""
    policy = small_policy(seed)
    tree = api.loads(policy.text).tree
    model = modelled(tree)
    taken = takers(tree, policy)
    for verdict in reach(model, model.policies[0]):
        _check(model, tree, verdict, taken)
    gap = model.find([1], model.policies[0].terms)
    if isinstance(gap, Found):
        assert model.space.walk(tree, model.space.values(gap.point)).leaf is None
    elif isinstance(gap, Covered):
        assert None not in taken


def _check(model: Model, tree: Tree, verdict: Verdict, taken: dict[str | None, dict[str, Any]]) -> None:
    rule = verdict.entry.node.rule
    match verdict:
        case Reached():
            if verdict.entry.is_leaf:
                leaf = model.space.walk(tree, model.space.values(verdict.point)).leaf
                assert leaf is not None
                assert leaf.rule == rule
        case Blocked() | Contradictory():
            assert rule not in taken
            if isinstance(verdict, Blocked) and verdict.above is not None:
                above = next(e for e in model.policies[0].entries if e.node is verdict.above)
                assert isinstance(model.find([verdict.entry.whole], above.before), Found)
        case NotDecided():
            not_decided(verdict.reasons)


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_a_verdict_is_the_right_one(seed: int) -> None:
    """RB101, RB102 with every lead at hand: flagged exactly where none reaches it, by the fewest rules."""
    policy = small_policy(100_000 + seed, finite=True)
    loaded = api.loads(policy.text)
    tree = loaded.tree
    model = modelled(tree)
    leads = list(policy.leads(limit=20_000))
    for verdict in reach(model, model.policies[0]):
        own = [lead for lead in leads if holds(tree, verdict.entry, lead)]
        if isinstance(verdict, Contradictory):
            assert not own
            _check_parts(tree, verdict, leads)
        elif isinstance(verdict, Blocked):
            assert own
            chosen = [blocker.entry for blocker in verdict.blockers]
            assert all(any(holds(tree, other, lead) for other in chosen) for lead in own)
            assert verdict.fewest
            earlier = earlier_leaves(model, verdict.entry)
            for fewer in combinations(earlier, len(chosen) - 1):
                assert not all(any(holds(tree, other, lead) for other in fewer) for lead in own)
            _check_blockers(loaded, verdict, own)
        elif isinstance(verdict, Reached):
            assert own


@pytest.mark.parametrize("seed", range(0, ROUNDS, 2))
def test_blockers_that_are_not_proved_fewest_are_all_needed(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RB101 without steps for the minimum: the blockers are enough, none can be spared, and no minimum is claimed."""
    monkeypatch.setattr(reach_module, "_STEPS", -1)
    policy = small_policy(100_000 + seed, finite=True)
    tree = api.loads(policy.text).tree
    model = modelled(tree)
    leads = list(policy.leads(limit=20_000))
    for verdict in reach(model, model.policies[0]):
        if isinstance(verdict, Blocked):
            own = [lead for lead in leads if holds(tree, verdict.entry, lead)]
            chosen = [blocker.entry for blocker in verdict.blockers]
            assert verdict.fewest == (len(chosen) == 1)
            for spared in (None, *chosen) if len(chosen) > 1 else (None,):
                rest = [entry for entry in chosen if entry is not spared]
                is_enough = all(any(holds(tree, other, lead) for other in rest) for lead in own)
                assert is_enough == (spared is None)


def _check_parts(tree: Tree, verdict: Contradictory, leads: list[dict[str, Any]]) -> None:
    """No lead satisfies all the parts that are pointed at, and without any one of them some lead does."""

    def is_met(parts: Sequence[Condition]) -> bool:
        environments = (Environment(tree, lead, NOW) for lead in leads)
        return any(all(environment.judge(part).holds for part in parts) for environment in environments)

    parts = verdict.parts
    assert parts
    assert not is_met(parts)
    for index in range(len(parts)):
        assert len(parts) == 1 or is_met([*parts[:index], *parts[index + 1 :]])


def _check_blockers(loaded: api.Policy, verdict: Blocked, own: list[dict[str, Any]]) -> None:
    """Each blocker's lead is one of the rule's that the blocker holds. Were there none but them, the outcome would be
    the same exactly if all are said to do the same.
    """
    tree = loaded.tree
    for blocker in verdict.blockers:
        assert blocker.witness is not None
        shown = {name: value for name, value in blocker.witness.items() if name != "now"}
        lead = loaded.lead(shown)
        assert holds(tree, verdict.entry, lead)
        assert holds(tree, blocker.entry, lead)
    node = verdict.entry.node
    if isinstance(node, Leaf):
        entries = [blocker.entry for blocker in verdict.blockers]
        first = [next(each.node for each in entries if holds(tree, each, lead)) for lead in own]
        is_same = all(isinstance(taker, Leaf) and taker.plan == node.plan for taker in first)
        assert is_same == all(blocker.does_the_same for blocker in verdict.blockers)


def holds(tree: Tree, entry: Entry, lead: dict[str, Any]) -> bool:
    """Whether a rule's condition and those of its blocks hold of a lead, by the evaluator."""
    environment = Environment(tree, lead, NOW)
    nodes = (*entry.parents, entry.node)
    return all(node.condition is None or environment.judge(node.condition).holds for node in nodes)


def earlier_leaves(model: Model, entry: Entry) -> list[Entry]:
    leaves = model.policies[0].leaves
    return [leaf for leaf in leaves if leaf.terms & entry.before]
