"""What happens to a lead, as it is reported, and what came of the report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from routebook.decision import Assignment, jsonable


@dataclass(frozen=True, slots=True)
class Event:
    """`kind` is a status, or `touch`, `return` or `assign`; `at` when it happened, in UTC.

    `rep` is who did it or, for `assign`, who gets the lead. The same `key` is the same event, however often it
    is reported. `turn` names the pool in whose rotation a lead assigned by hand counts as a turn.
    """

    lead: str
    kind: str
    at: datetime
    rep: str | None = None
    key: str | None = None
    reason: str | None = None
    turn: str | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "at": jsonable(self.at),
            "rep": self.rep,
            "key": self.key,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is so after an event: the lead's status, and who has it.

    `again` is whether the event had been recorded before, by its key; nothing has changed then. `credit` says which
    turn was given back, as the rotation's key and what each rep's credit changed by. `assignment` is the new
    one, where the event led to one.
    """

    lead: str
    kind: str
    status: str
    rep: str | None
    at: datetime
    again: bool = False
    credit: Mapping[str, Any] | None = None
    assignment: Assignment | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "lead": self.lead,
            "kind": self.kind,
            "status": self.status,
            "rep": self.rep,
            "at": jsonable(self.at),
            "again": self.again,
            "credit": jsonable(self.credit),
            "assignment": None if self.assignment is None else self.assignment.as_json(),
        }
