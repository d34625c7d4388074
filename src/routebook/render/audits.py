"""What an audit came to: a line for each difference and the sum, or all of it for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from routebook.auditing import Audit
from routebook.render.formats import Format
from routebook.render.json_text import dumps
from routebook.render.paint import Style
from routebook.render.visible import visible
from routebook.runtime.audit.differences import Difference
from routebook.text import counted

_CLIPPED: Final = 200
"""Characters of a value that a line shows."""


def as_text(audit: Audit, style: Style) -> str:  # noqa: ARG001
    return "".join(f"{visible(line)}\n" for line in _lines(audit))


def _lines(audit: Audit) -> Iterator[str]:
    for difference in audit.differences:
        yield f"{_place(difference)}: {difference.message}"
        yield from _parts("recorded", difference.recorded)
        yield from _parts("replayed", difference.replayed)
    if audit.found > len(audit.differences):
        yield f"… and {counted(audit.found - len(audit.differences), 'more difference')}"
    for why, lost in audit.unknown.items():
        yield f"{counted(lost, 'row')} cannot be replayed: {why}"
    rows = f"{counted(audit.rows, 'row')} in {counted(len(audit.heads), 'chain')}"
    if audit.is_well:
        yield f"{rows}: none changed, missing or moved; {audit.replayed:,} replayed, each as it was recorded"
    else:
        yield f"{rows}: {counted(audit.found, 'difference')}"


def _place(difference: Difference) -> str:
    lead = f"lead {difference.lead}" if difference.lead else ""
    chain = f"chain {difference.chain}" if difference.chain else ""
    if difference.row is not None:
        rest = ", ".join(part for part in (lead, chain) if part)
        return f"row {difference.row}" + (f" ({rest})" if rest else "")
    return chain or lead or "state"


def _parts(title: str, parts: Mapping[str, Any] | None) -> Iterator[str]:
    for name, value in (parts or {}).items():
        shown = dumps(value, indent=None)
        clipped = shown if len(shown) <= _CLIPPED else f"{shown[:_CLIPPED]}…"
        yield f"  {title} {name}: {clipped}"


def as_json(audit: Audit, style: Style) -> str:  # noqa: ARG001
    return f"{dumps(audit.as_json())}\n"


FORMATS: Final[tuple[Format[Audit], ...]] = (
    Format("text", as_text, "a line a difference, and the sum, for people"),
    Format("json", as_json, "for programs: one object"),
)
