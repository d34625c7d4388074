"""Dates, times and moments of several fields that stand in an order: values in their classes, or a proof of none.

All begin late, and what has to be earlier than another is moved down to the latest value of its class that is early
enough, until all are in order. Of two solutions the later values make one, too, so there is a latest one, and moving
down comes to it; where a field has no earlier value, there is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from routebook.analysis.clock import Clock
from routebook.analysis.domains.base import Undecided
from routebook.analysis.domains.calendar import CalendarDomain
from routebook.analysis.domains.moments import SEARCHED
from routebook.analysis.domains.ordered import DAY, HOUR
from routebook.analysis.formula import Point
from routebook.analysis.tie_model import Fields, Tie
from routebook.analysis.tie_unlike import TooMany, told_apart
from routebook.check.conditions import FieldRef

_LATER: Final = (0, 8 * DAY, SEARCHED * DAY)
"""How much later than the latest of the fields' own values the search for values that read well begins, too."""
_UNITS: Final = (HOUR, HOUR // 60, HOUR // 3600)
_APART: Final = (DAY, *_UNITS, 1)
"""How far apart values are to be, in microseconds."""

Order: TypeAlias = tuple[str, str, str]
"""An earlier field, a later one, and `<`, `<=`, `==` or `!=` between them."""


def are_orders(wanted: Sequence[tuple[Tie, bool]]) -> bool:
    """Whether only whole dates, times and moments are compared, as `in_order` needs it."""
    sides = [side for tie, _ in wanted for side in (tie.left, tie.right)]
    return all(isinstance(side, FieldRef) and side.part is None for side in sides)


def in_order(
    space: Fields, bases: Sequence[str], wanted: Sequence[tuple[Tie, bool]], point: Point
) -> dict[str, Any] | None:
    """Values in the point's classes, by field; None is a proof that there are none.

    `!=` is tried both ways where it turns out to be in the way. Raises `Undecided`, and `OutOfTime`.
    """
    domains = {base: domain for base in bases if isinstance(domain := space.domains[base], CalendarDomain)}
    orders = [_order(tie, want) for tie, want in wanted]
    differing = [(one, other) for one, other, sign in orders if sign == "!="]
    certain = [each for each in orders if each[2] != "!="]

    def ways(chosen: list[Order], found: dict[str, Any]) -> list[list[Order]]:
        clash = next((pair for pair in differing if found[pair[0]] == found[pair[1]]), None)
        if clash is None:
            return []
        one, other = clash
        return [[*chosen, (other, one, "<")], [*chosen, (one, other, "<")]]

    try:
        return told_apart(certain, lambda chosen: _values(domains, chosen, point, space.clock), ways)
    except TooMany:
        names = " and ".join(f"`{base}`" for base in bases)
        raise Undecided(f"so many that have to differ of {names}") from None


def _order(tie: Tie, want: bool) -> Order:
    assert isinstance(tie.left, FieldRef)
    assert isinstance(tie.right, FieldRef)
    left, right = tie.left.base, tie.right.base
    match tie.op, want:
        case "==", _:
            return left, right, "==" if want else "!="
        case ("<", True) | (">=", False):
            return left, right, "<"
        case ("<=", True) | (">", False):
            return left, right, "<="
        case (">", True) | ("<=", False):
            return right, left, "<"
        case _:
            return right, left, "<="


def _values(
    domains: dict[str, CalendarDomain], orders: Sequence[Order], point: Point, clock: Clock
) -> dict[str, Any] | None:
    """As `in_order`, where no two have to differ: with values near the fields' own, if there are such."""
    same = _joined(orders, list(domains))
    before = [
        (same[one], same[other], sign == "<") for one, other, sign in orders if same[one] != same[other]
    ]
    if any(sign == "<" and same[one] == same[other] for one, other, sign in orders):
        return None
    lines = {
        first: Line([domain for base, domain in domains.items() if same[base] == first], point, clock)
        for first in same.values()
    }
    latest = _moved_down(lines, before, None, 1)
    if latest is None:
        return None
    own = {first: max(each.step(each.value(point)) for each in line.domains) for first, line in lines.items()}
    starts = [own, *(dict.fromkeys(own, max(own.values()) + later) for later in _LATER)]
    near = (_moved_down(lines, before, start, apart) for start in starts for apart in _APART)
    steps = next((found for found in near if found), latest)
    return {base: domain.at_step(steps[same[base]]) for base, domain in domains.items()}


def _joined(orders: Sequence[Order], bases: Sequence[str]) -> dict[str, str]:
    """For each field the first of those with the same value: each no later than the other."""
    later = {base: {base} for base in bases}
    for _ in bases:
        for one, other, sign in orders:
            later[one] |= later[other]
            if sign == "==":
                later[other] |= later[one]
    return {
        base: next(other for other in bases if other in later[base] and base in later[other])
        for base in bases
    }


def _moved_down(
    lines: dict[str, Line], before: Sequence[tuple[str, str, bool]], start: dict[str, int] | None, apart: int
) -> dict[str, int] | None:
    """The latest steps that are in order, or with `start`, a step for each line, some before it that read well.

    None where there are none. No line is before itself, so that each comes to rest after those that are later.
    """
    steps: dict[str, int] = {}
    for first, line in lines.items():
        step = line.latest(None) if start is None else line.readable(start[first])
        if step is None:
            return None
        steps[first] = step
    is_moving = True
    while is_moving:
        is_moving = False
        for one, other, is_strict in before:
            most = steps[other] - (apart if is_strict else 0)
            if steps[one] > most:
                earlier = lines[one].latest(most) if start is None else lines[one].readable(most)
                if earlier is None:
                    return None
                steps[one], is_moving = earlier, True
    return steps


@dataclass(frozen=True, slots=True)
class Line:
    """What fields that all have the same value may be."""

    domains: Sequence[CalendarDomain]
    point: Point
    clock: Clock

    def latest(self, step: int | None) -> int | None:
        """The latest step that all of them may have, no later than this one. Raises `OutOfTime`.

        Raises `Undecided` where hours of several zones do not meet in a year: in other years they may.
        """
        reach = [domain.reach(self.point) for domain in self.domains]
        low, top = max(first for first, _ in reach), min(last for _, last in reach)
        top = top if step is None else min(top, step)
        for day in range(top // DAY, max(low // DAY, top // DAY - SEARCHED) - 1, -1):
            self.clock.check()
            ends = {top, *(end for domain in self.domains for end in domain.ends(self.point, day))}
            fitting = [end for end in ends if low <= end <= top and self._may_be(end)]
            if fitting:
                return max(fitting)
        if len({zone for domain in self.domains for zone in domain.zones}) > 1:
            names = " and ".join(f"`{domain.name}`" for domain in self.domains)
            raise Undecided(f"a comparison of {names} together with their parts")
        return None

    def readable(self, step: int) -> int | None:
        """As `latest`, but at a whole hour, minute or second, where one goes before it."""
        latest = self.latest(step)
        if latest is None:
            return None
        whole = (latest // unit * unit for unit in _UNITS)
        return next((each for each in whole if self._may_be(each)), latest)

    def _may_be(self, step: int) -> bool:
        return all(domain.may_be(self.point, step) for domain in self.domains)
