"""The work list of a queue: who waits in it, and who comes first."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from functools import cmp_to_key
from typing import Any

from routebook.check.conditions import FieldRef, Scope
from routebook.decision import Outcome, jsonable
from routebook.diagnostics import RoutebookError
from routebook.runtime.after.history import history_of
from routebook.runtime.after.offices import Office
from routebook.runtime.stores.base import Store
from routebook.text import listed, nearest
from routebook.types import TextType


@dataclass(frozen=True, slots=True)
class Work:
    """A lead that waits in a queue since `at`: the rule that sent it there, and the value that orders the list."""

    lead: str
    at: datetime
    rule: str | None
    value: Any
    fields: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        return {
            "lead": self.lead,
            "at": jsonable(self.at),
            "rule": self.rule,
            "value": jsonable(self.value),
            "fields": dict(self.fields),
        }


def work_list(
    store: Store, offices: Callable[[Mapping[str, Any]], Office], queue: str, by: str | None
) -> list[Work]:
    """The leads of a queue, highest first by a field of the lead or one that the policy computes.

    Where values are equal, and without a field, who waits longest comes first; a lead without a value comes last.
    Raises RoutebookError for a queue that nothing waits in while others do, or an unknown field.
    """
    waiting = store.standing([Outcome.QUEUED.value])
    queues = {lead.queue for lead in waiting if lead.queue is not None}
    if queue not in queues and (close := nearest(queue, queues)):
        raise RoutebookError(f"nobody waits in a queue `{queue}`: did you mean `{close}`?")
    found = []
    for lead in waiting:
        if lead.queue == queue:
            rows = list(store.log(lead.id))
            history = history_of(rows)
            assert history is not None
            said = history.placed
            value = None if by is None else _value(offices(said), said, lead.at, by)
            rule = said["rule"]["name"] if said["rule"] else None
            found.append(Work(lead.id, lead.at, rule, value, said["lead"]))
    found.sort(key=lambda work: (work.at, work.lead))
    return found if by is None else sorted(found, key=cmp_to_key(_higher))


def _value(office: Office, said: Mapping[str, Any], moment: datetime, name: str) -> Any:
    tree = office.tree
    if name in tree.schema:
        return office.intake.lead(said["lead"]).get(name)
    if name in tree.computed:
        decided = office.recall(said, moment)
        return decided.environment.value(FieldRef(name, Scope.COMPUTED, name, None, TextType(), True))
    known: Sequence[str] = [*tree.schema.fields, *tree.computed]
    close = nearest(name, known)
    hint = f"did you mean `{close}`?" if close else f"there are {listed(known)}"
    raise RoutebookError(f"leads have no field `{name}` to put them in order by: {hint}")


def _higher(one: Work, other: Work) -> int:
    """Negative where `one` comes first. What cannot be compared, because policies differ, stays as it is."""
    if one.value is None or other.value is None:
        return (one.value is None) - (other.value is None)
    first, second = _plain(one.value), _plain(other.value)
    if type(first) is not type(second):
        return 0
    return int(first < second) - int(first > second)


def _plain(value: Any) -> Any:
    match value:
        case bool():
            return Fraction(value)
        case int() | Decimal() | Fraction():
            return Fraction(value)
        case frozenset():
            return json.dumps(sorted(value))
        case _:
            return value
