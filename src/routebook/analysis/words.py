"""Languages of texts: deterministic machines that read a text from left to right."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar, Final, Protocol

State = Hashable


class Machine(Protocol):
    """A deterministic machine. `DEAD` is a state that accepts nothing more, `SURE` one that accepts everything.

    One that `reads_as_written` reads what was written, as patterns do; the others read its folded form.
    """

    @property
    def reads_as_written(self) -> bool: ...

    def start(self) -> State: ...

    def step(self, state: State, char: str) -> State: ...

    def accepts(self, state: State) -> bool: ...

    def kind(self, char: str) -> Hashable:
        """What is read of a character: characters of one kind lead to the same states."""
        ...

    def cuts(self) -> Iterable[int]:
        """Code points at which a class of characters begins: between two, no characters are told apart."""
        ...


DEAD: Final = "dead"
SURE: Final = "sure"


@dataclass(frozen=True, slots=True)
class Begins:
    """Texts that begin with a literal."""

    literal: str

    reads_as_written: ClassVar[bool] = False

    def start(self) -> State:
        return 0

    def step(self, state: State, char: str) -> State:
        assert isinstance(state, int)
        if self.literal[state : state + 1] != char:
            return DEAD
        return state + 1 if state + 1 < len(self.literal) else SURE

    def accepts(self, state: State) -> bool:
        return state == len(self.literal)

    def kind(self, char: str) -> Hashable:
        return char if char in self.literal else ""

    def cuts(self) -> Iterable[int]:
        return _around(self.literal)


@dataclass(frozen=True, slots=True)
class Has:
    """Texts that have a literal in them, or with `at_end` end with it (Knuth, Morris and Pratt 1977)."""

    literal: str
    at_end: bool = False

    reads_as_written: ClassVar[bool] = False

    def start(self) -> State:
        return 0

    def step(self, state: State, char: str) -> State:
        assert isinstance(state, int)
        seen = self.literal[:state] + char
        while not self.literal.startswith(seen):
            seen = seen[1:]
        return SURE if len(seen) == len(self.literal) and not self.at_end else len(seen)

    def accepts(self, state: State) -> bool:
        return state == len(self.literal)

    def kind(self, char: str) -> Hashable:
        return char if char in self.literal else ""

    def cuts(self) -> Iterable[int]:
        return _around(self.literal)


class Listed:
    """Texts of a list, as a trie."""

    reads_as_written: ClassVar[bool] = False

    def __init__(self, literals: Iterable[str]) -> None:
        self.literals = frozenset(literals)
        self._nexts: list[dict[str, int]] = [{}]
        self._ends: set[int] = set()
        for literal in sorted(self.literals):
            state = 0
            for char in literal:
                if char not in self._nexts[state]:
                    self._nexts[state][char] = len(self._nexts)
                    self._nexts.append({})
                state = self._nexts[state][char]
            self._ends.add(state)
        self._chars = frozenset("".join(self.literals))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Listed) and self.literals == other.literals

    def __hash__(self) -> int:
        return hash(self.literals)

    def start(self) -> State:
        return 0

    def step(self, state: State, char: str) -> State:
        assert isinstance(state, int)
        return self._nexts[state].get(char, DEAD)

    def accepts(self, state: State) -> bool:
        return state in self._ends

    def kind(self, char: str) -> Hashable:
        return char if char in self._chars else ""

    def cuts(self) -> Iterable[int]:
        return _around("".join(sorted(self._chars)))


@dataclass(frozen=True, slots=True)
class Proper:
    """Known texts: not empty, no white space at the ends; with `email` one @ inside and no white space at all."""

    email: bool

    reads_as_written: ClassVar[bool] = False

    def start(self) -> State:
        return "empty"

    def step(self, state: State, char: str) -> State:
        if char.isspace():
            return DEAD if self.email or state == "empty" else "space"
        if not self.email:
            return "some"
        if char == "@":
            return "at" if state == "local" else DEAD
        return {"empty": "local", "local": "local", "at": "some", "some": "some"}[str(state)]

    def accepts(self, state: State) -> bool:
        return state == "some"

    def kind(self, char: str) -> Hashable:
        return " " if char.isspace() else char if char == "@" else ""

    def cuts(self) -> Iterable[int]:
        spaces = "\t \x85\xa0\u1680\u2000\u2028\u202f\u205f\u3000\x1c"
        yield from _around(spaces)
        yield from (0x0E, 0x20, 0x200B, 0x202A)
        yield from _around("@")


@dataclass(frozen=True, slots=True)
class AfterAt:
    """Texts whose part after the last @ is in another language."""

    inner: Machine

    @property
    def reads_as_written(self) -> bool:
        return self.inner.reads_as_written

    def start(self) -> State:
        return None

    def step(self, state: State, char: str) -> State:
        if char == "@":
            return ("in", self.inner.start())
        if state is None:
            return None
        assert isinstance(state, tuple)
        inner = state[1]
        return state if inner in (DEAD, SURE) else ("in", self.inner.step(inner, char))

    def accepts(self, state: State) -> bool:
        if state is None:
            return False
        assert isinstance(state, tuple)
        return state[1] == SURE or (state[1] != DEAD and self.inner.accepts(state[1]))

    def kind(self, char: str) -> Hashable:
        return "at" if char == "@" else self.inner.kind(char)

    def cuts(self) -> Iterable[int]:
        yield from _around("@")
        yield from self.inner.cuts()


def _around(chars: str) -> Iterator[int]:
    for char in chars:
        yield ord(char)
        yield ord(char) + 1


def read(machine: Machine, state: State, chars: str) -> State:
    """The state after these characters."""
    for char in chars:
        if state in (DEAD, SURE):
            return state
        state = machine.step(state, char)
    return state


def is_accepting(machine: Machine, state: State) -> bool:
    """Whether a text that comes to this state, `DEAD` and `SURE` among them, is in the language."""
    return state == SURE or (state != DEAD and machine.accepts(state))
