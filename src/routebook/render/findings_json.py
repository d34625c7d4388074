"""Findings as JSON: the shape of `check --format json`, which others rely on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from routebook.diagnostics import Diagnostic, Label
from routebook.render.json_text import dumps
from routebook.render.paint import Style
from routebook.render.places import place_of
from routebook.render.report import CheckReport
from routebook.render.witnesses import witness_json
from routebook.source import Span


def render(report: CheckReport, style: Style) -> str:  # noqa: ARG001  # one signature for every format
    """`{"findings": […], "summary": {"files", "findings", "errors", "warnings", "infos"}}`."""
    return dumps(as_json(report)) + "\n"


def as_json(report: CheckReport) -> dict[str, Any]:
    """The report as JSON values."""
    counts = {f"{severity}s": count for severity, count in report.counts().items()}
    return {
        "findings": [finding_as_json(finding) for finding in report.findings],
        "summary": {"files": len(report.files), "findings": len(report.findings)} | counts,
    }


def finding_as_json(finding: Diagnostic) -> dict[str, Any]:
    """One finding as JSON values; what it does not have is null."""
    regions = finding.regions
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": str(finding.severity),
        "message": finding.message,
        "help": finding.help,
        **_place(finding.span, finding.file),
        "rule": finding.rule,
        "related": [_related(label) for label in finding.related],
        "witness": _witness(finding.witness),
        "regions": None
        if regions is None
        else [{"when": region.when, "witness": _witness(region.witness)} for region in regions],
        "fix": finding.to_paste,
    }


def _related(label: Label) -> dict[str, Any]:
    return {
        "message": label.message,
        **_place(label.span, None),
        "rule": label.rule,
        "witness": _witness(label.witness),
    }


def _place(span: Span | None, file: str | None) -> dict[str, Any]:
    if span is None:
        return {"file": file, "line": None, "column": None, "end_line": None, "end_column": None}
    place = place_of(span)
    return {
        "file": file if file is not None else place.file,
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
    }


def _witness(lead: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if lead is None else witness_json(lead)
