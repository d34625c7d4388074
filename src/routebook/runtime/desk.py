"""All that placing a lead needs and that no lead changes: the policy's targets met with the roster's people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from routebook.check.conditions import Condition
from routebook.plan.tree import Tree
from routebook.roster import Pool, Roster, RotationScope
from routebook.runtime.eligibility import Member, Where, members_of
from routebook.runtime.segments import ways_to_segment


class Bench:
    """One pool, ready to draw from."""

    def __init__(self, name: str, pool: Pool, members: tuple[Member, ...]) -> None:
        self.name = name
        self.pool = pool
        self.members = members
        self.weights: Final = {member.id: member.rep.weight for member in members}
        self.capped: Final = tuple(member.id for member in members if member.capped)
        # the leads of a batch often share their moment
        self._mondays: tuple[datetime | None, frozenset[date]] = (None, frozenset())
        capacities = [member.rep.capacity for member in members if member.rep.capacity]
        self.roomiest: Final = max(capacities, default=None)

    def rotation(self, rule: str) -> str:
        """The key of the rotation that a rule's draws from this pool belong to."""
        match self.pool.scope:
            case RotationScope.POOL:
                return f"pool {self.name}"
            case RotationScope.RULE:
                return f"rule {rule} pool {self.name}"
            case RotationScope.GLOBAL:
                return "global"

    def chains(self, rule: str) -> tuple[str, ...]:
        """The chains of the log that a draw by this rule needs for itself: the pool's, and its rotation's."""
        rotation, own = self.rotation(rule), f"pool {self.name}"
        return (own,) if rotation == own else (own, rotation)

    def mondays(self, moment: datetime) -> frozenset[date]:
        """The Mondays of the weeks that it is where the members are."""
        known, mondays = self._mondays
        if known != moment:
            mondays = frozenset(member.calendar.local_day(moment).monday for member in self.members)
            self._mondays = moment, mondays
        return mondays


class Desk:
    """A policy's tree, a roster, and the people of every pool. Safe to share between threads."""

    def __init__(self, tree: Tree, roster: Roster, values: Mapping[str, Mapping[str, Any]]) -> None:
        self.tree = tree
        self.roster = roster
        self.people: Final = members_of(roster, values)
        self.segments: Final = ways_to_segment(tree)
        self._benches: dict[str, Bench | None] = {}
        # by identity, which the tree keeps: a condition's own hash walks all of it each time
        self._wheres: dict[int, Where] = {}

    def bench(self, pool: str) -> Bench | None:
        """The pool of that name, None where the roster has none."""
        if pool not in self._benches:
            bench = None
            if self.roster.has_pool(pool):
                declared = self.roster.pool(pool)
                bench = Bench(pool, declared, tuple(self.people[id] for id in declared.members))
            self._benches[pool] = bench
        return self._benches[pool]

    def where(self, condition: Condition | None) -> Where | None:
        """The condition with the answers that it has given already."""
        if condition is None:
            return None
        where = self._wheres.get(id(condition))
        if where is None:
            where = self._wheres[id(condition)] = Where(condition)
        return where
