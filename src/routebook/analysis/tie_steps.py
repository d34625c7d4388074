"""Numbers that are compared with each other, moved as little as their comparisons allow.

Boxes of values are tried in the order of the least that they could cost (branch and bound, Land and Doig 1960):
where a box's nearest corner will not do, interval arithmetic drops it or it is cut in two.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from heapq import heappop, heappush
from typing import Any, Final, TypeAlias

from routebook.analysis.domains.calendar import CalendarDomain
from routebook.analysis.domains.ordered import NumberDomain
from routebook.analysis.formula import Point
from routebook.analysis.space import Space
from routebook.analysis.tie_model import Tie, are_as_wanted
from routebook.analysis.tie_numbers import parts_apart
from routebook.analysis.tie_proofs import possible

_BOXES: Final = 4_000
_CENT: Final = Fraction(1, 100)

_Interval: TypeAlias = tuple[Fraction, Fraction]


@dataclass(frozen=True, slots=True)
class Mover:
    """A number that may move: what it was, and the distance that counts as one step."""

    domain: NumberDomain
    old: Fraction
    range: Fraction

    def cost(self, value: Fraction) -> Fraction:
        """The steps to a value."""
        return abs(value - self.old) / self.range

    def near(self, span: _Interval) -> Fraction:
        """The value of an interval that is nearest to what it was."""
        return max(span[0], min(span[1], self.old))

    def halves(self, span: _Interval) -> list[_Interval]:
        """The interval in two; none where it has no second value. Decimals are looked at by cents."""
        unit = Fraction(1) if self.domain.type.integer else _CENT
        low, high = span
        if high - low < unit:
            return []
        middle = (low + high) / 2 // unit * unit
        return [
            half for half in ((low, max(low, middle)), (max(low, middle) + unit, high)) if half[0] <= half[1]
        ]

    def shown(self, span: _Interval, point: Point) -> _Interval:
        """A class without those of its values, at the end nearer to what it was, that nobody would write."""
        beyond = self.domain.beyond(self.old, point)
        if beyond is None:
            return span
        end = Fraction(beyond[0])
        return (end, span[1]) if self.old < end else (span[0], end)

    def value(self, step: Fraction) -> Any:
        """The value as a lead has it."""
        return self.domain.number(int(step * self.domain.scale))


def nearest_values(
    space: Space,
    movers: Mapping[str, Mover],
    wanted: Sequence[tuple[Tie, bool]],
    point: Point,
    lead: Mapping[str, Any],
) -> tuple[dict[str, Any], Fraction] | None:
    """The values in the point's classes, nearest to what they were, for which the comparisons are as wanted.

    Fields that do not move are as the lead, `now` among it, has them. None where the search is given up, or where
    only values between the cents would do.
    """
    spans: dict[str, _Interval] = {}
    for base in dict.fromkeys([*movers, *(base for tie, _ in wanted for base in tie.bases)]):
        domain = space.domains[base]
        assert isinstance(domain, NumberDomain | CalendarDomain)
        span = domain.interval(point)
        assert span is not None
        spans[base] = span
    parts, tests = parts_apart(space, wanted, point)
    first = {name: mover.shown(spans[name], point) for name, mover in movers.items()}
    queue = [(_least(movers, first), 0, first)]
    for count in range(1, _BOXES):
        if not queue:
            return None
        cost, _, box = heappop(queue)
        values = {name: mover.value(mover.near(box[name])) for name, mover in movers.items()}
        if are_as_wanted(space, wanted, {**lead, **values}):
            return values, cost
        name = max(box, key=lambda each: (box[each][1] - box[each][0]) / movers[each].range)
        for number, half in enumerate(movers[name].halves(box[name])):
            smaller = {**box, name: half}
            if possible(tests, {**spans, **smaller, **parts}):
                heappush(queue, (_least(movers, smaller), 2 * count + number, smaller))
    return None


def _least(movers: Mapping[str, Mover], box: Mapping[str, _Interval]) -> Fraction:
    return sum((mover.cost(mover.near(box[name])) for name, mover in movers.items()), Fraction(0))
