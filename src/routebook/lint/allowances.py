"""Comments that allow a finding: `# allow: unreachable-rule -- reason`, and which lines they speak for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

from routebook.diagnostics import Diagnostic
from routebook.lint.model import Subject
from routebook.source import Source, Span
from routebook.syntax import tree as t
from routebook.syntax.parse import Parsed, parse

_LEXEME: Final = re.compile(r'"(?:\\.|[^"\\\n])*"|#[^\n]*')
_ALLOW: Final = re.compile(r"#\s*allow\s*:")
_REASON: Final = re.compile(r"--+|[–—]")
_WORD: Final = re.compile(r"[\w-]+")


@dataclass(frozen=True, slots=True)
class Allowance:
    """One finding's name (or code) in an allowance; `lines` are the first and last line that it speaks for."""

    word: str
    span: Span
    lines: tuple[int, int]

    def covers(self, finding: Diagnostic) -> bool:
        """Whether it silences this finding: by its name or code, on a line of its own."""
        span = finding.span
        if span is None or span.source is not self.span.source:
            return False
        return self.word in (finding.name, finding.code) and self.lines[0] <= span.line <= self.lines[1]


@dataclass(frozen=True, slots=True)
class AllowanceComment:
    """A whole allowance. `reason` is empty where it gives none; `loose` is whether words lack a `--` before them."""

    span: Span
    allowances: tuple[Allowance, ...]
    reason: str
    loose: bool


def allowance_comments(subject: Subject) -> tuple[AllowanceComment, ...]:
    """Every allowance of a policy, of what it imports, and of the tests beside it."""
    program = subject.policy.program
    files = {id(parsed.source): parsed for parsed in (program.main, *program.imported)}
    for case in subject.policy.tests:
        source = case.span.source
        if id(source) not in files and _ALLOW.search(source.text) is not None:
            files[id(source)] = parse(source)
    return tuple(found for parsed in files.values() for found in _in_file(parsed))


def _in_file(parsed: Parsed) -> Iterator[AllowanceComment]:
    source = parsed.source
    if _ALLOW.search(source.text) is None:
        return
    comments = [found.span() for found in _LEXEME.finditer(source.text) if found[0].startswith("#")]
    alone = {source.position(start)[0] for start, _ in comments if _stands_alone(source, start)}
    last_lines = _last_lines(parsed.file)
    for start, end in comments:
        opening = _ALLOW.match(source.text, start, end)
        if opening is not None:
            lines = _lines(source.position(start)[0], alone, last_lines)
            yield _read(Span(source, start, end), opening.end(), lines)


def _stands_alone(source: Source, offset: int) -> bool:
    line = source.line_start(source.position(offset)[0])
    return not source.text[line:offset].strip()


def _read(span: Span, at: int, lines: tuple[int, int]) -> AllowanceComment:
    text = span.source.text
    dash = _REASON.search(text, at, span.end)
    end = dash.start() if dash is not None else span.end
    allowances: list[Allowance] = []
    loose = False
    while at < end:
        comma = text.find(",", at, end)
        stop = comma if comma >= 0 else end
        word = _WORD.search(text, at, stop)
        if word is not None:
            allowances.append(Allowance(word[0], Span(span.source, *word.span()), lines))
            loose = loose or bool(text[word.end() : stop].strip())
        at = stop + 1
    reason = text[dash.end() : span.end].strip() if dash is not None else ""
    return AllowanceComment(span, tuple(allowances), reason, loose)


def _lines(line: int, alone: set[int], last_lines: Mapping[int, int]) -> tuple[int, int]:
    """The lines that a comment speaks for: its own, or those of what begins below it.

    Below a comment on a line of its own come further such comments, then a line that is spoken for together
    with whatever begins on it: a rule up to its block, a definition, a target.
    """
    if line not in alone:
        return line, line
    while line in alone:
        line += 1
    return line, last_lines.get(line, line)


def _last_lines(file: t.File) -> dict[int, int]:
    """By the line on which something begins, the one on which the longest of what begins there ends."""
    found: dict[int, int] = {}
    stack: list[t.Node] = list(file.items)
    while stack:
        node = stack.pop()
        inner = list(_children(node))
        stack.extend(inner)
        if not isinstance(node, t.Block):
            block = next((child for child in inner if isinstance(child, t.Block)), None)
            last = block.span.line if block is not None else node.span.end_line
            line = node.span.line
            found[line] = max(found.get(line, line), last)
    return found


def _children(value: Any) -> Iterator[t.Node]:
    for field in fields(value):
        inner = getattr(value, field.name)
        for each in inner if isinstance(inner, tuple) else (inner,):
            if isinstance(each, t.Node):
                yield each
            elif isinstance(each, tuple):
                # the signed terms of sums and products
                yield from (part for part in each if isinstance(part, t.Node))


def silence(
    findings: Sequence[Diagnostic], comments: Sequence[AllowanceComment]
) -> tuple[list[Diagnostic], list[Allowance]]:
    """The findings that nothing allows, and the allowances that silenced none."""
    by_word: dict[str, list[Allowance]] = {}
    for comment in comments:
        for allowance in comment.allowances:
            by_word.setdefault(allowance.word, []).append(allowance)
    used: set[int] = set()
    kept: list[Diagnostic] = []
    for finding in findings:
        candidates = [*by_word.get(finding.name, ()), *by_word.get(finding.code, ())]
        covering = [allowance for allowance in candidates if allowance.covers(finding)]
        used.update(id(allowance) for allowance in covering)
        if not covering:
            kept.append(finding)
    unused = [one for found in by_word.values() for one in found if id(one) not in used]
    return kept, unused
