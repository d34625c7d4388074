"""The formats of what changes between two policies."""

from __future__ import annotations

from typing import Final

from routebook.render import diff_json, diff_markdown, diff_text
from routebook.render.diff_view import DiffReport
from routebook.render.formats import Format

FORMATS: Final[tuple[Format[DiffReport], ...]] = (
    Format("text", diff_text.render, "for people"),
    Format("json", diff_json.render, "for programs"),
    Format("markdown", diff_markdown.render, "for a comment on a pull request"),
)
