"""Text to tree. A mistake costs the entry that it stands in, and reading goes on with the next one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from routebook.diagnostics import Diagnostic
from routebook.source import Source, Span
from routebook.syntax import kinds, literals
from routebook.syntax import tree as t
from routebook.syntax.grammar import parser
from routebook.syntax.machine import Machine
from routebook.syntax.recover import Mender

MAX_NESTING: Final = 32
"""Brackets, `not` and signs inside each other. A level of them can hold five levels of operators, each of which
later stages walk in a few calls: Python's stack, of a thousand, is to hold them all."""
MAX_SYNTAX_ERRORS: Final = 20
"""After this many syntax errors in one file the rest of it is left unread, and a last finding says so."""

# what nests, and for what ends a run of it one match as long as it goes
_NESTING: Final = re.compile(
    r'"[^"\\\n]*(?:\\.[^"\\\n]*)*"?|#[^\n]*|not(?![\w.])|[-()\[\]{}]|(?:[^\s"#()\[\]{}\-\w]|\w+)+', re.ASCII
)
_WORD: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
_MARK: Final = "\ufeff"


@dataclass(frozen=True, slots=True)
class Parsed:
    """A file's tree and what was wrong with its text; broken items are in the tree as `BrokenItem`."""

    source: Source
    file: t.File
    findings: tuple[Diagnostic, ...]


def parse(source: Source) -> Parsed:
    """Parse a whole file. Never raises for what a text holds: its mistakes are in `findings`."""
    findings: list[Diagnostic] = []
    items: list[t.Item] = []
    deep = _too_deep(source)
    if deep is not None:
        findings.append(deep)
        items.append(_broken(source, 0, len(source.text)))
    else:
        with literals.reading(source, items, findings):
            _read(source, items, findings)
    whole = Span(source, 0, len(source.text))
    return Parsed(source, t.File(whole, tuple(items)), tuple(findings))


def _read(source: Source, items: list[t.Item], findings: list[Diagnostic]) -> None:
    # a byte order mark at the beginning is no text, but counts, so that places stay what they are
    text = source.text.replace(_MARK, " ", 1) if source.text.startswith(_MARK) else source.text
    machine = Machine(parser(), text)
    mender = Mender(source, machine)
    for _ in range(MAX_SYNTAX_ERRORS):
        offset = machine.run()
        if offset is None:
            return
        mended = mender.mend(offset)
        findings.append(mended.finding)
        if mended.resume > mended.start:
            items.append(_broken(source, mended.start, mended.resume))
    rest = machine.run()
    if rest is not None:
        findings.append(_gave_up(source, rest))
        items.append(_broken(source, rest, len(text)))


def _broken(source: Source, start: int, end: int) -> t.BrokenItem:
    words = frozenset(_WORD.findall(source.text, start, end))
    return t.BrokenItem(Span(source, start, end), words)


def _gave_up(source: Source, at: int) -> Diagnostic:
    line = source.position(at)[0]
    message = f"there are more syntax errors than {MAX_SYNTAX_ERRORS}: reading stopped at line {line:,}"
    return Diagnostic(kinds.SYNTAX_ERROR, message, Span(source, at, at), help="mend those above first")


def _too_deep(source: Source) -> Diagnostic | None:
    """Brackets, `not` and signs nested past any use: every later stage may count on a bounded depth."""
    depth = run = 0
    around: list[int] = []
    blocks = 0
    for found in _NESTING.finditer(source.text):
        lexeme = found[0]
        if lexeme[0] == "#":
            continue
        if lexeme in ("not", "-"):
            run += 1
        elif lexeme in ("(", "[", "{"):
            around.append(run + 1)
            depth += run + 1
            run = 0
            blocks += lexeme == "{"
        else:
            run = 0
            if lexeme in (")", "]", "}") and around:
                depth -= around.pop()
                blocks -= lexeme == "}"
        if depth + run > MAX_NESTING:
            message = f"this is nested more than {MAX_NESTING} levels deep"
            span = Span(source, found.start(), found.end())
            help = (
                "put these blocks side by side, not inside each other: a rule can ask for more with `and`"
                if 2 * blocks > depth
                else "give the inner part a name with `define`, and drop brackets that change nothing"
            )
            return Diagnostic(kinds.NESTED_TOO_DEEPLY, message, span, "one level too many", help=help)
    return None
