"""Down the plan, target by target, until one takes the lead. What it decides and what it explains are one thing.

Nothing here writes: a placement says what it would change, and whoever records it changes that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, assert_never

from routebook.check.conditions import FieldRef
from routebook.check.targets import (
    HoldTarget,
    NurtureTarget,
    PoolTarget,
    QueueTarget,
    RejectTarget,
    RepTarget,
    SplitTarget,
    Sticky,
    Strategy,
    Target,
)
from routebook.decision import Candidate, Outcome
from routebook.plan.keys import key_text
from routebook.plan.split import pick_arm
from routebook.plan.tree import Plan
from routebook.plan.walk import Environment
from routebook.roster import OnReturn
from routebook.runtime.desk import Bench, Desk
from routebook.runtime.eligibility import ELIGIBLE, Asked, Judged, Member, Where, is_absent, judge
from routebook.runtime.ledger import Ledger
from routebook.runtime.rotation import welcomed
from routebook.runtime.segments import segment_of
from routebook.runtime.state import ResultKey, Rotation, StickyKey, Turn
from routebook.runtime.strategies import BY_NAME, Choice, Contender, Question, Record

_ROUND_ROBIN = Strategy("round_robin")


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a lead ends, why, and what that changes.

    `target` is the place in the plan of the target that took the lead, None where none did. `turn` is what the
    choice does to a rotation, `sticky` what is remembered of it.
    """

    outcome: Outcome
    target: int | None = None
    pool: str | None = None
    rep: str | None = None
    queue: str | None = None
    nurture: str | None = None
    reason: str | None = None
    until: datetime | None = None
    candidates: tuple[Candidate, ...] = ()
    arithmetic: str | None = None
    notes: tuple[str, ...] = ()
    turn: Turn | None = None
    sticky: StickyKey | None = None


@dataclass(slots=True)
class Placing:
    """One lead on its way down its plan; `excluded` are reps who had it before."""

    desk: Desk
    ledger: Ledger
    environment: Environment
    moment: datetime
    lead: str
    rule: str
    excluded: frozenset[str] = frozenset()
    candidates: list[Candidate] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def place(self, plan: Plan, start: int = 0) -> Placement:
        """Try the plan's targets in order, from `start`; the first that does not decline places the lead."""
        for index, planned in enumerate(plan.targets[start:], start):
            found = self._try(planned.target, index)
            if found is not None:
                return found
        return self._end(Outcome.UNASSIGNED, None)

    def _end(self, outcome: Outcome, index: int | None, **where: Any) -> Placement:
        candidates, notes = tuple(self.candidates), tuple(self.notes)
        return Placement(outcome, index, candidates=candidates, notes=notes, **where)

    def _try(self, target: Target, index: int) -> Placement | None:
        match target:
            case PoolTarget():
                where = self.desk.where(target.where)
                asked = self._asked(wants_shift=target.wants_shift, where=where)
                return self._draw(target.pool, target.strategy, target.sticky, asked, index)
            case RepTarget():
                return self._name(target, index)
            case HoldTarget():
                return self._hold(target, index)
            case QueueTarget(name):
                return self._end(Outcome.QUEUED, index, queue=name)
            case NurtureTarget(name):
                return self._end(Outcome.NURTURED, index, nurture=name)
            case RejectTarget(reason):
                return self._end(Outcome.REJECTED, index, reason=reason)
            case SplitTarget():
                arm, words = pick_arm(target, self.environment, self.lead)
                self.notes.append(words)
                return self._try(arm.target, index)
            case _:
                assert_never(target)

    def _asked(self, *, wants_shift: bool = False, where: Where | None = None, paused: bool = True) -> Asked:
        return Asked(self.environment, self.moment, self.ledger, wants_shift, where, self.excluded, paused)

    # --- one of a pool ---

    def _draw(
        self, pool: str, strategy: Strategy, sticky: Sticky | None, asked: Asked, index: int
    ) -> Placement | None:
        bench = self.desk.bench(pool)
        if bench is None:
            self.notes.append(f"there is no pool `{pool}` in the roster")
            return None
        self._read(bench)
        judged = judge(bench.members, asked)
        eligible = [member for member, refusal in judged if refusal is None]
        if not eligible:
            self._see(index, judged, None)
            return None
        self.ledger.hold(bench.chains(self.rule))
        key = self._sticky_key(pool, sticky)
        choice = self._kept(key, sticky, eligible)
        turn = None
        if choice is None:
            choice, turn = self._choose(bench, strategy, eligible)
        self._see(index, judged, choice)
        return self._end(
            Outcome.ASSIGNED,
            index,
            pool=pool,
            rep=choice.rep,
            arithmetic=choice.arithmetic,
            turn=turn,
            sticky=key,
        )

    def _read(self, bench: Bench) -> None:
        """Have the pool's people read all at once, not one by one as they are looked at."""
        # the bench itself: another roster's pool of that name may have other people
        if not self.ledger.knows(bench, self.moment.date()):
            self.ledger.load_reps(bench.weights)
            self.ledger.load_weeks(bench.weights, bench.mondays(self.moment))

    def _choose(self, bench: Bench, strategy: Strategy, eligible: list[Member]) -> tuple[Choice, Turn | None]:
        row = BY_NAME[strategy.name]
        values = tuple((ref.name, key_text(ref, self.environment)) for ref in strategy.fields)
        contenders = self._contenders(eligible)
        if not row.takes_turns:
            records = self._records(eligible, values) if row.wants_records else {}
            question = Question(contenders, {}, {}, values, self.lead, bench.roomiest, records)
            return row.choose(question), None
        key = bench.rotation(self.rule)
        rotation = self.ledger.rotation(key)
        changed, gone = self._welcome(bench, rotation)
        credits = {**rotation.credits, **changed} if changed else rotation.credits
        question = Question(contenders, credits, rotation.lasts, values, self.lead, bench.roomiest)
        choice = row.choose(question)
        return choice, _turn(key, rotation, changed, gone, choice)

    def _welcome(self, bench: Bench, rotation: Rotation) -> tuple[dict[str, int], dict[str, int]]:
        """What those who are back, and those who are away, change about the rotation."""
        if bench.pool.on_return is OnReturn.RESUME:
            return {}, dict(rotation.gone)
        absent = [member.id for member in bench.members if is_absent(member, self.moment)]
        return welcomed(bench.pool, rotation, bench.weights, absent)

    def _records(self, eligible: list[Member], values: Sequence[tuple[str, str | None]]) -> dict[str, Record]:
        segment = segment_of(values)
        reps = [member.id for member in eligible]
        known = self.ledger.results(reps, {"", segment})
        return {rep: Record(*known[ResultKey(rep, "")], *known[ResultKey(rep, segment)]) for rep in reps}

    def _contenders(self, eligible: list[Member]) -> list[Contender]:
        states = self.ledger.states
        return [
            Contender(
                each.id, each.rep.weight, each.rep.capacity, states[each.id].active, states[each.id].last
            )
            for each in eligible
        ]

    def _sticky_key(self, pool: str, sticky: Sticky | None) -> StickyKey | None:
        """What the lead's value is remembered under; a missing value sticks to nobody."""
        if sticky is None:
            return None
        value = key_text(sticky.field, self.environment)
        return None if value is None else StickyKey(pool, sticky.field.name, value)

    def _kept(self, key: StickyKey | None, sticky: Sticky | None, eligible: list[Member]) -> Choice | None:
        """The rep who had this value last, while that lasts and the rep is eligible. No turn is taken."""
        kept = None if key is None else self.ledger.sticky(key)
        if key is None or kept is None or sticky is None:
            return None
        if sticky.duration is not None and self.moment - kept.at > sticky.duration:
            self.notes.append(f"{key.field} `{key.value}` was with {kept.rep}, but too long ago")
            return None
        if not any(member.id == kept.rep for member in eligible):
            self.notes.append(f"{key.field} `{key.value}` was with {kept.rep}, who is not eligible")
            return None
        return Choice(kept.rep, f"{key.field} `{key.value}` stays with {kept.rep}", {})

    def _see(self, index: int, judged: Iterable[Judged], choice: Choice | None) -> None:
        """Note every candidate of a target, with the numbers that the choice compared."""
        chosen = None if choice is None else choice.rep
        standing = {} if choice is None else choice.standing
        self.candidates += [
            Candidate(
                index,
                member.id,
                refusal is None,
                refusal or ELIGIBLE,
                member.id == chosen,
                standing.get(member.id),
            )
            for member, refusal in judged
        ]

    # --- a rep by name, and nobody yet ---

    def _name(self, target: RepTarget, index: int) -> Placement | None:
        if isinstance(target.rep, FieldRef):
            named = self.environment.value(target.rep)
            if named is None:
                self.notes.append(f"`{target.text}` declines: {target.rep.name} is missing")
                return None
            id, why = str(named), f"{target.rep.name} is {named}"
        else:
            id, why = target.rep, "the policy names this rep"
        member = self.desk.people.get(id)
        if member is None:
            self.candidates.append(Candidate(index, id, False, "not in the roster"))
            return None
        judged = judge((member,), self._asked(paused=False))
        if judged[0][1] is not None:
            self._see(index, judged, None)
            return None
        self._see(index, judged, Choice(id, why, {}))
        return self._end(Outcome.ASSIGNED, index, rep=id, arithmetic=why)

    def _hold(self, target: HoldTarget, index: int) -> Placement | None:
        """Whoever is eligible and on shift takes the lead at once, in rotation; else it waits."""
        asked = self._asked(wants_shift=True, where=self.desk.where(target.where))
        drawn = self._draw(target.pool, _ROUND_ROBIN, None, asked, index)
        if drawn is not None or self.desk.bench(target.pool) is None:
            return drawn
        return self._end(Outcome.HELD, index, pool=target.pool, until=self.moment + target.up_to)


def _turn(
    key: str, rotation: Rotation, changed: dict[str, int], gone: dict[str, int], choice: Choice
) -> Turn:
    after = {**changed, **(choice.credits or {})}
    before = {rep: rotation.credits.get(rep, 0) for rep in after}
    return Turn(key, before, after, gone)
