"""Findings as SARIF 2.1.0: the kinds of finding are its rules, and the labels beside a finding related locations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from routebook.diagnostics import Diagnostic
from routebook.render import sarif
from routebook.render.findings_json import finding_as_json
from routebook.render.paint import Style
from routebook.render.report import CheckReport
from routebook.source import Span


def render(report: CheckReport, style: Style) -> str:  # noqa: ARG001  # one signature for every format
    """One run with every finding, and the kinds of finding that occur as its rules."""
    by_code = {finding.code: finding.kind for finding in report.findings}
    rules = [sarif.rule(code, kind.name, kind.severity) for code, kind in sorted(by_code.items())]
    results = [_result(rules, finding) for finding in report.findings]
    return sarif.document(rules, report.files, results)


def _result(rules: Sequence[dict[str, Any]], finding: Diagnostic) -> dict[str, Any]:
    result = sarif.result(rules, finding.code, finding.severity, _words(finding), _locations(finding))
    result["relatedLocations"] = [
        {"id": number, **sarif.location_of(label.span), "message": sarif.message(label.message)}
        for number, label in enumerate(finding.related, start=1)
    ]
    if finding.fix is not None and finding.fix_at is not None:
        result["fixes"] = [_fix(finding.fix, finding.fix_at, finding.help)]
    shown = finding_as_json(finding)
    known = {name: shown[name] for name in ("rule", "witness", "regions", "fix") if shown[name] is not None}
    return result | ({"properties": known} if known else {})


def _words(finding: Diagnostic) -> str:
    return f"{finding.message}\nhelp: {finding.help}" if finding.help else finding.message


def _locations(finding: Diagnostic) -> list[dict[str, Any]]:
    if finding.span is not None:
        return [sarif.location_of(finding.span)]
    return [sarif.location(finding.file)] if finding.file else []


def _fix(text: str, at: Span, help: str | None) -> dict[str, Any]:
    replacement = {"deletedRegion": sarif.region_of(at), "insertedContent": {"text": text}}
    change = {"artifactLocation": sarif.artifact(at.file), "replacements": [replacement]}
    described = {"description": sarif.message(help)} if help else {}
    return {**described, "artifactChanges": [change]}
