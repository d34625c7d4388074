"""Dates, times and moments, with their parts: weekday, hour, and a moment's date and time of day in a zone.

Each part that a policy asks about is a dimension of its own. Whether a value has all the parts at once is
settled by looking for one: a moment's parts in a zone repeat every week but for changes of the clock, so a
range of days is searched whole where it is short, and for more than a year where it is long.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from routebook.analysis.clock import Clock
from routebook.analysis.domains.base import Pred, classes_of, mask_of
from routebook.analysis.domains.moments import (
    FIRST_DAY,
    LAST_DAY,
    LAST_STEP,
    SECOND,
    TYPICAL,
    days_of,
    local_moments,
    local_steps,
    met,
    moment_step,
    round_moments,
    round_times,
    step_moment,
)
from routebook.analysis.domains.ordered import DAY, HOUR, Line, note_time, step_time, time_mask, time_step
from routebook.analysis.formula import TRUE, Box, Formulas, Literal, Mask, Point
from routebook.analysis.written import written
from routebook.types import WEEKDAYS, DateTimeType, DateType, TimeType


@dataclass
class _Part:
    """One dimension: a line of moments, days or microseconds of the day, or the seven weekdays."""

    kind: str  # "moment", "date", "time" or "weekday"
    zone: ZoneInfo | None
    line: Line | None
    weekdays: list[int] = field(default_factory=lambda: [0] * 7)  # the signature of each, then its class
    dimension: int = -1

    def class_of(self, value: Any) -> int:
        """The class of a known value of the whole field."""
        if isinstance(value, datetime) and self.kind != "moment":
            value = value.astimezone(self.zone) if self.zone is not None else value
        match self.kind:
            case "moment":
                return self._on_line(moment_step(value))
            case "date":
                day: date = value.date() if isinstance(value, datetime) else value
                return self._on_line(day.toordinal())
            case "time":
                return self._on_line(time_step(value if isinstance(value, time) else value.time()))
            case _:
                weekday: int = value.weekday()
                return self.weekdays[weekday]

    def _on_line(self, step: int) -> int:
        assert self.line is not None
        return self.line.class_of(step)


class CalendarDomain:
    """A field of type date, time or datetime."""

    def __init__(
        self,
        name: str,
        type_: DateType | TimeType | DateTimeType,
        optional: bool,
        clock: Clock = Clock(),  # noqa: B008
    ) -> None:
        self.name = name
        self.type = type_
        self.optional = optional
        self.clock = clock
        self._preds: dict[Pred, _Part | None] = {}
        self._parts: dict[tuple[str, ZoneInfo | None], _Part] = {}
        self._known = -1
        self._start = self._end = 0
        self._found: dict[tuple[Mask, ...], Any] = {}

    # --- Predicates --------------------------------------------------------------------------------------

    def note(self, pred: Pred) -> None:
        if pred in self._preds:
            return
        part = self._preds[pred] = None if pred.op == "is known" else self._part(pred)
        if part is None:
            return
        if part.kind == "weekday":
            for day, name in enumerate(WEEKDAYS):
                part.weekdays[day] = part.weekdays[day] << 1 | pred.holds(name)
        elif part.kind == "time":
            assert part.line is not None
            note_time(part.line, pred)
        else:
            assert part.line is not None
            part.line.note(pred.op, self._steps(part, pred))

    def exact(self) -> None:
        """Let values be compared with other fields: the whole value is a dimension, cut or not."""
        self._get(
            "time"
            if isinstance(self.type, TimeType)
            else "date"
            if isinstance(self.type, DateType)
            else "moment",
            None,
        )

    def _part(self, pred: Pred) -> _Part:
        if isinstance(self.type, TimeType):
            return self._get("time", None)
        if isinstance(self.type, DateType):
            return self._get("weekday" if pred.part == "weekday" else "date", None)
        kinds = {None: "moment", "date": "date", "weekday": "weekday"}
        kind = kinds.get(pred.part, "time")
        return self._get(kind, None if kind == "moment" else pred.zone)

    def _get(self, kind: str, zone: ZoneInfo | None) -> _Part:
        part = self._parts.get((kind, zone))
        if part is None:
            spans = {"moment": (DAY, LAST_STEP), "date": (FIRST_DAY, LAST_DAY), "time": (0, DAY - 1)}
            line = Line(*spans[kind]) if kind in spans else None
            part = self._parts[kind, zone] = _Part(kind, zone, line)
        return part

    def _steps(self, part: _Part, pred: Pred) -> tuple[Fraction, ...]:
        to_step: Callable[[Any], int] = moment_step if part.kind == "moment" else date.toordinal
        return tuple(Fraction(to_step(arg)) for arg in pred.args)

    def freeze(self, formulas: Formulas) -> None:
        self._formulas = formulas
        self._start = len(formulas.sizes)
        if self.optional:
            self._known = formulas.dimension(2)
        for part in self._parts.values():
            if part.line is not None:
                part.dimension = formulas.dimension(part.line.freeze())
            else:
                order = {signature: i for i, signature in enumerate(dict.fromkeys(part.weekdays))}
                part.weekdays = [order[signature] for signature in part.weekdays]
                part.dimension = formulas.dimension(len(order))
        self._end = len(formulas.sizes)
        self._list = list(self._parts.values())

    def lower(self, pred: Pred) -> Literal:
        part = self._preds[pred]
        known = self._formulas.atom(self._known, 1) if self.optional else TRUE
        if part is None:
            return known
        if part.kind == "weekday":
            mask = mask_of({part.weekdays[day] for day, name in enumerate(WEEKDAYS) if pred.holds(name)})
        elif part.kind == "time":
            assert part.line is not None
            mask = time_mask(part.line, pred)
        else:
            assert part.line is not None
            mask = part.line.mask(pred.op, self._steps(part, pred))
        return self._formulas.conj([known, self._formulas.atom(part.dimension, mask)])

    # --- Classes -----------------------------------------------------------------------------------------

    def dimensions(self) -> range:
        return range(self._start, self._end)

    def ordered(self, dimension: int) -> bool:
        return any(part.dimension == dimension and part.line is not None for part in self._list)

    def ordinary(self, dimension: int) -> int:
        return next((part.class_of(self._typical()) for part in self._list if part.dimension == dimension), 0)

    def awkward(self, dimension: int) -> Mask:
        """The classes that hold no whole second: those between two bounds that a second lies between."""
        for part in self._list:
            if part.dimension == dimension and part.line is not None and part.kind in ("moment", "time"):
                ends = map(part.line.interval, range(len(part.line.starts)))
                return mask_of(
                    n for n, (first, last) in enumerate(ends) if -(-first // SECOND) > last // SECOND
                )
        return 0

    def _typical(self) -> Any:
        if isinstance(self.type, TimeType):
            return TYPICAL.time()
        return TYPICAL.date() if isinstance(self.type, DateType) else TYPICAL

    def place(self, value: Any, point: list[int]) -> None:
        if self.optional:
            point[self._known] = 0 if value is not None else 1
        for part in self._list:
            point[part.dimension] = part.class_of(self._typical() if value is None else value)

    def value(self, point: Point) -> Any:
        if self.optional and point[self._known] == 1:
            return None
        return self._search(tuple(1 << point[part.dimension] for part in self._list))

    def interval(self, point: Point) -> tuple[Fraction, Fraction] | None:
        """The least and greatest step of the point's class of whole values; None where it is missing."""
        if self.optional and point[self._known] == 1:
            return None
        self.exact()
        part = next(p for p in self._list if p.kind in ("moment", "date", "time") and p.zone is None)
        assert part.line is not None
        first, last = part.line.interval(point[part.dimension])
        return Fraction(first), Fraction(last)

    def part_interval(self, point: Point, part: str, zone: ZoneInfo) -> tuple[Fraction, Fraction]:
        """Bounds of a part of the point's values: a date in days, a time in microseconds, an hour as it is."""
        if part == "date":
            whole = self.interval(point)
            assert whole is not None
            low, high = whole[0] // DAY, whole[1] // DAY + 2  # a day more on both sides, for offsets
            own = self._parts.get(("date", zone))
        else:
            low, high = (0, 23) if part == "hour" else (0, DAY - 1)
            own = self._parts.get(("time", None if isinstance(self.type, TimeType) else zone))
        if own is not None and own.line is not None:
            first, last = own.line.interval(point[own.dimension])
            if part == "hour":
                first, last = first // HOUR, last // HOUR
            low, high = max(low, first), min(high, last)
        return Fraction(low), Fraction(high)

    # --- Steps: microseconds from the first day of the calendar, and of a time from midnight -------------

    def step(self, value: Any) -> int:
        """The step of a value; that of a date is its midnight."""
        if isinstance(self.type, DateTimeType):
            return moment_step(value)
        return time_step(value) if isinstance(self.type, TimeType) else (value.toordinal() - FIRST_DAY) * DAY

    def at_step(self, step: int) -> Any:
        """The value at a step, a date by any step of its day."""
        if isinstance(self.type, DateTimeType):
            return step_moment(step)
        return (
            step_time(step) if isinstance(self.type, TimeType) else date.fromordinal(step // DAY + FIRST_DAY)
        )

    def may_be(self, point: Point, step: int) -> bool:
        """Whether the value at a step is in the point's classes."""
        value = self.at_step(step)
        return self.step(value) == step and all(
            part.class_of(value) == point[part.dimension] for part in self._list
        )

    def reach(self, point: Point) -> tuple[int, int]:
        """Bounds of the steps in the point's classes; those of local dates are a day wider, for offsets."""
        low, high = (0, DAY - 1) if isinstance(self.type, TimeType) else (0, LAST_DAY * DAY)
        for part in self._list:
            if part.line is not None and (part.kind != "time" or isinstance(self.type, TimeType)):
                first, last = part.line.interval(point[part.dimension])
                if part.kind == "date":
                    wider = DAY if part.zone is not None else 0
                    first, last = (first - FIRST_DAY) * DAY - wider, (last - FIRST_DAY + 1) * DAY - 1 + wider
                low, high = max(low, first), min(high, last)
        return low, high

    @property
    def zones(self) -> list[ZoneInfo]:
        """The zones in which parts of the field are asked for."""
        return list(dict.fromkeys(part.zone for part in self._list if part.zone is not None))

    def ends(self, point: Point, day: int) -> Iterator[int]:
        """The steps, on a day and about it, at which values in the point's classes may come to an end."""
        if isinstance(self.type, DateType):
            yield day * DAY
        for zone in self.zones:
            times = [p for p in self._list if p.kind == "time" and p.zone == zone]
            lasts = tuple(_line(part).interval(point[part.dimension])[1] for part in times)
            for near in range(
                max(day + FIRST_DAY - 1, FIRST_DAY + 1), min(day + FIRST_DAY + 1, LAST_DAY - 1) + 1
            ):
                yield from local_steps(near, (*lasts, DAY - 1), zone)

    def conflict(self, point: Point) -> Box | None:
        if len(self._list) < 2 or (self.optional and point[self._known] == 1):
            return None
        masks = [1 << point[part.dimension] for part in self._list]
        if self._search(tuple(masks)) is not None:
            return None
        for index, part in enumerate(self._list):
            full = self._formulas.full(part.dimension)
            for wider in (full, *(masks[index] | 1 << c for c in classes_of(full ^ masks[index]))):
                if self.clock.is_up():
                    break  # what is left out is only how much more the same proof would say
                tried = [*masks[:index], masks[index] | wider, *masks[index + 1 :]]
                if self._search(tuple(tried)) is None:
                    masks = tried
        box = {
            p.dimension: m
            for p, m in zip(self._list, masks, strict=True)
            if m != self._formulas.full(p.dimension)
        }
        if self.optional:
            box[self._known] = 1
        return box

    def describe(self, dimension: int, mask: Mask) -> str:
        if dimension == self._known:
            return f"{self.name} is known" if mask == 1 else f"{self.name} is missing"
        part = next(p for p in self._list if p.dimension == dimension)
        zones = {p.zone for p in self._list if p.zone is not None}
        text = self._part_text(part, mask)
        return text if part.zone is None or len(zones) < 2 else f"{text} ({part.zone.key})"

    def _part_text(self, part: _Part, mask: Mask) -> str:
        if part.line is None:
            days = [name for day, name in enumerate(WEEKDAYS) if mask >> part.weekdays[day] & 1]
            return f"{self.name}.weekday in [{', '.join(written(day) for day in days)}]"
        if part.kind == "moment":
            return part.line.intervals_text(self.name, mask, lambda step: written(step_moment(step)))
        own = f"{self.name}.{part.kind}" if isinstance(self.type, DateTimeType) else self.name
        if part.kind == "date":
            return part.line.intervals_text(own, mask, _written_day)
        return part.line.intervals_text(own, mask, lambda step: written(step_time(step)))

    # --- Values ------------------------------------------------------------------------------------------

    def _search(self, masks: tuple[Mask, ...]) -> Any:
        if masks not in self._found:
            wanted = list(zip(self._list, masks, strict=True))
            fits = (v for v in self._candidates(wanted) if all(m >> p.class_of(v) & 1 for p, m in wanted))
            self._found[masks] = next(fits, None)
        return self._found[masks]

    def _candidates(self, wanted: list[tuple[_Part, Mask]]) -> Iterator[Any]:
        """Values among which there is one that has all the wanted parts, if there is any at all."""
        yield self._typical()
        if isinstance(self.type, TimeType):
            yield from map(step_time, round_times(_runs(wanted, "time")))
        elif isinstance(self.type, DateType):
            yield from (date.fromordinal(day) for day in days_of(_runs(wanted, "date"), TYPICAL.toordinal()))
        else:
            yield from self._moments(wanted)

    def _moments(self, wanted: list[tuple[_Part, Mask]]) -> Iterator[datetime]:
        runs = _runs(wanted, "moment") or [(DAY, LAST_STEP)]
        yield from (step_moment(step) for run in runs for step in round_moments(*run))
        around = [(first // DAY, last // DAY + 2) for first, last in runs]  # local days that a run may touch
        ends = [step_moment(step) for run in runs for step in run]
        for zone in dict.fromkeys(part.zone for part, _ in wanted if part.zone is not None):
            dates = [
                run for p, m in wanted if p.kind == "date" and p.zone == zone for run in _line(p).runs(m)
            ]
            days = met(around, dates) if dates else around
            times = [
                run for p, m in wanted if p.kind == "time" and p.zone == zone for run in _line(p).runs(m)
            ]
            steps = list(dict.fromkeys((time_step(TYPICAL.time()), *round_times(times or [(0, DAY - 1)]))))
            weekdays = [(p, m) for p, m in wanted if p.kind == "weekday" and p.zone == zone]
            for day in days_of(days, TYPICAL.toordinal()):
                if not all(m >> p.weekdays[(day - FIRST_DAY) % 7] & 1 for p, m in weekdays):
                    continue
                # near the ends of the calendar another zone may have no such day
                yield from (
                    at for at in local_moments(day, steps, zone) if DAY <= moment_step(at) <= LAST_STEP
                )
        yield from ends


def _line(part: _Part) -> Line:
    assert part.line is not None
    return part.line


def _written_day(step: int) -> str:
    return date.fromordinal(max(FIRST_DAY, min(LAST_DAY, step))).isoformat()


def _runs(wanted: list[tuple[_Part, Mask]], kind: str) -> list[tuple[int, int]]:
    found = [_line(part).runs(mask) for part, mask in wanted if part.kind == kind]
    if not found:
        return [] if kind == "moment" else [(FIRST_DAY, LAST_DAY)] if kind == "date" else [(0, DAY - 1)]
    return found[0]
