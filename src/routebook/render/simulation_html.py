"""A simulation as one page that needs no other file: plots, then the tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from routebook.decision import jsonable
from routebook.render.explanation_html import page, safe
from routebook.render.explanation_html import table as html_table
from routebook.render.paint import Style
from routebook.render.plots import Bar, bars, lines
from routebook.render.simulation_view import SimulationReport, headline, tables
from routebook.simulating import RepFigures, Simulation

_BARS: Final = 40
"""Reps with a bar: those with the most leads. The table has them all."""


def render(report: SimulationReport, style: Style) -> str:  # noqa: ARG001
    """The page."""
    title = f"Simulation of {' and '.join(each.name for each in report.simulations)}"
    return page(title, (f"<h1>{safe(title)}</h1>", *_body(report)))


def _body(report: SimulationReport) -> Iterator[str]:
    several = report.simulations
    yield from (f"<p>{safe(headline(each))}</p>" for each in several)
    yield "<h2>What was assumed</h2><ul>"
    yield from (f"<li>{safe(words)}</li>" for words in several[0].assumed.words)
    yield "</ul><h2>Pictures</h2>"
    yield from (f"<p>{plot}</p>" for plot in plots(several))
    yield "<h2>Figures</h2>"
    for table in tables(report):
        yield from html_table(table.heads, ((False, row) for row in table.rows))
        yield "<p></p>"


def plots(several: Sequence[Simulation]) -> Iterator[str]:
    """The pictures of one simulation, or of two beside each other."""
    names = () if len(several) == 1 else tuple(each.name for each in several)
    by_rep = [{rep.rep: rep for rep in each.reps} for each in several]
    shown = _busiest(by_rep)
    alone = len(several) == 1
    rows = [
        Bar(
            id,
            tuple(float(_of(each, id, "given")) for each in by_rep),
            by_rep[0][id].fair + by_rep[0][id].given - by_rep[0][id].drawn if alone else None,
        )
        for id in shown
    ]
    note = "the mark is what weights would have given, among those eligible" if alone else ""
    yield bars("Leads given to each rep", rows, names, note)
    yield bars(
        "Most leads open at once",
        [
            Bar(
                id,
                tuple(float(_of(each, id, "most_open")) for each in by_rep),
                next(
                    (float(each[id].capacity or 0) for each in by_rep if id in each and each[id].capacity),
                    None,
                ),
            )
            for id in shown
        ],
        names,
        "the mark is the capacity" if any(rep.capacity for each in by_rep for rep in each.values()) else "",
    )
    yield bars(
        "Median wait for an answer, in hours",
        [Bar(id, tuple((_wait(each, id)) / 3600 for each in by_rep)) for id in shown],
        names,
        unit=" h",
    )
    yield from _lines(several)


def _lines(several: Sequence[Simulation]) -> Iterator[str]:
    for each in several:
        title = "" if len(several) == 1 else f", {each.name}"
        xs = [str(jsonable(moment))[:16] for moment in each.moments]
        yield lines(f"Leads given so far{title}", xs, {id: list(line) for id, line in each.given.items()})
        yield lines(f"Leads open{title}", xs, {"open": list(each.open)})


def _busiest(by_rep: Sequence[Mapping[str, RepFigures]]) -> list[str]:
    """In the roster's order."""
    ids = list(dict.fromkeys(id for each in by_rep for id in each))
    ranked = sorted(ids, key=lambda id: -max(_of(each, id, "given") for each in by_rep))
    return [id for id in ids if id in set(ranked[:_BARS])]


def _of(reps: Mapping[str, RepFigures], id: str, name: str) -> int:
    found: int = getattr(reps[id], name) if id in reps else 0
    return found


def _wait(reps: Mapping[str, RepFigures], id: str) -> float:
    return (reps[id].wait.median or 0.0) if id in reps else 0.0
