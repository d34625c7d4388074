"""What happens to leads after they were assigned, over a store: the policies that decided are taken from it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from threading import Lock
from typing import TYPE_CHECKING, Any

from routebook.api import Policy, loads, moment
from routebook.diagnostics import PolicyError, RoutebookError
from routebook.roster import Roster
from routebook.runtime.after.clerk import Clerk
from routebook.runtime.after.events import Event, Recorded
from routebook.runtime.after.offices import Office, office_of
from routebook.runtime.after.statuses import StatusNames
from routebook.runtime.after.sweeping import Sweeper, Swept
from routebook.runtime.after.worklist import Work, work_list
from routebook.runtime.errors import StoreError
from routebook.runtime.log import Digests
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

    `policy` is used for the leads that it decided about; for others, and where there is none, the text that the
    store keeps. `roster` says who is there now; without one, leads are handed on among the people there were.
    `settings` are the project's: what it calls the statuses, and who is told what.
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
        self.names = StatusNames(self._settings.statuses)
        self._store = store
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
        found = self._clerk.record(Event(lead, self.names.kind(kind), when, rep, key, reason, turn))
        return replace(found, kind=kind, status=self.names.shown(found.status))

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

    # --- the policies that decided ---

    def _office(self, said: Mapping[str, Any]) -> Office:
        """The policy and the people by which a row of the log is handed on."""
        with self._lock:
            roster = self._roster or self._kept_roster(said["roster"])
            key = (said["policy_text"], roster.digest)
            if key not in self._known:
                self._store.keep({roster.digest: Text("roster", roster.text)})
                self._known[key] = self._open(said, roster)
            return self._known[key]

    def _open(self, said: Mapping[str, Any], roster: Roster) -> Office:
        policy = self._policy
        if policy is None or policy.digest != said["policy"]:
            policy = self._kept_policy(said)
        digests = Digests(said["policy"], said["policy_text"], roster.digest)
        return office_of(policy.tree, roster, digests, settings=self._settings)

    def _kept_policy(self, said: Mapping[str, Any]) -> Policy:
        lead = said["assignment"]["lead"]
        kept = self._store.text(said["policy_text"])
        try:
            policy = loads(kept.text, "the policy in the store") if kept is not None else None
            if policy is not None and policy.digest == said["policy"]:
                return policy
        except PolicyError:  # what it imports is not kept with it
            pass
        raise StoreError(
            f"the policy that decided about the lead `{lead}` cannot be read from the store alone, "
            "because it imports files: name it, as it was then, by --policy"
        )

    def _kept_roster(self, digest: str) -> Roster:
        kept = self._store.text(digest)
        if kept is None:
            raise StoreError(
                f"the store {self._store.url} has lost the roster {digest}: name one by --roster"
            )
        return Roster.loads(kept.text, "the roster in the store")
