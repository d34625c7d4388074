"""The ledger of a replay: it reads what was read then, and what is written it holds against what was recorded."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from routebook.runtime.audit.differences import parts_that_differ
from routebook.runtime.ledger import Ledger
from routebook.runtime.log import encode
from routebook.runtime.notices.outbox import Notice
from routebook.runtime.state import LeadState, LogRow, Presence, RepState, Result, ResultKey, Week, WeekKey


class Differs(Exception):
    """The replay of a row came to something else than what was recorded."""

    def __init__(self, message: str, recorded: Mapping[str, Any], replayed: Mapping[str, Any]) -> None:
        super().__init__(message)
        self.message, self.recorded, self.replayed = message, recorded, replayed


class ShadowLedger(Ledger):
    """For rows that are replayed one after the other. `expect` one, and then do what made it."""

    def expect(self, row: LogRow, said: Mapping[str, Any]) -> None:
        """From now on the next row that is appended has to be this one."""
        self._row, self._said = row, said
        self._seq = row.seq - 1
        self._made = False
        self._then: dict[str, RepState] = {}
        self._weeks_then: dict[WeekKey, Week] = {}
        self._results_then: dict[ResultKey, Result] = {}
        seen = said.get("seen")
        if isinstance(seen, Mapping):
            self._recall(seen)

    def _recall(self, seen: Mapping[str, Any]) -> None:
        """See reps as they were seen then: others may have been changing those who were not chosen."""
        for id, numbers in seen["reps"].items():
            self._then[id] = actual = self.rep(id)
            presence = Presence(numbers[2], datetime.fromisoformat(numbers[3])) if numbers[2:] else None
            self._reps[id] = RepState(numbers[0], numbers[1], actual.changed, presence)
        for id, (monday, days) in seen.get("weeks", {}).items():
            key = id, date.fromisoformat(monday)
            self._weeks_then[key] = self.week(*key)
            self._weeks[key] = (*days,)
        for rep, segment, won, lost in seen.get("results", ()):
            key_ = ResultKey(rep, segment)
            self._results_then[key_] = self.results((rep,), (segment,))[key_]
            self._results[key_] = Result(won, lost)

    def replayed(self) -> None:
        """The row is done. Raises Differs where none was made, or the chosen were seen as they were not."""
        if not self._made:
            raise Differs("nothing would have been recorded", self._said, {})
        if not self._then:
            return
        for id, actual in self._then.items():
            if id == self._row.rep:
                seen = self._said["seen"]["reps"][id]
                if [actual.active, actual.last] != seen[:2]:
                    recorded = {"rep": id, "open": seen[0], "last": seen[1]}
                    replayed = {"rep": id, "open": actual.active, "last": actual.last}
                    raise Differs(f"`{id}` was not where the log had left them", recorded, replayed)
            else:
                self._reps[id] = actual
        for key, week in self._weeks_then.items():
            if key[0] != self._row.rep:
                self._weeks[key] = week
        self._results.update(self._results_then)

    def rest(self) -> str:
        """The very chain that it was then: stores that many write to have several."""
        return self._row.chain if self._row.chain.startswith("rest") else super().rest()

    def tell(self, notices: Iterable[Notice]) -> None:
        """Nobody is told anything again."""

    def append(self, row: LogRow, lead: LeadState | None) -> None:
        if row != self._row:
            self._hold_against(row)
        self._made = True
        super().append(self._row, lead)

    def adopt(self, lead: LeadState | None) -> None:
        """Take the expected row as it was recorded."""
        self._made = True
        super().append(self._row, lead)

    def _hold_against(self, row: LogRow) -> None:
        made = json.loads(row.body)
        if "account" in made and "account" not in self._said:
            made = _as_in_layout_1(made, self._said)
        if "seen" in self._said:
            made["seen"] = self._said["seen"]  # what replay was given is no answer of its own
        body = encode(made)
        if body == self._row.body and (row.chain, row.kind) == (self._row.chain, self._row.kind):
            return
        recorded, replayed = parts_that_differ(self._said, made)
        if not recorded and not replayed:
            recorded, replayed = {"body": self._row.body}, {"body": body}
        names = " and ".join(f"`{name}`" for name in {**recorded, **replayed})
        raise Differs(f"replay comes to another {names}", recorded, replayed)


def _as_in_layout_1(made: dict[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """As rows were before they told the words about the account apart: those stood before the other notes."""
    own = made["notes"]
    words = said["notes"][: len(said["notes"]) - len(own)]
    return {
        name: [*words, *own] if name == "notes" else value
        for name, value in made.items()
        if name not in ("account", "seen")
    }
