"""Why a lead did not go somewhere, and the smallest change to it that would have sent it there.

"Smallest" is the fewest fields, then the least steps: a number by its distance over the field's range, anything
else one step. The fewest fields are found by implicit hitting sets, as the fewest blockers are: each proof
that a choice of fields is not enough names the unchanged fields that it rests on, of which one has to change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from heapq import heappop, heappush
from itertools import combinations
from typing import Any, Final

from routebook.analysis.clock import OutOfTime, clock_for
from routebook.analysis.domains.ordered import NumberDomain
from routebook.analysis.formula import Box, Literal
from routebook.analysis.lower import Lowering
from routebook.analysis.model import Entry, Model
from routebook.analysis.people import People
from routebook.analysis.reach import Blocked, Contradictory, NotDecided, parts_of, reach
from routebook.analysis.search import Covered, Found, Unknown
from routebook.analysis.space import NOW
from routebook.check.targets import HoldTarget, PoolTarget, RepTarget, SplitTarget, Target
from routebook.plan.tree import Leaf, Tree
from routebook.plan.walk import Environment, walk
from routebook.roster import Roster
from routebook.source import Span
from routebook.text import listed

_ROUNDS: Final = 400
_EQUALS: Final = 40
_TRIED: Final = 500


@dataclass(frozen=True, slots=True)
class ConditionTruth:
    """A part of the rule's condition, or of the blocks around it: whether it holds of the lead."""

    condition: str
    holds: bool
    value: Any
    span: Span


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that would have to be different; None is a missing value."""

    field: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Nearest:
    """The smallest change that sends the lead to `rule`. `lead` is the lead as it would be; it has been walked."""

    rule: str
    changes: tuple[FieldChange, ...]
    steps: float
    lead: Mapping[str, Any]
    now: datetime


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Why a lead did not go somewhere.

    `goals` are the rules that would have sent it there, `conditions` the parts of the nearest one's condition (of
    the only one's, where there is one), `taken_by` the rule that took it first. Either `nearest` or `impossible`
    says what would have had to differ, or that nothing would do; both are None where it was not decided.
    """

    goals: tuple[str, ...]
    conditions: tuple[ConditionTruth, ...]
    taken_by: str | None
    nearest: Nearest | None
    impossible: str | None
    doubts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Goal:
    """Where the lead should have gone: one of `rule`, `pool` and `rep`."""

    rule: str | None = None
    pool: str | None = None
    rep: str | None = None

    @property
    def text(self) -> str:
        kind = "rule" if self.rule is not None else "pool" if self.pool is not None else "rep"
        return f"the {kind} `{self.rule or self.pool or self.rep}`"


def why_not(
    tree: Tree,
    lead: Mapping[str, Any],
    now: datetime,
    goal: Goal,
    roster: Roster | None = None,
    people: People | None = None,
    budget: float | None = None,
) -> WhyNot:
    """Explain. A goal that is a rep needs the roster and the values of its people. `budget` is in seconds."""
    model = Model([tree], [{**lead, NOW: now}], clock_for(budget))
    wanted = _leaves(tree, goal, roster)
    if goal.rep is not None and people is not None:
        for _, target in wanted:
            if isinstance(target, PoolTarget | HoldTarget):
                Lowering(model.space, tree, people.get(goal.rep, {})).condition(target.where)
    model.freeze()
    taken = walk(tree, lead, now).leaf
    search = _Nearest(model, lead, now)
    best: Nearest | None = None
    for leaf, target in wanted:
        entry = next(each for each in model.policies[0].leaves if each.node is leaf)
        extra = []
        if goal.rep is not None and isinstance(target, PoolTarget | HoldTarget):
            extra = [Lowering(model.space, tree, (people or {}).get(goal.rep, {})).condition(target.where)]
        found = search.nearest(entry, extra, best)
        best = found or best
    impossible = None
    if best is None and not search.doubts:
        impossible = _impossible(model, goal, [leaf for leaf, _ in wanted])
    near = next((leaf for leaf, _ in wanted if best is None or leaf.rule == best.rule), None)
    shown = tuple(_truths(tree, model, near, lead, now)) if near is not None else ()
    names = tuple(dict.fromkeys(leaf.rule for leaf, _ in wanted))
    return WhyNot(
        names, shown, taken.rule if taken else None, best, impossible, tuple(dict.fromkeys(search.doubts))
    )


def _leaves(tree: Tree, goal: Goal, roster: Roster | None) -> list[tuple[Leaf, Target | None]]:
    """The rules that send leads to the goal, and the target by which they do."""
    if goal.rule is not None:
        return [(leaf, None) for leaf in tree.leaves() if leaf.rule == goal.rule]
    return [
        (leaf, target)
        for leaf in tree.leaves()
        for planned in leaf.plan.targets
        for target in _flat(planned.target)
        if leads_to(target, goal, roster)
    ]


def _flat(target: Target) -> Iterator[Target]:
    if isinstance(target, SplitTarget):
        for arm in target.arms:
            yield from _flat(arm.target)
    else:
        yield target


def leads_to(target: Target, goal: Goal, roster: Roster | None) -> bool:
    """Whether the target, or an arm of it, can send a lead to the goal."""
    match target:
        case SplitTarget(arms=arms):
            return any(leads_to(arm.target, goal, roster) for arm in arms)
        case PoolTarget(pool=pool) | HoldTarget(pool=pool):
            if goal.pool is not None:
                return pool == goal.pool
            if roster is None or not roster.has_pool(pool):
                return False
            return any(rep.id == goal.rep for rep in roster.members(pool))
        case RepTarget(rep):
            return goal.rep is not None and rep == goal.rep
    return False


def _truths(
    tree: Tree, model: Model, leaf: Leaf, lead: Mapping[str, Any], now: datetime
) -> Iterator[ConditionTruth]:
    environment = Environment(tree, lead, now)
    entry = next(each for each in model.policies[0].leaves if each.node is leaf)
    for node in (*entry.parents, leaf):
        for part in parts_of(node.condition):
            verdict = environment.judge(part)
            value = verdict.because[0].value if len(verdict.because) == 1 else None
            yield ConditionTruth(" ".join(part.span.text.split()), verdict.holds, value, part.span)


def _impossible(model: Model, goal: Goal, leaves: list[Leaf]) -> str:
    if not leaves:
        return f"no rule sends leads to {goal.text}"
    verdicts = [v for v in reach(model, model.policies[0]) if any(v.entry.node is leaf for leaf in leaves)]
    for verdict in verdicts:
        if isinstance(verdict, Blocked):
            names = listed(f"`{blocker.entry.node.rule}`" for blocker in verdict.blockers)
            return f"no lead reaches {goal.text}: {names} would take every such lead first"
        if isinstance(verdict, Contradictory):
            return f"no lead satisfies the condition of `{verdict.entry.node.rule}`"
    if any(isinstance(verdict, NotDecided) for verdict in verdicts):
        return f"no change is known that would send it to {goal.text}"
    return f"no lead goes to {goal.text} at this moment"


class _Nearest:
    """Looks for the smallest change of one lead."""

    def __init__(self, model: Model, lead: Mapping[str, Any], now: datetime) -> None:
        self.model, self.lead, self.now = model, lead, now
        space = model.space
        self.here = space.place(lead, now)
        self.field_of: dict[int, str] = {}
        for name, domain in space.domains.items():
            self.field_of.update((dimension, name) for dimension in domain.dimensions())
        self.doubts: list[str] = []

    def nearest(self, entry: Entry, extra: Sequence[Literal], best: Nearest | None) -> Nearest | None:
        """The smallest change by which the rule takes the lead, where it is smaller than the best so far."""
        try:
            return self._nearest(self.model.formulas.conj([entry.whole, *extra]), entry, best)
        except OutOfTime as out_of_time:
            self.doubts.append(str(out_of_time))
            return None

    def _nearest(self, literal: Literal, entry: Entry, best: Nearest | None) -> Nearest | None:
        cores: list[frozenset[str]] = []
        names = sorted(set(self.field_of.values()) - {NOW})
        most = len(names) if best is None else len(best.changes)
        for size in range(most + 1):
            while True:
                chosen = next(self._hitting(cores, names, size), None)
                if chosen is None:
                    break
                answer = self._try(literal, entry, chosen)
                if isinstance(answer, Unknown):
                    self.doubts.extend(answer.reasons)
                    return None
                if isinstance(answer, Found):
                    found = self._least(literal, entry, self._hitting(cores, names, size))
                    return found if best is None or found is None or _cost(found) < _cost(best) else None
                core = self._core(answer) - frozenset(chosen)
                if not core or len(cores) > _ROUNDS:
                    return None
                cores.append(core)
        return None

    def _hitting(self, cores: list[frozenset[str]], names: list[str], size: int) -> Iterator[tuple[str, ...]]:
        """The sets of so many fields that have one of each core, smallest names first; more than enough of them."""
        useful = sorted(set().union(*cores)) if cores else []
        if size == 0:
            if not cores:
                yield ()
            return
        pool = useful if useful else names
        for chosen in combinations(pool, min(size, len(pool))):
            self.model.clock.check()
            if all(core & set(chosen) for core in cores):
                yield chosen

    def _fixed(self, chosen: Sequence[str]) -> Box:
        free = set(chosen)
        return {d: 1 << self.here[d] for d, name in self.field_of.items() if name not in free}

    def _try(self, literal: Literal, entry: Entry, chosen: Sequence[str], further: Box | None = None) -> Any:
        return self.model.find([literal], entry.before, {**self._fixed(chosen), **(further or {})})

    def _core(self, answer: Covered) -> frozenset[str]:
        named = (self.field_of.get(dimension) for dimension in answer.box)
        return frozenset(name for name in named if name is not None and name != NOW)

    def _least(self, literal: Literal, entry: Entry, choices: Iterator[tuple[str, ...]]) -> Nearest | None:
        """Of the choices of equally many fields, the change with the least steps."""
        best: Nearest | None = None
        for number, chosen in enumerate(choices):
            if number >= _EQUALS:
                break
            found = self._steps(literal, entry, chosen)
            if found is not None and (best is None or _cost(found) < _cost(best)):
                best = found
        return best

    def _steps(self, literal: Literal, entry: Entry, chosen: Sequence[str]) -> Nearest | None:
        """The least steps with these fields changed: combinations of classes of the numbers, nearest first."""
        numbers = [name for name in chosen if self._is_number(name)]
        ladders = [self._ladder(name) for name in numbers]
        if isinstance(self._try(literal, entry, chosen), Covered):
            return None
        queue: list[tuple[float, tuple[int, ...]]] = [
            (sum(rungs[0][0] for rungs in ladders), (0,) * len(ladders))
        ]
        seen = {queue[0][1]}
        for _ in range(_TRIED):
            if not queue:
                return None
            self.model.clock.check()
            _, places = heappop(queue)
            further = {self._dimension(n): 1 << ladders[i][places[i]][1] for i, n in enumerate(numbers)}
            answer = self._try(literal, entry, chosen, further)
            if isinstance(answer, Found):
                return self._made(entry, chosen, answer.point)
            for index in range(len(ladders)):
                following = (*places[:index], places[index] + 1, *places[index + 1 :])
                if following[index] < len(ladders[index]) and following not in seen:
                    seen.add(following)
                    heappush(queue, (sum(ladders[i][p][0] for i, p in enumerate(following)), following))
        answer = self._try(literal, entry, chosen)
        return self._made(entry, chosen, answer.point) if isinstance(answer, Found) else None

    def _is_number(self, name: str) -> bool:
        return isinstance(self.model.space.domains[name], NumberDomain) and self.lead.get(name) is not None

    def _dimension(self, name: str) -> int:
        return self.model.space.domains[name].dimensions()[0]

    def _ladder(self, name: str) -> list[tuple[float, int]]:
        """The classes of a number with their distances from the lead's value, nearest first."""
        domain = self.model.space.domains[name]
        assert isinstance(domain, NumberDomain)
        value = Fraction(self.lead[name])
        dimension = self._dimension(name)
        rungs = []
        point = list(self.here)
        for number in range(self.model.formulas.sizes[dimension]):
            point[dimension] = number
            near = domain.nearest(value, point)
            distance = 1.0 if near is None else float(abs(Fraction(near) - value) / _range(domain, value))
            rungs.append((distance, number))
        return sorted(rungs)

    def _made(self, entry: Entry, chosen: Sequence[str], point: Sequence[int]) -> Nearest | None:
        """The lead at a point with the other fields as they were; walked before it is shown."""
        space = self.model.space
        values = space.values(point)
        near = dict(values)
        for name in chosen:
            domain = space.domains[name]
            if isinstance(domain, NumberDomain) and self._is_number(name):
                near[name] = domain.nearest(self.lead[name], point)
        for source in (near, values):
            lead = dict(self.lead)
            for name in chosen:
                lead.pop(name, None)
                if source.get(name) is not None:
                    lead[name] = source[name]
            if walk(space.trees[0], lead, self.now).leaf is entry.node:
                for name in chosen:
                    self._nearer(entry, lead, name)
                lead = {name: lead[name] for name in {**self.lead, **lead} if name in lead}
                changes = tuple(
                    FieldChange(name, self.lead.get(name), lead.get(name))
                    for name in chosen
                    if self.lead.get(name) != lead.get(name)
                )
                return Nearest(entry.node.rule, changes, self._distance(changes), lead, self.now)
        self.doubts.append("a comparison of fields with each other that the search could not follow")
        return None

    def _nearer(self, entry: Entry, lead: dict[str, Any], name: str) -> None:
        """Move a changed number back towards what it was, as far as the rule still takes the lead.

        Within a class nothing but a comparison with another field can make a difference; decimals move by cents.
        """
        domain = self.model.space.domains[name]
        if not isinstance(domain, NumberDomain) or not self._is_number(name) or lead.get(name) is None:
            return
        grid = 1 if domain.type.integer else 100
        old, new = Fraction(self.lead[name]) * grid, Fraction(lead[name]) * grid
        if old.denominator != 1 or new.denominator != 1:
            return
        fails, works = int(old), int(new)
        while abs(works - fails) > 1:
            middle = (fails + works) // 2
            tried = {**lead, name: domain.number(int(Fraction(middle, grid) * domain.scale))}
            if walk(self.model.space.trees[0], tried, self.now).leaf is entry.node:
                works = middle
            else:
                fails = middle
        lead[name] = domain.number(int(Fraction(works, grid) * domain.scale))

    def _distance(self, changes: Sequence[FieldChange]) -> float:
        total = 0.0
        for change in changes:
            domain = self.model.space.domains[change.field]
            if isinstance(domain, NumberDomain) and change.old is not None and change.new is not None:
                old = Fraction(change.old)
                total += float(abs(Fraction(change.new) - old) / _range(domain, old))
            else:
                total += 1.0
        return total


def _cost(nearest: Nearest) -> tuple[int, float]:
    return len(nearest.changes), nearest.steps


def _range(domain: NumberDomain, value: Fraction) -> Fraction:
    """What a distance is measured by: the field's range, or where it has no end the size of the value."""
    low, high = domain.type.low, domain.type.high
    if low is not None and high is not None:
        return max(Fraction(high) - Fraction(low), Fraction(1))
    return max(abs(value), Fraction(1))
