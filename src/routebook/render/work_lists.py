"""The work list of a queue, for people and for programs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from routebook.decision import jsonable, show_moment
from routebook.render.formats import Format
from routebook.render.json_text import dumps
from routebook.render.paint import Style
from routebook.render.visible import visible
from routebook.runtime.after.worklist import Work


@dataclass(frozen=True, slots=True)
class WorkList:
    """The leads of `queue`, in order; `by` is the field that orders them, None where the oldest come first."""

    queue: str
    by: str | None
    leads: tuple[Work, ...]


def as_text(work: WorkList, style: Style) -> str:  # noqa: ARG001
    """A line a lead: its id, the value that orders the list, since when it waits, and the rule."""
    if not work.leads:
        return f"nobody waits in {visible(work.queue)}\n"
    rows = [["lead", *([work.by] if work.by else []), "waits since", "rule"]]
    for lead in work.leads:
        value = [] if work.by is None else ["" if lead.value is None else str(jsonable(lead.value))]
        rows.append([lead.lead, *value, show_moment(lead.at), lead.rule or ""])
    shown = [[visible(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in shown)
    return "".join(f"{line.rstrip()}\n" for line in lines)


def as_json(work: WorkList, style: Style) -> str:  # noqa: ARG001
    leads = [lead.as_json() for lead in work.leads]
    return f"{dumps({'queue': work.queue, 'by': work.by, 'leads': leads})}\n"


FORMATS: Final[tuple[Format[WorkList], ...]] = (
    Format("text", as_text, "for people: a line a lead"),
    Format("json", as_json, "for programs: one object"),
)
