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
from routebook.analysis.formula import TRUE, Literal
from routebook.analysis.model import NOT_CONFIRMED, Entry, Model, Progress, Rules
from routebook.analysis.ordinary import nearest
from routebook.analysis.regions import LeadRegion, LeadSet, gathered
from routebook.analysis.search import Found, Unknown
from routebook.analysis.terms import Ids
from routebook.check.conditions import Computed, Condition, Derive, FieldRef, Scope, fields_in, tests_in
from routebook.check.targets import HoldTarget, PoolTarget, Reassign, RepTarget, SplitTarget, Target
from routebook.plan.tree import Leaf, Plan, Tree
from routebook.plan.walk import walk
from routebook.types import describe


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
    meaning: Any


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
    doubts: list[str] = []
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
    sides = [
        _Side(entry, entry.whole, entry.before, meaning(rules.tree, entry.node.plan))
        for entry in rules.leaves
        if isinstance(entry.node, Leaf)
    ]
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
    return (side.whole, _Hashed(side.meaning))


class _Hashed:
    """A meaning as a key: compared by value, hashed by its words alone, which is quick."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Hashed) and bool(self.value == other.value)

    def __hash__(self) -> int:
        return hash(None if self.value is None else self.value.plan.texts)


# --- What a plan means -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Meaning:
    """A plan with all that it refers to: equal for plans that do the same."""

    plan: Plan
    sla: Any
    computed: Mapping[str, Computed]
    timezone: str | None


def meaning(tree: Tree, plan: Plan) -> Meaning:
    """What a plan of this policy comes to, wherever it refers to what the policy defines."""
    sla = tree.slas.get(plan.sla) if plan.sla is not None else None
    targets = [planned.target for planned in plan.targets]
    if sla is not None:
        targets += [t for step in sla.steps for t in step.then if not isinstance(t, Reassign)]
    refs = [ref for target in targets for ref in _refs(target)]
    computed: dict[str, Computed] = {}
    for ref in refs:
        _gather(tree, ref, computed)
    zone = tree.timezone.key if any(ref.part is not None for ref in refs) or computed else None
    return Meaning(plan, sla, computed, zone)


def _refs(target: Target) -> Iterator[FieldRef]:
    match target:
        case PoolTarget():
            yield from target.strategy.fields
            if target.sticky is not None:
                yield target.sticky.field
            yield from _where_refs(target)
        case HoldTarget():
            yield from _where_refs(target)
        case RepTarget(rep) if isinstance(rep, FieldRef):
            yield rep
        case SplitTarget():
            yield target.field
            for arm in target.arms:
                yield from _refs(arm.target)


def _where_refs(target: PoolTarget | HoldTarget) -> Iterator[FieldRef]:
    if target.where is not None:
        yield from _condition_refs(target.where)


def _condition_refs(condition: Condition) -> Iterator[FieldRef]:
    for test in tests_in(condition):
        for operand in (test.left, *test.right):
            yield from fields_in(operand)


def _gather(tree: Tree, ref: FieldRef, computed: dict[str, Computed]) -> None:
    """Every definition that a field rests on."""
    if ref.scope is not Scope.COMPUTED or ref.base in computed:
        return
    own = computed[ref.base] = tree.computed[ref.base]
    inner: list[FieldRef] = []
    conditions: list[Condition] = []
    if isinstance(own, Derive):
        conditions = [case.condition for case in own.cases]
    else:
        conditions = [entry.condition for entry in own.entries if entry.condition is not None]
        inner = [entry.per for entry in own.entries if entry.per is not None]
    for further in (*inner, *(ref for condition in conditions for ref in _condition_refs(condition))):
        _gather(tree, further, computed)


def schema_notes(old: Tree, new: Tree) -> Iterator[str]:
    """How the leads that the two take differ: changes are looked for among leads that fit both."""
    for declared in old.schema:
        if declared.name not in new.schema:
            yield f"the field `{declared.name}` is gone"
    for declared in new.schema:
        if declared.name not in old.schema:
            yield f"the field `{declared.name}` is new: {describe(declared.type)}"
            continue
        before = old.schema[declared.name]
        if before.type != declared.type:
            yield f"`{declared.name}` was {describe(before.type)} and is {describe(declared.type)}"
        if before.optional != declared.optional:
            yield f"`{declared.name}` {'can be missing now' if declared.optional else 'can no longer be missing'}"


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
