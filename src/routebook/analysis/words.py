"""Languages of texts, and the shortest text that is in several of them and outside several others.

Each language is a deterministic machine that reads a text from left to right. The machines run side by side
(the product construction, Rabin and Scott 1959) over an alphabet cut to one representative of each class
of characters that no machine tells apart, breadth first, so that the first text found is a shortest one, and
finding none is a proof that there is none.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections import deque
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import ClassVar, Final, Protocol, TypeAlias

from routebook.analysis.domains.base import Undecided
from routebook.text import fold_kept

State = Hashable
LIMIT: Final = 30_000
"""So many product states are visited before the question counts as undecided."""


class Machine(Protocol):
    """A deterministic machine. `DEAD` is a state that accepts nothing more, `SURE` one that accepts everything.

    One that `reads_as_written` reads what was written, as patterns do; the others read its folded form.
    """

    @property
    def reads_as_written(self) -> bool: ...

    def start(self) -> State: ...

    def step(self, state: State, char: str) -> State: ...

    def accepts(self, state: State) -> bool: ...

    def cuts(self) -> Iterable[int]:
        """Code points at which a class of characters begins: between two, no characters are told apart."""
        ...


DEAD: Final = "dead"
SURE: Final = "sure"


@dataclass(frozen=True, slots=True)
class Begins:
    """Texts that begin with a literal, or with `exact` are it."""

    literal: str
    exact: bool = False

    reads_as_written: ClassVar[bool] = False

    def start(self) -> State:
        return 0

    def step(self, state: State, char: str) -> State:
        assert isinstance(state, int)
        if state < len(self.literal):
            if self.literal[state] != char:
                return DEAD
            return state + 1 if self.exact or state + 1 < len(self.literal) else SURE
        return DEAD

    def accepts(self, state: State) -> bool:
        return state == len(self.literal)

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

    def cuts(self) -> Iterable[int]:
        return _around(self.literal)


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

    def cuts(self) -> Iterable[int]:
        yield from _around("@")
        yield from self.inner.cuts()


def _around(chars: str) -> Iterator[int]:
    for char in chars:
        yield ord(char)
        yield ord(char) + 1


Letter: TypeAlias = tuple[str, str]
"""A character as it was written, and what folding makes of it."""
Wanted = tuple[Machine, bool]
"""A language, and whether the text is to be in it."""


def shortest(wanted: Sequence[Wanted], folded: bool) -> str | None:
    """A shortest text that is in or out of every language as wanted; None is a proof that there is none.

    `folded` prefers characters that stay as they are when texts are folded. Raises `Undecided` where it
    takes too long.
    """
    found = _shortest(wanted, _alphabet(wanted, folded))
    # patterns meet what was written, other comparisons its folded form: a single letter can be two there
    if found is None and folded and any(machine.reads_as_written for machine, _ in wanted):
        return shortest_written(wanted)
    return found


def shortest_written(wanted: Sequence[Wanted]) -> str | None:
    """As `shortest`, over all characters whose folded form is wanted, `ß` among those for `ss`.

    Letters and accents that join when they meet are not followed: look at what is found before believing it.
    """
    return _shortest(wanted, _written(wanted))


def _shortest(wanted: Sequence[Wanted], alphabet: Sequence[Letter]) -> str | None:
    first = tuple(machine.start() for machine, _ in wanted)
    queue: deque[tuple[tuple[State, ...], str]] = deque([(first, "")])
    seen = {first}
    while queue:
        states, text = queue.popleft()
        if all(
            _accepts(machine, state) == want for (machine, want), state in zip(wanted, states, strict=True)
        ):
            return text
        for char, image in alphabet:
            following = tuple(
                _read(m, s, char if m.reads_as_written else image)
                for (m, _), s in zip(wanted, states, strict=True)
            )
            if following in seen or _hopeless(wanted, following):
                continue
            if len(seen) >= LIMIT:
                raise Undecided("whether a text can satisfy so many patterns at once")
            seen.add(following)
            queue.append((following, text + char))
    return None


def _read(machine: Machine, state: State, chars: str) -> State:
    for char in chars:
        if state in (DEAD, SURE):
            return state
        state = machine.step(state, char)
    return state


def _accepts(machine: Machine, state: State) -> bool:
    return state == SURE or (state != DEAD and machine.accepts(state))


def _hopeless(wanted: Sequence[Wanted], states: tuple[State, ...]) -> bool:
    return any(state == (DEAD if want else SURE) for (_, want), state in zip(wanted, states, strict=True))


def _cuts(wanted: Sequence[Wanted]) -> list[int]:
    """The borders of the classes of characters that no machine tells apart."""
    cuts = {0, 1, 0x110000, 0xD800, 0xE000, ord("0"), ord("9") + 1, ord("a"), ord("z") + 1}
    for machine, _ in wanted:
        cuts.update(machine.cuts())
    return sorted(cut for cut in cuts if cut <= 0x110000)


def _alphabet(wanted: Sequence[Wanted], folded: bool) -> list[Letter]:
    """One character of each class, letters that people type first; `folded`: of those that folding leaves alone."""
    found = []
    for low, high in pairwise(_cuts(wanted)):
        char = None if low in (0, 0xD800) else _representative(low, high, folded)  # no text has NUL in it
        if char is not None:
            found.append((char, char))
    return sorted(found, key=lambda letter: _likeliness(letter[0]))


def _written(wanted: Sequence[Wanted]) -> list[Letter]:
    """As `_alphabet`, with a character of each kind that folding changes, or that joins with the one before."""
    cuts = _cuts(wanted)
    kinds: dict[tuple[int, ...], Letter] = {}
    for char, image in (*_alphabet(wanted, folded=True), *_changing()):
        kinds.setdefault(tuple(bisect_right(cuts, ord(each)) for each in (char, *image)), (char, image))
    return list(kinds.values())


@lru_cache(maxsize=1)
def _changing() -> tuple[Letter, ...]:
    """The characters that folding changes, with what they become, and those that join with others."""
    chars = map(chr, (*range(0xD800), *range(0xE000, 0x20000)))
    return tuple(
        (char, fold_kept(char)) for char in chars if char.casefold() != char or unicodedata.combining(char)
    )


def _representative(low: int, high: int, folded: bool) -> str | None:
    for code in range(low, high):
        char = chr(code)
        if not folded or (
            fold_kept(char) == char and (char.isascii() or fold_kept(f"a{char}a") == f"a{char}a")
        ):
            return char
    return None


def _likeliness(char: str) -> tuple[int, int]:
    kinds = (
        char.isascii() and char.isalpha(),
        char == " ",
        char.isascii() and char.isdigit(),
        char.isprintable(),
    )
    return next((rank for rank, fits in enumerate(kinds) if fits), len(kinds)), ord(char)
