"""The shortest text that is in several languages and outside several others.

Their machines run side by side (the product construction, Rabin and Scott 1959), breadth first, so that the first
text found is a shortest one, and finding none is a proof that there is none. Only the languages that matter take
part: a shortest text is looked for in few of them, and one that fails another adds that one (the lazy abstraction of
Henzinger, Jhala, Majumdar and Sutre 2002). What few languages leave no text for, more do not either: such sets are
kept.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from routebook.analysis.clock import Clock
from routebook.analysis.domains.base import Undecided
from routebook.analysis.letters import Letter, alphabet, written_alphabet
from routebook.analysis.tables import Table
from routebook.analysis.words import Machine, State, is_accepting, read

LIMIT: Final = 30_000
"""So many states of the product are visited before a question counts as undecided."""
_CHECKED: Final = 128

Wanted: TypeAlias = tuple[Machine, bool]
"""A language, and whether the text is to be in it."""


@dataclass(frozen=True, slots=True)
class Clash:
    """No text is as wanted: none even where only these are asked for."""

    wanted: frozenset[Wanted]


class Shortest:
    """Finds texts of one field, whose languages these are. `folded` where texts compare without case.

    Raises `Undecided` for what would take too long, and `OutOfTime`.
    """

    def __init__(self, machines: Sequence[Machine], folded: bool, clock: Clock) -> None:
        self._machines, self._folded, self._clock = machines, folded, clock
        self._plain: _Alphabet | None = None
        self._written: _Alphabet | None = None

    def find(self, wanted: Sequence[Wanted]) -> str | Clash:
        """A shortest text that is in or out of every language as wanted, of characters that stay as they are."""
        if self._plain is None:
            self._plain = _Alphabet(alphabet(self._machines, self._folded), self._clock)
        found = self._plain.find(wanted)
        # patterns meet what was written, other comparisons its folded form: a single letter can be two there
        if (
            isinstance(found, Clash)
            and self._folded
            and any(machine.reads_as_written for machine, _ in found.wanted)
        ):
            return self.find_written(wanted)
        return found

    def find_written(self, wanted: Sequence[Wanted]) -> str | Clash:
        """As `find`, over all characters whose folded form is wanted, `ß` among those for `ss`.

        Letters and accents that join when they meet are not followed: look at what is found before believing it.
        """
        if self._written is None:
            self._written = _Alphabet(written_alphabet(self._machines), self._clock)
        return self._written.find(wanted)


class _Alphabet:
    """The languages over one alphabet, with what was found about them."""

    def __init__(self, letters: Sequence[Letter], clock: Clock) -> None:
        self.letters, self.clock = letters, clock
        self._tables: dict[Machine, Table] = {}
        self._found: dict[frozenset[Wanted], list[Letter]] = {}
        self._clashes: list[frozenset[Wanted]] = []

    def find(self, wanted: Sequence[Wanted]) -> str | Clash:
        every = frozenset(wanted)
        known = next((clash for clash in self._clashes if clash <= every), None)
        if known is not None:
            return Clash(known)
        chosen: list[Wanted] = []
        word: list[Letter] = []
        while (failed := _failed(word, wanted)) is not None:
            chosen.append(failed)
            found = self._of(chosen, wanted)
            if found is None:
                self._clashes.append(frozenset(chosen))
                return Clash(frozenset(chosen))
            word = found
        return "".join(char for char, _ in word)

    def _of(self, chosen: list[Wanted], wanted: Sequence[Wanted]) -> list[Letter] | None:
        """A shortest word as far as the chosen languages go; more are chosen where these few leave too much open."""
        key = frozenset(chosen)
        if key not in self._found:
            try:
                found = self._searched(chosen)
            except OutOfRoom:
                if len(chosen) == len(wanted):
                    raise
                chosen[:] = wanted
                return self._of(chosen, wanted)
            if found is None:
                return None
            self._found[key] = found
        return self._found[key]

    def _table(self, machine: Machine) -> Table:
        if machine not in self._tables:
            self._tables[machine] = Table(machine, self.letters, self.clock)
        return self._tables[machine]

    def _searched(self, chosen: Sequence[Wanted]) -> list[Letter] | None:
        tables = [self._table(machine) for machine, _ in chosen]
        alike: dict[tuple[int, ...], Letter] = {}
        for letter, columns in zip(self.letters, zip(*(t.columns for t in tables), strict=True), strict=True):
            alike.setdefault(columns, letter)
        sides = [
            _Side(table, want, [columns[place] for columns in alike])
            for place, (table, (_, want)) in enumerate(zip(tables, chosen, strict=True))
        ]
        return _product(sides, list(alike.values()), self.clock)


class OutOfRoom(Undecided):
    """More states were come to than are looked at."""


class _Side:
    """A language in a product: its states that are left as wanted, over the letters of the product."""

    def __init__(self, table: Table, want: bool, columns: list[int]) -> None:
        self._table, self._want, self._columns = table, want, columns
        self._hopeless = 0 if want else 1
        self._rows: dict[int, list[int]] = {}
        self.start = table.start

    def row(self, state: int) -> list[int]:
        """The state after each letter, -1 for one from which nothing comes that is wanted."""
        row = self._rows.get(state)
        if row is None:
            ends = [-1 if end == self._hopeless else end for end in self._table.row(state)]
            row = self._rows[state] = [ends[column] for column in self._columns]
        return row

    def is_good(self, state: int) -> bool:
        return self._table.accepts(state) == self._want


def _product(sides: Sequence[_Side], letters: Sequence[Letter], clock: Clock) -> list[Letter] | None:
    """The first of the shortest words that all sides want."""
    first = tuple(side.start for side in sides)
    came: dict[tuple[int, ...], tuple[tuple[int, ...], Letter] | None] = {first: None}
    queue = deque([first])
    steps = 0
    while queue:
        steps += 1
        if steps % _CHECKED == 0:
            clock.check()
        here = queue.popleft()
        if all(side.is_good(state) for side, state in zip(sides, here, strict=True)):
            return _back(came, here)
        rows = [side.row(state) for side, state in zip(sides, here, strict=True)]
        for letter, following in zip(letters, zip(*rows, strict=True), strict=True):
            if following in came or -1 in following:
                continue
            came[following] = (here, letter)
            queue.append(following)
        if len(came) > LIMIT:
            raise OutOfRoom("whether a text can satisfy so many patterns at once")
    return None


def _back(
    came: dict[tuple[int, ...], tuple[tuple[int, ...], Letter] | None], end: tuple[int, ...]
) -> list[Letter]:
    """The letters on the way to a state."""
    word: list[Letter] = []
    while (step := came[end]) is not None:
        end, letter = step
        word.append(letter)
    return word[::-1]


def _failed(word: Iterable[Letter], wanted: Sequence[Wanted]) -> Wanted | None:
    """The first language that the word is not in, or out of, as wanted."""
    written = "".join(char for char, _ in word)
    image = "".join(image for _, image in word)
    for machine, want in wanted:
        state: State = read(machine, machine.start(), written if machine.reads_as_written else image)
        if is_accepting(machine, state) != want:
            return machine, want
    return None
