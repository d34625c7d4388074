"""Rotations over a batch, settled at once.

A smooth weighted rotation that begins afresh repeats itself after as many turns as its weights sum up to (divided by
what they have in common): all credits are zero again then, and ties go to whoever waited longer, which is the same
order as before. Within the first round ties may go to whoever waited longest for a lead *anywhere*: where reps
are in several rotations, their first rounds depend on each other, and are settled in the order of the leads.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import gcd
from typing import Final

from routebook.diagnostics import RoutebookError
from routebook.runtime.strategies.base import Contender, Question
from routebook.runtime.strategies.round_robin import choose
from routebook.spark.endings import Rotating

LONGEST: Final = 100_000
"""Turns of a round: one that is longer is refused."""


@dataclass
class Round:
    """The first round of a rotation: who takes each turn, as far as it has come. Not to be shared by threads."""

    rotation: Rotating
    reps: list[str] = field(default_factory=list)
    _credits: Mapping[str, int] = field(default_factory=dict)
    _turns: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        common = gcd(*(weight for _, weight in self.rotation.members))
        self._members = [(rep, weight // common) for rep, weight in self.rotation.members]
        self.length = sum(weight for _, weight in self._members)
        if self.length > LONGEST:
            raise RoutebookError(
                f"the weights in {self.rotation.key} have a round of {self.length:,} turns, and no more than "
                f"{LONGEST:,} can be laid out: use smaller weights"
            )

    @property
    def is_whole(self) -> bool:
        return len(self.reps) == self.length

    def turn(self, seq: int, lasts: Mapping[str, int]) -> str:
        """Who takes the next turn, which is the assignment number `seq`; `lasts` are the reps' last ones anywhere."""
        contenders = [Contender(rep, weight, last=lasts.get(rep, 0)) for rep, weight in self._members]
        choice = choose(Question(contenders, self._credits, self._turns))
        self._credits = {**self._credits, **(choice.credits or {})}
        self._turns[choice.rep] = seq
        self.reps.append(choice.rep)
        return choice.rep


def alone(rotation: Rotating) -> Round:
    """The whole first round of a rotation whose reps are in no other."""
    made = Round(rotation)
    while not made.is_whole:
        made.turn(len(made.reps) + 1, made._turns)
    return made


def entangled(rotations: Sequence[Rotating], others: Iterable[str]) -> list[Rotating]:
    """The rotations whose first rounds depend on each other, or on leads that `others` are given by name."""
    places: defaultdict[str, set[str]] = defaultdict(set)
    for rotation in rotations:
        for rep, _ in rotation.members:
            places[rep].add(rotation.key)
    for rep in others:
        places[rep].add("")
    found = []
    for rotation in rotations:
        # a tie is between reps of equal weight who have had no turn yet
        weights = [weight for _, weight in rotation.members]
        tied = [rep for rep, weight in rotation.members if weights.count(weight) > 1]
        if any(len(places[rep]) > 1 for rep in tied):
            found.append(rotation)
    return found


def settle(rounds: Mapping[int, Round], reps: Mapping[int, str], events: Iterable[int]) -> None:
    """Go on with the first rounds of rotations as far as these events go.

    The events are assignments in order, each the number of a rotation or of a rep in `reps` who is given it.
    """
    counts: defaultdict[int, int] = defaultdict(int)
    lasts: dict[str, int] = {}
    for seq, number in enumerate(events, start=1):
        rep = reps.get(number)
        if rep is None:
            made, count = rounds[number], counts[number]
            counts[number] = count + 1
            rep = made.reps[count % made.length] if made.is_whole else made.turn(seq, lasts)
        lasts[rep] = seq
