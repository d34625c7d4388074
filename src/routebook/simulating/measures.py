"""What a simulation comes to, in numbers."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any, Final

from routebook.decision import Assignment, jsonable
from routebook.roster import Roster
from routebook.runtime.log import CANDIDATES, PLACINGS
from routebook.runtime.state import LogRow
from routebook.simulating.assumed import Assumptions
from routebook.simulating.world import Spell, World

POINTS: Final = 60
"""Moments at which the lines of a simulation are told."""

LINES: Final = 12
"""Reps with a line of their own: those with the most leads."""


@dataclass(frozen=True, slots=True)
class Waits:
    """How long something took, in seconds: `never` counts those for which it did not happen at all."""

    count: int
    median: float | None
    tenth: float | None
    """One in ten waited longer than this."""
    longest: float | None
    never: int = 0

    def as_json(self) -> dict[str, Any]:
        return {
            "count": self.count,
            "median": self.median,
            "ninth_decile": self.tenth,
            "longest": self.longest,
            "never": self.never,
        }


@dataclass(frozen=True, slots=True)
class RepFigures:
    """One rep: leads given (those taken back later included), how many of them begun, closed and won.

    `fair` is how many leads the rep would have drawn from pools had each draw gone by weight among those who were
    eligible, `drawn` how many it were. `most_open` is the most leads open at once.
    """

    rep: str
    given: int
    drawn: int
    fair: float
    most_open: int
    capacity: int | None
    closed: int
    won: int
    breaches: int
    wait: Waits

    def as_json(self) -> dict[str, Any]:
        return {
            **{name: getattr(self, name) for name in ("rep", "given", "drawn", "most_open", "capacity")},
            "fair": round(self.fair, 3),
            **{name: getattr(self, name) for name in ("closed", "won", "breaches")},
            "wait": self.wait.as_json(),
        }


@dataclass(frozen=True, slots=True)
class StepFigures:
    """One step of an SLA: how often a rep had a lead under it, and how often its time was up before it was met."""

    sla: str
    step: str
    leads: int
    breaches: int

    def as_json(self) -> dict[str, Any]:
        return {"sla": self.sla, "step": self.step, "leads": self.leads, "breaches": self.breaches}


@dataclass(frozen=True, slots=True)
class Simulation:
    """What became of a stream of leads under one policy.

    `rejects` did not fit, `timeless` had no moment to come at, `again` came before; none of them is among `leads`.
    `outcomes` counts leads by where they went when they came, `ends` by where they were in the end; `pools` the draws
    of each. `answer` is the wait from a lead's coming to the beginning of work on it, `held` that of held leads for
    a place. `moments` are those of the lines: `open` leads of all, and leads `given` so far to some reps.
    """

    name: str
    policy: str
    assumed: Assumptions
    leads: int
    rejects: int
    timeless: int
    again: int
    first: datetime | None
    last: datetime | None
    outcomes: Mapping[str, int]
    ends: Mapping[str, int]
    rules: Mapping[str, int]
    pools: Mapping[str, int]
    reps: tuple[RepFigures, ...]
    slas: tuple[StepFigures, ...]
    answer: Waits
    held: Waits
    moments: tuple[datetime, ...] = ()
    open: tuple[int, ...] = ()
    given: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    @property
    def unfair(self) -> float | None:
        """The share of all draws that would have had to go to somebody else to be fair; None without draws."""
        drawn = sum(rep.drawn for rep in self.reps)
        if not drawn:
            return None
        return sum(max(0.0, rep.drawn - rep.fair) for rep in self.reps) / drawn

    def as_json(self) -> dict[str, Any]:
        unfair = self.unfair
        return {
            "name": self.name,
            "policy": self.policy,
            "leads": self.leads,
            "rejects": self.rejects,
            "timeless": self.timeless,
            "again": self.again,
            "first": jsonable(self.first),
            "last": jsonable(self.last),
            "outcomes": dict(self.outcomes),
            "ends": dict(self.ends),
            "rules": dict(self.rules),
            "pools": dict(self.pools),
            "unfair": None if unfair is None else round(unfair, 4),
            "reps": [rep.as_json() for rep in self.reps],
            "slas": [step.as_json() for step in self.slas],
            "answer": self.answer.as_json(),
            "held": self.held.as_json(),
            "lines": {
                "moments": [jsonable(moment) for moment in self.moments],
                "open": list(self.open),
                "given": {rep: list(line) for rep, line in self.given.items()},
            },
        }


def measured(
    world: World, roster: Roster, assumed: Assumptions, name: str, policy: str, left_out: tuple[int, int]
) -> Simulation:
    """The figures of a world that has been played; `left_out` are the leads that did not fit, or had no moment."""
    came = [(moment, assignment) for moment, assignment in world.arrivals if not assignment.again]
    pools, drawn, fair = _draws(world.router.store.log(), roster)
    reps = _reps(world, roster, drawn, fair)
    moments = _moments(world)
    lines = [rep.rep for rep in sorted(reps, key=lambda rep: -rep.given)[:LINES] if rep.given]
    ordered = [rep.rep for rep in reps if rep.rep in lines]
    return Simulation(
        name,
        policy,
        assumed,
        len(came),
        *left_out,
        len(world.arrivals) - len(came),
        min((moment for moment, _ in came), default=None),
        max((moment for moment, _ in came), default=None),
        _counts(assignment.outcome.value for _, assignment in came),
        _counts(assignment.outcome.value for assignment in world.last.values()),
        _counts(_rule(assignment) for _, assignment in came),
        _counts(pools.elements()),
        reps,
        _slas(world.spells),
        _answers(world.spells),
        _holds(world, came),
        moments,
        _running([(moment, change) for moment, _, change in world.changes], moments),
        {
            rep: _running([(each.since, 1) for each in world.spells if each.rep == rep], moments)
            for rep in ordered
        },
    )


def _rule(assignment: Assignment) -> str:
    return "(no rule)" if assignment.rule is None else assignment.rule


def _counts(words: Iterable[str]) -> dict[str, int]:
    """The most first; of as many, by name."""
    return dict(sorted(Counter(words).items(), key=lambda item: (-item[1], item[0])))


def _draws(rows: Iterable[LogRow], roster: Roster) -> tuple[Counter[str], Counter[str], dict[str, Fraction]]:
    """Draws by pool and by rep, and what each rep would have had by weight among those eligible each time."""
    pools: Counter[str] = Counter()
    drawn: Counter[str] = Counter()
    fair: dict[str, Fraction] = {}
    for row in rows:
        if row.kind not in PLACINGS or row.rep is None or row.pool is None:
            continue
        pools[row.pool] += 1
        said = json.loads(row.body)
        weights = _weights(said, roster)
        total = sum(weights.values())
        if len(said["candidates"]) >= CANDIDATES or not total:
            continue
        drawn[row.rep] += 1
        for rep, weight in weights.items():
            fair[rep] = fair.get(rep, Fraction(0)) + Fraction(weight, total)
    return pools, drawn, fair


def _weights(said: Mapping[str, Any], roster: Roster) -> dict[str, int]:
    target = said["assignment"]["target"]
    eligible = [rep for place, rep, why_not, _ in said["candidates"] if place == target and why_not is None]
    return {rep: roster.reps[rep].weight for rep in eligible}


def _reps(
    world: World, roster: Roster, drawn: Mapping[str, int], fair: Mapping[str, Fraction]
) -> tuple[RepFigures, ...]:
    spells: dict[str, list[Spell]] = {rep: [] for rep in roster.reps}
    for spell in world.spells:
        spells[spell.rep].append(spell)
    most = _most_open(world.changes)
    return tuple(
        RepFigures(
            id,
            len(spells[id]),
            drawn.get(id, 0),
            float(fair.get(id, 0)),
            most.get(id, 0),
            rep.capacity,
            sum(spell.closed is not None for spell in spells[id]),
            sum(
                spell.closed is not None and world.assumed.is_won(spell.lead, id) is True
                for spell in spells[id]
            ),
            sum(late for spell in spells[id] for _, late in spell.breaches()),
            _answers(spells[id]),
        )
        for id, rep in roster.reps.items()
    )


def _most_open(changes: Iterable[tuple[datetime, str, int]]) -> dict[str, int]:
    now: Counter[str] = Counter()
    most: Counter[str] = Counter()
    for _, rep, change in changes:
        now[rep] += change
        most[rep] = max(most[rep], now[rep])
    return most


def _slas(spells: Iterable[Spell]) -> tuple[StepFigures, ...]:
    leads: Counter[tuple[str, str]] = Counter()
    late: Counter[tuple[str, str]] = Counter()
    for spell in spells:
        for kind, breached in spell.breaches():
            leads[spell.sla or "", kind] += 1
            late[spell.sla or "", kind] += breached
    return tuple(StepFigures(*key, count, late[key]) for key, count in sorted(leads.items()))


def _answers(spells: Iterable[Spell]) -> Waits:
    """From a lead's coming to the beginning of work; a lead that was taken away before waits on elsewhere."""
    staying = [spell for spell in spells if spell.begun is not None or spell.ended is None]
    times = [(spell.begun - spell.arrived).total_seconds() for spell in staying if spell.begun is not None]
    return _waits(times, len(staying) - len(times))


def _holds(world: World, came: Iterable[tuple[datetime, Assignment]]) -> Waits:
    held = {assignment.lead: moment for moment, assignment in came if assignment.outcome.value == "held"}
    first: dict[str, datetime] = {}
    for spell in world.spells:
        if spell.lead in held:
            first.setdefault(spell.lead, spell.since)
    times = [(first[lead] - moment).total_seconds() for lead, moment in held.items() if lead in first]
    return _waits(times, len(held) - len(times))


def _waits(times: list[float], never: int) -> Waits:
    times.sort()
    if not times:
        return Waits(0, None, None, None, never)
    # the nearest rank: a wait that somebody had
    return Waits(
        len(times), times[(len(times) - 1) // 2], times[(9 * len(times) - 1) // 10], times[-1], never
    )


def _moments(world: World) -> tuple[datetime, ...]:
    """Evenly from the first lead to the last change."""
    moments = [moment for moment, _ in world.arrivals] + [moment for moment, _, _ in world.changes]
    if not moments:
        return ()
    first, last = min(moments), max(moments)
    return tuple(first + (last - first) * point / (POINTS - 1) for point in range(POINTS))


def _running(changes: Sequence[tuple[datetime, int]], moments: Sequence[datetime]) -> tuple[int, ...]:
    """What the changes have added up to at each of these moments."""
    ordered = sorted(changes, key=lambda change: change[0])
    totals, place, total = [], 0, 0
    for moment in moments:
        while place < len(ordered) and ordered[place][0] <= moment:
            total += ordered[place][1]
            place += 1
        totals.append(total)
    return tuple(totals)
