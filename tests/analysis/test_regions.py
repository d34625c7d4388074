"""Regions in words, read back as conditions of the language and held to every lead there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import pytest

from routebook import api
from routebook.analysis.change import difference
from routebook.analysis.proof import prove
from routebook.analysis.regions import _REGIONS, LeadRegion
from routebook.plan.tree import Tree
from routebook.plan.walk import Environment, walk
from support.edits import edited
from support.regions import condition, without_now
from support.small_policies import NOW, ROUNDS, not_decided, small_policy

Lead: TypeAlias = Mapping[str, Any]


def rule_of(tree: Tree, lead: Lead) -> str | None:
    leaf = walk(tree, lead, NOW).leaf
    return leaf.rule if leaf is not None else None


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_the_regions_of_a_gap_hold_all_of_it(seed: int) -> None:
    """Gaps: every lead that no rule takes is in a region, and a region without a note holds no other leads."""
    policy = small_policy(1_200_000 + seed, finite=True)
    loaded = api.loads(policy.text)
    proof = prove(loaded.tree)
    leads = list(policy.leads(limit=20_000))
    gap = [lead for lead in leads if rule_of(loaded.tree, lead) is None]
    if any(doubt.rule is None for doubt in proof.doubts):
        not_decided(doubt.reason for doubt in proof.doubts)
    assert (proof.gap is None) == (not gap)
    regions = proof.gap.regions if proof.gap is not None else ()
    reads = [condition(policy, region.when) for region in regions]
    assert all(any(holds(lead) for holds in reads) for lead in gap)
    assert len(regions) <= _REGIONS + 1
    for region, holds in zip(regions, reads, strict=True):
        witness = loaded.lead(without_now(region.witness))
        assert rule_of(loaded.tree, witness) is None
        assert holds(witness)
        takers = {rule_of(loaded.tree, lead) for lead in leads if holds(lead)} - {None}
        assert region.exact == (not region.note)
        assert not (region.exact and takers)
        if not region.exact:
            _check_exceptions(loaded.tree, region, [lead for lead in leads if holds(lead)])


def _check_exceptions(tree: Tree, region: LeadRegion, inside: Sequence[Lead]) -> None:
    """As many rules are said to take exceptions as have a condition that holds of some lead in the region."""
    rules = 0
    for leaf, around in _leaves(tree.rules, ()):
        conditions = [node.condition for node in (*around, leaf) if node.condition is not None]
        rules += any(
            all(Environment(tree, lead, NOW).judge(each).holds for each in conditions) for lead in inside
        )
    assert region.note.endswith(f"except what {rules} rule{'s take' if rules > 1 else ' takes'}")


def _leaves(nodes: Any, around: tuple[Any, ...]) -> Any:
    for node in nodes:
        if hasattr(node, "rules"):
            yield from _leaves(node.rules, (*around, node))
        else:
            yield node, around


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_the_regions_of_a_difference_are_disjoint_and_all_of_it(seed: int) -> None:
    """Differences: each changed lead is in the region of its pair of rules, and of a region without a note no other."""
    policy = small_policy(1_300_000 + seed, finite=True)
    text = edited(policy.text, seed)
    if "when" not in text:
        pytest.skip("nothing is left")
    loaded, new = api.loads(policy.text), api.loads(text).tree
    found = difference(loaded.tree, new)
    if found.doubts:
        not_decided(found.doubts)
    leads = list(policy.leads(limit=20_000))
    for change in found.changes:
        holds = condition(policy, change.region.when)
        pair = (change.old.rule, change.new.rule)
        own = [lead for lead in leads if (rule_of(loaded.tree, lead), rule_of(new, lead)) == pair]
        assert own
        assert all(holds(lead) for lead in own)
        assert holds(loaded.lead(without_now(change.region.witness)))
        assert change.region.exact == (not change.region.note)
        if change.region.exact:
            assert sum(holds(lead) for lead in leads) == len(own)


LEAD = """lead {
  id:       id
  score:    integer 0..100
  vip:      bool
  size:     integer 0..100
  title:    text
  mail:     email
  slot:     time
  land:     country
  tags:     set of text
}
"""


@pytest.mark.parametrize(
    ("when", "region"),
    [
        ("vip or score >= 50", "score >= 50 or vip"),
        ("vip and size < 10 or score >= 50", "score >= 50 or (vip and size <= 9)"),
        ("score >= 50", "score >= 50"),
        ("score + size >= 150", "score + size >= 150"),
        ('title == "Buyer"', 'title == "Buyer"'),
        ('title in ["Buyer", "Clerk"]', 'title in ["Buyer", "Clerk"]'),
        ('title != "Buyer"', 'title != "Buyer"'),
        ('title not in ["Buyer", "Clerk"]', 'title not in ["Buyer", "Clerk"]'),
        ('mail.domain in ["a.b", "c.d"]', 'mail.domain in ["a.b", "c.d"]'),
        (
            'title starts with "VP" or title starts with "Head"',
            '(title starts with "VP" or title starts with "Head")',
        ),
        ('not title starts with "VP"', 'not title starts with "VP"'),
        ('not title ends with "VP"', 'not title ends with "VP"'),
        ('title contains "VP"', 'title contains "VP"'),
        ('not title matches "^VP"', 'not title matches "^VP"'),
        ("slot > 09:00", "slot > 09:00"),
        ("slot <= 17:30", "slot <= 17:30"),
        ("slot between 09:00 and 17:00", "slot between 09:00 and 17:00"),
        ("slot >= 09:00 and slot < 17:00", "(slot >= 09:00 and slot < 17:00)"),
        ('tags has "a" and not tags has "b"', 'tags has "a" and not tags has "b"'),
        ('land in ["DE", "AT"]', 'land in ["DE", "AT"]'),
        ('land not in ["DE", "AT"]', 'land not in ["DE", "AT"]'),
        ("score != 50", "(score <= 49 or score >= 51)"),
    ],
)
def test_an_outline_says_no_more_than_is_true(when: str, region: str) -> None:
    old, new = (api.loads(LEAD + f"when {when} queue {name} else queue z").tree for name in "ab")
    (change,) = difference(old, new).changes
    assert change.region.text == region


def test_an_outline_of_what_no_few_boxes_are_says_so() -> None:
    parts = " or ".join(f"score == {2 * n} and size == {2 * n} and (vip or size < {n})" for n in range(1, 9))
    old, new = (api.loads(LEAD + f"when {parts} queue {name} else queue z").tree for name in "ab")
    (change,) = difference(old, new).changes
    assert change.region.text.endswith(", though not all of these are meant")
    assert not change.region.exact


def test_a_rule_that_both_policies_have_is_one_exception() -> None:
    first = "when vip queue v"
    old = api.loads(f"{LEAD}{first}\nwhen score >= 50 queue a else queue z").tree
    new = api.loads(f"{LEAD}{first}\nwhen score >= 40 queue a else queue z").tree
    (change,) = difference(old, new).changes
    assert change.region.text == "score between 40 and 49, except what 1 rule takes"


def test_a_condition_that_holds_of_a_missing_text_is_one_region() -> None:
    lead = "lead { id: id  t: text optional }\n"
    gap = prove(api.loads(f'{lead}when t in ["a", "b"] queue q').tree).gap
    assert gap is not None
    assert [region.text for region in gap.regions] == ['t not in ["a", "b"]']
    gap = prove(api.loads(f'{lead}when t is known and t not in ["a", "b"] queue q').tree).gap
    assert gap is not None
    assert {region.text for region in gap.regions} == {'t in ["a", "b"]', "t is missing"}


@pytest.mark.parametrize(
    ("when", "region"),
    [
        ('t == "c"', 't == "c"'),
        ('t != "c"', 't != "c"'),
        ('t is known and t != "c"', 't is known and t != "c"'),
        ('t starts with "c"', 't starts with "c"'),
        ("t is known", "t is known"),
    ],
)
def test_a_text_that_is_something_is_not_said_to_be_known_besides(when: str, region: str) -> None:
    lead = "lead { id: id  t: text optional }\n"
    old, new = (api.loads(f"{lead}when {when} queue {name} else queue z").tree for name in "ab")
    (change,) = difference(old, new).changes
    assert change.region.text == region
