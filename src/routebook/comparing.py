"""Two policies side by side: what changes for leads, proved; and what changes for leads that are at hand, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from routebook.analysis.change import Difference, Taken, difference
from routebook.analysis.meaning import meaning
from routebook.analysis.model import Progress
from routebook.api import Policy, moment
from routebook.decision import Lead
from routebook.plan.tree import Leaf, Tree
from routebook.roster import Roster

Pair: TypeAlias = tuple[Taken, Taken]


@dataclass(frozen=True, slots=True)
class RepShare:
    """How many of the leads a rep gets by the old policy and by the new one, each on an empty store."""

    rep: str
    old: int
    new: int


@dataclass(frozen=True, slots=True)
class LeadMoves:
    """What two policies do with the leads of a file.

    `leads` fit both policies, `unfit` do not and are left out. `moves` counts the leads that are treated
    differently by what happens to them, `handed` those that go to somebody else, from whom to whom (None is nobody:
    a queue, for example); `reps` and `handed` are empty where there is no roster.
    """

    leads: int
    unfit: int
    moves: Mapping[Pair, int]
    reps: tuple[RepShare, ...] = ()
    handed: Mapping[tuple[str | None, str | None], int] | None = None

    @property
    def changed(self) -> int:
        """How many leads are treated differently."""
        return sum(self.moves.values())


def compare(
    old: Policy, new: Policy, budget: float | None = None, progress: Progress | None = None
) -> Difference:
    """Every set of leads that the two treat differently. `budget` is in seconds.

    `progress` is told, with a phase, how much of it is done and of how much.
    """
    return difference(old.tree, new.tree, budget, progress)


def compare_leads(
    old: Policy,
    new: Policy,
    leads: Iterable[tuple[Lead, Lead] | None],
    now: datetime | None = None,
    roster: Roster | None = None,
) -> LeadMoves:
    """Count what happens to leads, each given as it fits the old policy and the new one; None for one that does not.

    All are decided at one moment, the present where none is given. With a roster they are also routed by both
    policies, in order, each beginning without any history.
    """
    now = moment(now)
    tallies: Counter[tuple[int, int]] = Counter()
    leaves: dict[int, Leaf | None] = {}
    both: list[tuple[Lead, Lead]] = []
    unfit = 0
    for pair in leads:
        if pair is None:
            unfit += 1
            continue
        both.append(pair)
        before, after = old.leaf(pair[0], now), new.leaf(pair[1], now)
        leaves |= {id(before): before, id(after): after}
        tallies[id(before), id(after)] += 1
    moves: Counter[Pair] = Counter()
    for (left, right), count in tallies.items():
        one, other = leaves[left], leaves[right]
        if _meaning(old.tree, one) != _meaning(new.tree, other):
            moves[_taken(one), _taken(other)] += count
    if roster is None:
        return LeadMoves(len(both), unfit, moves)
    reps, handed = _routed(old, new, both, now, roster)
    return LeadMoves(len(both), unfit, moves, reps, handed)


def _meaning(tree: Tree, leaf: Leaf | None) -> Any:
    return None if leaf is None else meaning(tree, leaf.plan)


def _taken(leaf: Leaf | None) -> Taken:
    return Taken(None, (), None) if leaf is None else Taken(leaf.rule, leaf.plan.texts, leaf.plan.sla)


def _routed(
    old: Policy, new: Policy, leads: list[tuple[Lead, Lead]], now: datetime, roster: Roster
) -> tuple[tuple[RepShare, ...], Counter[tuple[str | None, str | None]]]:
    from routebook.routing import Router

    given: list[list[str | None]] = []
    for side, policy in enumerate((old, new)):
        with Router(policy, roster, prove=False) as router:
            routed = router.route_many((pair[side] for pair in leads), now)
            given.append([assignment.rep for assignment in routed])
    counts = [Counter(rep for rep in reps if rep is not None) for reps in given]
    shares = tuple(
        RepShare(rep, counts[0][rep], counts[1][rep])
        for rep in roster.reps
        if counts[0][rep] or counts[1][rep]
    )
    handed = Counter((a, b) for a, b in zip(*given, strict=True) if a != b)
    return shares, handed
