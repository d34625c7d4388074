"""What came of an event: a line for people, or all of it for programs."""

from __future__ import annotations

from typing import Final

from routebook.render.formats import Format
from routebook.render.json_text import dumps
from routebook.render.paint import Style
from routebook.render.visible import visible
from routebook.runtime.after.events import Recorded


def as_text(recorded: Recorded, style: Style) -> str:  # noqa: ARG001
    """Where the lead stands now, and the turn that was given back."""
    where = f" with {recorded.rep}" if recorded.rep is not None else ""
    if recorded.assignment is not None and recorded.assignment.queue is not None:
        where = f" in {recorded.assignment.queue}"
    line = f"{recorded.lead}: {recorded.status}{where}"
    if recorded.again:
        line += "; this event was recorded before"
    if recorded.credit is not None:
        line += f"; a turn of {recorded.credit['rotation']} is given back"
    return f"{visible(line)}\n"


def as_json(recorded: Recorded, style: Style) -> str:  # noqa: ARG001
    return f"{dumps(recorded.as_json())}\n"


FORMATS: Final[tuple[Format[Recorded], ...]] = (
    Format("text", as_text, "a line for people"),
    Format("json", as_json, "for programs: one object"),
)
