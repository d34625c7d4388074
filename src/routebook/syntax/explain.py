"""Syntax errors in a rev-ops person's words: what is wrong, what was likely meant, else what was expected."""

from __future__ import annotations

import re
from dataclasses import dataclass

from routebook.diagnostics import Diagnostic, Label
from routebook.source import Source, Span
from routebook.syntax import kinds
from routebook.syntax.expected import wanted
from routebook.syntax.slips import SLIPS
from routebook.syntax.slips.row import Context, layout_of, shown
from routebook.text import nearest


@dataclass(frozen=True, slots=True)
class Mistake:
    """Where reading stopped, and the terminals that could have stood there.

    `item` is where the item begins that it stands in, `bracket` the innermost bracket that is open there.
    """

    offset: int
    expected: frozenset[str]
    item: int
    bracket: int | None


def explain(source: Source, mistake: Mistake) -> Diagnostic:
    """The finding for a token that cannot stand where it stands."""
    context = Context(source, mistake.offset, mistake.expected, mistake.item, mistake.bracket)
    for slip in SLIPS:
        finding = slip(context)
        if finding is not None:
            return finding
    return _ends(context) or _unexpected(context)


def _ends(context: Context) -> Diagnostic | None:
    """Something is missing at the end of a line, a block or the file."""
    if context.previous is None or (context.token not in ("", "}") and not context.begins_line):
        return None
    return context.say(
        f"something is missing after `{shown(context.previous.text)}`",
        _meant(context),
        label=f"expected {wanted(context.expected)} after this",
        at=context.previous,
    )


def _unexpected(context: Context) -> Diagnostic:
    return context.say(
        f"`{shown(context.token)}` cannot stand here",
        _meant(context),
        label=f"expected {wanted(context.expected)}",
    )


def _meant(context: Context) -> str | None:
    words = [
        name.lower() for name in context.expected if name.isalpha() and name not in ("NAME", "STRING", "INT")
    ]
    meant = nearest(context.token, words) if context.token[:1].isalpha() else None
    return f"did you mean `{meant}`?" if meant and meant != context.token else None


# --- Brackets that are never closed -----------------------------------------------------------------------

_LEXEME = re.compile(r'"[^"\\\n]*(?:\\.[^"\\\n]*)*"?|#[^\n]*|[(){}\[\]]')
_CLOSERS = {"(": ")", "[": "]", "{": "}"}


def unclosed(source: Source, brackets: list[int], noticed: int) -> Diagnostic:
    """The finding for brackets, at least one, that are open where the next entry or the file's end is met.

    A block that lacks its brace takes that of the block around it, which then seems to lack one. So the
    indentation is asked: a brace that stands further left than the block that it would close is not its own.
    """
    culprit = _culprit(source.text, brackets, noticed)
    closer = _CLOSERS[source.text[culprit]]
    missed = _visible_end(source.text, culprit, noticed) if closer == "}" else noticed
    at_end = re.compile(r"\s*\Z").match(source.text, missed) is not None
    words = "the file ends here" if at_end else f"a `{closer}` is missing before this"
    return Diagnostic(
        kinds.SYNTAX_ERROR,
        f"this `{source.text[culprit]}` is never closed",
        Span(source, culprit, culprit + 1),
        "opened here",
        (Label(_word_at(source, missed), words),),
        help=f"add a `{closer}` at the end"
        if at_end
        else f"add a `{closer}` before line {source.position(missed)[0]:,}",
    )


def _word_at(source: Source, offset: int) -> Span:
    found = re.compile(r"\w+|\S|").match(source.text, offset)
    return Span(source, offset, found.end() if found else offset)


def _culprit(text: str, brackets: list[int], noticed: int) -> int:
    """The bracket to blame: the innermost, or one inside whose closing brace stands too far left."""
    stack: list[int] = []
    for found in _LEXEME.finditer(text, brackets[0], noticed):
        if found[0] in _CLOSERS:
            stack.append(found.start())
        elif found[0] in _CLOSERS.values() and stack:
            opener = stack.pop()
            indent, first = layout_of(text, found.start())
            if found[0] == "}" and first and indent < layout_of(text, opener)[0]:
                return opener
    return brackets[-1]


def _visible_end(text: str, brace: int, noticed: int) -> int:
    """Where the block of a brace ends to the eye: at the first line that is indented no further than its own."""
    margin, _ = layout_of(text, brace)
    begun = False
    for found in re.compile(r"^([ \t]*)(?=[^\s#])", re.MULTILINE).finditer(
        text, text.find("\n", brace) + 1, noticed
    ):
        if len(found[1]) > margin:
            begun = True
        elif begun:
            return found.end()
        else:
            break
    return noticed
