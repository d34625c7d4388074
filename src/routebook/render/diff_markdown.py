"""What changes between two policies as Markdown, for a comment on a pull request."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from routebook.render.diff_view import ALIKE, DiffReport, groups, is_alike, outcome, rule_of, verdict, witness
from routebook.render.paint import Style
from routebook.render.visible import visible
from routebook.text import counted

if TYPE_CHECKING:
    from routebook.analysis.change import Change
    from routebook.comparing import LeadMoves

_MOST: Final = 40
"""So many changes are shown: hosts cut long comments, or refuse them."""


def render(report: DiffReport, style: Style) -> str:
    """A heading, the answer, and a table for each thing that happens instead of another."""
    return "\n".join(_lines(report, style)) + "\n"


def _lines(report: DiffReport, style: Style) -> Iterator[str]:
    found, moves = report.difference, report.moves
    yield f"### What changes for leads from {code(report.old)} to {code(report.new)}"
    yield ""
    yield f"**{verdict(report)[:1].upper()}{verdict(report)[1:]}.**"
    left = len(found.changes) if style.everything else _MOST
    for old, new, changes in groups(found):
        shown = changes[:left]
        left -= len(shown)
        if shown:
            yield ""
            remark = f" ({ALIKE})" if is_alike(old, new) else ""
            yield f"{code(outcome(old))} → {code(outcome(new))}{remark}"
            yield ""
            yield from _changes(shown, moves)
    if not style.everything and len(found.changes) > _MOST:
        yield ""
        yield f"… and {counted(len(found.changes) - _MOST, 'more set')} of leads."
    if moves is not None:
        yield from _counts(moves)
    remarks = [*(f"Not decided: {_escaped(doubt)}." for doubt in found.doubts), *map(_escaped, found.notes)]
    if remarks:
        yield ""
        yield from (f"- {remark}" for remark in remarks)


def _changes(changes: Sequence[Change], moves: LeadMoves | None) -> Iterator[str]:
    head = ["leads where", "rule before", "rule after", "such as"]
    rows = [
        [_cell(c.region.text), _cell(rule_of(c.old)), _cell(rule_of(c.new)), _cell(witness(c))]
        for c in changes
    ]
    if moves is not None:
        head.append("leads")
        for row, change in zip(rows, changes, strict=True):
            row.append(f"{moves.moves.get((change.old, change.new), 0):,}")
    yield from _table(head, rows)


def _counts(moves: LeadMoves) -> Iterator[str]:
    yield ""
    left_out = f" {counted(moves.unfit, 'lead')} left out, not fitting both policies." if moves.unfit else ""
    yield f"{counted(moves.leads, 'lead')}, {moves.changed:,} treated differently.{left_out}"
    if moves.reps:
        yield ""
        rows = [[_cell(s.rep), f"{s.old:,}", f"{s.new:,}", f"{s.new - s.old:+,}"] for s in moves.reps]
        yield from _table(["rep", "before", "after", "change"], rows)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _cell(text: str) -> str:
    """The text as code within a table, where a bar ends the cell even in code."""
    return code(text).replace("|", "\\|")


def code(text: str) -> str:
    """The text as code: nothing in it is a link or a mention."""
    shown = visible(text) or " "
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", shown)), default=0))
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def _escaped(text: str) -> str:
    """A sentence of ours, whose quoted words are code; the rest of it does nothing."""
    parts = visible(text).split("`")
    if len(parts) % 2 == 0:
        return code(text)
    return "".join(
        code(part) if number % 2 else re.sub(r"([\\*_{}\[\]<>#|@])", r"\\\1", part)
        for number, part in enumerate(parts)
    )
