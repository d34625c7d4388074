"""What of a simulation is shown, and in which words: the same tables for text and for pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from routebook.decision import jsonable
from routebook.simulating import RepFigures, Simulation
from routebook.text import counted

_MINUTE: Final = 60
_UNITS: Final = (("d", 86_400), ("h", 3_600), ("m", _MINUTE), ("s", 1))


@dataclass(frozen=True, slots=True)
class SimulationReport:
    """One simulation, or two of the same stream, the policy first and what it is held against second."""

    simulations: tuple[Simulation, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows below heads; the first column is words, the others are numbers."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def headline(simulation: Simulation) -> str:
    """How many leads came, when, and how many were left out."""
    parts = [f"{simulation.name}: {counted(simulation.leads, 'lead')}"]
    if simulation.first is not None:
        parts[0] += f" from {jsonable(simulation.first)} to {jsonable(simulation.last)}"
    if simulation.again:
        parts.append(f"{simulation.again:,} came again")
    if simulation.rejects:
        parts.append(f"{simulation.rejects:,} did not fit")
    if simulation.timeless:
        parts.append(f"{simulation.timeless:,} left out: no `{simulation.assumed.at}`")
    return ", ".join(parts)


def tables(report: SimulationReport) -> Iterator[Table]:
    """Everything in tables; those that would be empty are left out."""
    several = report.simulations
    yield from _counts("when they came", several, lambda each: each.outcomes)
    if any(each.outcomes != each.ends for each in several):
        yield from _counts("in the end", several, lambda each: each.ends)
    yield from _counts("rule", several, lambda each: each.rules)
    yield from _counts("pool", several, lambda each: each.pools)
    if len(several) == 1:
        yield _reps(several[0])
    else:
        yield from _reps_beside(several)
    yield from _slas(several)
    yield _waits(several)


def _counts(
    title: str, several: Sequence[Simulation], of: Callable[[Simulation], Mapping[str, int]]
) -> Iterator[Table]:
    names = dict.fromkeys(name for each in several for name in of(each))
    if not names:
        return
    if len(several) == 1:
        counts = of(several[0])
        total = sum(counts.values())
        rows = tuple((name, f"{counts[name]:,}", _percent(counts[name], total)) for name in names)
        yield Table((title, "leads", "share"), rows)
        return
    old, new = (of(each) for each in several)
    beside = tuple(
        (
            name,
            f"{old.get(name, 0):,}",
            f"{new.get(name, 0):,}",
            _change(new.get(name, 0) - old.get(name, 0)),
        )
        for name in names
    )
    yield Table((title, several[0].name, several[1].name, "change"), beside)


def _reps(simulation: Simulation) -> Table:
    wins = bool(simulation.assumed.wins)
    heads = ("rep", "leads", "drawn", "by weight", "most open", "closed", *(("won",) if wins else ()))
    rows = tuple(
        (
            rep.rep,
            f"{rep.given:,}",
            f"{rep.drawn:,}",
            f"{rep.fair:,.1f}",
            _of(rep.most_open, rep.capacity),
            f"{rep.closed:,}",
            *((f"{rep.won:,}",) if wins else ()),
            f"{rep.breaches:,}",
            duration(rep.wait.median),
            duration(rep.wait.longest),
        )
        for rep in simulation.reps
    )
    return Table((*heads, "overdue", "median wait", "longest"), rows)


def _reps_beside(several: Sequence[Simulation]) -> Iterator[Table]:
    """One table for each figure, a row a rep."""
    figures: tuple[tuple[str, Callable[[RepFigures], str]], ...] = (
        ("leads of", lambda rep: f"{rep.given:,}"),
        ("drawn, by weight", lambda rep: f"{rep.drawn:,} ({rep.fair:,.1f})"),
        ("most open", lambda rep: _of(rep.most_open, rep.capacity)),
        ("overdue", lambda rep: f"{rep.breaches:,}"),
        ("median wait", lambda rep: duration(rep.wait.median)),
    )
    by_rep = [{rep.rep: rep for rep in each.reps} for each in several]
    names = dict.fromkeys(name for each in by_rep for name in each)
    for title, show in figures:
        rows = tuple(
            (name, *(show(each[name]) if name in each else "–" for each in by_rep)) for name in names
        )
        yield Table((title, *(each.name for each in several)), rows)


def _slas(several: Sequence[Simulation]) -> Iterator[Table]:
    by_step = [{(step.sla, step.step): step for step in each.slas} for each in several]
    names = dict.fromkeys(name for each in by_step for name in each)
    if not names:
        return
    rows = []
    for name in names:
        cells = []
        for each in by_step:
            step = each.get(name)
            cells.append("–" if step is None else f"{step.breaches:,} of {step.leads:,}")
        rows.append((f"{name[0]}: {name[1]}", *cells))
    yield Table(("overdue", *_titles(several, "times given")), tuple(rows))


def _waits(several: Sequence[Simulation]) -> Table:
    rows = [
        ("median wait for an answer", *(duration(each.answer.median) for each in several)),
        ("one in ten waits longer than", *(duration(each.answer.tenth) for each in several)),
        ("longest wait for an answer", *(duration(each.answer.longest) for each in several)),
        ("never answered", *(f"{each.answer.never:,}" for each in several)),
    ]
    if any(each.held.count or each.held.never for each in several):
        rows += [
            ("median time on hold", *(duration(each.held.median) for each in several)),
            ("longest time on hold", *(duration(each.held.longest) for each in several)),
            ("on hold, and never with a rep", *(f"{each.held.never:,}" for each in several)),
        ]
    rows.append(("draws that were others' by weight", *(_share(each.unfair) for each in several)))
    return Table(("waits and fairness", *_titles(several, "")), tuple(rows))


def _titles(several: Sequence[Simulation], alone: str) -> tuple[str, ...]:
    return (alone,) if len(several) == 1 else tuple(each.name for each in several)


def duration(seconds: float | None) -> str:
    """`2 h 5 m`: the two largest units that it has."""
    if seconds is None:
        return "–"
    left = round(seconds)
    parts = []
    for unit, size in _UNITS:
        number, left = divmod(left, size)
        if number:
            parts.append(f"{number:,} {unit}")
    return " ".join(parts[:2]) or "0 s"


def _of(count: int, most: int | None) -> str:
    return f"{count:,}" if most is None else f"{count:,} of {most:,}"


def _percent(count: int, total: int) -> str:
    tenths = 1000 * count // total
    return f"{tenths // 10}.{tenths % 10} %" if tenths else "< 0.1 %"


def _share(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f} %"


def _change(amount: int) -> str:
    return f"{amount:+,}" if amount else "0"
