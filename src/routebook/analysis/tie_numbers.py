"""Values of numbers, dates, times and moments that make ties hold or fail as wanted, or a proof that there are none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

from routebook.analysis.domains.base import Undecided
from routebook.analysis.domains.calendar import CalendarDomain
from routebook.analysis.domains.moments import step_moment
from routebook.analysis.domains.ordered import DAY, HOUR, NumberDomain, step_time
from routebook.analysis.formula import Point
from routebook.analysis.tie_alone import bounds, value_within
from routebook.analysis.tie_model import Fields, Tie, are_as_wanted, is_placed
from routebook.analysis.tie_moments import are_orders, in_order
from routebook.analysis.tie_paths import FINEST, position
from routebook.analysis.tie_proofs import impossible, no_decimals, possible
from routebook.check.conditions import Arithmetic, Constant, FieldRef, Operand
from routebook.types import DateType, TimeType

Interval: TypeAlias = tuple[Fraction, Fraction]
_TRIED: Final = 4_000
_LAST_DAY: Final = date.max.toordinal()


def number_values(
    space: Fields, bases: Sequence[str], wanted: Sequence[tuple[Tie, bool]], point: Point
) -> dict[str, Any] | None:
    """Values in the point's classes, by field; None is a proof that there are none. Raises `Undecided`."""
    spans: dict[str, Interval] = {}
    for base in bases:
        domain = space.domains[base]
        assert isinstance(domain, NumberDomain | CalendarDomain)
        span = domain.interval(point)
        assert span is not None
        spans[base] = span
    parts, tests = parts_apart(space, wanted, point)
    if not possible(tests, {**spans, **parts}):  # most conflicts are found here, before anything is tried
        return None
    if all(isinstance(space.domains[base], CalendarDomain) for base in bases) and are_orders(wanted):
        own = {base: space.domains[base].value(point) for base in bases}
        return own if _fits(space, bases, wanted, point, own) else in_order(space, bases, wanted, point)
    found = _try(space, bases, wanted, point, spans)
    if found is not None:
        return found
    alone = space.domains[bases[0]]
    if len(bases) == 1 and isinstance(alone, NumberDomain) and (asked := bounds(tests)) is not None:
        only = value_within(asked, spans[bases[0]], Fraction(1) if alone.type.integer else FINEST)
        return None if only is None else {bases[0]: _value(space, bases[0], only)}
    spans.update(parts)
    whole = {
        name
        for name in spans
        if not (isinstance(d := space.domains.get(name), NumberDomain) and not d.type.integer)
    }
    solution = impossible(tests, spans, whole, space.clock)
    if solution is None:
        return None
    values = {base: _value(space, base, solution[base]) for base in bases}
    if _fits(space, bases, wanted, point, values):
        return values
    names = " and ".join(f"`{base}`" for base in bases)
    if all(isinstance(space.domains[base], NumberDomain) for base in bases):
        raise Undecided(no_decimals(names))
    raise Undecided(f"a comparison of {names} together with their parts")


def parts_apart(
    space: Fields, wanted: Sequence[tuple[Tie, bool]], point: Point
) -> tuple[dict[str, Interval], list[tuple[str, Operand, Operand, bool]]]:
    """The comparisons with parts of fields as fields of their own: what then has no solution has none at all."""
    spans: dict[str, Interval] = {}

    def freed(operand: Operand, zone: ZoneInfo) -> Operand:
        if isinstance(operand, Arithmetic):
            rest = tuple((sign, freed(part, zone)) for sign, part in operand.rest)
            return replace(operand, first=freed(operand.first, zone), rest=rest)
        if not isinstance(operand, FieldRef) or operand.part is None:
            return operand
        domain = space.domains[operand.base]
        assert isinstance(domain, CalendarDomain)
        name = f"{operand.name} in {zone.key}"
        spans[name] = domain.part_interval(point, operand.part, zone)
        return replace(operand, base=name, part=None)

    tests = [(tie.op, freed(tie.left, tie.zone), freed(tie.right, tie.zone), want) for tie, want in wanted]
    return spans, tests


def _try(
    space: Fields,
    bases: Sequence[str],
    wanted: Sequence[tuple[Tie, bool]],
    point: Point,
    spans: dict[str, Interval],
) -> dict[str, Any] | None:
    """Likely values and the ends of the intervals, in as many combinations as there is patience for."""
    marks = {step for span in spans.values() for step in span if abs(step) < 10**70}
    marks |= {
        Fraction(c.key)
        for tie, _ in wanted
        for c in _constants(tie.left, tie.right)
        if isinstance(c.key, int | Fraction)
    }
    # the own value of a date or moment has the parts that are wanted of it
    days = [
        position(domain.value(point)) for b in bases if isinstance(domain := space.domains[b], CalendarDomain)
    ]
    options = {base: list(_options(space, base, point, spans[base], marks, days)) for base in bases}
    return _Trial(space, point, options, wanted).extended({})


class _Trial:
    """Fields get one value after the other; a comparison is judged as soon as all its fields have theirs."""

    def __init__(
        self,
        space: Fields,
        point: Point,
        options: Mapping[str, Sequence[Any]],
        wanted: Sequence[tuple[Tie, bool]],
    ) -> None:
        self.space, self.point, self.options = space, point, options
        self.bases = list(options)
        self.now = {"now": space.domains["now"].value(point)}
        last = [max(map(self.bases.index, tie.bases)) for tie, _ in wanted]
        self.due = [
            [each for each, at in zip(wanted, last, strict=True) if at == place]
            for place in range(len(self.bases))
        ]
        self.tried = 0

    def extended(self, values: dict[str, Any]) -> dict[str, Any] | None:
        """These values of the first fields, and values of the others; None where none were found."""
        if len(values) == len(self.bases):
            return values
        base, due = self.bases[len(values)], self.due[len(values)]
        for value in self.options[base]:
            self.tried += 1
            if self.tried > _TRIED:
                return None
            self.space.clock.check()
            longer = {**values, base: value}
            if not is_placed(self.space.domains[base], value, self.point):
                continue
            found = are_as_wanted(self.space, due, {**self.now, **longer}) and self.extended(longer)
            if found:
                return found
        return None


def _constants(*operands: Operand) -> Iterator[Constant]:
    for operand in operands:
        if isinstance(operand, Constant):
            yield operand
        elif isinstance(operand, Arithmetic):
            yield from _constants(operand.first, *(part for _, part in operand.rest))


def _options(
    space: Fields, base: str, point: Point, span: Interval, marks: set[Fraction], days: Sequence[Fraction]
) -> Iterator[Any]:
    own = space.domains[base].value(point)
    yield own
    low, high = span
    here = position(own)
    if isinstance(space.domains[base], CalendarDomain):
        marks = {mark for each in marks for mark in _both_units(each)}
    near = sorted((m for m in marks if low <= m <= high), key=lambda m: abs(m - here))[:6]
    seen = {here}
    domain = space.domains[base]
    is_whole = isinstance(domain, CalendarDomain) or (
        isinstance(domain, NumberDomain) and domain.type.integer
    )
    further = days if isinstance(domain, CalendarDomain) else ()
    ends = (low + 1, high - 1, low + (high - low) / 2, low, high)
    for step in (*_around(domain, here, near), *near, *further, *ends):
        whole = Fraction(int(step)) if is_whole else step
        if low <= whole <= high and whole not in seen:
            seen.add(whole)
            yield _value(space, base, whole)


def _both_units(mark: Fraction) -> Iterator[Fraction]:
    """A position of days as one of microseconds, and the other way round: dates are compared with parts of moments."""
    yield mark
    if mark <= _LAST_DAY:
        yield from ((mark + shift) * DAY + 10 * HOUR for shift in (-2, -1, 0))
    else:
        yield from (Fraction(int(mark // DAY) + shift) for shift in (0, 1, 2))


def _around(domain: Any, here: Fraction, near: Sequence[Fraction]) -> Iterator[Fraction]:
    """Positions that read well, near the field's own and a little above and below the others."""
    if isinstance(domain, NumberDomain):
        yield from (here * 10, here / 10, here * 100)
        return
    by_steps = not isinstance(domain.type, DateType)
    for unit in (DAY, HOUR, HOUR // 60) if by_steps else (1, 7):
        for mark in (here, *(mark for mark in near if abs(mark - here) < 40_000 * (DAY if by_steps else 1))):
            yield from (mark + unit, mark - unit)


def _fits(
    space: Fields,
    bases: Sequence[str],
    wanted: Sequence[tuple[Tie, bool]],
    point: Point,
    values: dict[str, Any],
) -> bool:
    if not are_as_wanted(space, wanted, {"now": space.domains["now"].value(point), **values}):
        return False
    return all(is_placed(space.domains[base], values[base], point) for base in bases)


def _value(space: Fields, base: str, step: Fraction) -> Any:
    domain = space.domains[base]
    if isinstance(domain, NumberDomain):
        return domain.number(int(step * (1 if domain.type.integer else 10**30)))
    assert isinstance(domain, CalendarDomain)
    if isinstance(domain.type, DateType):
        return date.fromordinal(int(step))
    return step_time(int(step)) if isinstance(domain.type, TimeType) else step_moment(int(step))
