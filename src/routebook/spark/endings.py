"""Where the leads of each rule end in a batch: known before the first lead where eligibility is fixed.

Over one batch the moment is the same for all, nobody comes or goes, and a rotation begins afresh. What is left
that a lead can change is refused here by name, with its place in the policy: conditions on reps, memory of earlier
leads, and strategies that count.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from routebook.check.targets import (
    HoldTarget,
    NurtureTarget,
    PoolTarget,
    QueueTarget,
    RejectTarget,
    RepTarget,
    SplitTarget,
    Target,
)
from routebook.decision import Outcome
from routebook.diagnostics import RoutebookError
from routebook.plan.tree import Leaf, Tree
from routebook.plan.walk import Environment
from routebook.roster import Roster
from routebook.runtime.desk import Desk
from routebook.runtime.eligibility import Asked, Member, judge
from routebook.runtime.fit import fit
from routebook.runtime.ledger import Ledger
from routebook.runtime.locks import Locks
from routebook.runtime.stores import open_store
from routebook.runtime.transactions import Transactions
from routebook.text import counted


@dataclass(frozen=True, slots=True)
class Rotating:
    """A rotation that a rule draws from: its key in the store, and who takes turns, with their weights."""

    key: str
    members: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Ending:
    """Where the leads of a rule end. Who gets them is `rep`, or whoever's turn it is in `rotation`."""

    outcome: Outcome
    target: int | None = None
    pool: str | None = None
    rep: str | None = None
    queue: str | None = None
    nurture: str | None = None
    reason: str | None = None
    until: datetime | None = None
    rotation: Rotating | None = None


class _Refusal(Exception):
    """A target that no batch can settle, and why."""

    def __init__(self, target: PoolTarget | RepTarget | HoldTarget | SplitTarget, why: str) -> None:
        super().__init__(f"  {target.span.file}:{target.span.line}: `{target.text}`: {why}")


def endings_of(tree: Tree, roster: Roster, now: datetime) -> list[Ending]:
    """One ending a leaf, in order, as a router with a store of its own would come to them at `now`.

    Raises `RoutebookError` with every target that depends on the leads before it.
    """
    desk = Desk(tree, roster, fit(tree, roster).values)
    store = open_store("memory:")
    try:
        found = Transactions(store).run(
            (), Locks(), lambda ledger: list(_endings(_Fixed(desk, ledger, Environment(tree, {}, now), now)))
        )
    finally:
        store.close()
    refusals = [each for each in found if isinstance(each, _Refusal)]
    if refusals:
        shown = dict.fromkeys(map(str, refusals))
        what = counted(len(shown), "target depends", "targets depend")
        raise RoutebookError(
            f"{what} on the leads before it, so that no batch can be settled at once; route one by one, "
            "or change:\n" + "\n".join(shown)
        )
    return [each for each in found if isinstance(each, Ending)]


@dataclass(frozen=True, slots=True)
class _Fixed:
    """What does not change over a batch."""

    desk: Desk
    ledger: Ledger
    environment: Environment
    now: datetime

    def ending(self, leaf: Leaf) -> Ending:
        """Where the leaf's leads end: the first target of the plan that does not decline."""
        for index, planned in enumerate(leaf.plan.targets):
            found = self._try(planned.target, index, leaf.rule)
            if found is not None:
                return found
        return Ending(Outcome.UNASSIGNED)

    def _try(self, target: Target, index: int, rule: str) -> Ending | None:
        match target:
            case PoolTarget():
                return self._pool(target, index, rule)
            case RepTarget():
                return self._rep(target, index)
            case HoldTarget():
                return self._hold(target, index, rule)
            case QueueTarget(name):
                return Ending(Outcome.QUEUED, index, queue=name)
            case NurtureTarget(name):
                return Ending(Outcome.NURTURED, index, nurture=name)
            case RejectTarget(reason):
                return Ending(Outcome.REJECTED, index, reason=reason)
            case SplitTarget():
                raise _Refusal(target, "the arm is another for every lead")

    def _pool(self, target: PoolTarget, index: int, rule: str) -> Ending | None:
        if target.where is not None:
            raise _Refusal(target, "`where` asks each rep anew for every lead")
        if target.sticky is not None:
            raise _Refusal(target, "`sticky` remembers who had the leads before")
        members = self._eligible(target.pool, target.wants_shift)
        if not members:
            return None
        match target.strategy.name:
            case "round_robin":
                return self._turns(target.pool, members, index, rule)
            case "priority":
                return Ending(Outcome.ASSIGNED, index, pool=target.pool, rep=members[0].id)
            case "hash":
                why = "the rep is another for every lead"
            case name:
                why = f"`{name}` goes by the leads that reps were given before"
        raise _Refusal(target, why)

    def _turns(self, pool: str, members: list[Member], index: int, rule: str) -> Ending:
        bench = self.desk.bench(pool)
        assert bench is not None
        turns = Rotating(bench.rotation(rule), tuple((each.id, each.rep.weight) for each in members))
        return Ending(Outcome.ASSIGNED, index, pool=pool, rotation=turns)

    def _rep(self, target: RepTarget, index: int) -> Ending | None:
        if not isinstance(target.rep, str):
            raise _Refusal(target, "the rep is another for every lead")
        member = self.desk.people.get(target.rep)
        if member is None or judge((member,), self._asked(False, paused=False))[0][1] is not None:
            return None
        return Ending(Outcome.ASSIGNED, index, rep=target.rep)

    def _hold(self, target: HoldTarget, index: int, rule: str) -> Ending | None:
        if target.where is not None:
            raise _Refusal(target, "`where` asks each rep anew for every lead")
        if self.desk.bench(target.pool) is None:
            return None
        members = self._eligible(target.pool, wants_shift=True)
        if members:
            return self._turns(target.pool, members, index, rule)
        return Ending(Outcome.HELD, index, pool=target.pool, until=self.now + target.up_to)

    def _eligible(self, pool: str, wants_shift: bool) -> list[Member]:
        bench = self.desk.bench(pool)
        if bench is None:
            return []
        judged = judge(bench.members, self._asked(wants_shift))
        return [member for member, refusal in judged if refusal is None]

    def _asked(self, wants_shift: bool, paused: bool = True) -> Asked:
        return Asked(self.environment, self.now, self.ledger, wants_shift, paused=paused)


def _endings(fixed: _Fixed) -> Iterator[Ending | _Refusal]:
    for leaf in fixed.desk.tree.leaves():
        try:
            yield fixed.ending(leaf)
        except _Refusal as refusal:
            yield refusal
