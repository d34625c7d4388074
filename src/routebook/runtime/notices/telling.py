"""What is said to whom when a lead changes hands: decided where the assignment is written, in its transaction."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from routebook.check.conditions import FieldRef, Scope
from routebook.check.targets import SlaStep
from routebook.decision import Assignment, Reason, jsonable, show_moment
from routebook.diagnostics import RoutebookError
from routebook.plan.tree import Tree
from routebook.plan.wording import shown
from routebook.runtime.deciding import Decided
from routebook.runtime.eligibility import Member
from routebook.runtime.notices.outbox import Notice
from routebook.runtime.state import LogRow
from routebook.settings import Settings
from routebook.text import listed, nearest
from routebook.types import TextType

_FEW: Final = 3  # values in the sentence; the data has all of them
_BY_SLA: Final = ("respond", "touches", "close")


class Told(StrEnum):
    """The kinds of notice: a rep has a lead, or has lost it; a lead came to a queue because nobody answered."""

    ASSIGNED = "assigned"
    LOST = "lost"
    ESCALATED = "escalated"


@dataclass(frozen=True, slots=True)
class Occasion:
    """A placement that has been written: the lead as decided, where it is now, and why it was handed on, if so."""

    decided: Decided
    assignment: Assignment
    row: LogRow
    cause: Mapping[str, Any] | None


class Teller:
    """Writes the notices of one policy. `handoff` are the fields that people are told, `destinations` where to."""

    def __init__(
        self,
        tree: Tree,
        people: Mapping[str, Member],
        handoff: Sequence[str],
        destinations: Iterable[str],
    ) -> None:
        self._tree = tree
        self._people = people
        self._fields: Final = tuple(ref for name in handoff if (ref := _field(tree, name)) is not None)
        self._destinations: Final = tuple(destinations)

    def notices(self, occasion: Occasion) -> Iterator[Notice]:
        """What there is to say of a placement, to every destination. Nothing where it concerns nobody."""
        assignment, cause = occasion.assignment, occasion.cause or {}
        if assignment.rep is not None:
            yield from self._notice(occasion, Told.ASSIGNED, assignment.rep)
        before = cause.get("from")
        handed_back = cause.get("kind") == "return" and cause.get("rep") == before
        if before is not None and before != assignment.rep and not handed_back:
            yield from self._notice(occasion, Told.LOST, before)
        if assignment.queue is not None and (cause.get("kind") in _BY_SLA or cause.get("step") is not None):
            yield from self._notice(occasion, Told.ESCALATED, None)

    def _notice(self, occasion: Occasion, kind: Told, rep: str | None) -> Iterator[Notice]:
        assignment, row = occasion.assignment, occasion.row
        addressee = f"rep {rep}" if rep is not None else f"queue {assignment.queue}"
        key = hashlib.sha256(f"{row.hash}\n{kind}\n{addressee}".encode("utf-8", "surrogatepass")).hexdigest()[
            :32
        ]
        # ASCII alone: the very bytes are signed, whatever stands between here and there
        body = json.dumps({"key": key, **self._said(occasion, kind, rep)}, separators=(",", ":"))
        for destination in self._destinations:
            yield Notice(key, destination, row.seq, kind, assignment.lead, addressee, body, assignment.at)

    def _said(self, occasion: Occasion, kind: Told, rep: str | None) -> dict[str, Any]:
        decided, assignment = occasion.decided, occasion.assignment
        member = None if rep is None else self._people.get(rep)
        respond_by = self._respond_by(assignment, member) if kind is Told.ASSIGNED else None
        said = {
            "kind": kind,
            "at": assignment.at,
            "to": self._to(rep, member, assignment),
            "lead": {"id": assignment.lead, "fields": self._handed(decided)},
            "why": self._why(occasion),
            "now": {"rep": assignment.rep, "queue": assignment.queue, "outcome": assignment.outcome},
            "sla": assignment.sla,
            "respond_by": respond_by,
            "text": self._sentence(occasion, kind, member, respond_by),
        }
        plain: dict[str, Any] = jsonable(said)
        return plain

    def _to(self, rep: str | None, member: Member | None, assignment: Assignment) -> dict[str, Any]:
        if rep is None:
            return {"queue": assignment.queue}
        known = None if member is None else member.rep
        return {"rep": rep, "name": known and known.name, "email": known and known.email}

    def _handed(self, decided: Decided) -> dict[str, Any]:
        """The fields that are handed on, and no more; those that the lead does not have are left out."""
        values = {ref.name: decided.environment.value(ref) for ref in self._fields}
        return {name: value for name, value in values.items() if value is not None}

    def _why(self, occasion: Occasion) -> dict[str, Any]:
        leaf, cause = occasion.decided.leaf, occasion.cause
        return {
            "rule": None if leaf is None else leaf.rule,
            "description": None if leaf is None else leaf.description,
            "because": [
                {"condition": each.condition, "value": each.value, "holds": each.holds}
                for each in occasion.decided.because
            ],
            "reason": occasion.assignment.reason,
            "handed_on": cause
            and {"by": cause.get("kind"), "from": cause.get("from"), "reason": cause.get("reason")},
        }

    def _respond_by(self, assignment: Assignment, member: Member | None) -> datetime | None:
        """When the SLA's `respond` is due, by the working hours of who has the lead; None where it asks for none."""
        sla = self._tree.slas.get(assignment.sla or "")
        steps = [step for step in sla.steps if step.kind == "respond"] if sla is not None else []
        due = [_due(step, assignment.at, member) for step in steps]
        return min((moment for moment in due if moment is not None), default=None)

    # --- in a sentence ---

    def _sentence(
        self, occasion: Occasion, kind: Told, member: Member | None, respond_by: datetime | None
    ) -> str:
        assignment = occasion.assignment
        handed_on = _handed_on(occasion.cause)
        match kind:
            case Told.ASSIGNED:
                words = f"lead {assignment.lead} is yours: {_grounds(occasion)}"
                deadline = "" if respond_by is None else f"; answer by {_local(respond_by, member)}"
                return f"{words}{handed_on}{deadline}"
            case Told.LOST:
                place = assignment.rep or assignment.queue or assignment.nurture
                now = f"it is with {place} now" if place else f"it is {assignment.outcome.value} now"
                return f"lead {assignment.lead} is no longer yours{handed_on}; {now}"
            case Told.ESCALATED:
                return f"lead {assignment.lead} has come to queue {assignment.queue}{handed_on}"


def teller_of(settings: Settings, tree: Tree, people: Mapping[str, Member]) -> Teller | None:
    """Who writes notices as the settings say; None where they name no destination: then nothing is written."""
    return Teller(tree, people, settings.handoff, settings.notify) if settings.notify else None


def check_handoff(settings: Settings, tree: Tree) -> None:
    """Raises RoutebookError where notices are to tell of a field that the policy's leads do not have."""
    for name in settings.handoff if settings.notify else ():
        if _field(tree, name) is None:
            known = [*tree.schema.fields, *tree.computed]
            close = nearest(name, known)
            hint = f"did you mean `{close}`?" if close else f"there are {listed(known)}"
            raise RoutebookError(
                f"nobody can be told `{name}`, which `handoff` lists: leads have no such field; {hint}"
            )


def _field(tree: Tree, name: str) -> FieldRef | None:
    if name in tree.schema:
        return FieldRef(name, Scope.LEAD, name, None, TextType(), True)
    return FieldRef(name, Scope.COMPUTED, name, None, TextType(), True) if name in tree.computed else None


def _due(step: SlaStep, start: datetime, member: Member | None) -> datetime | None:
    if step.business and member is not None:
        return member.calendar.add_working(start, step.within)
    return start + step.within


def _grounds(occasion: Occasion) -> str:
    """The rule's description, or its name, and the first of the values that decided."""
    leaf = occasion.decided.leaf
    rule = "no rule took it" if leaf is None else leaf.description or f"rule {leaf.rule}"
    values = "; ".join(_value(reason) for reason in occasion.decided.because[:_FEW])
    reason = f", {occasion.assignment.reason}" if occasion.assignment.reason else ""
    return f"{rule}{f' ({values})' if values else ''}{reason}"


def _value(reason: Reason) -> str:
    return f"{'' if reason.holds else 'not '}{reason.condition}: {shown(reason.value)}"


def _handed_on(cause: Mapping[str, Any] | None) -> str:
    if cause is None:
        return ""
    kind, reason = cause.get("kind"), cause.get("reason")
    words = {
        "return": "it was handed back",
        "assign": "it was assigned by hand",
        "held": "it had been waiting",
    }
    why = words.get(str(kind), f"{kind} was overdue")
    return f"; {why}{f' ({reason})' if reason else ''}"


def _local(moment: datetime, member: Member | None) -> str:
    """A moment on the clock of whom it is told to."""
    if member is None:
        return show_moment(moment)
    local = moment.astimezone(member.calendar.zone)
    return f"{local:%Y-%m-%d %H:%M} ({member.calendar.zone.key})"
