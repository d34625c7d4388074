"""Who is there: what reps, or those who know, say about it, each time as a row of the log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from routebook.decision import jsonable, show_moment
from routebook.runtime.errors import StoreError
from routebook.runtime.ledger import Ledger
from routebook.runtime.locks import Locks
from routebook.runtime.log import encode, sealed
from routebook.runtime.state import LogRow, Presence
from routebook.runtime.transactions import Transactions

PRESENCE: Final = "presence"
"""The kind of row that says that a rep is there, or is not. It is about no lead."""

ONLINE: Final = "online"
OFFLINE: Final = "offline"

_NO_LEAD: Final = ""


@dataclass(frozen=True, slots=True)
class Marked:
    """Whether a rep is there, and since when; `again` where that was known already, and nothing has changed."""

    rep: str
    online: bool
    since: datetime
    again: bool = False

    def as_json(self) -> dict[str, Any]:
        return {
            "rep": self.rep,
            "presence": word(self.online),
            "since": jsonable(self.since),
            "again": self.again,
        }


def word(online: bool) -> str:
    return ONLINE if online else OFFLINE


def mark(transactions: Transactions, rep: str, online: bool, at: datetime) -> Marked:
    """Record that a rep is there, or is not, from `at` on. Raises StoreError where something later is known."""
    locks = Locks(frozenset({_chain(rep)}), frozenset({rep}))
    # one row, of no lead
    return transactions.run((_NO_LEAD,), locks, lambda ledger: record_presence(rep, online, at, ledger))


def _chain(rep: str) -> str:
    return f"rep {rep}"


def record_presence(rep: str, online: bool, at: datetime, ledger: Ledger) -> Marked:
    """The same in a transaction that has the rep and its chain."""
    known = ledger.rep(rep).presence
    if known is not None and known.online == online:
        return Marked(rep, online, known.since, again=True)
    if known is not None and at < known.since:
        raise StoreError(
            f"nothing is recorded: `{rep}` is {word(known.online)} since {show_moment(known.since)}, "
            f"which is later than {show_moment(at)}"
        )
    presence = Presence(online, at)
    ledger.mark(rep, presence)
    ledger.append(_row(rep, presence, known, ledger), None)
    return Marked(rep, online, at)


def _row(rep: str, presence: Presence, before: Presence | None, ledger: Ledger) -> LogRow:
    chain, seq = _chain(rep), ledger.next_seq()
    head = ledger.head(chain)
    body = encode(
        {
            "kind": PRESENCE,
            "seq": seq,
            "chain": chain,
            "n": head.length + 1,
            "round": 0,
            "lead": _NO_LEAD,
            "rep": rep,
            "before": None if before is None else _said(before),
            "presence": _said(presence),
        }
    )
    hash, state = sealed(head, body), word(presence.online)
    return LogRow(
        seq, chain, head.length + 1, hash, PRESENCE, _NO_LEAD, 0, presence.since, state, rep, None, body
    )


def _said(presence: Presence) -> Mapping[str, Any]:
    return {"online": presence.online, "since": show_moment(presence.since)}
