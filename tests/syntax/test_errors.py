"""What is said about every mistake that people make in the text of a policy: golden files."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from routebook.diagnostics import Diagnostic
from routebook.source import Source, Span
from routebook.syntax.parse import parse

CASES = Path(__file__).parents[1] / "cases" / "syntax" / "errors"
FILES = sorted(CASES.glob("*.cases"))


def snippets(path: Path) -> Iterator[tuple[str, str]]:
    """The titles and texts of a file of cases, each begun by a line `=== title`."""
    for part in re.split(r"^=== ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        title, _, text = part.partition("\n")
        yield title, text


def place(span: Span) -> str:
    return f"{span.line}:{span.column}-{span.end_line}:{span.end_column}"


def dump(finding: Diagnostic) -> Iterator[str]:
    """A finding in plain lines."""
    assert finding.span is not None
    shown = finding.span.text.replace("\n", "⏎")
    yield f"{place(finding.span)} {finding.code} ‹{shown if len(shown) < 60 else shown[:57] + '…'}›"
    yield f"    {finding.message}"
    if finding.label:
        yield f"    ^ {finding.label}"
    for label in finding.related:
        yield f"    @ {place(label.span)} {label.message}"
    if finding.help:
        yield f"    = {finding.help}"
    if finding.fix is not None:
        at = f" at {place(finding.fix_at)}" if finding.fix_at else ""
        yield f"    + {finding.fix}{at}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_mistakes_are_explained(path: Path, golden: Callable[[Path, str], None]) -> None:
    lines: list[str] = []
    for title, text in snippets(path):
        lines += [f"=== {title}", *(f"| {line}".rstrip() for line in text.rstrip("\n").split("\n"))]
        for finding in parse(Source("p.route", text)).findings:
            lines += dump(finding)
        lines.append("")
    golden(path.with_suffix(".txt"), "\n".join(lines))
