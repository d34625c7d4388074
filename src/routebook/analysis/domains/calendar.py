"""Dates, times and moments, with their parts: weekday, hour, and a moment's date and time of day in a zone.

Each part that a policy asks about is a dimension of its own. Whether a value has all the parts at once is
settled by looking for one: a moment's parts in a zone repeat every week but for changes of the clock, so a
range of days is searched whole where it is short, and for more than a year where it is long.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from routebook.analysis.domains.base import Pred, classes_of, mask_of
from routebook.analysis.domains.ordered import DAY, HOUR, Line, note_time, step_time, time_mask, time_step
from routebook.analysis.formula import TRUE, Box, Formulas, Literal, Mask, Point
from routebook.analysis.written import written
from routebook.types import WEEKDAYS, DateTimeType, DateType, TimeType

TYPICAL: Final = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
"""A Monday morning: the moment of an ordinary lead."""

_SECOND: Final = 1_000_000
_UNITS: Final = (HOUR, HOUR // 60, _SECOND, _SECOND // 2)
"""An hour, a minute, a second and half of one."""

_EPOCH: Final = datetime(1, 1, 1, tzinfo=UTC)
_FIRST, _LAST = 1, date.max.toordinal()
_LAST_STEP: Final = (_LAST - 1) * DAY - 1  # a day is left at both ends, for offsets
SEARCHED: Final = 420
"""So many days are looked through: more than a year, so both sides of every change of the clock."""


def moment_step(value: datetime) -> int:
    """A moment in microseconds from the first day of the calendar."""
    return (value.astimezone(UTC) - _EPOCH) // timedelta(microseconds=1)


def step_moment(step: int) -> datetime:
    return _EPOCH + timedelta(microseconds=step)


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

    def __init__(self, name: str, type_: DateType | TimeType | DateTimeType, optional: bool) -> None:
        self.name = name
        self.type = type_
        self.optional = optional
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
            spans = {"moment": (DAY, _LAST_STEP), "date": (_FIRST, _LAST), "time": (0, DAY - 1)}
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
                    n for n, (first, last) in enumerate(ends) if -(-first // _SECOND) > last // _SECOND
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
        return time_step(value) if isinstance(self.type, TimeType) else (value.toordinal() - _FIRST) * DAY

    def at_step(self, step: int) -> Any:
        """The value at a step, a date by any step of its day."""
        if isinstance(self.type, DateTimeType):
            return step_moment(step)
        return step_time(step) if isinstance(self.type, TimeType) else date.fromordinal(step // DAY + _FIRST)

    def may_be(self, point: Point, step: int) -> bool:
        """Whether the value at a step is in the point's classes."""
        value = self.at_step(step)
        return self.step(value) == step and all(
            part.class_of(value) == point[part.dimension] for part in self._list
        )

    def reach(self, point: Point) -> tuple[int, int]:
        """Bounds of the steps in the point's classes; those of local dates are a day wider, for offsets."""
        low, high = (0, DAY - 1) if isinstance(self.type, TimeType) else (0, _LAST * DAY)
        for part in self._list:
            if part.line is not None and (part.kind != "time" or isinstance(self.type, TimeType)):
                first, last = part.line.interval(point[part.dimension])
                if part.kind == "date":
                    wider = DAY if part.zone is not None else 0
                    first, last = (first - _FIRST) * DAY - wider, (last - _FIRST + 1) * DAY - 1 + wider
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
            for near in range(max(day + _FIRST - 1, _FIRST + 1), min(day + _FIRST + 1, _LAST - 1) + 1):
                yield from _local_steps(near, (*lasts, DAY - 1), zone)

    def conflict(self, point: Point) -> Box | None:
        if len(self._list) < 2 or (self.optional and point[self._known] == 1):
            return None
        masks = [1 << point[part.dimension] for part in self._list]
        if self._search(tuple(masks)) is not None:
            return None
        for index, part in enumerate(self._list):
            full = self._formulas.full(part.dimension)
            for wider in (full, *(masks[index] | 1 << c for c in classes_of(full ^ masks[index]))):
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
            yield from map(step_time, _round_times(_runs(wanted, "time")))
        elif isinstance(self.type, DateType):
            yield from (date.fromordinal(day) for day in _days(_runs(wanted, "date"), TYPICAL.toordinal()))
        else:
            yield from self._moments(wanted)

    def _moments(self, wanted: list[tuple[_Part, Mask]]) -> Iterator[datetime]:
        runs = _runs(wanted, "moment") or [(DAY, _LAST_STEP)]
        yield from (step_moment(step) for run in runs for step in round_moments(*run))
        around = [(first // DAY, last // DAY + 2) for first, last in runs]  # local days that a run may touch
        ends = [step_moment(step) for run in runs for step in run]
        for zone in dict.fromkeys(part.zone for part, _ in wanted if part.zone is not None):
            dates = [
                run for p, m in wanted if p.kind == "date" and p.zone == zone for run in _line(p).runs(m)
            ]
            days = _met(around, dates) if dates else around
            times = [
                run for p, m in wanted if p.kind == "time" and p.zone == zone for run in _line(p).runs(m)
            ]
            steps = list(dict.fromkeys((time_step(TYPICAL.time()), *_round_times(times or [(0, DAY - 1)]))))
            for day in _days(days, TYPICAL.toordinal()):
                # near the ends of the calendar another zone may have no such day
                yield from (at for at in _local(day, steps, zone) if DAY <= moment_step(at) <= _LAST_STEP)
        yield from ends


def round_moments(first: int, last: int) -> Iterator[int]:
    """Moments of a run that read well: near the typical one, on a day at ten, an hour, a minute, a second."""
    return _rounded(first, last, moment_step(TYPICAL), ((DAY, 10 * HOUR), *((unit, 0) for unit in _UNITS)))


def _round_times(runs: list[tuple[int, int]]) -> Iterator[int]:
    """Times of day that read well, of each run, and its ends."""
    for first, last in runs:
        yield from _rounded(first, last, time_step(TYPICAL.time()), [(unit, 0) for unit in _UNITS])
    yield from sorted({step for run in runs for step in run})


def _rounded(first: int, last: int, typical: int, units: Iterable[tuple[int, int]]) -> Iterator[int]:
    """The multiples of each unit, moved by its offset, that are nearest to the typical step, where in the run."""
    for unit, offset in units:
        if first > typical:
            step = -(-(first - offset) // unit) * unit + offset
        else:
            step = (min(last, typical) - offset) // unit * unit + offset
        if first <= step <= last:
            yield step


def _line(part: _Part) -> Line:
    assert part.line is not None
    return part.line


def _written_day(step: int) -> str:
    return date.fromordinal(max(_FIRST, min(_LAST, step))).isoformat()


def _runs(wanted: list[tuple[_Part, Mask]], kind: str) -> list[tuple[int, int]]:
    found = [_line(part).runs(mask) for part, mask in wanted if part.kind == kind]
    if not found:
        return [] if kind == "moment" else [(_FIRST, _LAST)] if kind == "date" else [(0, DAY - 1)]
    return found[0]


def _met(left: list[tuple[int, int]], right: list[tuple[int, int]]) -> list[tuple[int, int]]:
    both = [(max(a, c), min(b, d)) for a, b in left for c, d in right]
    return [(low, high) for low, high in both if low <= high]


def _days(runs: list[tuple[int, int]], typical: int) -> Iterator[int]:
    """Days of the runs, near the typical one first; of a long run, more than a year of them."""
    for first, last in runs:
        first, last = max(first, _FIRST + 1), min(last, _LAST - 1)
        if first <= last:
            start = min(max(typical, first), last)
            ahead = range(start, min(last, start + SEARCHED) + 1)
            yield from ahead
            yield from range(start - 1, max(first, start + len(ahead) - SEARCHED) - 1, -1)
    for first, last in runs:  # the ends of the calendar
        yield from (day for day in (first, last) if day in (_FIRST, _LAST))


def _local(day: int, steps: list[int], zone: ZoneInfo) -> Iterator[datetime]:
    """The moments of these times of a local day, both where the clock is set back; where it jumps, its first.

    A run of times on such a day begins with the first moment after the change, where not at its own start.
    """
    here = date.fromordinal(day)
    try:
        for step in steps:
            for fold in (0, 1):
                local = datetime.combine(here, step_time(step), zone).replace(fold=fold)
                yield local.astimezone(UTC)
        start = datetime.combine(here, time(), zone).astimezone(UTC)
        end = datetime.combine(here + timedelta(days=1), time(), zone).astimezone(UTC)
        if end - start != timedelta(days=1):
            change = _change(start, end, zone)
            yield change
            yield change - timedelta(microseconds=1)
    except OverflowError:
        return


@lru_cache(maxsize=10_000)
def _local_steps(day: int, steps: tuple[int, ...], zone: ZoneInfo) -> tuple[int, ...]:
    return tuple(map(moment_step, _local(day, list(steps), zone)))


def _change(start: datetime, end: datetime, zone: ZoneInfo) -> datetime:
    """The moment between these two from which the zone has another offset (bisection to the microsecond)."""
    before = start.astimezone(zone).utcoffset()
    while end - start > timedelta(microseconds=1):
        middle = start + (end - start) / 2
        if middle.astimezone(zone).utcoffset() == before:
            start = middle
        else:
            end = middle
    return end


def fixed(moment: datetime) -> datetime:
    """The moment with a fixed offset, as a lead has it."""
    return moment.replace(tzinfo=timezone(moment.utcoffset() or timedelta()), fold=0)
