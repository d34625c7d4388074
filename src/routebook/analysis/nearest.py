"""The smallest change to a lead that sends it a way: the fewest fields, then the least steps.

The fewest fields are found by implicit hitting sets, as the fewest blockers are: each proof that a choice of fields
is not enough names the unchanged fields that it rests on, of which one has to change. Where such proofs
are too many, as with points that many signals add up to, fields of some change that does are taken back as far as
they can be, and a last search is asked for a change of fewer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from itertools import islice
from typing import Any, Final

from routebook.analysis.bounds import Bounds
from routebook.analysis.domains.base import Undecided
from routebook.analysis.hitting import TooHard, hitting_set
from routebook.analysis.search import HANDOVER, Answer, Covered, Found, Unknown
from routebook.analysis.space import NOW
from routebook.analysis.steps import Aim, Moved, Steps
from routebook.analysis.ways import Way

_CORES: Final = 100
_NODES: Final = 20_000
_CHOICES: Final = 10_000
_FINDS: Final = 400
_NOT_FOLLOWED: Final = "a comparison of fields with each other that the search could not follow"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that would have to be different; None is a missing value.

    With a `bound`, which it must not be itself, it may come as near to that as it likes.
    """

    field: str
    old: Any
    new: Any
    bound: Any = None


@dataclass(frozen=True, slots=True)
class Nearest:
    """The smallest change that sends the lead to `rule`. `lead` is the lead as it would be; it has been walked.

    `is_fewest` where fewer fields are proved not to do, `is_least` where so many fields are proved not to do in
    fewer steps. Some changes have a bound where it is proved that no fewer steps do than to those bounds. `way` is that
    by which the goal is come to.
    """

    rule: str
    changes: tuple[FieldChange, ...]
    steps: float
    lead: Mapping[str, Any]
    now: datetime
    way: Way
    is_fewest: bool = True
    is_least: bool = True


@dataclass(frozen=True, slots=True)
class Change:
    """A change that sends the lead the way of an aim."""

    aim: Aim
    moved: Moved
    fields: tuple[str, ...]

    @property
    def cost(self) -> tuple[int, Fraction]:
        return len(self.fields), self.moved.steps


class Closest:
    """Looks for the smallest change of one lead.

    `doubts` are the reasons for which it was not decided whether some way can be gone at all. `open_from` are costs,
    numbers of fields with steps, from which on smaller changes than those that were found may have been missed.
    """

    def __init__(self, steps: Steps) -> None:
        self.steps = steps
        self.doubts: list[str] = []
        self.open_from: list[tuple[int, Fraction]] = []
        sizes = steps.model.formulas.sizes
        movable = {name for dimension, name in steps.field_of.items() if sizes[dimension] > 1}
        self.names = sorted(movable - {NOW})
        self.bounds = Bounds(steps.model.formulas, steps.here, steps.field_of)

    def shown(self, change: Change) -> Nearest:
        """A change as it is told, with what is proved of it."""
        old, lead, way = self.steps.lead, change.moved.lead, change.aim.way
        count, steps = change.cost
        fewest = all(size >= count for size, _ in self.open_from)
        least = all(cost >= change.cost for cost in self.open_from)
        is_bounded = all(cost >= (count, change.moved.at_least) for cost in self.open_from)
        bounds = change.moved.bounds if is_bounded else {}
        changes = tuple(
            FieldChange(name, old.get(name), lead.get(name), bounds.get(name)) for name in change.fields
        )
        return Nearest(way.leaf.rule, changes, float(steps), lead, self.steps.now, way, fewest, least)

    def change(self, aim: Aim, best: Change | None) -> Change | None:
        """The smallest change by which the lead goes the way, where it is smaller than the best so far."""
        try:
            return self._change(aim, best)
        except Undecided as undecided:
            self.doubts.append(str(undecided))
            self.open_from.append((0, Fraction(0)))
            return None

    def _change(self, aim: Aim, best: Change | None) -> Change | None:
        most = len(self.names) if best is None else len(best.fields)
        cores: list[frozenset[int]] = []
        size, nodes = self.bounds.fields(aim.literal), _NODES
        while size <= most:
            try:
                members, nodes = hitting_set(cores, size, nodes)
            except TooHard:
                return self._rough(aim, best, size)
            if members is None:
                size += 1
                continue
            answer = self.steps.find(aim, [self.names[number] for number in members])
            if isinstance(answer, Found):
                return self._fewest(aim, cores, size, answer, best)
            if isinstance(answer, Unknown) or len(cores) >= _CORES:
                return self._rough(aim, best, size)
            core = self._core(answer) - set(members)
            if not core:
                return None
            cores.append(core)
        return None

    def _core(self, answer: Covered) -> frozenset[int]:
        named = {self.steps.field_of.get(dimension) for dimension in answer.box}
        return frozenset(number for number, name in enumerate(self.names) if name in named)

    # --- So many fields, proved the fewest ---------------------------------------------------------------

    def _fewest(
        self, aim: Aim, cores: Sequence[frozenset[int]], size: int, answer: Found, best: Change | None
    ) -> Change | None:
        """Of all choices of so many fields, the change with the least steps."""
        bound = best.moved.steps if best is not None and len(best.fields) == size else None
        hitting = list(islice(_hitting(cores, size, len(self.names)), _CHOICES + 1))
        finds = _FINDS
        opened = [self._floor(size)] if len(hitting) > _CHOICES else []
        others = [tuple(self.names[number] for number in numbers) for numbers in hitting]
        chosen = sorted([tuple(self._off(answer.point)), *others], key=self.steps.floor)
        least: Moved | None = None
        for names in chosen:
            if bound is not None and self.steps.floor(names) >= bound:
                break
            moved, open_from, finds = self.steps.least(aim, names, bound, finds)
            if open_from is not None:
                opened.append(open_from)
            if moved is not None:
                least, bound = moved, moved.steps
        self.open_from.extend((size, steps) for steps in opened)
        if least is not None:
            return Change(aim, least, self.steps.changed(least.lead))
        return self._as_found(aim, answer, best)

    def _as_found(self, aim: Aim, answer: Found, best: Change | None) -> Change | None:
        """The change to the lead at a point, where it is smaller; a doubt where the evaluator does not follow."""
        names = self._off(answer.point)
        moved = self.steps.made(aim, names, self.steps.space.values(answer.point))
        if moved is None:
            self.doubts.append(_NOT_FOLLOWED)
            self.open_from.append((0, Fraction(0)))
            return None
        return self._smaller(aim, moved, best)

    def _smaller(self, aim: Aim, moved: Moved, best: Change | None) -> Change | None:
        change = Change(aim, moved, self.steps.changed(moved.lead))
        return change if best is None or change.cost < best.cost else None

    def _off(self, point: Sequence[int]) -> list[str]:
        """The fields of which a point has not the lead's own classes."""
        here, field_of = self.steps.here, self.steps.field_of
        return sorted({name for d, name in field_of.items() if point[d] != here[d] and name != NOW})

    # --- Some change, not always proved the smallest -----------------------------------------------------

    def _rough(self, aim: Aim, best: Change | None, size: int) -> Change | None:
        """A change with no field that could be left as it was; fewer than `size` fields are proved not to do."""
        answer = self.steps.find(aim, self.names)
        if isinstance(answer, Covered):
            return None
        if isinstance(answer, Unknown):
            self.doubts.extend(answer.reasons)
            self.open_from.append((size, self._floor(size)))
            return None
        found, is_fewest = self._lowered(aim, self._taken_back(aim, answer), size)
        names = self._off(found.point)
        moved, _, _ = self.steps.least(aim, names, None, _FINDS)
        # of so many fields there are other choices, which have not been looked at
        count = len(names) if is_fewest else size
        self.open_from.append((count, self._floor(count)))
        return self._as_found(aim, found, best) if moved is None else self._smaller(aim, moved, best)

    def _floor(self, count: int) -> Fraction:
        """What a change to so many fields costs at the least."""
        return sum(sorted(self.steps.floor([name]) for name in self.names)[:count], Fraction(0))

    def _taken_back(self, aim: Aim, answer: Found) -> Found:
        """The lead with its fields taken back one by one, as far as it still goes the way."""
        for name in self._off(answer.point):
            off = self._off(answer.point)
            if name in off and not self.steps.model.out_of_time():
                fewer = self.steps.find(aim, [other for other in off if other != name])
                answer = fewer if isinstance(fewer, Found) else answer
        return answer

    def _lowered(self, aim: Aim, answer: Found, size: int) -> tuple[Found, bool]:
        """A lead with ever fewer fields changed, as long as one is found, and whether none has fewer."""
        while len(self._off(answer.point)) > size:
            fewer = self._of_at_most(aim, len(self._off(answer.point)) - 1)
            if not isinstance(fewer, Found):
                return answer, isinstance(fewer, Covered)
            answer = self._taken_back(aim, fewer)
        return answer, True

    def _of_at_most(self, aim: Aim, count: int) -> Answer:
        """A lead that goes the way with so many fields changed."""
        steps, formulas = self.steps, self.steps.model.formulas
        same = {name: formulas.conj([]) for name in self.names}
        for dimension, name in steps.field_of.items():
            if name in same:
                atom = formulas.atom(dimension, 1 << steps.here[dimension])
                same[name] = formulas.conj([same[name], atom])
        few = formulas.total([(-each, 1) for each in same.values()], (), [(None, count)])
        return steps.find(aim, self.names, also=few, limit=HANDOVER - 1)


def _hitting(cores: Sequence[frozenset[int]], size: int, count: int) -> Iterator[tuple[int, ...]]:
    """All sets of so many members, numbers below `count`, that have one of each core."""
    seen: set[frozenset[int]] = set()
    stack: list[frozenset[int]] = [frozenset()]
    while stack:
        chosen = stack.pop()
        if len(chosen) == size:
            if all(core & chosen for core in cores):
                yield tuple(sorted(chosen))
            continue
        missed = next((core for core in cores if not core & chosen), frozenset(range(count)) - chosen)
        for member in sorted(missed, reverse=True):
            wider = chosen | {member}
            if wider not in seen:
                seen.add(wider)
                stack.append(wider)
