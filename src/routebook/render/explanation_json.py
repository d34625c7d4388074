"""An explanation as JSON: the shape of `explain --format json`, which others rely on."""

from __future__ import annotations

from routebook.decision import Explanation
from routebook.render.json_text import dumps
from routebook.render.paint import Style


def render(explanation: Explanation, style: Style) -> str:  # noqa: ARG001  # one signature for every format
    """All of the explanation: nothing is left out of JSON."""
    return dumps(explanation.as_json()) + "\n"
