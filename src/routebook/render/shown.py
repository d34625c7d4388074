"""One explanation as text, for programs: `routebook.render(explanation, "text")`."""

from __future__ import annotations

from routebook.decision import Explanation
from routebook.diagnostics import RoutebookError
from routebook.render.explanations import FORMATS
from routebook.render.formats import named
from routebook.render.paint import Style
from routebook.text import listed, nearest


def render(explanation: Explanation, format: str = "text", everything: bool = False) -> str:
    """An explanation as `text`, `json` or `html`, without colours; nothing is left out where `everything`.

    Raises `RoutebookError` where there is no such format.
    """
    try:
        chosen = named(FORMATS, format)
    except KeyError:
        names = [row.name for row in FORMATS]
        meant = nearest(format, names)
        hint = f"did you mean `{meant}`?" if meant else f"there are {listed(f'`{name}`' for name in names)}"
        raise RoutebookError(f"explanations have no format `{format}`; {hint}") from None
    return chosen.render(explanation, Style(everything=everything))
