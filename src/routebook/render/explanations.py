"""The formats of explanations."""

from __future__ import annotations

from typing import Final

from routebook.decision import Explanation
from routebook.render import explanation_html, explanation_json, explanation_text
from routebook.render.formats import Format

FORMATS: Final[tuple[Format[Explanation], ...]] = (
    Format("text", explanation_text.render, "for people, on one screen"),
    Format("json", explanation_json.render, "for programs: all of it"),
    Format("html", explanation_html.render, "one page that needs no other file, to send"),
)
