"""What became of a notice: a line each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from routebook.decision import show_moment
from routebook.render.formats import Format
from routebook.render.json_text import dumps
from routebook.render.paint import Style
from routebook.render.visible import visible
from routebook.text import counted

if TYPE_CHECKING:
    from routebook.runtime.notices.delivering import Delivered


def as_text(done: Delivered, style: Style) -> str:  # noqa: ARG001
    """Which notice, for whom, and where it stands; the key of one that is dead, to try it again by."""
    line = f"{done.lead}: {done.kind} for {done.addressee} to {done.destination}: {done.state.value}"
    if done.state.value != "delivered" and done.attempts:
        line += f" after {counted(done.attempts, 'attempt')}"
    if done.error is not None:
        line += f", {done.error}"
    if done.due is not None:
        line += f"; again from {show_moment(done.due.replace(microsecond=0))}"
    if done.state.value == "dead":
        line += f"; its key is {done.key}"
    return f"{visible(line)}\n"


def as_json(done: Delivered, style: Style) -> str:  # noqa: ARG001
    return f"{dumps(done.as_json(), indent=None)}\n"


FORMATS: Final[tuple[Format[Delivered], ...]] = (
    Format("text", as_text, "a line a notice, for people"),
    Format("json", as_json, "for programs: an object a line"),
)
