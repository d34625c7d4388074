"""The roster as part of the proof: which leads reach a pool in which nobody passes `where`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from routebook.analysis.lower import Lowering
from routebook.analysis.model import NOT_CONFIRMED, Entry, Model, Rules
from routebook.analysis.regions import LeadRegion, LeadSet, regions
from routebook.analysis.search import Covered, Unknown
from routebook.check.conditions import Condition
from routebook.check.targets import HoldTarget, PoolTarget, parts_of
from routebook.plan.tree import Leaf, Tree
from routebook.plan.wording import refusal
from routebook.roster import Roster

People: TypeAlias = Mapping[str, Mapping[str, Any]]
"""The values of each rep's fields, normalised, by the rep's id."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A target with `where`, and the active members of its pool. `rule` is the leaf whose plan it is in."""

    rule: Leaf
    target: PoolTarget | HoldTarget
    where: Condition
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Nobody:
    """Leads that reach a target for whom no member passes. `lacks`: each member with what it fails, for the first lead
    that is shown.
    """

    asked: Asked
    regions: tuple[LeadRegion, ...]
    lacks: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class NobodyUnknown:
    asked: Asked
    reasons: tuple[str, ...]


def asked_of(tree: Tree, roster: Roster) -> list[Asked]:
    """Every target with `where` that a lead can come to, by the rule whose plan it is in."""
    found: list[Asked] = []
    for leaf in tree.leaves():
        for target in (part for planned in leaf.plan.targets for part in parts_of(planned.target)):
            if not isinstance(target, PoolTarget | HoldTarget) or target.where is None:
                continue
            if roster.has_pool(target.pool):
                members = tuple(rep.id for rep in roster.members(target.pool) if rep.active)
                found.append(Asked(leaf, target, target.where, members))
    return found


def read_wheres(model: Model, tree: Tree, asked: Sequence[Asked], people: People) -> None:
    """Note what these conditions ask of leads, before the model is frozen."""
    for each in asked:
        for member in each.members:
            Lowering(model.space, tree, people.get(member, {})).condition(each.where)


def nobody_qualifies(
    model: Model, rules: Rules, asked: Sequence[Asked], people: People
) -> list[Nobody | NobodyUnknown]:
    """The targets in whose pool nobody passes, for some leads that reach them; each target once.

    A fallback is a target of many rules: it is shown for the first of them with such leads.
    """
    found: dict[int, Nobody | NobodyUnknown] = {}
    entries = {id(entry.node): entry for entry in rules.leaves}
    for done, each in enumerate(asked):
        model.tell("roster", done, len(asked))
        if each.members and not isinstance(found.get(id(each.target)), Nobody):
            verdict = _nobody(model, rules, entries[id(each.rule)], each, people)
            if verdict is not None:
                found[id(each.target)] = verdict
    return list(found.values())


def _nobody(
    model: Model, rules: Rules, entry: Entry, asked: Asked, people: People
) -> Nobody | NobodyUnknown | None:
    fails = []
    for member in asked.members:
        fails.append(-Lowering(model.space, rules.tree, people.get(member, {})).condition(asked.where))
    literal = model.formulas.conj([entry.whole, *fails])
    answer = model.find([literal], entry.before)
    if isinstance(answer, Covered):
        return None
    if isinstance(answer, Unknown):
        return NobodyUnknown(asked, answer.reasons)
    found, reasons = regions(LeadSet(model, literal, entry.before), answer.point)
    if not all(_is_alone(model, rules.tree, entry, asked, people, region.point) for region in found):
        return NobodyUnknown(asked, (*reasons, NOT_CONFIRMED))
    if reasons:
        return NobodyUnknown(asked, reasons)
    return Nobody(asked, tuple(found), tuple(_lacks(model, rules.tree, asked, people, found[0].point)))


def _is_alone(
    model: Model, tree: Tree, entry: Entry, asked: Asked, people: People, point: tuple[int, ...]
) -> bool:
    """Whether the rule holds of the lead at a point and no member passes, by the evaluator."""
    environment = model.space.environment(tree, model.space.values(point))
    passes = (environment.with_rep(people.get(each, {})).judge(asked.where).holds for each in asked.members)
    return model.confirms(point, [entry]) and not any(passes)


def _lacks(
    model: Model, tree: Tree, asked: Asked, people: People, point: tuple[int, ...]
) -> Iterator[tuple[str, str]]:
    environment = model.space.environment(tree, model.space.values(point))
    for member in asked.members:
        yield member, refusal(asked.where, environment.with_rep(people.get(member, {}))) or ""
