"""Of the changes to some fields of a lead, the one with the least steps.

A number counts by its distance over the field's range, any other change as one step. Numbers move by classes, nearest
first; what only a comparison of numbers with each other tells apart within the classes is left to `tie_steps`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from heapq import heappop, heappush
from typing import Any, Final

from routebook.analysis.clock import OUT_OF_TIME
from routebook.analysis.domains.ordered import NumberDomain
from routebook.analysis.formula import TRUE, Box, Literal
from routebook.analysis.model import Entry, Model
from routebook.analysis.search import Answer, Covered, Found, Unknown
from routebook.analysis.space import NOW
from routebook.analysis.tie_steps import Mover, nearest_values
from routebook.analysis.ways import Way

_LOOKED_AT: Final = 20_000
_REGIONS: Final = 16
_TIES: Final = 12
_VALUES: Final = 2_000


@dataclass(frozen=True, slots=True)
class Aim:
    """A way to the goal in the model: all that has to hold of a lead that goes it, and the rep's fields."""

    way: Way
    entry: Entry
    literal: Literal
    rep: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Moved:
    """A lead that goes the way, by the evaluator, and what it cost to change it.

    `bounds` are of decimals that could come as near to them as one likes, `at_least` what it would cost there.
    """

    lead: Mapping[str, Any]
    steps: Fraction
    at_least: Fraction
    bounds: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Settled:
    """What is proved the least; nothing where nothing costs less than was asked."""

    moved: Moved | None


@dataclass(frozen=True, slots=True)
class _Rung:
    """A class of a number, and its distance from what the lead has."""

    distance: Fraction
    number: int


class Steps:
    """One lead in the model, at one moment, and the searches for others near it."""

    def __init__(self, model: Model, lead: Mapping[str, Any], now: datetime) -> None:
        self.model, self.lead, self.now = model, lead, now
        self.space = model.space
        self.here = self.space.place(lead, now)
        self.field_of = {
            dimension: name
            for name, domain in self.space.domains.items()
            for dimension in domain.dimensions()
        }
        self._ladders: dict[str, list[_Rung]] = {}
        self._movers = {
            name: Mover(domain, Fraction(lead[name]), _range(domain, Fraction(lead[name])))
            for name, domain in self.space.domains.items()
            if isinstance(domain, NumberDomain) and lead.get(name) is not None
        }

    def find(
        self,
        aim: Aim,
        chosen: Iterable[str],
        further: Box | None = None,
        outside: Sequence[Box] = (),
        also: Literal = TRUE,
        limit: int | None = None,
    ) -> Answer:
        """A lead that goes the way and has only these fields changed; `also` has to hold of it. Given up after `limit`
        conflicts.
        """
        if self.model.out_of_time():
            return Unknown((OUT_OF_TIME,))
        free = set(chosen)
        fixed = {d: 1 << self.here[d] for d, name in self.field_of.items() if name not in free}
        within = {**fixed, **(further or {})}
        near = self.here if also != TRUE else None
        return self.model.find([aim.literal, also], aim.entry.before, within, outside, near, limit)

    def floor(self, chosen: Iterable[str]) -> Fraction:
        """What a change to all of these fields costs at the least."""
        return sum(
            (self._ladder(n)[0].distance if n in self._movers else Fraction(1) for n in chosen), Fraction(0)
        )

    def least(
        self, aim: Aim, chosen: Sequence[str], bound: Fraction | None, finds: int
    ) -> tuple[Moved | None, Fraction | None, int]:
        """The least change to these fields that costs less than the bound, from which cost on others may have been
        missed (None where it is proved the least), and how many of the `finds` are left: after so many searches it is
        given up.
        """
        numbers = [name for name in chosen if name in self._movers]
        if numbers == list(chosen) and len(numbers) == 1 and self._is_compared(numbers[0]):
            by_value = self._by_value(aim, numbers[0], bound)
            if by_value is not None:
                return by_value.moved, None, finds
        ladders = [self._reaching(aim, chosen, name) for name in numbers]
        if not all(ladders):
            return None, None, finds
        others = Fraction(len(chosen) - len(numbers))
        start = (0,) * len(ladders)
        queue = [(others + sum((rungs[0].distance for rungs in ladders), Fraction(0)), start)]
        seen, closed = {start}, _Closed()
        best: Moved | None = None
        open_from: Fraction | None = None
        while queue:
            low, places = heappop(queue)
            if bound is not None and low >= bound:
                break
            if finds <= 0 or len(seen) > _LOOKED_AT or self.model.out_of_time():
                return best, low if open_from is None else open_from, finds
            if not closed.holds(places):
                finds -= 1
                classes = {
                    self._dimension(name): ladders[i][places[i]].number for i, name in enumerate(numbers)
                }
                further = {dimension: 1 << number for dimension, number in classes.items()}
                answer = self.find(aim, chosen, further)
                if isinstance(answer, Covered):
                    closed.add(
                        {i: places[i] for i, n in enumerate(numbers) if self._dimension(n) in answer.box}
                    )
                else:
                    moved, is_least = self._within(aim, chosen, further, answer, low)
                    if open_from is None and not is_least:
                        open_from = low
                    if moved is not None and (bound is None or moved.steps < bound):
                        best, bound = moved, moved.steps
            for index, rungs in enumerate(ladders):
                following = (*places[:index], places[index] + 1, *places[index + 1 :])
                if following[index] < len(rungs) and following not in seen:
                    seen.add(following)
                    further_on = rungs[following[index]].distance - rungs[places[index]].distance
                    heappush(queue, (low + further_on, following))
        return best, open_from, finds

    def _within(
        self, aim: Aim, chosen: Sequence[str], further: Box, answer: Answer, low: Fraction
    ) -> tuple[Moved | None, bool]:
        """The least change with the numbers in these classes, and whether it is proved the least of those.

        They cost no less than `low`. Comparisons of the numbers hold or fail as a point has them: each such choice
        is looked at by itself.
        """
        best: Moved | None = None
        is_proved = True
        met: list[Box] = []
        while isinstance(answer, Found) and len(met) < _REGIONS:
            tied = self.space.ties.wanted([name for name in chosen if name in self._movers], answer.point)
            moved, is_least = self._at(aim, chosen, answer.point)
            is_proved = is_proved and is_least
            if moved is not None and (best is None or moved.steps < best.steps):
                best = moved
            if best is not None and best.steps == low:
                return best, True
            if not tied or len(tied) > _TIES:
                return best, is_proved and not tied
            met.append({tie.dimension: 1 << int(holds) for tie, holds in tied})
            answer = self.find(aim, chosen, further, met)
        return best, is_proved and isinstance(answer, Covered)

    def _at(self, aim: Aim, chosen: Sequence[str], point: Sequence[int]) -> tuple[Moved | None, bool]:
        """The least change that leads to the point, and whether it is proved so."""
        values = self.space.values(point)
        movers = {
            name: mover
            for name, mover in self._movers.items()
            if name in chosen and mover.domain.interval(point) is not None
        }
        near = {name: mover.domain.nearest(self.lead[name], point) for name, mover in movers.items()}
        beyond = {
            name: found
            for name, mover in movers.items()
            if (found := mover.domain.beyond(self.lead[name], point)) is not None
        }
        tied = self.space.ties.wanted(movers, point)
        if not tied:
            moved = self._beside(aim, chosen, {**values, **near}, beyond)
            return moved or self.made(aim, chosen, values), False
        near |= {name: shown for name, (shown, _) in beyond.items()}
        read = {base for tie, _ in tied for base in tie.bases}
        found = None
        if not any(base in chosen and base not in movers for base in read):
            moving = {name: mover for name, mover in movers.items() if name in read}
            found = nearest_values(self.space, moving, tied, point, {**self.lead, NOW: self.now})
        if found is None:
            return self.made(aim, chosen, values), False
        moved = self.made(aim, chosen, {**values, **near, **found[0]})
        by_cents = bool(beyond) or any(not movers[name].domain.type.integer for name in found[0])
        return moved or self.made(aim, chosen, values), moved is not None and not by_cents

    def _beside(
        self,
        aim: Aim,
        chosen: Collection[str],
        nearest: Mapping[str, Any],
        beyond: Mapping[str, tuple[Any, Any]],
    ) -> Moved | None:
        """The nearest change, with values that read well in place of those just beyond a bound."""
        least = self.made(aim, chosen, nearest)
        if least is None or not beyond:
            return least
        moved = self.made(aim, chosen, {**nearest, **{name: shown for name, (shown, _) in beyond.items()}})
        if moved is None or self.space.ties.reasons:
            return moved or least
        return Moved(
            moved.lead, moved.steps, least.steps, {name: bound for name, (_, bound) in beyond.items()}
        )

    def made(self, aim: Aim, chosen: Collection[str], values: Mapping[str, Any]) -> Moved | None:
        """The lead with these fields as the values have them, where the evaluator sends it the way."""
        lead = {name: value for name, value in self.lead.items() if name not in chosen}
        lead.update((name, values[name]) for name in chosen if values.get(name) is not None)
        lead = {name: lead[name] for name in {**self.lead, **lead} if name in lead}
        if not aim.way.sends(self.space.trees[0], lead, self.now, aim.rep):
            return None
        cost = self._cost(lead)
        return Moved(lead, cost, cost)

    def changed(self, lead: Mapping[str, Any]) -> tuple[str, ...]:
        """The fields that are not what they were."""
        return tuple(name for name in {**self.lead, **lead} if self.lead.get(name) != lead.get(name))

    def _cost(self, lead: Mapping[str, Any]) -> Fraction:
        total = Fraction(0)
        for name in self.changed(lead):
            mover = self._movers.get(name)
            is_moved = mover is not None and lead.get(name) is not None
            total += mover.cost(Fraction(lead[name])) if mover is not None and is_moved else 1
        return total

    def _dimension(self, name: str) -> int:
        return self.space.domains[name].dimensions()[0]

    def _ladder(self, name: str) -> list[_Rung]:
        """The other classes of a number, nearest first; what the lead has is a class of its own."""
        if name not in self._ladders:
            mover, dimension = self._movers[name], self._dimension(name)
            rungs, point = [], list(self.here)
            for number in range(self.model.formulas.sizes[dimension]):
                point[dimension] = number
                near = mover.domain.nearest(self.lead[name], point)
                distance = Fraction(1) if near is None else mover.cost(Fraction(near))
                if number != self.here[dimension]:
                    rungs.append(_Rung(distance, number))
            self._ladders[name] = sorted(rungs, key=lambda rung: (rung.distance, rung.number))
        return self._ladders[name]

    def _is_compared(self, name: str) -> bool:
        """Whether a comparison with another field may tell values of one class apart."""
        return name in self.space.ties.bases() or bool(self.space.ties.reasons)

    def _by_value(self, aim: Aim, name: str, bound: Fraction | None) -> _Settled | None:
        """The least change of one whole number, value by value; None where there are too many of them."""
        mover = self._movers[name]
        if not mover.domain.type.integer:
            return None
        old, line = int(mover.old), mover.domain.line
        first = int(self._ladder(name)[0].distance * mover.range)
        for distance in range(first, first + _VALUES):
            if self.model.out_of_time():
                return None
            cost = mover.cost(Fraction(old + distance))
            if bound is not None and cost >= bound:
                return _Settled(None)
            if cost >= 1:  # to be without a value costs no more
                return None
            for value in (old - distance, old + distance):
                if line.low <= value <= line.high:
                    moved = self.made(aim, [name], {name: value})
                    if moved is not None:
                        return _Settled(moved)
        return None

    def _reaching(self, aim: Aim, chosen: Sequence[str], name: str) -> list[_Rung]:
        """The classes of a number from the nearest on by which the lead can go the way, others moved as they may."""
        rungs, dimension = self._ladder(name), self._dimension(name)
        first, last = 0, len(rungs)
        while first < last:
            middle = (first + last) // 2
            mask = sum(1 << rung.number for rung in rungs[: middle + 1])
            if isinstance(self.find(aim, chosen, {dimension: mask}), Covered):
                first = middle + 1
            else:
                last = middle
        return rungs[first:]


class _Closed:
    """Choices of rungs, or parts of such, by which no lead goes the way."""

    def __init__(self) -> None:
        self._parts: dict[tuple[int, ...], set[tuple[int, ...]]] = {}

    def add(self, part: Mapping[int, int]) -> None:
        self._parts.setdefault(tuple(part), set()).add(tuple(part.values()))

    def holds(self, places: Sequence[int]) -> bool:
        return any(tuple(places[i] for i in which) in known for which, known in self._parts.items())


def _range(domain: NumberDomain, value: Fraction) -> Fraction:
    """What a distance is measured by: the field's range, or where it has no end the size of the value."""
    low, high = domain.type.low, domain.type.high
    if low is not None and high is not None:
        return max(Fraction(high) - Fraction(low), Fraction(1))
    return max(abs(value), Fraction(1))
