"""What a sweep did about a lead: a line each."""

from __future__ import annotations

from typing import Final

from routebook.render.formats import Format
from routebook.render.json_text import dumps
from routebook.render.paint import Style
from routebook.render.visible import visible
from routebook.runtime.after.sweeping import Swept


def as_text(swept: Swept, style: Style) -> str:  # noqa: ARG001
    """Why the lead moved, from whom, and where it is now; nothing for one that could not be swept."""
    assignment = swept.assignment
    if assignment is None:
        return ""
    place = assignment.rep or assignment.queue or assignment.nurture or assignment.reason or "nobody"
    why = "was held" if swept.why == "held" else f"{swept.why} overdue"
    left = f", leaves {swept.rep}" if swept.rep is not None else ""
    return f"{visible(f'{swept.lead}: {why}{left}: {assignment.outcome.value} → {place}')}\n"


def as_json(swept: Swept, style: Style) -> str:  # noqa: ARG001
    return f"{dumps(swept.as_json(), indent=None)}\n"


FORMATS: Final[tuple[Format[Swept], ...]] = (
    Format("text", as_text, "a line a lead, for people"),
    Format("json", as_json, "for programs: an object a line"),
)
