"""Where a lead stands, told from its rows of the log by a fold: nothing else is remembered of events."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import reduce
from typing import Any

from routebook.runtime.after.statuses import CLOSED, OPEN, RESPONDED, TOUCH
from routebook.runtime.log import PLACINGS
from routebook.runtime.state import LogRow


@dataclass(frozen=True, slots=True)
class History:
    """A lead's present round.

    `placed` is the body of the row that says who has the lead, or where it waits, and `since` that row's moment;
    `owners` all reps who have had it in this round, in order; `touches` and `responded` count since then, as
    does `credited`, whether the owner got the turn back. `rungs` says how far each step of the SLA has gone,
    by its kind and place. `keys` are those of all events so far, with the kind of each.
    """

    lead: str
    round: int
    status: str
    owner: str | None
    since: datetime
    placed: Mapping[str, Any]
    owners: tuple[str, ...] = ()
    touches: int = 0
    responded: bool = False
    credited: bool = False
    rungs: Mapping[str, int] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether a rep has the lead and it takes up capacity."""
        return self.owner is not None and self.status in OPEN

    @property
    def is_closed(self) -> bool:
        return self.status in CLOSED


def history_of(rows: Iterable[LogRow]) -> History | None:
    """The fold of a lead's rows, in order; None where there are none."""
    return reduce(_after, rows, None)


def _after(history: History | None, row: LogRow) -> History | None:
    said = json.loads(row.body)
    if row.kind in PLACINGS:
        return _placed(history, row, said)
    return history if history is None else _happened(history, said["event"])


def _placed(history: History | None, row: LogRow, said: Mapping[str, Any]) -> History:
    """A new round knows nothing of the one before but its keys; a handover goes on from there."""
    cause = said.get("cause") or {}
    keys = {} if history is None else history.keys
    goes_on = history if history is not None and history.round == row.round else None
    owners = () if goes_on is None else goes_on.owners
    if row.rep is not None and row.rep not in owners:
        owners = (*owners, row.rep)
    return History(
        row.lead,
        row.round,
        row.outcome,
        row.rep,
        row.at,
        said,
        owners,
        rungs={**({} if goes_on is None else goes_on.rungs), **cause.get("rungs", {})},
        keys=_with_key(keys, cause),
    )


def _happened(history: History, event: Mapping[str, Any]) -> History:
    return replace(
        history,
        status=event["status"],
        touches=history.touches + (event["kind"] == TOUCH),
        responded=history.responded or event["kind"] == TOUCH or event["status"] in RESPONDED,
        credited=history.credited or event["credit"] is not None,
        keys=_with_key(history.keys, event),
    )


def _with_key(keys: Mapping[str, str], event: Mapping[str, Any]) -> Mapping[str, str]:
    return keys if event.get("key") is None else {**keys, event["key"]: event["kind"]}
