"""Text to tree. A mistake costs the item that it stands in, and reading goes on with the next one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from routebook.diagnostics import Diagnostic
from routebook.source import Source, Span
from routebook.syntax import kinds, literals
from routebook.syntax import tree as t
from routebook.syntax.explain import ITEM_WORDS, Mistake, explain, unclosed
from routebook.syntax.grammar import parser

MAX_NESTING: Final = 64
MAX_SYNTAX_ERRORS: Final = 20
"""After this many syntax errors in one file the rest of it is left unread, and a last finding says so."""

_LEXEME: Final = re.compile(r'"(?:\\.|[^"\\\n])*"|#[^\n]*|[A-Za-z_][A-Za-z0-9_.]*|[^\sA-Za-z_"#]|"')
_ITEM_LINE: Final = re.compile(rf"^([ \t]*)(?:{'|'.join(sorted(ITEM_WORDS))})(?![A-Za-z0-9_.])", re.MULTILINE)
_SPACE: Final = re.compile(r"(?:[ \t\f\r\n]+|#[^\n]*)*")
_WORD: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")


@dataclass(frozen=True, slots=True)
class Parsed:
    """A file's tree and what was wrong with its text; broken items are in the tree as `BrokenItem`."""

    source: Source
    file: t.File
    findings: tuple[Diagnostic, ...]


def read_source(path: Path, name: str | None = None) -> Source | Diagnostic:
    """The text of a policy file, or the finding that says why it cannot be read. `name` is how to call it."""
    shown = name or str(path)
    try:
        data = path.read_bytes()
    except IsADirectoryError:
        return _unreadable(shown, f"`{shown}` is a folder, not a policy file", "name a `.route` file")
    except FileNotFoundError:
        return _unreadable(shown, f"there is no file `{shown}`", "check the path")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        return _unreadable(shown, f"`{shown}` cannot be read: {reason.lower()}", None)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"`{shown}` is not UTF-8 text: byte {error.start + 1:,}, in line {line:,}, is no part of a character"
        return _unreadable(shown, message, "save the file as UTF-8")
    return Source(shown, text.replace("\r\n", "\n"))


def _unreadable(name: str, message: str, help: str | None) -> Diagnostic:
    return Diagnostic(kinds.UNREADABLE_FILE, message, help=help, file=name)


def parse(source: Source) -> Parsed:
    """Parse a whole file. Never raises for what a text holds: its mistakes are in `findings`."""
    findings: list[Diagnostic] = []
    items: list[t.Item] = []
    at = 0
    deep = _too_deep(source)
    if deep is not None:
        findings.append(deep)
        items.append(_broken(source, 0, len(source.text)))
        at = len(source.text)
    errors = 0
    while at < len(source.text):
        error = _parse_from(source, at, items, findings)
        if error is None:
            break
        start = _SPACE.match(source.text, items[-1].span.end if items else 0).end()  # type: ignore[union-attr]
        start = min(max(start, at), error.offset)
        finding, at = _recover(source, start, error)
        findings.append(finding)
        items.append(_broken(source, start, at))
        errors += 1
        if errors == MAX_SYNTAX_ERRORS and at < len(source.text):
            findings.append(_gave_up(source, at))
            items.append(_broken(source, at, len(source.text)))
            break
    whole = Span(source, 0, len(source.text))
    return Parsed(source, t.File(whole, tuple(items)), tuple(findings))


def _parse_from(source: Source, at: int, items: list[t.Item], findings: list[Diagnostic]) -> Mistake | None:
    text = source.text[at:] if at else source.text
    with literals.reading(source, at, items, findings):
        try:
            parser().parse(text)
        except UnexpectedInput as error:
            return _mistake(error, at, len(source.text))
    return None


def _mistake(error: UnexpectedInput, at: int, end: int) -> Mistake:
    if isinstance(error, UnexpectedToken):
        position = end if error.token.type == "$END" else at + (error.token.start_pos or 0)
        return Mistake(position, frozenset(error.accepts or error.expected))
    if isinstance(error, UnexpectedCharacters):
        return Mistake(at + (error.pos_in_stream or 0), frozenset(error.allowed or ()))
    return Mistake(end, frozenset(getattr(error, "expected", ())))


def _recover(source: Source, start: int, error: Mistake) -> tuple[Diagnostic, int]:
    """The finding for a mistake in the item that begins at `start`, and where reading can go on.

    Reading goes on at the next line that begins like an item and stands no further right than the broken one.
    """
    indent = source.position(start)[1] - 1
    resume = len(source.text)
    at_error = None
    for found in _ITEM_LINE.finditer(source.text, source.line_start(source.position(error.offset)[0])):
        if len(found[1]) > indent or found.end(1) <= start:
            continue
        if found.start() <= error.offset:
            at_error = found
            continue
        resume = found.start()
        break
    if at_error is not None or error.offset >= len(source.text):
        open_bracket = _open_bracket(source, start, at_error.end(1) if at_error else error.offset)
        if open_bracket is not None:
            return unclosed(source, open_bracket, error.offset), at_error.start() if at_error else resume
    return explain(source, error), resume


def _open_bracket(source: Source, start: int, end: int) -> int | None:
    """The innermost bracket between `start` and `end` that nothing closes."""
    stack: list[int] = []
    for found in _LEXEME.finditer(source.text, start, end):
        if found[0] in ("(", "[", "{"):
            stack.append(found.start())
        elif found[0] in (")", "]", "}") and stack:
            stack.pop()
    return stack[-1] if stack else None


def _broken(source: Source, start: int, end: int) -> t.BrokenItem:
    words = frozenset(_WORD.findall(source.text, start, end))
    return t.BrokenItem(Span(source, start, end), words)


def _gave_up(source: Source, at: int) -> Diagnostic:
    line = source.position(at)[0]
    message = f"there are more syntax errors than {MAX_SYNTAX_ERRORS}: reading stopped at line {line:,}"
    return Diagnostic(kinds.SYNTAX_ERROR, message, Span(source, at, at), help="mend those above first")


def _too_deep(source: Source) -> Diagnostic | None:
    """Brackets and runs of `not` or `-` nested past any use: every later stage may count on a bounded depth."""
    depth = 0
    run = 0
    for found in _LEXEME.finditer(source.text):
        lexeme = found[0]
        run = run + 1 if lexeme in ("not", "-") else 0
        if lexeme in ("(", "[", "{"):
            depth += 1
        elif lexeme in (")", "]", "}"):
            depth = max(0, depth - 1)
        if depth > MAX_NESTING or run > MAX_NESTING:
            message = f"this is nested more than {MAX_NESTING} levels deep"
            span = Span(source, found.start(), found.end())
            help = "give the inner part a name with `define`, and drop brackets that change nothing"
            return Diagnostic(kinds.NESTED_TOO_DEEPLY, message, span, "one level too many", help=help)
    return None
