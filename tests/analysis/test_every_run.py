"""A proof says the same in every run: nothing hangs on where objects lie in memory, or on how Python hashes texts."""

from __future__ import annotations

from pathlib import Path

import pytest

from routebook import api
from routebook.analysis.reach import Blocked, reach
from support.big_policies import big_policy
from support.cli import process
from support.edits import edited
from support.proofs import modelled
from support.small_policies import small_policy

POLICIES = Path(__file__).parents[2] / "policies"


def test_the_same_rules_are_named_wherever_they_lie_in_memory() -> None:
    tree = api.loads(big_policy(1_000, "dense").text).tree
    kept: list[object] = []
    said = []
    for size in (0, 1_000, 77_000, 400_000):
        kept.append([object() for _ in range(size)])
        model = modelled(tree)
        kept.append(model)
        blocked = [each for each in reach(model, model.policies[0]) if isinstance(each, Blocked)]
        named = [
            [(blocker.entry.node.rule, blocker.witness) for blocker in each.blockers] for each in blocked
        ]
        said.append((model.steps, [each.fewest for each in blocked], named))
    assert said[0][1]
    assert all(each == said[0] for each in said)


@pytest.mark.parametrize("number", range(4))
def test_commands_say_the_same_however_texts_hash(number: int, tmp_path: Path) -> None:
    text = small_policy(number).text
    old, new = tmp_path / "old.route", tmp_path / "new.route"
    old.write_text(text, encoding="utf-8")
    new.write_text(edited(text, number), encoding="utf-8")
    assert_said_once(f"check {old} {new} --format json")
    assert_said_once(f"diff {old} {new} --format json")


def test_the_worked_policies_are_proved_alike_however_texts_hash() -> None:
    assert_said_once(f"check {POLICIES} --format json")


SETS = """lead {
  id:    id
  tags:  set of text
  wants: set of text
}
rep { skills: set of text }
rule some when tags has any wants and tags has "x" assign pool p where rep.skills has all wants then queue a
else queue z
"""
ROSTER = """[pools.p]
members = ["ana"]
[reps.ana]
name = "Ana"
hours = "always"
skills = ["a", "b", "c", "d", "e"]
"""


def test_members_of_sets_are_named_alike_however_texts_hash(tmp_path: Path) -> None:
    """Those that a rep has, and those of a lead that is asked about."""
    policy, roster = tmp_path / "p.route", tmp_path / "r.toml"
    policy.write_text(SETS, encoding="utf-8")
    roster.write_text(ROSTER, encoding="utf-8")
    assert_said_once(f"check {policy} --roster {roster} --format json")
    lead = '{"id":"L","tags":["k","l","m"],"wants":["q","r","s","t","u"]}'
    assert_said_once(f"explain {policy} --lead '{lead}' --why-not some")


def assert_said_once(line: str) -> None:
    """Hold a command to one output, whatever the order of Python's sets of texts."""
    said = {process(line, PYTHONHASHSEED=seed, ROUTEBOOK_CACHE="off").stdout for seed in ("1", "22", "333")}
    assert len(said) == 1
    assert said != {""}
