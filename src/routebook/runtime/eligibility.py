"""Who may be given a lead, and of everybody else the first reason why not, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from routebook.check.conditions import Condition, Scope, tests_in
from routebook.plan.walk import Environment
from routebook.plan.wording import fields_of, refusal
from routebook.roster import Calendar, Rep, Roster
from routebook.runtime.ledger import Ledger

ELIGIBLE = "eligible"
_KEPT = 50_000  # answers to `where` that are remembered


@dataclass(frozen=True, slots=True)
class Member:
    """A rep as the runtime needs one. `values` are the fields that conditions read, normalised."""

    id: str
    rep: Rep
    calendar: Calendar
    values: Mapping[str, Any]
    capped: bool


def members_of(roster: Roster, values: Mapping[str, Mapping[str, Any]]) -> dict[str, Member]:
    """Every rep of the roster, by id, with the values of their fields."""
    return {
        id: Member(
            id,
            rep,
            roster.calendar(id),
            values.get(id, {}),
            rep.caps.day is not None or rep.caps.week is not None,
        )
        for id, rep in roster.reps.items()
    }


@dataclass(frozen=True, slots=True)
class Asked:
    """What a target wants of a rep, for one lead at one moment.

    `excluded` are reps who had this lead before. `paused` is whether a weight of 0 keeps a rep out, as it
    does from pools; a rep who is named gets the lead.
    """

    environment: Environment
    moment: datetime
    ledger: Ledger
    wants_shift: bool = False
    where: Where | None = None
    excluded: frozenset[str] = frozenset()
    paused: bool = True


Judged: TypeAlias = tuple[Member, str | None]
"""A member, and the first reason why it may not be given the lead; None where it may."""


def judge(members: Iterable[Member], asked: Asked) -> list[Judged]:
    """Every member, in order, with why not."""
    where = asked.where
    answers = None if where is None else where.answers(asked.environment)
    judged: list[Judged] = []
    for member in members:
        refusal = standing(member, asked) or _full(member, asked)
        if refusal is None and where is not None and answers is not None:
            refusal = where.refusal(member, answers, asked.environment)
        judged.append((member, refusal))
    return judged


def is_absent(member: Member, moment: datetime) -> bool:
    """Whether the rep takes no part at all: not active, paused or away."""
    rep = member.rep
    if not rep.active or rep.weight == 0:
        return True
    return bool(rep.away) and member.calendar.away_until(moment) is not None


def standing(member: Member, asked: Asked) -> str | None:
    """Why not, for reasons that lie in the roster and the hour."""
    rep = member.rep
    if not rep.active:
        return "not active"
    if rep.weight == 0 and asked.paused:
        return "paused (weight 0)"
    if member.id in asked.excluded:
        return "had this lead before"
    if rep.away and (back := member.calendar.away_until(asked.moment)) is not None:
        return f"away until {back}"
    if not asked.wants_shift:
        return None
    if not member.calendar.on_shift(asked.moment):
        return _off_shift(member, asked.moment)
    return _offline(member, asked.ledger)


def _off_shift(member: Member, moment: datetime) -> str:
    if member.rep.hours is None:
        return "no working hours in the roster"
    then = member.calendar.next_shift(moment)
    if then is None:
        return "off shift"
    return f"off shift until {then.astimezone(member.calendar.zone).isoformat(timespec='minutes')}"


def _offline(member: Member, ledger: Ledger) -> str | None:
    presence = ledger.rep(member.id).presence
    if presence is None or presence.online:
        return None
    return f"marked offline since {presence.since.astimezone(member.calendar.zone).isoformat(timespec='minutes')}"


def _full(member: Member, asked: Asked) -> str | None:
    """Why not, for reasons that lie in the leads that the rep has."""
    capacity = member.rep.capacity
    if capacity is not None:
        active = asked.ledger.rep(member.id).active
        if active >= capacity:
            return f"at capacity: {active} of {capacity} leads open"
    return _capped(member, asked) if member.capped else None


def _capped(member: Member, asked: Asked) -> str | None:
    caps = member.rep.caps
    today = member.calendar.local_day(asked.moment)
    week = asked.ledger.week(member.id, today.monday)
    if caps.day is not None and (given := week[today.day.weekday()]) >= caps.day:
        return f"{given} of {caps.day} leads today"
    if caps.week is not None and (given := sum(week)) >= caps.week:
        return f"{given} of {caps.week} leads this week"
    return None


class Where:
    """A rep condition, with the answers that it has given: for one rep they depend on the values it reads alone."""

    def __init__(self, condition: Condition) -> None:
        self._condition = condition
        read = [ref for test in tests_in(condition) for ref in fields_of(test) if ref.scope is not Scope.REP]
        self._read = tuple(dict.fromkeys(read))
        self._answers: dict[tuple[Any, ...], dict[str, str | None]] = {}
        self._kept = 0

    def answers(self, environment: Environment) -> dict[str, str | None]:
        """The answers so far, by rep, for leads that are like this one in the fields that the condition reads."""
        key = tuple(environment.value(ref) for ref in self._read)
        answers = self._answers.get(key)
        if answers is None:
            if self._kept > _KEPT:
                self._answers, self._kept = {}, 0
            answers = self._answers[key] = {}
        return answers

    def refusal(self, member: Member, answers: dict[str, str | None], environment: Environment) -> str | None:
        """Why the rep fails the condition, None where it passes."""
        if member.id not in answers:
            self._kept += 1
            failed = refusal(self._condition, environment.with_rep(member.values))
            answers[member.id] = None if failed is None else f"fails where {failed}"
        return answers[member.id]
