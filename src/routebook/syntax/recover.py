"""After a mistake: what to say of it, what to drop, and where to read on, so that one mistake is one finding.

What is dropped is the smallest entry that holds the mistake: a field of a schema, a rule of a block, a step,
else the whole item. Reading goes on where the next entry begins a line, or where the block is closed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from routebook.diagnostics import Diagnostic
from routebook.source import Source
from routebook.syntax.explain import Mistake, explain, unclosed
from routebook.syntax.machine import Bracket, Machine
from routebook.syntax.slips.row import layout_of
from routebook.syntax.vocabulary import ENTRY_WORDS, ITEM_WORDS

_WORD: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
# what tells where a block ends: braces, and words that begin a line
_MARK: Final = re.compile(
    r'"[^"\\\n]*(?:\\.[^"\\\n]*)*"?|#[^\n]*|[{}]|^[ \t]*(?P<word>[A-Za-z_][A-Za-z0-9_.]*)', re.MULTILINE
)
_NAMED: Final = re.compile(
    r'[A-Za-z_][\w.]*[ \t]*(?:(?:"[^"\\\n]*(?:\\.[^"\\\n]*)*"[ \t]*)?:|[ \t]from\b)', re.ASCII
)
_REST: Final = re.compile(r"[ \t]*[^\s}#]")
_BELOW: Final = re.compile(r"\n([ \t]*)(?=[^\s])")


def _blocks(brackets: list[Bracket]) -> list[Bracket]:
    return [bracket for bracket in brackets if bracket.terminal == "LBRACE"]


@dataclass(frozen=True, slots=True)
class Mended:
    """What to say of a mistake, and the stretch of text that is left out because of it."""

    finding: Diagnostic
    start: int
    resume: int


class Mender:
    """Mends one machine, mistake by mistake."""

    def __init__(self, source: Source, machine: Machine) -> None:
        self._source, self._machine, self._text = source, machine, source.text

    def mend(self, offset: int) -> Mended:
        """Make the machine ready to go on after the mistake that it stopped at."""
        machine = self._machine
        item = self._start_above(machine.bottom(), offset)
        offset = self._back_to_an_entry(offset, item)
        brackets = machine.brackets()
        open_brackets = self._unclosed(offset, item, brackets)
        if open_brackets:
            finding = unclosed(self._source, [bracket.offset for bracket in open_brackets], offset)
            start = self._close(open_brackets, brackets, offset)
            machine.skip_to(offset)
            return Mended(finding, start, offset)
        last = brackets[-1].offset if brackets else None
        finding = explain(self._source, Mistake(offset, machine.expected(offset, item), item, last))
        depth, resume = self._way_out(offset, item, _blocks(brackets))
        start = self._start_above(depth, offset)
        machine.cut(depth)
        machine.skip_to(resume)
        return Mended(finding, start, resume)

    def _start_above(self, depth: int, offset: int) -> int:
        """Where what lies above `depth` begins, at the latest at the mistake itself."""
        start = self._machine.starts(depth)
        return offset if start is None else min(start, offset)

    def _indent(self, offset: int) -> int:
        """How far the line of an offset is indented."""
        return layout_of(self._text, offset)[0]

    def _begins_line(self, offset: int) -> bool:
        return layout_of(self._text, offset)[1]

    # --- Brackets that are never closed --------------------------------------------------------------

    def _back_to_an_entry(self, offset: int, item: int) -> int:
        """Where the line of a mistake begins, if its first word is that of an entry and was taken for a name.

        That happens where something is missing above it: a name, or a closing bracket.
        """
        tokens = self._machine.last_tokens(2)
        if len(tokens) == 2 and [token.type for token in tokens] != ["NAME", "STRING"]:
            tokens = tokens[1:]
        if not tokens or tokens[0].type != "NAME":
            return offset
        start, depth = tokens[0].start_pos or 0, self._machine.depth - len(tokens)
        if start <= item or not self._begins_line(start) or "\n" in self._text[start:offset]:
            return offset
        outer = [block for block in _blocks(self._machine.brackets()) if block.depth < depth][:-1]
        if not self._begins_item(str(tokens[0]), start, item) and self._block_of(start, outer) is None:
            return offset
        self._machine.cut(depth)
        return start

    def _begins_item(self, word: str, start: int, item: int) -> bool:
        return word in ITEM_WORDS and self._indent(start) <= self._indent(item)

    def _block_of(self, start: int, blocks: list[Bracket]) -> Bracket | None:
        """The innermost of the blocks in which an entry could begin at the offset."""
        for block in reversed(blocks):
            if self._is_entry(start, block):
                return block
        return None

    def _is_entry(self, start: int, block: Bracket) -> bool:
        depth = self._machine.inside(block)
        terminals = self._terminals(start, in_block=True)
        return self._indent(start) <= self._margin(depth, start) and any(
            self._machine.takes(terminal, depth) for terminal in terminals
        )

    def _margin(self, depth: int, start: int) -> int:
        """How far an entry may be indented to stand beside the one above `depth`."""
        beside = self._machine.starts(depth)
        return self._indent(start if beside is None or not self._begins_line(beside) else beside)

    def _unclosed(self, offset: int, item: int, brackets: list[Bracket]) -> list[Bracket]:
        """The open brackets in which the entry that begins at the offset, or the file's end, cannot stand."""
        if re.compile(r"\s*\Z").match(self._text, offset):
            return brackets
        if not brackets or not self._begins_line(offset):
            return []
        block = self._block_of(offset, _blocks(brackets))
        if block is not None:
            return [bracket for bracket in brackets if bracket.depth > block.depth]
        word = _WORD.match(self._text, offset)
        return brackets if word is not None and self._begins_item(word[0], offset, item) else []

    def _close(self, unclosed: list[Bracket], brackets: list[Bracket], offset: int) -> int:
        """Take the brackets for closed, and say from where on something had to be dropped for that."""
        machine = self._machine
        start = end = len(self._text[:offset].rstrip())
        for bracket in reversed(unclosed):
            terminal, closer = bracket.closer
            depths = [machine.depth, machine.inside(bracket)] if closer == "}" else [machine.depth]
            depth = next((depth for depth in depths if machine.takes(terminal, depth)), None)
            if depth is not None:
                start = min(start, self._start_above(depth, end))
                machine.cut(depth)
                machine.insert(terminal, closer, end)
            elif machine.depth > bracket.depth:
                around = [block for block in _blocks(brackets) if block.depth < bracket.depth]
                start = min(start, self._drop(around, end))
        around = [block for block in _blocks(brackets) if block not in unclosed]
        terminals = list(self._terminals(offset, in_block=bool(around))) or ["$END"]
        if not any(machine.takes(terminal, machine.depth) for terminal in terminals):
            start = min(start, self._drop(around, end))
        return start

    def _drop(self, blocks: list[Bracket], end: int) -> int:
        """Drop what is not whole inside the innermost of the blocks; where it began."""
        depth = self._machine.inside(blocks[-1]) if blocks else self._machine.bottom()
        start = self._start_above(depth, end)
        self._machine.cut(depth)
        return start

    # --- Where to read on ----------------------------------------------------------------------------

    def _way_out(self, offset: int, item: int, blocks: list[Bracket]) -> tuple[int, int]:
        """How much of the stack to keep, and the offset to go on at."""
        margin = self._indent(item)
        whole, nested, indented = True, 0, False
        begin = self._text.rfind("\n", 0, offset) + 1 if self._begins_line(offset) else offset
        for found in _MARK.finditer(self._text, begin):
            word, start = found["word"], found.end() - len(found["word"] or found[0])
            if word is not None:
                depth = None if nested else self._entry(offset, start, item, blocks, whole)
                if depth is not None:
                    return depth, start
                indented = indented or self._indent(start) > margin
                at_margin = word in ITEM_WORDS and start > offset and self._indent(start) <= margin
                # where layouts are indented, an item at the margin is outside of all braces, whatever they say
                if at_margin and (indented or not nested):
                    return self._machine.bottom(), start
            elif found[0] == "{":
                nested += start > offset or not self._follows_brace(start)
            elif found[0] == "}" and nested:
                nested -= 1
            elif found[0] == "}" and blocks and not self._is_stray(start, blocks[-1]):
                depth = self._kept(["RBRACE"], offset, start, blocks[-1], whole)
                if depth is not None:
                    return depth, start
                blocks, whole = blocks[:-1], False
        end = len(self._text)
        ends = offset < end and whole and self._machine.takes("$END", self._machine.depth)
        return (self._machine.depth if ends else self._machine.bottom()), end

    def _follows_brace(self, offset: int) -> bool:
        return re.search(r"\{\s*$", self._text[max(0, offset - 200) : offset]) is not None

    def _is_stray(self, brace: int, block: Bracket) -> bool:
        """Whether a closing brace is no end of the block, by the lines around it."""
        if self._begins_line(brace) or self._text.find("\n", block.offset, brace) < 0:
            return False
        line = _REST.match(self._text, brace + 1)
        if line is not None:
            return True
        following = _BELOW.search(self._text, brace)
        return following is not None and len(following[1]) > self._indent(block.offset)

    def _entry(self, offset: int, start: int, item: int, blocks: list[Bracket], whole: bool) -> int | None:
        """How much of the stack to keep where an entry of the innermost block begins a line."""
        block = blocks[-1] if blocks else None
        margin = self._margin(self._machine.inside(block), start) if block else self._indent(item)
        terminals = list(self._terminals(start, in_block=block is not None))
        if not terminals or self._indent(start) > margin:
            return None
        return self._kept(terminals, offset, start, block, whole)

    def _terminals(self, start: int, *, in_block: bool) -> Iterator[str]:
        """What the word at the offset may be, if an entry begins with it."""
        word = _WORD.match(self._text, start)
        if word is not None and (word[0] in ITEM_WORDS or (in_block and word[0] in ENTRY_WORDS)):
            yield word[0].upper()
        if in_block and _NAMED.match(self._text, start):
            yield "NAME"

    def _kept(
        self, terminals: list[str], offset: int, start: int, block: Bracket | None, whole: bool
    ) -> int | None:
        """The greatest depth at which one of the terminals can follow, if going on there is a step forward.

        All of the stack is kept only where what was read of the broken entry is an entry in itself.
        """
        machine = self._machine
        depths = [machine.inside(block) if block is not None else machine.bottom()]
        if (
            whole
            and start > offset
            and machine.takes("RBRACE" if block is not None else "$END", machine.depth)
        ):
            depths.insert(0, machine.depth)
        for depth in depths:
            forward = start > offset or depth < machine.depth
            if forward and any(machine.takes(terminal, depth) for terminal in terminals):
                return depth
        return None
