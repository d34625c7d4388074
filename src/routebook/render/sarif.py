"""What every SARIF log has in common: SARIF 2.1.0 (OASIS standard), which code scanning services and editors read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from importlib import metadata
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any, Final
from urllib.parse import quote

from routebook.diagnostics import Severity
from routebook.render.json_text import dumps
from routebook.render.places import place_of
from routebook.source import Span

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

LEVELS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def document(rules: Sequence[dict[str, Any]], files: Iterable[str], results: Sequence[dict[str, Any]]) -> str:
    """A log of one run: the rules that occur, the files that were looked at, and what was found."""
    run = {
        "tool": {"driver": _driver() | {"rules": list(rules)}},
        # Spans count characters, which for most languages' libraries is not the default.
        "columnKind": "unicodeCodePoints",
        "artifacts": [{"location": {"uri": _uri(name)}} for name in files],
        "results": list(results),
    }
    return dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}) + "\n"


def _driver() -> dict[str, Any]:
    driver: dict[str, Any] = {"name": "routebook"}
    # A checkout that is not installed has none.
    with suppress(metadata.PackageNotFoundError):
        driver["version"] = metadata.version("routebook")
    return driver


def rule(id: str, name: str, severity: Severity) -> dict[str, Any]:
    """A kind of result. `name` is in words with hyphens."""
    return {
        "id": id,
        "name": name,
        "shortDescription": message(name.replace("-", " ")),
        "defaultConfiguration": {"level": LEVELS[severity]},
    }


def result(
    rules: Sequence[dict[str, Any]],
    id: str,
    severity: Severity,
    text: str,
    locations: Sequence[dict[str, Any]],
) -> dict[str, Any]:
    """One result, of the rule with that id."""
    index = next(number for number, each in enumerate(rules) if each["id"] == id)
    return {
        "ruleId": id,
        "ruleIndex": index,
        "level": LEVELS[severity],
        "message": message(text),
        "locations": list(locations),
    }


def message(text: str) -> dict[str, str]:
    """The text as a SARIF message, in which `{0}` would be a placeholder and `[…](…)` a link (§3.11)."""
    text = re.sub(r"\{(\d+)\}", r"{{\1}}", text)
    return {"text": text.replace("](", "] (")}


def location(file: str, region: dict[str, int] | None = None) -> dict[str, Any]:
    """A file, or a place in it."""
    place: dict[str, Any] = {"artifactLocation": artifact(file)}
    return {"physicalLocation": place if region is None else {**place, "region": region}}


def location_of(span: Span) -> dict[str, Any]:
    """Where a span is."""
    return location(span.file, region_of(span))


def artifact(file: str) -> dict[str, str]:
    """A file by its address."""
    return {"uri": _uri(file)}


def region_of(span: Span) -> dict[str, int]:
    """The lines and columns of a span, counted from 1; the last column is the one after it."""
    place = place_of(span)
    return {
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
    }


def _uri(name: str) -> str:
    """A path as a URI reference: relative as it is, absolute as a `file:` URI."""
    if re.match(r"[A-Za-z]:[\\/]", name):
        return "file:///" + quote(PureWindowsPath(name).as_posix(), safe="/:", errors="surrogatepass")
    quoted = quote(str(PurePosixPath(name)) if name else name, errors="surrogatepass")
    return f"file://{quoted}" if name.startswith("/") else quoted
