"""The replay of a log: every row is made again, by the policy and roster that its own digests name, on a store that is
empty at first; and each has to come out as it was recorded, byte for byte.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from routebook.decision import AccountMatch, Lead
from routebook.diagnostics import RoutebookError
from routebook.runtime.after.clerk import record_event
from routebook.runtime.after.events import Event
from routebook.runtime.after.history import history_of
from routebook.runtime.after.offices import Office
from routebook.runtime.after.statuses import ASSIGN, RETURN
from routebook.runtime.after.sweeping import SWEPT_FOR
from routebook.runtime.audit.adopting import adopt
from routebook.runtime.audit.differences import Difference, Kind
from routebook.runtime.audit.shadow import Differs, ShadowLedger
from routebook.runtime.errors import NotKept, StoreUnavailable
from routebook.runtime.learning import HISTORY, read_row, record_history
from routebook.runtime.log import ASSIGNMENT, EVENT, HANDOVER
from routebook.runtime.presence import PRESENCE, record_presence
from routebook.runtime.router import Router
from routebook.runtime.state import LogRow
from routebook.runtime.stores.base import Store


@dataclass(frozen=True, slots=True)
class Past:
    """A policy and a roster at work as they were: a router for leads that came in, an office for those handed on."""

    router: Router
    office: Office


Pasts: TypeAlias = Callable[[Mapping[str, Any]], Past]
"""The past that a row of the log names. Raises NotKept, or StoreError where the store has lost it."""


class Replay:
    """Replays a log on `scratch`, a store that is empty and exclusive. Rows come in their order.

    `alone` is whether the log's own store was exclusive. In others rows of layout 1 do not tell what was read, and
    where they differ nobody can say why. `unknown` counts rows that could not be replayed, by the reason.
    """

    def __init__(self, scratch: Store, pasts: Pasts, alone: bool) -> None:
        self._scratch = scratch
        self._pasts = pasts
        self._alone = alone
        self._ledger = ShadowLedger()
        self.replayed = 0
        self.unknown: dict[str, int] = {}

    def run(self, rows: Sequence[LogRow]) -> Iterator[Difference]:
        """Replay these rows, which come next. Those that differ are taken as they were recorded."""
        while rows:
            done, difference = self._replay(rows)
            if done < len(rows):
                # what the row left behind half done is gone with its transaction, and those before it with it
                self._replay(rows[:done])
                self._adopt(rows[done])
                if difference is not None:
                    yield difference
            self.replayed += done
            rows = rows[done + 1 :]

    def _replay(self, rows: Sequence[LogRow]) -> tuple[int, Difference | None]:
        """How many of the rows came out as recorded; they stand then. Otherwise none does, and why."""
        done = 0
        try:
            with self._scratch.session() as session:
                ledger = self._ledger
                ledger.begin(session, [*{row.lead for row in rows}])
                for row in rows:
                    self._row(row, ledger)
                    done += 1
                ledger.write()
            ledger.committed(session.version)
        except (StoreUnavailable, MemoryError):
            raise
        except NotKept as error:
            self._count(str(error))
            return done, None
        except Differs as error:
            return done, self._judged(rows[done], error.message, error.recorded, error.replayed)
        except Exception as error:  # whatever a row that somebody wrote makes of the code that reads it
            words = (
                str(error) if isinstance(error, RoutebookError) else "it does not read as a row of the log"
            )
            return done, self._judged(rows[done], words, {}, {})
        return done, None

    def _judged(
        self, row: LogRow, message: str, recorded: Mapping[str, Any], replayed: Mapping[str, Any]
    ) -> Difference | None:
        if not self._alone and row.kind in (ASSIGNMENT, HANDOVER) and '"account":' not in row.body:
            self._count("layout 1 did not record what was read where many write at once")
            return None
        return Difference(Kind.REPLAY, message, row.seq, row.chain, row.lead or None, recorded, replayed)

    def _count(self, why: str) -> None:
        self.unknown[why] = self.unknown.get(why, 0) + 1

    def _row(self, row: LogRow, ledger: ShadowLedger) -> None:
        said = json.loads(row.body)
        ledger.expect(row, said)
        match row.kind:
            case kind if kind == ASSIGNMENT:
                self._assignment(said, ledger)
            case kind if kind == HANDOVER:
                self._handover(said, ledger)
            case kind if kind == EVENT:
                record_event(_event(said["lead"], said["event"], None), None, ledger)
            case kind if kind == PRESENCE:
                told = said["presence"]
                record_presence(said["rep"], told["online"], datetime.fromisoformat(told["since"]), ledger)
            case kind if kind == HISTORY:
                record_history(*read_row(row), ledger)
            case _:
                raise RoutebookError(f"there are no rows of the kind `{row.kind}`")
        ledger.replayed()

    def _assignment(self, said: Mapping[str, Any], ledger: ShadowLedger) -> None:
        past = self._pasts(said)
        words = tuple(said.get("account", ()))
        fields = past.office.intake.lead(said["lead"]).raw
        lead = Lead(
            fields, said["assignment"]["lead"], AccountMatch(None, None, None, words) if words else None
        )
        past.router.settle(lead, datetime.fromisoformat(said["assignment"]["at"]), ledger)

    def _handover(self, said: Mapping[str, Any], ledger: ShadowLedger) -> None:
        cause, office = said["cause"], self._pasts(said).office
        moment = datetime.fromisoformat(cause["at"])
        if cause["kind"] in (RETURN, ASSIGN):
            turn = said["assignment"]["pool"] if cause["kind"] == ASSIGN else None
            record_event(_event(said["assignment"]["lead"], cause, turn), office, ledger)
            return
        history = history_of(ledger.history(said["assignment"]["lead"]))
        if history is None or cause["kind"] not in SWEPT_FOR:
            raise RoutebookError(f"there is nothing that `{cause['kind']}` could have handed on")
        SWEPT_FOR[cause["kind"]](history, office, moment, ledger)

    def _adopt(self, row: LogRow) -> None:
        """Take a row as it was recorded; what cannot even be read is left out."""
        try:
            with self._scratch.session() as session:
                ledger = self._ledger
                ledger.begin(session, [row.lead])
                said = json.loads(row.body)
                adopt(row, said, ledger, self._people(said))
                ledger.write()
            ledger.committed(session.version)
        except (StoreUnavailable, MemoryError):
            raise
        except Exception:  # as above; that it does not read has been told
            return
        return

    def _people(self, said: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            return self._pasts(said).office.desk.people
        except (KeyError, RoutebookError):
            return {}


def _event(lead: str, told: Mapping[str, Any], turn: str | None) -> Event:
    """An event as it was reported."""
    at = datetime.fromisoformat(told["at"])
    return Event(lead, told["kind"], at, told["rep"], told["key"], told["reason"], turn)
