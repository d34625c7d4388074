"""The formats of why a lead did not go somewhere."""

from __future__ import annotations

from typing import Final

from routebook.render import whynot_html, whynot_json, whynot_text
from routebook.render.formats import Format
from routebook.render.whynot_view import WhyNotReport

FORMATS: Final[tuple[Format[WhyNotReport], ...]] = (
    Format("text", whynot_text.render, "for people"),
    Format("json", whynot_json.render, "for programs"),
    Format("html", whynot_html.render, "one page to send on"),
)
