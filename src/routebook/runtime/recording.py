"""Writing down where a lead went: the assignment, all that it changes, and its row of the log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from routebook.decision import Assignment, show_moment
from routebook.runtime.deciding import Decided
from routebook.runtime.eligibility import Member
from routebook.runtime.ledger import Ledger
from routebook.runtime.log import Digests, Entry, chain_of, make_row
from routebook.runtime.notices.telling import Occasion, Teller
from routebook.runtime.placing import Placement
from routebook.runtime.state import LeadState, Presence, StickyRep


@dataclass(frozen=True, slots=True)
class Placed:
    """A lead with the place that was found for it.

    `segments` are those that its outcome will count for; `cause` says why it was placed once more in the same
    round, None where it came in; `dedupe` is what was found of duplicates, None where none are looked for.
    """

    decided: Decided
    placement: Placement
    round: int
    segments: tuple[str, ...]
    digests: Digests
    cause: Mapping[str, Any] | None = None
    extra_plan: tuple[str, ...] = ()
    dedupe: Mapping[str, Any] | None = None


def write_down(
    placed: Placed, people: Mapping[str, Member], ledger: Ledger, teller: Teller | None = None
) -> Assignment:
    """Change the state by a placement, append its row to the log, and leave what there is to tell in the outbox."""
    decided, placement = placed.decided, placed.placement
    assignment = assignment_for(decided, placement, placed.digests.policy, placed.extra_plan)
    # locked first: the numbers of rows are taken after, and what is changed remembers its row's
    chain = chain_of(placement) or ledger.rest()
    seen = None if ledger.exclusive else _seen(placement, people, decided.moment, ledger)
    before = _apply(placement, people, decided.moment, ledger)
    entry = Entry(
        placed.digests,
        placed.round,
        decided.lead,
        decided.leaf,
        decided.because,
        placement,
        assignment,
        before,
        placed.segments,
        placed.cause,
        placed.dedupe,
        decided.lead.notes,
        seen,
    )
    row = make_row(entry, ledger.next_seq(), chain, ledger.head(chain))
    ledger.append(row, lead_state(assignment, placed.round, row.seq))
    if teller is not None:
        ledger.tell(teller.notices(Occasion(decided, assignment, row, placed.cause)))
    return assignment


def assignment_for(
    decided: Decided, placement: Placement, policy: str, extra_plan: tuple[str, ...] = ()
) -> Assignment:
    """The assignment that a placement comes to; `extra_plan` are targets tried after those of the plan."""
    leaf = decided.leaf
    return Assignment(
        lead=decided.id,
        outcome=placement.outcome,
        rule=None if leaf is None else leaf.rule,
        target=placement.target,
        pool=placement.pool,
        rep=placement.rep,
        queue=placement.queue,
        nurture=placement.nurture,
        reason=placement.reason,
        until=placement.until,
        sla=None if leaf is None else leaf.plan.sla,
        plan=() if leaf is None else (*leaf.plan.texts, *extra_plan),
        at=decided.moment,
        policy=policy,
    )


def _apply(
    placement: Placement, people: Mapping[str, Member], moment: datetime, ledger: Ledger
) -> dict[str, Any] | None:
    """Change the state by a placement; the chosen rep's numbers before that are returned."""
    if placement.rep is None:
        return None
    today = people[placement.rep].calendar.local_day(moment)
    state, week = ledger.rep(placement.rep), ledger.week(placement.rep, today.monday)
    weekday = today.day.weekday()
    before = {"active": state.active, "last": state.last, "day": week[weekday], "week": sum(week)}
    if placement.turn is not None:
        ledger.turn(placement.turn, placement.rep)
    if placement.sticky is not None:
        ledger.stick(placement.sticky, StickyRep(placement.rep, moment))
    ledger.give(placement.rep, today.monday, weekday)
    return before


def _seen(
    placement: Placement, people: Mapping[str, Member], moment: datetime, ledger: Ledger
) -> dict[str, Any]:
    """What was read of the candidates, of whom only the chosen one is locked: the others may have been given leads
    meanwhile, by rows of the log that stand before this one. Replay has to see what was seen here.
    """
    states: dict[str, Any] = {}
    weeks: dict[str, Any] = {}
    for id in dict.fromkeys(candidate.rep for candidate in placement.candidates):
        if id not in people or id in ledger.touched:
            continue
        state = ledger.rep(id)
        states[id] = [state.active, state.last, *_told(state.presence)]
        if people[id].capped:
            monday = people[id].calendar.local_day(moment).monday
            weeks[id] = [monday.isoformat(), ledger.week(id, monday)]
    seen: dict[str, Any] = {"reps": states}
    if weeks:
        seen["weeks"] = weeks
    if results := ledger.asked():
        seen["results"] = [[*key, *result] for key, result in results.items()]
    return seen


def _told(presence: Presence | None) -> tuple[Any, ...]:
    return () if presence is None else (presence.online, show_moment(presence.since))


def lead_state(assignment: Assignment, round: int, seq: int) -> LeadState:
    """Where an assignment leaves its lead, by the row `seq` of the log."""
    outcome = assignment.outcome.value
    return LeadState(
        assignment.lead,
        round,
        seq,
        outcome,
        outcome,
        assignment.rep,
        assignment.pool,
        assignment.queue,
        assignment.sla,
        assignment.at,
        assignment.until,
    )
