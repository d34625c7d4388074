"""A simulation as text: what was assumed, then tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from routebook.render.paint import EMPTY, Ink, Line, Style, line, painted
from routebook.render.simulation_view import SimulationReport, Table, headline, tables
from routebook.render.visible import clipped, padded, visible, width_of
from routebook.render.wrap import wrapped
from routebook.text import counted

_LONGEST: Final = 15
"""So many rows of a table are shown, unless everything is asked for."""

_WIDEST: Final = 40
_SENTENCE: Final = 20  # lines of one assumption


def render(report: SimulationReport, style: Style) -> str:
    """Everything that there is to know, with long tables cut unless everything is asked for."""
    return painted(_lines(report, style), style)


def _lines(report: SimulationReport, style: Style) -> Iterator[Line]:
    for simulation in report.simulations:
        yield line((visible(headline(simulation)), Ink.STRONG))
    yield EMPTY
    for words in report.simulations[0].assumed.words:
        for part in wrapped(visible(words), style.width - 2, _SENTENCE):
            yield line((f"  {part}", Ink.FAINT))
    for table in tables(report):
        yield EMPTY
        yield from _table(table, style)


def _table(table: Table, style: Style) -> Iterator[Line]:
    kept = table.rows if style.everything else table.rows[:_LONGEST]
    rows = [[clipped(visible(cell), _WIDEST) for cell in row] for row in (table.heads, *kept)]
    widths = [max(width_of(row[place]) for row in rows) for place in range(len(table.heads))]
    for number, row in enumerate(rows):
        numbers = [" " * (width - width_of(cell)) + cell for cell, width in zip(row, widths, strict=True)][1:]
        shown = "  ".join((padded(row[0], widths[0]), *numbers))
        yield line((shown, Ink.PLAIN if number else Ink.STRONG))
    if len(kept) < len(table.rows):
        yield line((f"… and {counted(len(table.rows) - len(kept), 'more row')}", Ink.FAINT))
