"""Findings as annotations on the changed files of a pull request."""

from __future__ import annotations

from routebook.diagnostics import Diagnostic
from routebook.render.github import annotation, lines_of
from routebook.render.paint import Style
from routebook.render.places import place_of
from routebook.render.report import CheckReport
from routebook.render.witnesses import witness_text


def render(report: CheckReport, style: Style) -> str:  # noqa: ARG001  # one signature for every format
    """One command a finding; nothing where there is none."""
    return "".join(f"{_annotation(finding)}\n" for finding in report.findings)


def _annotation(finding: Diagnostic) -> str:
    properties = _place(finding) | {"title": f"{finding.code} {finding.name}"}
    return annotation(finding.severity, _message(finding), properties)


def _place(finding: Diagnostic) -> dict[str, str | int]:
    if finding.span is None:
        return lines_of(finding.file, None)
    place = place_of(finding.span)
    properties = lines_of(finding.file, place.line, place.end_line)
    if properties and place.line == place.end_line:
        # GitHub takes columns within one line only, and its end column is the last one, not the one after.
        properties |= {"col": place.column, "endColumn": max(place.column, place.end_column - 1)}
    return properties


def _message(finding: Diagnostic) -> str:
    """What an annotation can hold of a finding: it has no second place, so related ones are told."""
    parts = [finding.message]
    parts += [f"{place_of(label.span)}: {label.message}" for label in finding.related if label.message]
    if finding.witness is not None:
        parts.append(f"for example: {witness_text(finding.witness)}")
    if finding.help:
        parts.append(f"help: {finding.help}")
    if finding.to_paste:
        parts.append(f"to paste:\n{finding.to_paste}")
    return "\n".join(parts)
