"""What an edit changes: every set of leads that two policies treat differently, each with a lead.

The sets are pairs of rules, the one that takes the leads in the old policy and the one in the new, so they never
overlap, and together they are all that changed. Where both rules of a pair stand in both policies, unchanged and
in the same order, no lead can change between them: if it went from one to the other, the rule that it came
to would have taken it before. So only pairs with a rule that was edited, added, removed or moved are asked about.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from routebook.analysis.clock import OUT_OF_TIME, clock_for
from routebook.analysis.domains.base import Undecided
from routebook.analysis.fields_changed import read_otherwise, schema_notes
from routebook.analysis.formula import TRUE, Literal
from routebook.analysis.meaning import Meaning, meaning
from routebook.analysis.model import NOT_CONFIRMED, Entry, Model, Progress, Rules
from routebook.analysis.ordinary import nearest
from routebook.analysis.regions import LeadRegion, LeadSet, gathered
from routebook.analysis.search import Found, Unknown
from routebook.analysis.terms import Ids
from routebook.plan.tree import Leaf, Tree
from routebook.plan.walk import walk


@dataclass(frozen=True, slots=True)
class Taken:
    """What happens to a lead: the rule, its plan in words and its SLA; no rule where it stays undecided."""

    rule: str | None
    plan: tuple[str, ...]
    sla: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """Leads whose plan or SLA changes from `old` to `new`: where, with one of them."""

    old: Taken
    new: Taken
    region: LeadRegion


@dataclass(frozen=True, slots=True)
class Difference:
    """All that changed, by old and new outcome. `doubts` are what was not decided; `notes` what to know besides."""

    changes: tuple[Change, ...]
    doubts: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether it is proved that no lead is treated differently."""
        return not self.changes and not self.doubts


@dataclass(frozen=True, slots=True)
class _Side:
    """A rule on one side, None for no rule at all: its formula, what is tried before, and what it means."""

    entry: Entry | None
    whole: Literal
    before: Ids
    meaning: Meaning | None


def difference(
    old: Tree, new: Tree, budget: float | None = None, progress: Progress | None = None
) -> Difference:
    """Every set of leads that fit both policies and that the two treat differently. `budget` is in seconds.

    `progress` is told the phase and how much of it is done.
    """
    notes = tuple(schema_notes(old, new))
    try:
        model = Model([old, new], clock=clock_for(budget), progress=progress)
    except Undecided as undecided:
        return Difference((), (str(undecided),), notes)
    model.freeze()
    left, right = (_sides(rules) for rules in model.policies)
    changes: list[Change] = []
    doubts = list(read_otherwise(old, new))
    for one, other, done in _pairs(model, left, right):
        model.tell("pairs of rules", done, len(left))
        if model.out_of_time():
            doubts.append(OUT_OF_TIME)
            break
        literal = model.formulas.conj([one.whole, other.whole])
        avoid = one.before | other.before
        answer = model.find([literal], avoid)
        if isinstance(answer, Unknown):
            doubts.extend(answer.reasons)
        elif isinstance(answer, Found):
            point = nearest(model, literal, avoid, answer.point)
            region, reasons = gathered(LeadSet(model, literal, avoid), point)
            doubts.extend(reasons)
            if not model.confirms(
                region.point, (each.entry for each in (one, other) if each.entry is not None)
            ):
                doubts.append(NOT_CONFIRMED)
                continue
            changes.append(Change(_taken(one), _taken(other), region))
    changes.sort(key=lambda change: (change.old.plan, change.new.plan))
    return Difference(tuple(changes), tuple(dict.fromkeys(doubts)), notes)


def _sides(rules: Rules) -> list[_Side]:
    sides = [_Side(entry, entry.whole, entry.before, entry.meaning) for entry in rules.leaves]
    return [*sides, _Side(None, TRUE, rules.terms, None)]


def _taken(side: _Side) -> Taken:
    if side.entry is None:
        return Taken(None, (), None)
    node = side.entry.node
    assert isinstance(node, Leaf)
    return Taken(node.rule, node.plan.texts, node.plan.sla)


def _pairs(model: Model, left: list[_Side], right: list[_Side]) -> Iterator[tuple[_Side, _Side, int]]:
    """The pairs between which leads can change, and that mean different things; and the place of the first."""
    numbers: dict[Any, int] = {}
    keys = [[numbers.setdefault(_key(side), len(numbers)) for side in sides] for sides in (left, right)]
    blocks = SequenceMatcher(None, keys[0], keys[1], autojunk=False).get_matching_blocks()
    same_left = {i for block in blocks for i in range(block.a, block.a + block.size)}
    same_right = {j for block in blocks for j in range(block.b, block.b + block.size)}
    firsts = [_firsts(sides) for sides in (left, right)]
    changed = sorted(set(range(len(right))) - same_right)
    near_changed = {j: set(_near(model, right[j], left)) for j in changed}
    for i, one in enumerate(left):
        others = _near(model, one, right) if i not in same_left else changed
        for j in others:
            if i in same_left and i not in near_changed[j]:
                continue
            other = right[j]
            # an earlier rule with the very condition of one of the two takes all of its leads
            is_hidden = firsts[0].get(other.whole, i) < i or firsts[1].get(one.whole, j) < j
            if not is_hidden and one.meaning != other.meaning:
                yield one, other, i


def _firsts(sides: list[_Side]) -> dict[Literal, int]:
    """The place of the first rule with each formula."""
    return {side.whole: place for place, side in reversed(list(enumerate(sides)))}


def _near(model: Model, side: _Side, others: list[_Side]) -> list[int]:
    """The places of the rules that have leads in common with a rule, as far as their boxes tell."""
    hull = model.formulas.hull(side.whole) or {}
    touched = model.index.touching(hull, others[-1].before)
    return [j for j, other in enumerate(others) if other.entry is None or other.entry.terms & touched]


def _key(side: _Side) -> Any:
    return (side.whole, side.meaning)


def is_changed(old: Tree, new: Tree, lead: Mapping[str, Any], now: Any) -> tuple[Taken, Taken] | None:
    """What happens to one lead in each policy, where that differs; None where it does not."""
    leaves = [walk(tree, lead, now).leaf for tree in (old, new)]
    means = [
        None if leaf is None else meaning(tree, leaf.plan)
        for tree, leaf in zip((old, new), leaves, strict=True)
    ]
    if means[0] == means[1]:
        return None
    before, after = (
        Taken(None, (), None) if leaf is None else Taken(leaf.rule, leaf.plan.texts, leaf.plan.sla)
        for leaf in leaves
    )
    return before, after
