r"""RE2 patterns as machines that read a text from left to right.

Only the structure of a pattern is parsed here. What a single element (`x`, `[^a-z]`, `\pL`, `.`) matches is
asked of RE2 itself, over every character there is, so that case folding and Unicode classes are its own.
The machine is the set-of-states simulation of Thompson (1968); assertions (`^`, `$`, `\b`) are resolved when
the character after them is known. Syntax: https://github.com/google/re2/wiki/Syntax
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import ClassVar, Final

from routebook.analysis.domains.base import Undecided
from routebook.analysis.elements import escaped, ranges
from routebook.analysis.words import SURE, State
from routebook.check.conditions import Pattern

_STATES: Final = 20_000
_LAST_ASCII: Final = 0x7F
_CONDITIONS: Final = ("begin", "end", "line begin", "line end", "edge", "inside")
_BEYOND_ASCII: Final = "beyond"
_WORD: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")


@dataclass(frozen=True, slots=True)
class _Flags:
    fold: bool
    multi: bool = False
    dotall: bool = False

    def prefix(self) -> str:
        return (
            f"(?{'i' if self.fold else ''}{'s' if self.dotall else ''})" if self.fold or self.dotall else ""
        )


@dataclass
class _Net:
    """Thompson's network: each state has one element to read, or free moves, some on a condition."""

    reads: dict[int, tuple[str, int]] = field(default_factory=dict)
    moves: dict[int, list[tuple[str | None, int]]] = field(default_factory=dict)
    count: int = 0

    def state(self) -> int:
        if self.count >= _STATES:
            raise Undecided("a pattern with so many repetitions")
        self.count += 1
        return self.count - 1

    def move(self, start: int, end: int, condition: str | None = None) -> None:
        self.moves.setdefault(start, []).append((condition, end))


def _unquoted(text: str) -> str:
    """The pattern with each character of `\\Q…\\E` escaped by itself: what follows then repeats the last one."""
    parts, at = [], 0
    while (quote := text.find("\\", at)) >= 0:
        parts.append(text[at:quote])
        if text.startswith("\\Q", quote):
            stop = text.find("\\E", quote)
            stop = len(text) if stop < 0 else stop
            parts += map(escaped, text[quote + 2 : stop])
            at = stop + 2
        else:
            parts.append(text[quote : quote + 2])
            at = quote + 2
    return "".join(parts) + text[at:]


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit()


class _Parser:
    """Recursive descent over a pattern that RE2 has accepted; each part becomes (first state, last state)."""

    def __init__(self, text: str, fold: bool) -> None:
        self.text, self.at = _unquoted(text), 0
        self.folds = fold
        self.flags = _Flags(fold)
        self.net = _Net()

    def alternation(self) -> tuple[int, int]:
        before = self.flags
        start, end = self.net.state(), self.net.state()
        while True:
            first, last = self.sequence()
            self.net.move(start, first)
            self.net.move(last, end)
            if not self.take("|"):
                self.flags = before
                return start, end

    def sequence(self) -> tuple[int, int]:
        start = last = self.net.state()
        open_: tuple[tuple[int, int], int, _Flags] | None = None  # an item, where it begins, and its flags
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            begin, flags = self.at, self.flags
            part = self.item()
            if part is None:
                if open_ is not None:  # behind flags may stand how often what is before them repeats
                    now, self.flags = self.flags, open_[2]
                    open_ = (self._repeated(open_[0], open_[1]), open_[1], open_[2])
                    self.flags = now
                continue
            if open_ is not None:
                last = self._then(last, open_[0])
            open_ = (self._repeated(part, begin), begin, flags)
        return start, last if open_ is None else self._then(last, open_[0])

    def _then(self, last: int, part: tuple[int, int]) -> int:
        self.net.move(last, part[0])
        return part[1]

    def _until(self, end: str) -> str:
        stop = self.text.find(end, self.at)
        stop = len(self.text) if stop < 0 else stop
        found = self.text[self.at : stop]
        self.at = stop + len(end)
        return found

    def take(self, word: str) -> bool:
        if not self.text.startswith(word, self.at):
            return False
        self.at += len(word)
        return True

    # --- Repetition --------------------------------------------------------------------------------------

    def _repeated(self, part: tuple[int, int], begin: int, stop: int | None = None) -> tuple[int, int]:
        """The part as often as is said behind it, up to `stop`, where what is behind repeats all of that."""
        end = self.at
        while (stop is None or self.at < stop) and (bounds := self._bounds()) is not None:
            self.take("?")
            after, self.at = self.at, begin
            part = self._times(part, *bounds, begin=begin, end=end)
            self.at = end = after
        return part

    def _bounds(self) -> tuple[int, int | None] | None:
        for word, bounds in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self.take(word):
                return bounds
        close = self.text.find("}", self.at)
        if close < 0 or not self.text.startswith("{", self.at):
            return None
        low, comma, high = self.text[self.at + 1 : close].partition(",")
        if not _is_count(low) or (high and not _is_count(high)):
            return None  # RE2 takes it for text
        self.at = close + 1
        return int(low), (int(high) if high else None if comma else int(low))

    def _times(
        self, part: tuple[int, int], low: int, high: int | None, begin: int, end: int
    ) -> tuple[int, int]:
        """The part repeated: copies are made by parsing its text again."""
        net = self.net
        if (low, high) in ((0, None), (1, None), (0, 1)):
            start, last = net.state(), net.state()
            net.move(start, part[0])
            net.move(part[1], last)
            if low == 0:
                net.move(start, last)
            if high is None:
                net.move(part[1], part[0])
            return start, last
        start = last = net.state()
        for index in range(max(low, high or 0, 1 if high is None else 0)):
            copy = self._again(begin, end)
            if index >= low:
                net.move(last, copy[1])
            if high is None and index >= low - 1:
                net.move(copy[1], copy[0])
            last = self._then(last, copy)
        if high is None and low == 0:
            net.move(start, last)
        return start, last

    def _again(self, begin: int, end: int) -> tuple[int, int]:
        self.at = begin
        part = self.item()
        assert part is not None
        if self.at < end:  # a repetition of a repetition
            part = self._repeated(part, begin, end)
        return part

    # --- Single items ------------------------------------------------------------------------------------

    def item(self) -> tuple[int, int] | None:
        if self.take("("):
            return self._group()
        for word, condition in (("^", "begin"), ("$", "end"), ("\\A", "begin"), ("\\z", "end"),
                                ("\\b", "edge"), ("\\B", "inside")):  # fmt: skip
            if self.take(word):
                line = self.flags.multi and word in "^$"
                return self._assertion(f"line {condition}" if line else condition)
        if self.text[self.at] == "[":
            return self._element(self._class())
        if self.text[self.at] == "\\":
            return self._element(self._escape())
        self.at += 1
        char = self.text[self.at - 1]
        return self._element("." if char == "." else escaped(char))

    def _group(self) -> tuple[int, int] | None:
        before = self.flags
        if self.take("?"):
            if self.take("P<") or (self.text[self.at : self.at + 1] == "<" and self.take("<")):
                self._until(">")
            else:
                flags = self._flags()
                if self.take(")"):
                    self.flags = flags
                    return None
                self.at += 1  # the colon
                self.flags = flags
        part = self.alternation()
        self.at += 1
        self.flags = before
        return part

    def _flags(self) -> _Flags:
        flags, on = self.flags, True
        while self.text[self.at] not in ":)":
            match self.text[self.at]:
                case "-":
                    on = False
                case "i":
                    if self.folds and not on:
                        raise Undecided("a pattern that tells capitals from small letters by `(?-i)`")
                    flags = replace(flags, fold=on)
                case "m":
                    flags = replace(flags, multi=on)
                case "s":
                    flags = replace(flags, dotall=on)
            self.at += 1
        return flags

    def _class(self) -> str:
        begin = self.at
        self.at += 1
        self.take("^")
        if self.text[self.at] == "]":
            self.at += 1
        while self.text[self.at] != "]":
            if self.take("[:"):
                self._until(":]")
            elif self.text[self.at] == "\\":
                self._escape()
            else:
                self.at += 1
        self.at += 1
        return self.text[begin : self.at]

    def _escape(self) -> str:
        begin = self.at
        self.at += 2
        kind = self.text[self.at - 1]
        if kind == "C":
            raise Undecided("a pattern with `\\C`, which matches bytes rather than characters")
        if kind in "pPx" and self.take("{"):
            self._until("}")
        elif kind in "pP":
            self.at += 1
        elif kind == "x":
            self.at += 2
        elif kind in "01234567":
            while self.at - begin < 4 and self.text[self.at : self.at + 1] in tuple("01234567"):
                self.at += 1
        return self.text[begin : self.at]

    def _element(self, source: str) -> tuple[int, int]:
        start, last = self.net.state(), self.net.state()
        self.net.reads[start] = (self.flags.prefix() + source, last)
        return start, last

    def _assertion(self, condition: str) -> tuple[int, int]:
        start, last = self.net.state(), self.net.state()
        self.net.move(start, last, condition)
        return start, last


class Regex:
    """The texts in which RE2 finds a pattern."""

    reads_as_written: ClassVar[bool] = True

    def __init__(self, pattern: Pattern) -> None:
        self.pattern = pattern
        parser = _Parser(pattern.text, pattern.fold_case)
        self._start, self._end = parser.alternation()
        self._moves = parser.net.moves
        elements: dict[str, int] = {}
        self._reads = {
            state: (1 << elements.setdefault(element, len(elements)), end)
            for state, (element, end) in parser.net.reads.items()
        }
        self._elements = tuple(elements)
        self._kinds: dict[str, tuple[int, str]] = {}
        # RE2 reads bytes: between those of one character nothing is read, and of all assertions `\B` alone holds
        self._is_within = self._end in self._reached({self._start}, {"inside"})

    def start(self) -> State:
        return (frozenset([self._start]), None)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Regex) and self.pattern == other.pattern

    def __hash__(self) -> int:
        return hash(self.pattern)

    def step(self, state: State, char: str) -> State:
        assert isinstance(state, tuple)
        states, before = state
        elements, sort = self.kind(char)
        reached = self._closure(states, before, sort)
        if self._end in reached or (self._is_within and sort == _BEYOND_ASCII):
            return SURE
        reads = self._reads
        following = {reads[s][1] for s in reached if s in reads and reads[s][0] & elements}
        following.add(self._start)
        return (frozenset(following), "-" if sort == _BEYOND_ASCII else sort)

    def accepts(self, state: State) -> bool:
        assert isinstance(state, tuple)
        return self._end in self._closure(state[0], state[1], None)

    def _closure(self, states: frozenset[int], before: str | None, after: str | None) -> set[int]:
        return self._reached(states, {each for each in _CONDITIONS if _asserted(each, before, after)})

    def _reached(self, states: Iterable[int], holding: Collection[str]) -> set[int]:
        """The states that these come to without reading, where these conditions hold."""
        reached = set(states)
        stack = list(reached)
        while stack:
            for condition, end in self._moves.get(stack.pop(), ()):
                if end not in reached and (condition is None or condition in holding):
                    reached.add(end)
                    stack.append(end)
        return reached

    def kind(self, char: str) -> tuple[int, str]:
        """The elements that the character matches, as a bitset, and what assertions see of it."""
        known = self._kinds.get(char)
        if known is None:
            code = ord(char)
            elements = sum(
                1 << number
                for number, element in enumerate(self._elements)
                if bisect_right(ranges(element), code) & 1
            )
            sort = "\n" if char == "\n" else "w" if char in _WORD else "-"
            known = self._kinds[char] = elements, _BEYOND_ASCII if code > _LAST_ASCII else sort
        return known

    def cuts(self) -> Iterable[int]:
        for element in self._elements:
            yield from ranges(element)
        if any(condition for moves in self._moves.values() for condition, _ in moves):
            yield from (10, 11, ord("0"), ord("9") + 1, ord("A"), ord("Z") + 1, ord("_"), ord("_") + 1)
            yield from (ord("a"), ord("z") + 1, _LAST_ASCII + 1)


def _asserted(condition: str, before: str | None, after: str | None) -> bool:
    if condition == "begin":
        return before is None
    if condition == "end":
        return after is None
    if condition == "line begin":
        return before in (None, "\n")
    if condition == "line end":
        return after in (None, "\n")
    edge = (before == "w") != (after == "w")
    return edge == (condition == "edge")


@lru_cache(maxsize=512)
def machine_of(pattern: Pattern) -> Regex:
    """The machine of a pattern. Raises `Undecided` for the few that are beyond it."""
    return Regex(pattern)
