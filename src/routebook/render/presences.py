"""Whether a rep is there: a line for people, or one object for programs."""

from __future__ import annotations

from typing import Final

from routebook.decision import show_moment
from routebook.render.formats import Format
from routebook.render.json_text import dumps
from routebook.render.paint import Style
from routebook.render.visible import visible
from routebook.runtime.presence import Marked, word


def as_text(marked: Marked, style: Style) -> str:  # noqa: ARG001
    known = "; that was known" if marked.again else ""
    return f"{visible(f'{marked.rep}: {word(marked.online)} since {show_moment(marked.since)}{known}')}\n"


def as_json(marked: Marked, style: Style) -> str:  # noqa: ARG001
    return f"{dumps(marked.as_json())}\n"


FORMATS: Final[tuple[Format[Marked], ...]] = (
    Format("text", as_text, "a line for people"),
    Format("json", as_json, "for programs: one object"),
)
