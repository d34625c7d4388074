"""The rows that events add to the log, in the same chains as all others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from routebook.runtime.after.events import Event
from routebook.runtime.after.history import History
from routebook.runtime.after.statuses import OPEN, result_of
from routebook.runtime.ledger import Ledger
from routebook.runtime.log import EVENT, encode, lead_chain, sealed
from routebook.runtime.state import LogRow, ResultKey


def move(history: History, status: str, ledger: Ledger) -> None:
    """Change what an owner's numbers say of a lead that comes to this status: capacity, and results."""
    owner = history.owner
    if owner is None:
        return
    if history.is_open and status not in OPEN:
        ledger.release(owner)
    before, after = result_of(history.status), result_of(status)
    if before != after:
        for segment in ("", *history.placed["segments"]):
            ledger.count(ResultKey(owner, segment), after[0] - before[0], after[1] - before[1])


def append_event(
    event: Event, history: History, status: str, credit: Mapping[str, Any] | None, ledger: Ledger
) -> None:
    """Add an event's row, after which the lead has this status."""
    lead = ledger.lead(event.lead)
    assert lead is not None
    chain = lead_chain(event.lead)
    head, seq = ledger.head(chain), ledger.next_seq()
    body = encode(
        {
            "kind": EVENT,
            "seq": seq,
            "chain": chain,
            "n": head.length + 1,
            "round": history.round,
            "lead": event.lead,
            "owner": history.owner,
            "event": {**event.as_json(), "status": status, "credit": credit},
        }
    )
    hash = sealed(head, body)
    row = LogRow(
        seq,
        chain,
        head.length + 1,
        hash,
        EVENT,
        event.lead,
        history.round,
        event.at,
        status,
        history.owner,
        None,
        body,
    )
    ledger.append(row, replace(lead, status=status))
