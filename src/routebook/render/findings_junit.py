"""Findings as JUnit XML: a suite a file, a case a finding, one passed case for a file without findings."""

from __future__ import annotations

from routebook.diagnostics import Diagnostic
from routebook.render.findings_text import finding_lines
from routebook.render.junit import Case, document
from routebook.render.paint import Style, painted
from routebook.render.places import place_of
from routebook.render.report import CheckReport


def render(report: CheckReport, style: Style) -> str:
    """Findings that fail the check are failures; lighter ones are output of a passed case."""
    suites = []
    for file, findings in report.by_file():
        cases = [_case(finding, file, report, style) for finding in findings]
        suites.append((file, cases or [Case("no findings", file)]))
    return document("routebook check", suites)


def _case(finding: Diagnostic, file: str, report: CheckReport, style: Style) -> Case:
    plain = Style(width=style.width, everything=style.everything)
    text = painted(finding_lines(finding, plain), plain)
    line = place_of(finding.span).line if finding.span is not None else None
    name = f"{finding.code} {finding.name}" + (f" at line {line}" if line is not None else "")
    if not report.fails(finding):
        return Case(name, file, note=text)
    return Case(name, file, finding.message, str(finding.severity), text)
