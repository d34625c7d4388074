"""Idle parts and rules, and what coverage asks for, held to every lead there is: nothing alleged, nothing missed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeAlias

import pytest

from routebook import api
from routebook.analysis.coverage import coverage
from routebook.analysis.proof import Proof, prove
from routebook.analysis.redundant import places
from routebook.analysis.written import written
from routebook.check.conditions import AllOf, Always, AnyOf, Condition, Not
from routebook.plan.tree import Branch, Leaf, RuleNode, Tree
from routebook.plan.walk import Environment, walk
from support.small_policies import NOW, ROUNDS, not_decided, small_policy

Lead: TypeAlias = Mapping[str, Any]
Path: TypeAlias = tuple[int, ...]


@dataclass(frozen=True)
class World:
    """A policy with all the leads there are."""

    tree: Tree
    leads: Sequence[Lead]

    @cached_property
    def coming(self) -> dict[int, list[Lead]]:
        """For each rule and block, by id, the leads that come to its condition."""
        found: dict[int, list[Lead]] = {}
        for lead in self.leads:
            self._walk(self.tree.rules, lead, found)
        return found

    def _walk(self, nodes: Sequence[RuleNode], lead: Lead, found: dict[int, list[Lead]]) -> bool:
        for node in nodes:
            found.setdefault(id(node), []).append(lead)
            holds = node.condition is None or self.holds(node.condition, lead)
            if holds and (isinstance(node, Leaf) or self._walk(node.rules, lead, found)):
                return True
        return False

    def holds(self, condition: Condition, lead: Lead) -> bool:
        return Environment(self.tree, lead, NOW).judge(condition).holds

    def taker(self, lead: Lead) -> Leaf | None:
        return walk(self.tree, lead, NOW).leaf


def world(seed: int) -> World:
    policy = small_policy(seed, finite=True)
    return World(api.loads(policy.text).tree, list(policy.leads(limit=20_000)))


def nodes(rules: Sequence[RuleNode]) -> Iterator[RuleNode]:
    for node in rules:
        yield node
        if isinstance(node, Branch):
            yield from nodes(node.rules)


def put(condition: Condition, path: Path, value: bool) -> Condition:
    """The condition with `true` or `false` in the place of one of its parts."""
    if not path:
        return Always(value, condition.span)
    match condition:
        case AllOf(parts) | AnyOf(parts):
            new = put(parts[path[0]], path[1:], value)
            return replace(condition, parts=(*parts[: path[0]], new, *parts[path[0] + 1 :]))
        case Not(part):
            return replace(condition, part=put(part, path[1:], value))
    raise AssertionError(condition)


def part_at(condition: Condition, path: Path) -> Condition:
    for index in path:
        condition = condition.part if isinstance(condition, Not) else condition.parts[index]  # type: ignore[union-attr]
    return condition


def decided(proof: Proof) -> Proof:
    if proof.doubts:
        not_decided(doubt.reason for doubt in proof.doubts)
    return proof


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_idle_parts_are_those_that_no_lead_tells(seed: int) -> None:
    """RB104: a part is flagged exactly where no lead that comes to the rule tells it from its absence."""
    all_there_is = world(1_400_000 + seed)
    proof = decided(prove(all_there_is.tree))
    flagged: dict[int, dict[Path, bool]] = {}
    for idle in proof.parts:
        condition = idle.entry.node.condition
        assert condition is not None
        (path,) = [place.path for place in places(condition) if place.part is idle.part]
        flagged.setdefault(id(idle.entry.node), {})[path] = idle.always
    for node in nodes(all_there_is.tree.rules):
        leads = all_there_is.coming.get(id(node), [])
        if node.condition is not None and any(all_there_is.holds(node.condition, lead) for lead in leads):
            _check_parts(all_there_is, node.condition, leads, flagged.pop(id(node), {}))
    assert not flagged


def _check_parts(everything: World, condition: Condition, leads: list[Lead], idle: dict[Path, bool]) -> None:
    """Part by part in the order in which they are judged, those found idle before left out."""
    truths = [everything.holds(condition, lead) for lead in leads]
    if () in idle:
        assert all(truths)
        return
    rest = condition
    gone: list[Path] = []
    for place in places(condition):
        if not place.path or any(place.path[: len(path)] == path for path in gone):
            continue
        without = put(rest, place.path, place.neutral)
        is_idle = truths == [everything.holds(without, lead) for lead in leads]
        assert is_idle == (place.path in idle), place.part.span.text
        if is_idle:
            assert idle[place.path] == place.neutral
            rest = without
            gone.append(place.path)


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_spare_rules_are_those_whose_leads_would_go_the_same_way(seed: int) -> None:
    """RB105: exactly the rules after which the next that holds does the same with every lead they take."""
    all_there_is = world(1_500_000 + seed)
    proof = decided(prove(all_there_is.tree))
    flagged = {id(spare.entry.node) for spare in proof.redundant}
    leaves = [node for node in nodes(all_there_is.tree.rules) if isinstance(node, Leaf)]
    around = {id(entry.node): (*entry.parents, entry.node) for entry in proof.rules.entries}
    for place, leaf in enumerate(leaves):
        own = [lead for lead in all_there_is.leads if all_there_is.taker(lead) is leaf]
        if not own or leaf.condition is None:
            continue
        following = [_next(all_there_is, leaves[place + 1 :], around, lead) for lead in own]
        same = all(other is not None and other.plan == leaf.plan for other in following)
        assert (id(leaf) in flagged) == same


def _next(
    everything: World, leaves: list[Leaf], around: dict[int, tuple[RuleNode, ...]], lead: Lead
) -> Leaf | None:
    for leaf in leaves:
        conditions = [node.condition for node in around[id(leaf)] if node.condition is not None]
        if all(everything.holds(condition, lead) for condition in conditions):
            return leaf
    return None


@pytest.mark.parametrize("seed", range(0, ROUNDS, 2))
def test_coverage_asks_for_what_leads_can_show_and_for_no_more(seed: int) -> None:
    """MC/DC: every side of every part that some lead shows is asked for, none else, and each comes with such a lead."""
    all_there_is = world(1_600_000 + seed)
    tree = all_there_is.tree
    asked = coverage(tree, ())
    rules, sides = 0, 0
    shown: set[tuple[str, int, bool]] = set()
    for node in nodes(tree.rules):
        if isinstance(node, Leaf):
            rules += any(all_there_is.taker(lead) is node for lead in all_there_is.leads)
        for path, value, lead in _sides(all_there_is, node):
            sides += 1
            shown.add((node.rule, part_at(node.condition, path).span.start, value))  # type: ignore[arg-type]
            assert lead is not None
    if any(missing.lead is None for missing in asked.missing):
        not_decided(missing.obligation.text for missing in asked.missing if missing.lead is None)
    assert (asked.rules, asked.sides) == (rules, sides)
    for missing in asked.missing:
        duty = missing.obligation
        assert missing.lead is not None
        if duty.value is not None:
            assert (duty.rule, duty.span.start, duty.value) in shown


@pytest.mark.parametrize("seed", range(0, ROUNDS, 2))
def test_coverage_counts_what_the_leads_of_tests_show(seed: int) -> None:
    """Coverage: exactly the rules and sides that the tests' leads show are covered, and what others show is missing."""
    everything = world(1_650_000 + seed)
    chosen = random.Random(seed).sample(everything.leads, min(4, len(everything.leads)))
    tests = [
        f'test "{n}" {{ lead {{ {_fields(lead)} }} now {written(NOW)} expect no rule }}\n'
        for n, lead in enumerate(chosen)
    ]
    policy = api.loads(small_policy(1_650_000 + seed, finite=True).text + "".join(tests))
    found = coverage(policy.tree, policy.checked.tests)
    if any(missing.lead is None for missing in found.missing):
        not_decided(missing.obligation.text for missing in found.missing if missing.lead is None)
    few, all_there_is = World(policy.tree, chosen), World(policy.tree, everything.leads)
    assert (found.rules_covered, found.sides_covered) == _shown(few)
    assert (found.rules, found.sides) == _shown(all_there_is)


def _fields(lead: Lead) -> str:
    return ", ".join(f"{name}: {written(value)}" for name, value in lead.items() if value is not None)


def _shown(everything: World) -> tuple[int, int]:
    """How many rules and sides of conditions the leads of a world show."""
    takers = {id(everything.taker(lead)) for lead in everything.leads} - {id(None)}
    sides = [each for node in nodes(everything.tree.rules) for each in _sides(everything, node)]
    return len(takers), len(sides)


def _sides(everything: World, node: RuleNode) -> Iterator[tuple[Path, bool, Lead]]:
    """Each side of each smallest part of a condition that some lead shows, with one such lead."""
    if node.condition is None:
        return
    for place in places(node.condition):
        if isinstance(place.part, AllOf | AnyOf | Not):
            continue
        on, off = (put(node.condition, place.path, value) for value in (True, False))
        seen: set[bool] = set()
        for lead in everything.coming.get(id(node), []):
            if everything.holds(on, lead) != everything.holds(off, lead):
                value = everything.holds(place.part, lead)
                if value not in seen:
                    seen.add(value)
                    yield place.path, value, lead
