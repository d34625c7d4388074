"""What happens to leads after they were assigned, over a store: the policies that decided are taken from it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from threading import Lock
from typing import TYPE_CHECKING, Any

from routebook.api import Policy, moment
from routebook.archive import Archive
from routebook.diagnostics import RoutebookError
from routebook.roster import Roster
from routebook.runtime.after.clerk import Clerk
from routebook.runtime.after.events import Event, Recorded
from routebook.runtime.after.offices import Office, office_of
from routebook.runtime.after.statuses import StatusNames
from routebook.runtime.after.sweeping import Sweeper, Swept
from routebook.runtime.after.worklist import Work, work_list
from routebook.runtime.errors import StoreError
from routebook.runtime.log import PLACINGS, Digests
from routebook.runtime.notices.outbox import Outbox
from routebook.runtime.presence import Marked, mark
from routebook.runtime.stores.base import Store, Text
from routebook.runtime.transactions import Transactions
from routebook.settings import Settings
from routebook.text import nearest

if TYPE_CHECKING:
    from routebook.runtime.notices.delivering import Delivered, Deliverer


class Aftercare:
    """Events, returns and claims for the leads of a store. Safe to share between threads.

    Leads are handed on by the policy that decided about them, which the store keeps; `policy` is for stores that an
    older Routebook wrote, which kept its main file alone. `roster` says who is there now; without one, leads are
    handed on among the people there were. `settings` are the project's: what it calls the statuses, and who is told
    what; where they do not name statuses, it is what they said when the lead was decided about.
    """

    def __init__(
        self,
        store: Store,
        policy: Policy | None = None,
        roster: Roster | None = None,
        settings: Settings | None = None,
        transactions: Transactions | None = None,
    ) -> None:
        self._settings = settings or Settings()
        self._names = StatusNames(self._settings.statuses)
        self._store = store
        self._archive = Archive(store)
        self._policy = policy
        self._roster = roster
        self._known: dict[tuple[str, str], Office] = {}
        self._lock = Lock()
        self._transactions = transactions or Transactions(store)
        self._clerk = Clerk(self._transactions, self._office)
        self._sweeper = Sweeper(self._transactions, self._office)

    def record(
        self,
        lead: str,
        kind: str,
        *,
        rep: str | None = None,
        at: datetime | None = None,
        key: str | None = None,
        reason: str | None = None,
        turn: str | None = None,
    ) -> Recorded:
        """Record what happened to a lead: a status, `touch`, `return` or `assign`, under the project's names.

        `at` is an aware datetime, by default the present. Raises `StoreError` where it does not fit the lead,
        `RoutebookError` for a kind that there is not; then nothing is recorded.
        """
        when = moment(at).astimezone(UTC)
        names = self._names_for(lead)
        found = self._clerk.record(Event(lead, names.kind(kind), when, rep, key, reason, turn))
        return replace(found, kind=kind, status=names.shown(found.status))

    def sweep(self, now: datetime | None = None) -> Iterator[Swept]:
        """Act on leads that are overdue under their SLA, and on held ones; a second sweep finds nothing to do.

        Each is done and recorded by the time it is given: go through all of them.
        """
        return self._sweeper.sweep(moment(now).astimezone(UTC))

    def presence(self, rep: str, online: bool, at: datetime | None = None) -> Marked:
        """Record that a rep is there, or is not, from `at` on, by default the present. Hours hold all the same.

        Raises `StoreError` for a rep whom nobody knows, and where something later is known; nothing is recorded then.
        """
        self._known_rep(rep)
        return mark(self._transactions, rep, online, moment(at).astimezone(UTC))

    def _known_rep(self, rep: str) -> None:
        """By the roster; without one, by having had a lead or having been marked before."""
        if self._roster is not None:
            if rep not in self._roster.reps:
                close = nearest(rep, self._roster.reps)
                hint = f": did you mean `{close}`?" if close else ""
                raise StoreError(f"there is no rep `{rep}` in the roster{hint}")
            return
        with self._store.session() as session:
            if not session.reps([rep]):
                raise StoreError(
                    f"the store {self._store.url} knows no rep `{rep}`: name the roster by --roster"
                )

    def queue(self, name: str, by: str | None = None) -> list[Work]:
        """The leads that wait in a queue, highest first by a field of theirs; without one the oldest first."""
        return work_list(self._store, self._office, name, by)

    def deliver(self) -> Iterator[Delivered]:
        """Deliver what waits in the outbox, each notice tried once; what came of each is written down by then.

        Raises `RoutebookError` where the settings name no destination, or the secret of one is not in the environment.
        """
        return self.deliverer().deliver()

    @property
    def outbox(self) -> Outbox:
        """The store's notices, and what became of each."""
        return self._store.outbox

    def deliverer(self) -> Deliverer:
        """What delivers, for those who want to stop it in between. Raises as `deliver` does."""
        if not self._settings.notify:
            raise RoutebookError("nothing is delivered: the settings name no destination under [notify]")
        # what speaks HTTP takes long to import, and few need it
        from routebook.runtime.notices.delivering import Deliverer, ways_of

        return Deliverer(self._store.outbox, ways_of(self._settings, os.environ))

    def _names_for(self, lead: str) -> StatusNames:
        """What the project calls the statuses, or called them when it decided about the lead."""
        if self._policy is not None or self._settings.statuses:
            return self._names
        placed = [row for row in self._store.log(lead) if row.kind in PLACINGS]
        return (
            StatusNames(self._archive.settings(json.loads(placed[-1].body)).statuses)
            if placed
            else self._names
        )

    # --- the policies that decided ---

    def _office(self, said: Mapping[str, Any]) -> Office:
        """The policy and the people by which a row of the log is handed on."""
        with self._lock:
            roster = self._roster or self._archive.roster(said["roster"])
            key = (said["policy_text"], roster.digest)
            if key not in self._known:
                self._store.keep({roster.digest: Text("roster", roster.text)})
                self._known[key] = self._open(said, roster)
            return self._known[key]

    def _open(self, said: Mapping[str, Any], roster: Roster) -> Office:
        policy = self._policy
        # by the very text: places in it are recorded too
        if policy is None or policy.kept.digest != said["policy_text"]:
            policy = self._archived(said)
        digests = Digests(said["policy"], said["policy_text"], roster.digest)
        return office_of(policy.tree, roster, digests, settings=self._settings)

    def _archived(self, said: Mapping[str, Any]) -> Policy:
        try:
            return self._archive.policy(said)
        except StoreError as error:
            if self._policy is not None and self._policy.digest == said["policy"]:
                return self._policy
            lead = said["assignment"]["lead"]
            raise StoreError(
                f"the lead `{lead}` cannot be handed on: {error}; name the policy, as it was then, by --policy"
            ) from error
