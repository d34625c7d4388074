"""Laws that proofs keep, whichever engine is asked, and what happens where time is short."""

from __future__ import annotations

import random

import pytest

from routebook import api
from routebook.analysis import search
from routebook.analysis.change import difference
from routebook.analysis.model import Model
from routebook.analysis.proof import prove
from routebook.analysis.reach import Blocked, Contradictory, Reached, Verdict, reach
from routebook.plan.tree import Tree
from support.big_policies import big_policy
from support.small_policies import ROUNDS, small_policy


def verdicts(tree: Tree) -> list[Verdict]:
    model = Model([tree])
    model.freeze()
    return reach(model, model.policies[0])


def lines_of(text: str) -> tuple[list[str], list[int]]:
    lines = text.split("\n")
    return lines, [
        number for number, line in enumerate(lines) if line.startswith("when ") and "{" not in line
    ]


@pytest.mark.parametrize("seed", range(0, ROUNDS, 2))
def test_what_is_flagged_can_be_taken_out(seed: int) -> None:
    """Without an unreachable, a contradictory or a redundant rule every lead goes the same way."""
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
    (again,) = [v for v in verdicts(api.loads(text).tree) if v.entry.node.rule == "again"]
    assert not isinstance(again, Reached)


@pytest.mark.parametrize("seed", range(0, ROUNDS, 3))
def test_the_solver_and_the_own_search_agree(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = api.loads(small_policy(1_000_000 + seed).text).tree
    own = [(type(v), len(v.blockers) if isinstance(v, Blocked) else 0) for v in verdicts(tree)]
    monkeypatch.setattr(search, "HANDOVER", 0)
    solved = [(type(v), len(v.blockers) if isinstance(v, Blocked) else 0) for v in verdicts(tree)]
    assert own == solved


@pytest.mark.parametrize("kind", ["territory", "mixed"])
def test_planted_faults_are_found(kind: str) -> None:
    planted = big_policy(120, kind)
    found = verdicts(api.loads(planted.text).tree)
    flagged = {v.entry.node.rule for v in found if isinstance(v, Blocked | Contradictory)}
    assert planted.unreachable | planted.contradictory <= flagged


def test_a_budget_ends_in_doubts() -> None:
    proof = prove(api.loads(big_policy(120).text).tree, budget=0.0)
    assert proof.doubts
    assert not [v for v in proof.verdicts if isinstance(v, Blocked | Contradictory)]
    assert proof.gap is None or proof.gap.regions
