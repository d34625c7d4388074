"""Leads that show something, as every format writes them: the lead apart from the moment at which it shows it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from routebook.decision import show_moment
from routebook.render.literals import lead_of

NOW: Final = "now"
"""The moment among the fields of a witness; no policy can declare a field of that name."""


def parted(fields: Mapping[str, Any]) -> tuple[dict[str, Any], datetime | None]:
    """The lead, and the moment at which it is one, None where the moment does not matter."""
    lead = dict(fields)
    now = lead.pop(NOW, None)
    if not isinstance(now, datetime | None):
        return dict(fields), None
    return lead, now


def witness_text(fields: Mapping[str, Any]) -> str:
    """`lead { score: 80 } at 2026-03-02T12:00:00Z`, as `explain --lead` reads it."""
    lead, now = parted(fields)
    return lead_of(lead) + (f" at {show_moment(now)}" if now is not None else "")


def witness_json(fields: Mapping[str, Any]) -> dict[str, Any]:
    """`{"lead": {…}, "now": "…"}`, without `now` where it does not matter. The values are left as they are."""
    lead, now = parted(fields)
    return {"lead": lead} | ({} if now is None else {NOW: show_moment(now)})
