"""Findings for people: each with its place in the source, marked and labelled, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from routebook.diagnostics import Diagnostic, Label, Region, Severity
from routebook.render.paint import EMPTY, Ink, Line, Style, line, painted
from routebook.render.places import place_of
from routebook.render.report import CheckReport
from routebook.render.snippet import Mark, last_line, snippet
from routebook.render.visible import visible, visible_lines
from routebook.render.witnesses import witness_text
from routebook.source import Source
from routebook.text import counted

_INKS: Final = {Severity.ERROR: Ink.ERROR, Severity.WARNING: Ink.WARNING, Severity.INFO: Ink.INFO}

_FEW: Final = 5
"""So many regions, and leads of related rules, are shown unless everything is asked for."""


def render(report: CheckReport, style: Style) -> str:
    """Every finding, then one line that counts them."""
    lines: list[Line] = []
    for finding in report.findings:
        lines += [*finding_lines(finding, style), EMPTY]
    lines.append(_summary(report))
    return painted(lines, style)


def finding_lines(finding: Diagnostic, style: Style) -> Iterator[Line]:
    """One finding: its header, its snippets and its notes."""
    ink = _INKS[finding.severity]
    header = f"{finding.severity}[{visible(finding.code)}] {visible(finding.name)}"
    yield line((header, ink), (f": {visible(finding.message)}", Ink.STRONG))
    groups = _by_source(finding, ink)
    gutter = len(str(max((last_line(marks) for _, marks in groups), default=1)))
    if finding.span is not None:
        yield line((f"{'':>{gutter}}--> ", Ink.FRAME), _place(place_of(finding.span)))
    elif finding.file:
        yield line((f"{'':>{gutter}}--> ", Ink.FRAME), visible(finding.file))
    for index, (source, marks) in enumerate(groups):
        if index > 0 or finding.span is None:
            yield line((f"{'':>{gutter}} |", Ink.FRAME))
            yield line((f"{'':>{gutter}}--> ", Ink.FRAME), _place(place_of(marks[0].span)))
        yield from snippet(source, marks, gutter, style.width)
    notes = list(_notes(finding, gutter, style))
    if notes and groups:
        yield line((f"{'':>{gutter}} |", Ink.FRAME))
    yield from notes


def _place(place: object) -> str:
    return visible(str(place))


def _by_source(finding: Diagnostic, ink: Ink) -> list[tuple[Source, list[Mark]]]:
    """The marks of a finding by the text that they are in, its own first."""
    marks = [Mark(finding.span, finding.label, "^", ink)] if finding.span is not None else []
    marks += [Mark(related.span, related.message, "-", Ink.FRAME) for related in finding.related]
    groups: dict[tuple[str, str], list[Mark]] = {}
    for mark in marks:
        # One file that was read twice is one text.
        groups.setdefault((mark.span.source.name, mark.span.source.text), []).append(mark)
    return [(group[0].span.source, group) for group in groups.values()]


def _notes(finding: Diagnostic, gutter: int, style: Style) -> Iterator[Line]:
    margin = " " * (gutter + 1)
    if finding.witness is not None and not _is_in(finding.witness, finding.regions or ()):
        yield _note(margin, "for example", witness_text(finding.witness))
    yield from _regions(finding.regions or (), margin, style)
    yield from _takers(finding.related, margin, style)
    if finding.help:
        first, *rest = visible_lines(finding.help)
        yield _note(margin, "help", first)
        for further in rest:
            yield line(f"{margin}        {further}")
    if finding.to_paste and not finding.to_paste.isspace():
        yield line((f"{margin}= ", Ink.FRAME), ("to paste:", Ink.STRONG))
        yield EMPTY
        for row in visible_lines(finding.to_paste.expandtabs(4)):
            yield line((f"    {row}", Ink.GOOD))


def _note(margin: str, title: str, text: str) -> Line:
    return line((f"{margin}= ", Ink.FRAME), (f"{title}: ", Ink.STRONG), text)


def _is_in(witness: object, regions: Iterable[Region]) -> bool:
    return any(region.witness == witness for region in regions)


def _regions(regions: tuple[Region, ...], margin: str, style: Style) -> Iterator[Line]:
    shown = regions if style.everything else regions[:_FEW]
    for region in shown:
        yield _note(margin, "where", visible(region.when))
        yield line(f"{margin}         {witness_text(region.witness)}")
    if len(shown) < len(regions):
        yield line((f"{margin}= ", Ink.FRAME), f"… and {counted(len(regions) - len(shown), 'more region')}")


def _takers(related: tuple[Label, ...], margin: str, style: Style) -> Iterator[Line]:
    """The rules that take leads before the one at fault, each with a lead that it takes."""
    takers = [label for label in related if label.rule is not None and label.witness is not None]
    shown = takers if style.everything else takers[:_FEW]
    for label in shown:
        assert label.witness is not None
        yield _note(margin, f"`{visible(label.rule or '')}` takes", witness_text(label.witness))
    if len(shown) < len(takers):
        yield line(
            (f"{margin}= ", Ink.FRAME), f"… and {counted(len(takers) - len(shown), 'more rule')} like these"
        )


def _summary(report: CheckReport) -> Line:
    if not report.findings:
        return line(f"no findings in {counted(len(report.files), 'file')}")
    parts: list[str | tuple[str, Ink]] = []
    for severity, count in report.counts().items():
        if count:
            parts += [", "] if parts else []
            parts.append((counted(count, str(severity)), _INKS[severity]))
    return line(*parts)
