"""What changes between two policies, for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from routebook.render.diff_view import ALIKE, DiffReport, groups, is_alike, outcome, rule_of, verdict, witness
from routebook.render.paint import EMPTY, Ink, Line, Style, line, painted
from routebook.render.visible import padded, visible, width_of
from routebook.text import counted

if TYPE_CHECKING:
    from routebook.analysis.change import Change
    from routebook.comparing import LeadMoves

_MOST: Final = 15
"""So many movements from one rep to another are shown, the largest, unless everything is asked for."""


def render(report: DiffReport, style: Style) -> str:
    """The changes by what happens before and after, and the answer."""
    return painted(_lines(report, style), style)


def _lines(report: DiffReport, style: Style) -> Iterator[Line]:
    moves = report.moves
    for old, new, changes in groups(report.difference):
        yield line(("- ", Ink.ERROR), visible(outcome(old)))
        yield line(("+ ", Ink.GOOD), visible(outcome(new)))
        if is_alike(old, new):
            yield line(f"  {ALIKE}")
        for change in changes:
            yield from _change(change, moves)
        yield EMPTY
    if moves is not None:
        yield from _counts(moves, style)
    for note in report.difference.notes:
        yield line(("note: ", Ink.INFO), visible(note))
    for doubt in report.difference.doubts:
        yield line(("not decided: ", Ink.WARNING), visible(doubt))
    yield line((verdict(report), Ink.GOOD if report.difference.same else Ink.STRONG))


def _change(change: Change, moves: LeadMoves | None) -> Iterator[Line]:
    rules = f"{visible(rule_of(change.old))} → {visible(rule_of(change.new))}"
    counted_leads = ""
    if moves is not None:
        counted_leads = f", {counted(moves.moves.get((change.old, change.new), 0), 'lead')}"
    yield line((f"    {rules}{counted_leads}", Ink.FAINT))
    yield line("      where ", visible(change.region.text))
    yield line("      such as ", visible(witness(change)))


def _counts(moves: LeadMoves, style: Style) -> Iterator[Line]:
    left_out = f"; {counted(moves.unfit, 'lead')} left out, not fitting both policies" if moves.unfit else ""
    yield line(f"{counted(moves.leads, 'lead')}, {moves.changed:,} treated differently{left_out}")
    if moves.reps:
        yield EMPTY
        yield from _table(
            ["rep", "before", "after"], [[s.rep, f"{s.old:,}", f"{s.new:,}"] for s in moves.reps]
        )
    if moves.handed:
        ordered = sorted(moves.handed.items(), key=lambda item: (-item[1], str(item[0])))
        shown = ordered if style.everything else ordered[:_MOST]
        yield EMPTY
        rows = [[before or "nobody", after or "nobody", f"{count:,}"] for (before, after), count in shown]
        yield from _table(["from", "to", "leads"], rows)
        if len(shown) < len(ordered):
            yield line((f"… and {counted(len(ordered) - len(shown), 'more movement')}", Ink.FAINT))
    yield EMPTY


def _table(head: list[str], rows: list[list[str]]) -> Iterator[Line]:
    cells = [head, *([visible(cell) for cell in row] for row in rows)]
    widths = [max(map(width_of, column)) for column in zip(*cells, strict=True)]
    for number, row in enumerate(cells):
        text = "  ".join(padded(cell, width) for cell, width in zip(row, widths, strict=True))
        yield line((text, Ink.STRONG if number == 0 else Ink.PLAIN))
