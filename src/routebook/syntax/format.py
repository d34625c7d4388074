"""The canonical layout of a policy file: one layout, no options, nothing of the meaning or the comments lost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from routebook.diagnostics import PolicyError
from routebook.source import Source
from routebook.syntax import tree as t
from routebook.syntax.comments import NOTHING, Attached, Comment, Scan, attach, scan
from routebook.syntax.layout import item
from routebook.syntax.parse import parse
from routebook.syntax.wrap import Line

_STAND_TOGETHER = (t.ListItem, t.DefineItem, t.ImportItem)


def format_source(source: Source) -> str:
    """The text of `source` in the canonical layout, ending in one line end; empty where it is empty.

    Raises PolicyError with the findings where the text cannot be read as a policy.
    """
    parsed = parse(source)
    if parsed.findings:
        raise PolicyError(parsed.findings)
    return format_file(parsed.file, scan(source.text))


def format_file(file: t.File, found: Scan = NOTHING) -> str:
    """A tree in the canonical layout, with the comments of the text that it was parsed from."""
    items = [item(node) for node in file.items]
    firsts = [0]
    for lines in items:
        firsts.append(firsts[-1] + len(lines))
    every = [line for lines in items for line in lines]
    comments = attach(every, firsts[:-1], found)
    page = _Page(every, comments)
    for index, (node, lines) in enumerate(zip(file.items, items, strict=True)):
        first = firsts[index]
        if index and not _stand_together(
            file.items[index - 1], node, items[index - 1], lines, first, comments
        ):
            page.blank()
        page.item(range(first, first + len(lines)))
    if comments.last:
        page.blank()
        page.remarks(comments.last)
    return page.text()


def _stand_together(
    before: t.Item, node: t.Item, above: Sequence[Line], lines: Sequence[Line], first: int, comments: Attached
) -> bool:
    """Whether two items are lines of one table, without a blank line between them."""
    alike = type(before) is type(node) and isinstance(node, _STAND_TOGETHER)
    apart = first in comments.before or first - 1 in comments.after
    return alike and len(above) == 1 and len(lines) == 1 and not apart


@dataclass(slots=True)
class _Row:
    """A line of output with the comment at its end."""

    text: str
    remark: str
    tabular: bool


class _Page:
    """The output as it grows."""

    def __init__(self, lines: Sequence[Line], comments: Attached) -> None:
        self._lines, self._comments = lines, comments
        self._rows: list[_Row] = []

    def blank(self) -> None:
        """One blank line, unless there is one already or nothing stands above it."""
        if self._rows and self._rows[-1].text:
            self._row("")

    def _row(self, text: str, remark: str = "", tabular: bool = False) -> None:
        self._rows.append(_Row(text, remark, tabular))

    def remarks(self, comments: Sequence[Comment]) -> None:
        """Comments on lines of their own at the left margin, with the blank lines that set them apart."""
        for comment in comments:
            self._row(comment.text)
            if comment.gap_after:
                self._row("")

    def item(self, indices: range) -> None:
        """The lines of an item and its comments."""
        self.remarks(self._comments.before.get(indices.start, ()))
        for index in indices:
            line = self._lines[index]
            if index > indices.start:
                inner = line.indent + (line.text[0] in "}])")
                for comment in self._comments.before.get(index, ()):
                    self._row("  " * inner + comment.text)
            trailing = self._comments.trailing.get(index)
            self._row("  " * line.indent + line.text, trailing.text if trailing else "", line.tabular)
        for comment in self._comments.after.get(indices.stop - 1, ()):
            self._row(f"  {comment.text}")

    def text(self) -> str:
        """The whole page."""
        while self._rows and not self._rows[-1].text:
            self._rows.pop()
        return "".join(f"{line}\n" for line in self._shown())

    def _shown(self) -> Iterator[str]:
        column = 0
        for index, row in enumerate(self._rows):
            if not row.tabular:
                column = 0
            elif column == 0:
                column = self._remark_column(index)
            yield f"{row.text:<{column}}  {row.remark}" if row.remark else row.text

    def _remark_column(self, index: int) -> int:
        """The width of the widest line with a comment in the table that begins at `index`."""
        widest = 0
        while index < len(self._rows) and self._rows[index].tabular:
            if self._rows[index].remark:
                widest = max(widest, len(self._rows[index].text))
            index += 1
        return max(widest, 1)
