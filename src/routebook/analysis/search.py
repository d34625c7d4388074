"""The one question behind every proof: is there a lead in this box, in none of these boxes?

A search keeps, for each dimension, the classes that are still open, and a point in them that is as ordinary as
they allow. Boxes that must be left are found lazily: whatever holds the present point. To leave a box is
to leave its classes in some dimension; where only one dimension is left to do so, that is forced. A box that
cannot be left is a conflict: walking back over what was forced, the boxes are resolved with each other
(their union in one dimension, their common part in all others, is covered by the two) until a choice is left
to undo, and what was learnt is kept. That is conflict-driven clause learning (Marques-Silva and
Sakallah 1996) on boxes instead of clauses, and it ends: with a point, or with the covering boxes that prove
that there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

from routebook.analysis.clock import Clock, OutOfTime
from routebook.analysis.domains.base import Undecided
from routebook.analysis.formula import Box, Formulas, Literal, Mask
from routebook.analysis.terms import Ids, TermIndex

HANDOVER: Final = 400
"""After so many conflicts a search is handed to the SAT solver, where there is one."""
UNTIMED: Final = 16
"""So many steps are taken when the time is up, too: a small answer is worth more than the moment that it takes."""
GIVEN_UP: Final = "the search was given up"
_LOOKED_AT: Final = 12


class Model(Protocol):
    """What a search needs to know of the model."""

    formulas: Formulas

    def pick(self, dimension: int, mask: Mask) -> int:
        """The most ordinary class of a set."""

    def conflict(self, point: Sequence[int]) -> Box | None:
        """A box around the point that holds no lead, where no lead is at the point. Raises `Undecided`."""

    def oddity(self, dimension: int, number: int) -> int:
        """How far from ordinary a class is: 0 for the ordinary one."""


@dataclass(frozen=True, slots=True)
class Found:
    """A point that is in the box and in none of the others."""

    point: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Covered:
    """There is none: these terms cover the box, whose needed dimensions are those of `box`."""

    terms: Ids
    box: Box


@dataclass(frozen=True, slots=True)
class Unknown:
    """It was not decided, for these reasons."""

    reasons: tuple[str, ...]


Answer: TypeAlias = Found | Covered | Unknown


@dataclass(slots=True)
class Clause:
    """A box to be left, the terms that it stands for, and whether it rests on something undecided."""

    box: Box
    ids: Ids
    doubtful: bool = False
    kept: bool = False


@dataclass(frozen=True, slots=True)
class _Step:
    """A narrowing of one dimension: what it was, and the box that forced it, None for a choice."""

    dimension: int
    before: Mask
    reason: Clause | None


Handover: TypeAlias = "Callable[[Search], Answer | None]"


class Search:
    """One search.

    `must` holds formulas that are to hold besides the box, `avoid` the terms to stay out of, `outside` boxes to
    stay out of besides. `near` is where to begin, the ordinary lead where it is None.
    """

    def __init__(
        self,
        model: Model,
        index: TermIndex,
        start: Box,
        avoid: Ids,
        must: Sequence[Literal] = (),
        clock: Clock = Clock(),  # noqa: B008
        outside: Sequence[Box] = (),
        near: Sequence[int] | None = None,
    ) -> None:
        self.model, self.index, self.avoid, self.must = model, index, avoid, must
        self.clock = clock
        formulas = model.formulas
        self.given = frozenset(part for literal in must for part in formulas.conjuncts(literal))
        self.open: list[Mask] = [(1 << size) - 1 for size in formulas.sizes]
        self.empty = False
        for dimension, mask in start.items():
            self.open[dimension] &= mask
            self.empty = self.empty or not self.open[dimension]
        self.start = start
        self.point = [] if self.empty else self._begun(near)
        self.clauses: list[Clause] = []
        self.by_dimension: dict[int, list[Clause]] = {}
        self._broad: list[Clause] = []
        self._single: dict[int, list[Clause]] = {}
        self._barred: Box = {}
        """For each dimension the classes that are in boxes of that dimension alone: there may be very many of those."""
        self.trail: list[_Step] = []
        self.conflicts = 0
        self.steps = 0
        self.reasons: list[str] = []
        if not self.empty:
            for box in outside:
                self.keep(Clause(dict(box), 0))

    def _begun(self, near: Sequence[int] | None) -> list[int]:
        pick = self.model.pick
        if near is None:
            return [pick(d, mask) for d, mask in enumerate(self.open)]
        return [near[d] if mask >> near[d] & 1 else pick(d, mask) for d, mask in enumerate(self.open)]

    def run(self, handover: Handover | None = None, limit: int | None = None) -> Answer:
        """Search to the end, or until so many conflicts. Raises `OutOfTime`."""
        if self.empty:
            return Covered(0, dict(self.start))
        while True:
            self.steps += 1
            if self.steps % UNTIMED == 0:
                self.clock.check()
            clause = self.blocking(self.point)
            if clause is None:
                return Found(tuple(self.point))
            self.keep(clause)
            failed = self._leave(clause)
            while failed is not None:
                self.conflicts += 1
                learnt = self._learn(failed)
                if not self.trail and self._is_full(learnt):
                    return self.covered(learnt)
                failed = self._leave(learnt)
            if limit is not None and self.conflicts > limit:
                return Unknown((GIVEN_UP,))
            if handover is not None and self.conflicts >= HANDOVER:
                answer = handover(self)
                if answer is not None:
                    return answer
                handover = None

    def root(self) -> list[Mask]:
        """The classes that were open before anything was chosen or forced."""
        found = list(self.open)
        for step in reversed(self.trail):
            found[step.dimension] = step.before
        return found

    def covered(self, proof: Clause) -> Answer:
        """What a box that cannot be left at all comes to."""
        if proof.doubtful:
            return Unknown(tuple(dict.fromkeys(self.reasons)))
        return Covered(proof.ids, proof.box)

    # --- What holds the point ----------------------------------------------------------------------------

    def blocking(self, point: Sequence[int]) -> Clause | None:
        """A box around the point that is to be left: a known one, a term, a formula that fails, an impossible lead."""
        for dimension, barred in self._barred.items():
            here = 1 << point[dimension]
            if barred & here:
                return next(each for each in self._single[dimension] if each.box[dimension] & here)
        for clause in reversed(self._broad):
            for dimension, mask in clause.box.items():
                if not mask >> point[dimension] & 1:
                    break
            else:
                return clause
        held = self.index.holding(point, self.avoid)
        if held:
            return self._best(held, point)
        for literal in self.must:
            memo: dict[int, bool] = {}
            if not self.model.formulas.holds(literal, point, memo):
                box: Box = {}
                self.model.formulas.implicant(-literal, point, box, memo)
                return Clause(box, 0)
        return self._impossible(point)

    def _impossible(self, point: Sequence[int]) -> Clause | None:
        try:
            box = self.model.conflict(point)
        except OutOfTime:
            raise
        except Undecided as undecided:
            self.reasons.append(str(undecided))
            box = undecided.box or {d: 1 << number for d, number in enumerate(point)}
            return Clause(dict(box), 0, doubtful=True)
        return None if box is None else Clause(box, 0)

    def _best(self, held: Ids, point: Sequence[int]) -> Clause:
        """Of the terms that hold the point, the one that leaves the fewest dimensions to escape by."""
        best: tuple[int, int, Box] | None = None
        opened = self.open
        for _ in range(_LOOKED_AT):
            if not held:
                break
            number = (held & -held).bit_length() - 1
            held &= held - 1
            box = self.index.around(number, point, self.given)
            ways = 0
            for dimension, mask in box.items():
                if opened[dimension] & ~mask:
                    ways += 1
            if best is None or ways < best[0]:
                best = (ways, number, box)
            if ways == 0:
                break
        assert best is not None
        return Clause(best[2], 1 << best[1])

    def keep(self, clause: Clause) -> None:
        """Remember a box, so that it is left for good."""
        if not clause.kept:
            clause.kept = True
            self.clauses.append(clause)
            if len(clause.box) == 1:
                ((dimension, mask),) = clause.box.items()
                self._single.setdefault(dimension, []).append(clause)
                self._barred[dimension] = self._barred.get(dimension, 0) | mask
                return
            self._broad.append(clause)
            for dimension in clause.box:
                self.by_dimension.setdefault(dimension, []).append(clause)

    # --- Leaving boxes -----------------------------------------------------------------------------------

    def _leave(self, clause: Clause) -> Clause | None:
        """Leave a box, by force or by choice, and all that follows; a box that cannot be left is returned."""
        ways = [d for d, mask in clause.box.items() if self.open[d] & ~mask]
        if not ways:
            return clause
        if len(ways) == 1:
            return self._narrow(ways[0], clause.box[ways[0]], clause)
        if not all(mask >> self.point[d] & 1 for d, mask in clause.box.items()):
            return None
        dimension = self._choose(clause.box, ways)
        return self._narrow(dimension, clause.box[dimension], None)

    def _narrow(self, dimension: int, away: Mask, reason: Clause | None) -> Clause | None:
        queue: list[tuple[int, Mask, Clause | None]] = [(dimension, away, reason)]
        while queue:
            dimension, away, reason = queue.pop()
            before = self.open[dimension]
            left = before & ~away
            if left == before:
                continue
            self.trail.append(_Step(dimension, before, reason))
            self.open[dimension] = left
            if not left:
                assert reason is not None
                return reason
            if not left >> self.point[dimension] & 1:
                self.point[dimension] = self.model.pick(dimension, left)
            if not left & ~self._barred.get(dimension, 0):
                for clause in self._single[dimension]:
                    if not left & ~clause.box[dimension]:
                        return clause
            for clause in self.by_dimension.get(dimension, ()):
                if clause.box[dimension] & left != left:
                    continue
                ways = self._ways(clause.box)
                if ways is None:
                    return clause
                if ways >= 0:
                    queue.append((ways, clause.box[ways], clause))
        return None

    def _ways(self, box: Box) -> int | None:
        """The only dimension by which a box can be left; None where there is none, -1 where there are more."""
        only: int | None = None
        for dimension, mask in box.items():
            if self.open[dimension] & ~mask:
                if only is not None:
                    return -1
                only = dimension
        return only

    def _choose(self, box: Box, ways: list[int]) -> int:
        """The dimension whose most ordinary way out is held by the fewest other terms."""
        point = self.point
        best, best_cost = ways[0], (1 << 60, 0)
        rows = self.index.allow()
        for dimension in ways:
            here = point[dimension]
            there = self.model.pick(dimension, self.open[dimension] & ~box[dimension])
            cost = 0
            if rows[dimension]:
                point[dimension] = there
                cost = self.index.at(point, self.avoid).bit_count()
                point[dimension] = here
            odd = self.model.oddity(dimension, there)
            if (cost, odd) < best_cost:
                best, best_cost = dimension, (cost, odd)
        return best

    # --- Learning ----------------------------------------------------------------------------------------

    def _learn(self, failed: Clause) -> Clause:
        """Resolve a box that cannot be left back to the last choice that matters; undo up to it."""
        box, ids, doubtful = dict(failed.box), failed.ids, failed.doubtful
        while self.trail:
            step = self.trail.pop()
            after = self.open[step.dimension]
            self.open[step.dimension] = step.before
            mask = box.get(step.dimension)
            if mask is None or not step.before & ~mask:
                continue  # it could not be left before either
            if step.reason is None:
                break
            ids |= step.reason.ids
            doubtful = doubtful or step.reason.doubtful
            _resolve(box, step.reason.box, step.dimension, self.model.formulas.full(step.dimension))
            assert not after & ~box.get(step.dimension, after)
        learnt = Clause(box, ids, doubtful)
        self.keep(learnt)
        return learnt

    def _is_full(self, clause: Clause) -> bool:
        return not any(self.open[dimension] & ~mask for dimension, mask in clause.box.items())


def _resolve(box: Box, reason: Box, dimension: int, full: Mask) -> None:
    """Replace `box` by the union with `reason` in one dimension and the common part in all others."""
    union = box[dimension] | reason[dimension]
    for other, mask in reason.items():
        held = box.get(other)
        box[other] = mask if held is None else held & mask
    if union == full:
        del box[dimension]
    else:
        box[dimension] = union
