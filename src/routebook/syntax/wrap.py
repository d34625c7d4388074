"""Documents that break into lines where they are too wide: what over-long clauses are laid out with.

A small pretty printer after Wadler ("A prettier printer", 2003) with the fill of Leijen's `wl-pprint`: a
group stands on one line where it fits, else every break of it is a new line. It runs over a stack of its own,
so that neither long nor deep documents meet a recursion limit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias, assert_never

WIDTH: Final = 100
"""How many columns a line may have before it is broken."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of output, and the place in the source of its first token, which anchors comments to it.

    The first token is the one at or after the offset `start`, and from there `back` tokens back (on, where
    negative): keywords have no node, so their place is told by a neighbour's. Comments at the ends of
    `tabular` lines are aligned.
    """

    indent: int
    text: str
    start: int
    back: int = 0
    tabular: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """Characters without a line end. `start` and `back` are as in `Line`; -1 where nothing is known."""

    text: str
    start: int = -1
    back: int = 0


@dataclass(frozen=True, slots=True)
class Break:
    """A new line in a group that is broken, else `flat`; `broken` then ends the line before."""

    flat: str = " "
    broken: str = ""


@dataclass(frozen=True, slots=True)
class Nest:
    """What begins a line in `doc` stands one level further in."""

    doc: Doc


@dataclass(frozen=True, slots=True)
class Group:
    """On one line where it fits, else with all of its own breaks as new lines."""

    doc: Doc


@dataclass(frozen=True, slots=True)
class Fill:
    """As many of the parts, from the one at `at`, on a line as fit, with `glue` between two of them."""

    parts: tuple[Doc, ...]
    glue: Break
    at: int = 0


Doc: TypeAlias = "Text | Break | Nest | Group | Fill | tuple[Doc, ...]"

_Entry: TypeAlias = tuple[int, bool, Doc]


def listing(opener: Text, items: Sequence[Doc], closer: Text, *, one_a_line: bool = False) -> Doc:
    """Items between brackets, with commas; broken, they stand one level in and the last has a comma too."""
    space = "" if opener.text.endswith("[") else " "
    if not items:
        return (opener, closer)
    glue = Break(", ", ",")
    inner: Doc = _joined(items, glue) if one_a_line else Fill(tuple(items), glue)
    return Group((opener, Nest((Break(space), inner)), Break(space, ","), closer))


def _joined(items: Iterable[Doc], glue: Break) -> tuple[Doc, ...]:
    parts: list[Doc] = []
    for item in items:
        parts += [glue, item] if parts else [item]
    return tuple(parts)


class _Paper:
    """The lines written so far, and the one being written."""

    def __init__(self, indent: int) -> None:
        self.lines: list[Line] = []
        self._indent = indent
        self._start, self._back = -1, 0
        self._parts: list[str] = []
        self.column = 2 * indent

    def write(self, text: str, start: int = -1, back: int = 0) -> None:
        if self._start < 0 and start >= 0:
            self._start, self._back = start, back
        self._parts.append(text)
        self.column += len(text)

    def end_line(self, next_indent: int) -> None:
        self.lines.append(Line(self._indent, "".join(self._parts), self._start, self._back))
        self._indent, self._parts = next_indent, []
        self._start, self._back = -1, 0
        self.column = 2 * next_indent


def lay(doc: Doc, indent: int) -> list[Line]:
    """The document as lines, the first of them at `indent` levels of two columns."""
    paper = _Paper(indent)
    stack: list[_Entry] = [(indent, True, doc)]
    while stack:
        level, broken, part = stack.pop()
        match part:
            case Text():
                paper.write(part.text, part.start, part.back)
            case Break():
                if broken:
                    paper.write(part.broken)
                    paper.end_line(level)
                else:
                    paper.write(part.flat)
            case Nest(inner):
                stack.append((level + 1, broken, inner))
            case Group(inner):
                stack.append((level, not _fits(WIDTH - paper.column, stack, inner), inner))
            case Fill():
                _push_fill(stack, level, part, WIDTH - paper.column)
            case tuple():
                stack.extend((level, broken, inner) for inner in reversed(part))
            case _:
                assert_never(part)
    paper.end_line(indent)
    return paper.lines


def _push_fill(stack: list[_Entry], level: int, fill: Fill, room: int) -> None:
    """Put the first part of a fill on the stack, the break after it settled, and the rest of the fill."""
    first, glue, following = fill.parts[fill.at], fill.glue, fill.at + 1
    if following < len(fill.parts):
        pair = (first, Text(glue.flat), fill.parts[following], Text(glue.broken))
        stack.append((level, True, Fill(fill.parts, glue, following)))
        stack.append((level, not _fits(room, [], pair), glue))
    stack.append((level, not _fits(room, [], first), first))


def _fits(room: int, rest: Sequence[_Entry], doc: Doc) -> bool:
    """Whether `doc` on one line is at most `room` wide, with what of `rest` can only stand on that line."""
    stack: list[tuple[bool, Doc]] = [(False, doc)]
    below = len(rest)
    while room >= 0:
        if not stack:
            if below == 0:
                return True
            below -= 1
            stack.append(rest[below][1:])
        breakable, part = stack.pop()
        match part:
            case Text(text):
                room -= len(text)
            case Break():
                if breakable:
                    return room >= len(part.broken)
                room -= len(part.flat)
            case Nest(inner) | Group(inner):
                stack.append((breakable, inner))
            case Fill(parts, glue, at):
                if at + 1 < len(parts):
                    stack += [(breakable, Fill(parts, glue, at + 1)), (breakable, glue)]
                stack.append((breakable, parts[at]))
            case tuple():
                stack.extend((breakable, inner) for inner in reversed(part))
            case _:
                assert_never(part)
    return False


def broken(
    indent: int, flat: str, start: int, doc: Callable[[], Doc], begin: str = "", back: int = 0
) -> list[Line]:
    """The line `flat` where it fits, else the words `begin` and the document after them, broken."""
    if 2 * indent + len(flat) <= WIDTH:
        return [Line(indent, flat, start, back)]
    return lay((Text(begin, start, back), doc()), indent)
