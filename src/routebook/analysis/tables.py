"""Languages as tables: the states of a machine by number, and what each letter of an alphabet makes of them.

A machine of few states is followed to its end, once, and reduced to the states that differ (Moore 1956): then
every state from which no text is accepted any more is one, and every state from which all are. Of a machine of
many only what is asked for is followed.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Final

from routebook.analysis.clock import Clock
from routebook.analysis.letters import Letter
from routebook.analysis.words import DEAD, SURE, Machine, State, is_accepting, read

_FEW: Final = 400


class Table:
    """A machine over an alphabet. States are numbers: 0 accepts nothing more, 1 everything.

    `columns` gives each letter the number of a column: letters of one column are read alike.
    """

    def __init__(self, machine: Machine, letters: Sequence[Letter], clock: Clock) -> None:
        self._machine, self._clock = machine, clock
        kinds: dict[Hashable, int] = {}
        self.columns = [kinds.setdefault(self._kind(letter), len(kinds)) for letter in letters]
        self._chars = [self._read_of(letters[self.columns.index(number)]) for number in range(len(kinds))]
        self._states: list[State] = []
        self._numbers: dict[State, int] = {}
        self._accepting: list[bool] = []
        self._rows: list[list[int] | None] = []
        for state in (DEAD, SURE):
            self._rows[self._numbered(state)] = [self._numbered(state)] * len(kinds)
        self.start = self._numbered(machine.start())
        if self._is_followed():
            self._reduce()

    def _kind(self, letter: Letter) -> Hashable:
        return tuple(map(self._machine.kind, self._read_of(letter)))

    def _read_of(self, letter: Letter) -> str:
        return letter[0] if self._machine.reads_as_written else letter[1]

    def _numbered(self, state: State) -> int:
        number = self._numbers.get(state)
        if number is None:
            number = self._numbers[state] = len(self._states)
            self._states.append(state)
            self._accepting.append(is_accepting(self._machine, state))
            self._rows.append(None)
        return number

    def row(self, number: int) -> list[int]:
        """The state after each column. Raises `OutOfTime`."""
        row = self._rows[number]
        if row is None:
            self._clock.check()
            state = self._states[number]
            row = [self._numbered(read(self._machine, state, chars)) for chars in self._chars]
            self._rows[number] = row
        return row

    def accepts(self, number: int) -> bool:
        """Whether a text that comes to this state is in the language."""
        return self._accepting[number]

    # --- Small machines ----------------------------------------------------------------------------------

    def _is_followed(self) -> bool:
        """Follow the machine from its start; whether that came to an end."""
        number = 0
        while number < len(self._states) <= _FEW:
            self.row(number)
            number += 1
        return number == len(self._states)

    def _reduce(self) -> None:
        """Join the states that accept the same: ever finer groups, until none falls apart."""
        rows = [self.row(number) for number in range(len(self._states))]
        groups = [int(accepts) for accepts in self._accepting]
        while True:
            finer: dict[tuple[int, ...], int] = {}
            parts = [
                finer.setdefault((groups[number], *(groups[end] for end in row)), len(finer))
                for number, row in enumerate(rows)
            ]
            is_done = len(finer) == len(set(groups))
            groups = parts
            if is_done:
                break
        first = [groups.index(group) for group in range(len(finer))]
        self._rows = [[groups[end] for end in rows[number]] for number in first]
        self._accepting = [self._accepting[number] for number in first]
        self.start = groups[self.start]
        self._states, self._numbers = [], {}
