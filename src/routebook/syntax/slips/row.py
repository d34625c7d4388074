"""What slips are told by, and how they are told of."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeAlias

from routebook.diagnostics import Diagnostic, Label
from routebook.source import Source, Span
from routebook.syntax import kinds

_LEXEME: Final = re.compile(
    r'#[^\n]*|"[^"\\\n]*(?:\\.[^"\\\n]*)*"?|[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*'
    r"|[0-9][0-9A-Za-z_]*(?:[.,:/-][0-9][0-9A-Za-z_]*)*[%€$£]?"
    r"|[=<>!&|*/+-]{2,}|\.{2,}|\S"
)
_SPACE: Final = re.compile(r"[ \t\f\r]*")
_FEW: Final = 8


@dataclass(frozen=True, slots=True)
class Lexeme:
    """A stretch of text without white space: a word, a number, a text or signs that stand together."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Context:
    """A token that cannot stand where it stands, with what is around it.

    `expected` are the terminals that could stand there, `item` is where the item begins that it stands in, and
    `bracket` the innermost bracket that is open there.
    """

    source: Source
    offset: int
    expected: frozenset[str]
    item: int
    bracket: int | None

    @cached_property
    def _around(self) -> tuple[list[Lexeme], list[Lexeme]]:
        """The lexemes before the mistake, from the item's first on, and a few from the mistake on."""
        before: list[Lexeme] = []
        after: list[Lexeme] = []
        for found in _LEXEME.finditer(self.source.text, self.item):
            if found[0].startswith("#"):
                continue
            if found.end() <= self.offset:
                before.append(Lexeme(found[0], found.start(), found.end()))
                continue
            after.append(Lexeme(found[0], found.start(), found.end()))
            if len(after) > _FEW:
                break
        return before, after

    @cached_property
    def lexeme(self) -> Lexeme:
        """What stands at the mistake; empty at the end of the file."""
        end = len(self.source.text)
        return self._around[1][0] if self._around[1] else Lexeme("", end, end)

    @property
    def token(self) -> str:
        """The text at the mistake."""
        return self.lexeme.text

    @property
    def span(self) -> Span:
        """The place of the mistake."""
        return Span(self.source, self.lexeme.start, self.lexeme.end)

    @property
    def previous(self) -> Lexeme | None:
        """What stands before the mistake, if anything does in the item."""
        return self._around[0][-1] if self._around[0] else None

    @property
    def before(self) -> str:
        """A few lexemes before the mistake, with a space between two."""
        return " ".join(lexeme.text for lexeme in self._around[0][-_FEW:])

    @property
    def after(self) -> str:
        """A few lexemes after the mistake, with a space between two."""
        return " ".join(lexeme.text for lexeme in self._around[1][1:_FEW])

    @property
    def following(self) -> list[Lexeme]:
        """A few lexemes after the mistake."""
        return self._around[1][1:_FEW]

    @property
    def item_word(self) -> str:
        """The word that the item begins with."""
        return self._around[0][0].text if self._around[0] else ""

    @property
    def touches(self) -> bool:
        """Whether no space stands between the mistake and what is before it."""
        return self.previous is not None and self.previous.end == self.lexeme.start

    @property
    def begins_line(self) -> bool:
        """Whether the mistake is the first thing on its line."""
        return layout_of(self.source.text, self.lexeme.start)[1]

    def indent(self, lexeme: Lexeme) -> int:
        """How far the line of a lexeme is indented."""
        return layout_of(self.source.text, lexeme.start)[0]

    def could_be(self, *terminals: str) -> bool:
        """Whether one of the terminals could stand here."""
        return not self.expected.isdisjoint(terminals)

    def say(
        self,
        message: str,
        help: str | None = None,
        *,
        label: str = "",
        fix: str | None = None,
        at: Lexeme | None = None,
        fix_at: Span | None = None,
        related: tuple[Label, ...] = (),
    ) -> Diagnostic:
        """The finding, at the mistake or `at` another place, which a fix then replaces."""
        span = self.span if at is None else Span(self.source, at.start, at.end)
        if fix is not None and fix_at is None:
            fix_at = span
        return Diagnostic(
            kinds.SYNTAX_ERROR, message, span, label, related, help or None, fix=fix, fix_at=fix_at
        )


Recognise: TypeAlias = Callable[[Context], Diagnostic | None]
"""Tells of a slip, or gives None where the mistake is another."""


@dataclass(frozen=True, slots=True)
class Slip:
    """A row: how a slip is recognised by patterns on the token and its neighbours, and what is said of it.

    `token` has to match all of the token, `before` the end of what is before it, `after` the beginning of
    what is after it, ignoring case; one of `wants` has to be possible here, and none of `lacks`. The words
    may have `{token}`, `{previous}` and the patterns' named groups in braces. The `fix` replaces the token,
    or with `insert` goes before it. What is `missing` is so after the token before, which then is the place.
    Some slips are told only where they come `first` on their line.
    """

    token: str
    message: str
    help: str = ""
    label: str = ""
    wants: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    before: str = ""
    after: str = ""
    fix: str | None = None
    insert: bool = False
    missing: bool = False
    first: bool = False

    def __call__(self, context: Context) -> Diagnostic | None:
        """The finding, where the row is about the mistake."""
        groups = self._match(context)
        if groups is None:
            return None

        def fill(words: str) -> str:
            return re.sub(r"\{(\w+)\}", lambda found: groups.get(found[1]) or "", words)

        start = context.lexeme.start
        at = context.previous if self.missing else None
        return context.say(
            fill(self.message),
            fill(self.help),
            label=fill(self.label),
            fix=None if self.fix is None else fill(self.fix),
            at=at,
            fix_at=Span(context.source, start, start) if self.insert else None,
        )

    def _match(self, context: Context) -> dict[str, str | None] | None:
        if self.wants and not context.could_be(*self.wants):
            return None
        if self.first and not context.begins_line:
            return None
        if self.lacks and context.could_be(*self.lacks):
            return None
        groups: dict[str, str | None] = {
            "token": shown(context.token),
            "previous": shown(context.previous.text) if context.previous else "",
        }
        matches = (
            re.fullmatch(self.token, context.token, re.IGNORECASE),
            re.search(f"(?:{self.before})$", context.before, re.IGNORECASE),
            re.match(self.after, context.after, re.IGNORECASE),
        )
        for match in matches:
            if match is None:
                return None
            groups.update(match.groupdict())
        return groups


def layout_of(text: str, offset: int) -> tuple[int, bool]:
    """How far the line of an offset is indented, and whether nothing but that stands before the offset."""
    line = text.rfind("\n", 0, offset) + 1
    found = _SPACE.match(text, line)
    start = found.end() if found is not None else line
    return start - line, start >= offset


def shown(token: str, limit: int = 40) -> str:
    """A token as a message quotes it: cut where it is long."""
    return token if len(token) <= limit else token[: limit - 1] + "…"
