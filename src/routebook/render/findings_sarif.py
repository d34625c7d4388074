"""Findings as SARIF 2.1.0 (OASIS standard), which code scanning services and editors read."""

from __future__ import annotations

import re
from contextlib import suppress
from importlib import metadata
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any, Final
from urllib.parse import quote

from routebook.diagnostics import Diagnostic, Kind, Severity
from routebook.render.findings_json import finding_as_json
from routebook.render.json_text import dumps
from routebook.render.paint import Style
from routebook.render.places import place_of
from routebook.render.report import CheckReport
from routebook.source import Span

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

_LEVELS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def render(report: CheckReport, style: Style) -> str:  # noqa: ARG001  # one signature for every format
    """One run with every finding, and the kinds of finding that occur as its rules."""
    kinds = _kinds(report.findings)
    index = {kind.code: number for number, kind in enumerate(kinds)}
    run = {
        "tool": {"driver": _driver(kinds)},
        # Spans count characters, which for most languages' libraries is not the default.
        "columnKind": "unicodeCodePoints",
        "artifacts": [{"location": {"uri": _uri(name)}} for name in report.files],
        "results": [_result(finding, index[finding.code]) for finding in report.findings],
    }
    return dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}) + "\n"


def _kinds(findings: tuple[Diagnostic, ...]) -> list[Kind]:
    by_code = {finding.code: finding.kind for finding in findings}
    return [by_code[code] for code in sorted(by_code)]


def _driver(kinds: list[Kind]) -> dict[str, Any]:
    driver: dict[str, Any] = {"name": "routebook"}
    # A checkout that is not installed has none.
    with suppress(metadata.PackageNotFoundError):
        driver["version"] = metadata.version("routebook")
    return driver | {"rules": [_rule(kind) for kind in kinds]}


def _rule(kind: Kind) -> dict[str, Any]:
    return {
        "id": kind.code,
        "name": kind.name,
        "shortDescription": {"text": _message(kind.name.replace("-", " "))},
        "defaultConfiguration": {"level": _LEVELS[kind.severity]},
    }


def _result(finding: Diagnostic, rule_index: int) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": rule_index,
        "level": _LEVELS[finding.severity],
        "message": {"text": _message(_words(finding))},
        "locations": _locations(finding),
        "relatedLocations": [
            {"id": number, **_location(label.span), "message": {"text": _message(label.message)}}
            for number, label in enumerate(finding.related, start=1)
        ],
    }
    if finding.fix is not None and finding.fix_at is not None:
        result["fixes"] = [_fix(finding.fix, finding.fix_at, finding.help)]
    shown = finding_as_json(finding)
    known = {name: shown[name] for name in ("rule", "witness", "regions", "fix") if shown[name] is not None}
    return result | ({"properties": known} if known else {})


def _words(finding: Diagnostic) -> str:
    return f"{finding.message}\nhelp: {finding.help}" if finding.help else finding.message


def _locations(finding: Diagnostic) -> list[dict[str, Any]]:
    if finding.span is not None:
        return [_location(finding.span)]
    if finding.file:
        return [{"physicalLocation": {"artifactLocation": {"uri": _uri(finding.file)}}}]
    return []


def _location(span: Span) -> dict[str, Any]:
    return {
        "physicalLocation": {"artifactLocation": {"uri": _uri(span.file)}, "region": _region(span)},
    }


def _region(span: Span) -> dict[str, int]:
    place = place_of(span)
    return {
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
    }


def _fix(text: str, at: Span, help: str | None) -> dict[str, Any]:
    replacement = {"deletedRegion": _region(at), "insertedContent": {"text": text}}
    change = {"artifactLocation": {"uri": _uri(at.file)}, "replacements": [replacement]}
    described = {"description": {"text": _message(help)}} if help else {}
    return {**described, "artifactChanges": [change]}


def _message(text: str) -> str:
    """The text as a SARIF message, in which `{0}` would be a placeholder and `[…](…)` a link (§3.11)."""
    text = re.sub(r"\{(\d+)\}", r"{{\1}}", text)
    return text.replace("](", "] (")


def _uri(name: str) -> str:
    """A path as a URI reference: relative as it is, absolute as a `file:` URI."""
    if re.match(r"[A-Za-z]:[\\/]", name):
        return "file:///" + quote(PureWindowsPath(name).as_posix(), safe="/:", errors="surrogatepass")
    quoted = quote(str(PurePosixPath(name)) if name else name, errors="surrogatepass")
    return f"file://{quoted}" if name.startswith("/") else quoted
