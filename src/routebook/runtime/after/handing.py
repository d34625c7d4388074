"""Handing a lead on: back to its plan without those who had it, on to further targets, or to a rep by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from routebook.check.targets import Target
from routebook.decision import Assignment, Outcome, jsonable
from routebook.plan.tree import Plan, PlannedTarget
from routebook.runtime.after.credit import turn_by_hand
from routebook.runtime.after.history import History
from routebook.runtime.after.offices import Office
from routebook.runtime.deciding import Decided
from routebook.runtime.eligibility import Asked, judge
from routebook.runtime.errors import StoreError
from routebook.runtime.ledger import Ledger
from routebook.runtime.placing import Placement, Placing
from routebook.runtime.recording import Placed, write_down

_NO_PLAN = Plan((), None)


@dataclass(slots=True)
class Handing:
    """One lead on its way to somebody else, at a moment, by the policy and the people of an office."""

    office: Office
    history: History
    moment: datetime
    ledger: Ledger
    decided: Decided = field(init=False)
    _placing: Placing = field(init=False)

    def __post_init__(self) -> None:
        self.decided = self.office.remember(self.history, self.moment)
        rule = "" if self.decided.leaf is None else self.decided.leaf.rule
        self._placing = Placing(
            self.office.desk,
            self.ledger,
            self.decided.environment,
            self.moment,
            self.decided.id,
            rule,
            frozenset(self.history.owners),
        )

    @property
    def plan(self) -> Plan:
        """The plan of the rule that took the lead; an empty one where none did."""
        return _NO_PLAN if self.decided.leaf is None else self.decided.leaf.plan

    def through(self) -> Placement:
        """Down the plan, past those who had the lead before."""
        return self._placing.place(self.plan)

    def to(self, targets: Sequence[Target], start: int = 0) -> Placement:
        """To the first of these targets, from `start`, that does not decline.

        They count as if they stood after the plan's; a negative `start` begins among those.
        """
        further = tuple(PlannedTarget(target, target.text, False) for target in targets)
        whole = Plan((*self.plan.targets, *further), self.plan.sla)
        return self._placing.place(whole, len(self.plan.targets) + start)

    def by_hand(self, rep: str, turn: str | None) -> Placement:
        """To this rep, whom somebody has chosen. Raises StoreError where the rep cannot have it."""
        desk = self.office.desk
        member = desk.people.get(rep)
        if member is None:
            raise StoreError(f"there is no rep `{rep}` in the roster")
        asked = Asked(self.decided.environment, self.moment, self.ledger, paused=False)
        refusal = judge((member,), asked)[0][1]
        if refusal is not None:
            raise StoreError(f"`{rep}` cannot be given the lead `{self.decided.id}`: {refusal}")
        pool, step = None, None
        if turn is not None:
            bench = desk.bench(turn)
            weights = {} if bench is None else bench.weights
            if bench is None or not weights.get(rep):
                raise StoreError(f"`{rep}` takes no turns in the pool `{turn}`: leave out the turn")
            rule = "" if self.decided.leaf is None else self.decided.leaf.rule
            pool, step = turn, turn_by_hand(bench, rule, rep, self.ledger)
        return Placement(
            Outcome.ASSIGNED,
            pool=pool,
            rep=rep,
            arithmetic="assigned by hand",
            turn=step,
        )

    def write(
        self, placement: Placement, cause: Mapping[str, Any], targets: Sequence[Target] = ()
    ) -> Assignment:
        """Record the lead's new place, with why it was handed on."""
        history = self.history
        said = {"from": history.owner, **cause}
        placed = Placed(
            self.decided,
            replace(placement, notes=(*placement.notes, _told(cause))),
            history.round,
            tuple(history.placed["segments"]),
            self.office.digests,
            jsonable(said),
            tuple(target.text for target in targets),
        )
        return write_down(placed, self.office.desk.people, self.ledger, self.office.teller)


def _told(cause: Mapping[str, Any]) -> str:
    """Why, for an explanation."""
    reason = f": {cause['reason']}" if cause.get("reason") else ""
    return f"handed on by `{cause['kind']}`{reason}"
