"""GitHub workflow commands: lines of output that become annotations on a pull request.

The syntax and its escapes are those of GitHub's "Workflow commands for GitHub Actions".
"""

from __future__ import annotations

from typing import Final

from routebook.diagnostics import Severity
from routebook.render.visible import visible, visible_lines

_COMMANDS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def annotation(severity: Severity, message: str, properties: dict[str, str | int]) -> str:
    """One command, on one line whatever the texts hold; line ends in `message` arrive as line ends."""
    given = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    command = f"{_COMMANDS[severity]} {given}" if given else _COMMANDS[severity]
    return f"::{command}::{_data(message)}"


def lines_of(file: str | None, line: int | None, end_line: int | None = None) -> dict[str, str | int]:
    """The properties that say where; none without a file, which GitHub would take for the workflow's own."""
    if not file:
        return {}
    place: dict[str, str | int] = {"file": file.removeprefix("./")}
    if line is not None:
        place["line"] = line
        place["endLine"] = line if end_line is None else end_line
    return place


def _data(text: str) -> str:
    return "%0A".join(row.replace("%", "%25") for row in visible_lines(text))


def _property(text: str) -> str:
    return visible(text).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
