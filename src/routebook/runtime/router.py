"""The router: leads in, recorded assignments out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import islice
from threading import Lock
from typing import Any, Final

from routebook.check.targets import HoldTarget, PoolTarget, RepTarget, SplitTarget
from routebook.decision import Assignment, Explanation, Lead, Outcome
from routebook.diagnostics import RoutebookError
from routebook.intake.duplicates import dedupe_of
from routebook.intake.history import PastLead
from routebook.kept import NOTHING, Kept
from routebook.plan.tree import Tree
from routebook.plan.walk import decision_of, walk
from routebook.roster import Roster
from routebook.runtime.deciding import Decide, Decided, Decider
from routebook.runtime.desk import Bench, Desk
from routebook.runtime.errors import StoreError
from routebook.runtime.fit import fit
from routebook.runtime.following import Doorkeeper
from routebook.runtime.learning import Learned, known_of, learn, suppose
from routebook.runtime.ledger import Ledger
from routebook.runtime.locks import Locks, Reads
from routebook.runtime.log import PLACINGS, Digests, assignment_of, explanation_of, lead_chain
from routebook.runtime.notices.telling import check_handoff, teller_of
from routebook.runtime.placing import Placement, Placing
from routebook.runtime.recording import Placed, assignment_for, write_down
from routebook.runtime.segments import segments_of
from routebook.runtime.stores.base import Store, Text
from routebook.runtime.transactions import Transactions
from routebook.settings import Settings

BATCH: Final = 500
"""Leads that share a transaction where nobody says how many."""

_EARLIEST: Final = datetime(1900, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(2900, 1, 1, tzinfo=UTC)


class Router:
    """One policy, one roster and one store. Safe to share between threads.

    `values` are the reps' fields as `fit` reads them; `decide` is a faster evaluator than the reference walk;
    `kept` are the policy's texts, which the store keeps beside what was decided by it; `settings` say who is told
    what, and which leads are duplicates.
    """

    def __init__(
        self,
        tree: Tree,
        roster: Roster,
        store: Store,
        *,
        kept: Kept = NOTHING,
        values: Mapping[str, Mapping[str, Any]] | None = None,
        decide: Decide | None = None,
        settings: Settings | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        if store.durable and tree.schema.id_field is None:
            raise StoreError(
                f"the store {store.url} cannot tell leads apart: the policy declares no `id: id`, "
                "and row numbers would be other leads' tomorrow; declare one, or use the store memory:"
            )
        self.tree = tree
        self.roster = roster
        self.store = store
        self._desk = Desk(tree, roster, fit(tree, roster).values if values is None else values)
        self._decider = Decider(tree, decide)
        chosen = settings or Settings()
        check_handoff(chosen, tree)
        self._teller = teller_of(chosen, tree, self._desk.people)
        dedupe = dedupe_of(chosen.dedupe, tree.schema)
        self._doorkeeper = None if dedupe is None else Doorkeeper(dedupe, self._desk)
        self._digests = Digests(tree.digest, kept.digest, roster.digest)
        self._clock = clock
        self.transactions = Transactions(store, pause)
        self._lock = Lock()
        self._numbered = 0
        self._texts = {
            **{digest: Text(kind, text) for digest, (kind, text) in kept.texts.items()},
            roster.digest: Text("roster", roster.text),
        }

    def route(self, lead: Lead, now: datetime | None = None) -> Assignment:
        """Place one lead and record it; a lead that has its assignment gets that one back, `again`.

        `now` is an aware datetime, the present where it is None. Raises StoreError where nothing could be recorded.
        """
        return self._route_batch((lead,), now)[0]

    def route_many(
        self, leads: Iterable[Lead], batch: int = BATCH, now: datetime | None = None
    ) -> Iterator[Assignment]:
        """One assignment a lead, in order; each stands by the time it is given. `batch` leads share a transaction."""
        waiting = iter(leads)
        while group := tuple(islice(waiting, max(1, batch))):
            yield from self._route_batch(group, now)

    def learn(self, past: Sequence[PastLead], now: datetime | None = None) -> Learned:
        """Count what came of past leads, for `performance`: each once in the life of the store. Raises StoreError."""
        return learn(self.transactions, known_of(self.tree, past), self._moment(now), self._desk.people)

    def preview(self, lead: Lead, now: datetime | None = None, past: Sequence[PastLead] = ()) -> Explanation:
        """What would become of the lead, as if it had never come before, and why. Nothing is recorded.

        `past` are leads that would be learnt from first.
        """
        moment = self._moment(now)
        id = lead.id if lead.id is not None else str(self._numbered + 1)
        decided = self._decider.decide(id, lead, moment)
        known = known_of(self.tree, past)

        def look(ledger: Ledger) -> Placement:
            if known:
                suppose(known, moment, self._desk.people, ledger)
            return self._admit(decided, ledger)[0]

        placement = self.transactions.run((), Locks(), look)
        steps = walk(self.tree, lead, moment).steps
        return Explanation(
            lead=lead.as_json(),
            decision=decision_of(self.tree, id, decided.leaf),
            steps=steps,
            candidates=placement.candidates,
            assignment=assignment_for(decided, placement, self.tree.digest),
            arithmetic=placement.arithmetic,
            notes=(*lead.notes, *placement.notes),
        )

    def _keep_texts(self) -> None:
        """The store keeps the policy and the roster before the first row that names them; looking leaves it alone."""
        if self._texts:
            self.store.keep(self._texts)
            self._texts = {}

    # --- a batch ---

    def _route_batch(self, leads: Sequence[Lead], now: datetime | None) -> list[Assignment]:
        self._keep_texts()
        moment = self._moment(now)
        decided = [self._decider.decide(self._id(lead), lead, moment) for lead in leads]

        def settle(ledger: Ledger) -> list[Assignment]:
            return [self._settle(each, ledger) for each in decided]

        locks, reads = self._likely(decided)
        if self._doorkeeper is not None:
            locks |= Locks(firsts=frozenset(key for each in decided for key in self._doorkeeper.keys(each)))
        return self.transactions.run([each.id for each in decided], locks, settle, reads)

    def _settle(self, decided: Decided, ledger: Ledger) -> Assignment:
        """The lead's assignment: the one that it has, or a new one with all that it changes."""
        earlier = ledger.lead(decided.id)
        if earlier is not None:
            if not earlier.reopened:
                return assignment_of(ledger.row(earlier.seq), again=True)
            # an event may be about to give it to somebody: whoever works on a lead holds its chain
            ledger.need(lead_chain(decided.id))
        placement, dedupe = self._admit(decided, ledger)
        round = 1 if earlier is None else earlier.round + 1
        segments = segments_of(self._desk.segments, decided.environment)
        placed = Placed(decided, placement, round, segments, self._digests, dedupe=dedupe)
        return write_down(placed, self._desk.people, ledger, self._teller)

    def settle(self, lead: Lead, moment: datetime, ledger: Ledger) -> Assignment:
        """The same for a lead at a moment, in a transaction that somebody else began."""
        return self._settle(self._decider.decide(self._id(lead), lead, moment), ledger)

    def _admit(self, decided: Decided, ledger: Ledger) -> tuple[Placement, Mapping[str, Any] | None]:
        """Where the lead goes and, where duplicates are looked for, what was found."""
        if self._doorkeeper is None:
            return self._place(decided, ledger), None
        return self._doorkeeper.place(decided, ledger, self._place)

    def _place(self, decided: Decided, ledger: Ledger) -> Placement:
        leaf = decided.leaf
        if leaf is None:
            return Placement(Outcome.UNDECIDED)
        placing = Placing(self._desk, ledger, decided.environment, decided.moment, decided.id, leaf.rule)
        return placing.place(leaf.plan)

    # --- the store ---

    def _likely(self, decided: Sequence[Decided]) -> tuple[Locks, Reads]:
        """What leads will most likely draw from, and whom they will meet: the pools of their plans' first targets."""
        benches: dict[tuple[str, str], Bench] = {}
        mondays: set[date] = set()
        rest = False
        for each in decided:
            first = None if each.leaf is None else each.leaf.plan.targets[0].target
            if not isinstance(first, PoolTarget | HoldTarget):
                rest = rest or not isinstance(first, RepTarget | SplitTarget)
            elif (bench := self._desk.bench(first.pool)) is not None:
                assert each.leaf is not None
                benches[bench.name, each.leaf.rule] = bench
                mondays |= bench.mondays(each.moment)
        chains = frozenset(chain for (_, rule), bench in benches.items() for chain in bench.chains(rule))
        rotations = {bench.rotation(rule) for (_, rule), bench in benches.items()}
        reps = {rep for bench in benches.values() for rep in bench.weights}
        return Locks(chains, rest=rest), Reads(chains, rotations, reps, mondays)

    def _id(self, lead: Lead) -> str:
        """The lead's id; where the policy declares none, its number among the leads of this router."""
        if lead.id is not None:
            return lead.id
        if self.store.durable:
            raise StoreError(f"a lead has no id, and the store {self.store.url} tells leads apart by it")
        with self._lock:
            self._numbered += 1
            return str(self._numbered)

    def _moment(self, now: datetime | None) -> datetime:
        moment = self._clock() if now is None else now
        if moment.tzinfo is None:
            raise RoutebookError(
                f"the moment {moment.isoformat()} has no offset from UTC: write {moment.isoformat()}Z"
            )
        if not _EARLIEST <= moment < _LATEST:
            raise RoutebookError(
                f"the moment {moment.isoformat()} is out of reach: the years are 1900 to 2899"
            )
        return moment.astimezone(UTC)


def explain_log(store: Store, lead: str, round: int | None = None) -> Explanation | None:
    """What the log says about a lead, of its last round or of the one given; None where it knows nothing of it."""
    rows = [row for row in store.log(lead) if row.kind in PLACINGS]
    if round is not None:
        rows = [row for row in rows if row.round <= round]
    if not rows or (round is not None and rows[-1].round != round):
        return None
    notes = (f"this is round {rows[-1].round} of the lead",) if rows[-1].round > 1 else ()
    return explanation_of(rows[-1], notes)
