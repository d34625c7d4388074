"""Comments, which the tree does not have: found again in the text, and tied to the lines of the layout."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from routebook.syntax.wrap import Line

_LEXEME: Final = re.compile(r'"[^"\\\n]*(?:\\.[^"\\\n]*)*"|#[^\n]*|\w+(?:\.\w+)*|\S', re.ASCII)
_ALLOWANCE: Final = re.compile(r"#\s*allow\b")
_GAP: Final = re.compile(r"\n[^\S\n]*\n")


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment with its `#`, the offset at which it stands, and how many tokens stand before it.

    `lines_above` counts the line ends since the token or comment before it: 0 where it ends a line of code.
    """

    text: str
    start: int
    next_token: int
    lines_above: int
    gap_after: bool


@dataclass(frozen=True, slots=True)
class Scan:
    """A text's tokens, as the offsets at which they start, and its comments, both in order."""

    text: str
    tokens: list[int]
    comments: list[Comment]

    def column(self, offset: int) -> int:
        """How far from the beginning of its line an offset is."""
        return offset - self.text.rfind("\n", 0, offset) - 1

    def first_on_line(self, offset: int) -> int:
        """The index of the first token on the line of an offset, or after it."""
        return bisect_left(self.tokens, offset - self.column(offset))


NOTHING: Final = Scan("", [], [])
"""What is found in no text: for trees that were not parsed from one."""


def scan(text: str) -> Scan:
    """Find the tokens and comments of a text that has no syntax errors."""
    tokens: list[int] = []
    comments: list[Comment] = []
    end = -1
    for found in _LEXEME.finditer(text, text.startswith("\ufeff")):
        start = found.start()
        if text[start] != "#":
            tokens.append(start)
        else:
            above = text.count("\n", end, start) if end >= 0 else 1
            gap = _GAP.match(text, found.end()) is not None
            comments.append(Comment(found[0].rstrip(), start, len(tokens), above, gap))
        end = found.end()
    return Scan(text, tokens, comments)


@dataclass(slots=True)
class Attached:
    """The comments of a layout by the index of the line that they go before, at the end of, or after.

    `last` are those at the end of the file, after every line.
    """

    before: defaultdict[int, list[Comment]] = field(default_factory=lambda: defaultdict(list))
    trailing: dict[int, Comment] = field(default_factory=dict)
    after: defaultdict[int, list[Comment]] = field(default_factory=lambda: defaultdict(list))
    last: list[Comment] = field(default_factory=list)


def attach(lines: Sequence[Line], firsts: Sequence[int], found: Scan) -> Attached:
    """Tie each comment to a line. `firsts` are the indices of the lines that begin an item, in order."""
    attached = Attached()
    if found.comments:
        clerk = _Clerk(lines, firsts, found, attached)
        for comment in found.comments:
            clerk.place(comment)
    return attached


class _Clerk:
    """Places comments, first to last.

    A comment on a line of its own goes before the line that holds the next token. One at the end of a line
    stays behind the token before it; where that token came to stand inside a line, it goes before that line.
    """

    def __init__(self, lines: Sequence[Line], firsts: Sequence[int], found: Scan, attached: Attached) -> None:
        self._lines, self._firsts, self._found, self._attached = lines, firsts, found, attached
        anchors = [self._first_token(line) for line in lines]
        self._order = sorted(range(len(lines)), key=anchors.__getitem__)
        self._anchors = [anchors[line] for line in self._order]
        self._previous = self._continued = -1

    def _first_token(self, line: Line) -> int:
        tokens = self._found.tokens
        index = max(0, bisect_left(tokens, line.start) - line.back)
        # no line begins with a comma, but the tree does not know that one stands between two places
        while index < len(tokens) and self._found.text[tokens[index]] == ",":
            index += 1
        return index

    def _holder(self, token: int) -> int:
        """The line that holds a token."""
        return self._order[max(0, bisect_right(self._anchors, token) - 1)]

    def place(self, comment: Comment) -> None:
        """Put the comment where it belongs. Those before it in the text have been placed."""
        token, attached = comment.next_token, self._attached
        item_end = self._item_that_goes_on(comment) if comment.lines_above == 1 else None
        if comment.lines_above == 0:
            self._place_trailing(comment)
            self._continued = token
        elif item_end is not None:
            attached.after[item_end].append(comment)
            self._continued = token
        elif token == len(self._found.tokens):
            attached.last.append(comment)
        else:
            attached.before[self._holder(token)].append(comment)
        self._previous = token

    def _place_trailing(self, comment: Comment) -> None:
        token = comment.next_token
        line = self._holder(token - 1)
        whole = self._holder(self._found.first_on_line(comment.start))
        if _ALLOWANCE.match(comment.text) and whole != line:
            # the code on its line is split: above the first part it still covers the others
            self._attached.before[whole].append(comment)
        elif token < len(self._found.tokens) and self._holder(token) == line:
            self._attached.before[line].append(comment)
        else:
            self._attached.trailing[line] = comment

    def _item_that_goes_on(self, comment: Comment) -> int | None:
        """The last line of the item before a comment that by its indentation still belongs to that item.

        Such a comment follows the item without a blank line, and stands further in than the item after it:
        most often a clause that somebody has put out of action.
        """
        token, found = comment.next_token, self._found
        if token == 0 or (self._previous == token and self._continued != token):
            return None
        item = bisect_right(self._firsts, self._holder(token - 1)) - 1
        neighbour = self._firsts[item]
        end = self._firsts[item + 1] if item + 1 < len(self._firsts) else len(self._lines)
        if token < len(found.tokens):
            if end == len(self._lines) or token != self._first_token(self._lines[end]):
                return None
            neighbour = end
        margin = found.column(found.tokens[self._first_token(self._lines[neighbour])])
        if found.column(comment.start) <= margin or self._lines[end - 1].text == "}":
            return None
        return end - 1
