"""What a router sees of its store while it places a batch of leads, and what the batch changes."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import replace
from datetime import date

from routebook.runtime.locks import NO_LOCKS, NO_READS, Locks, NeedsLocks, Reads
from routebook.runtime.notices.outbox import Notice
from routebook.runtime.state import (
    NO_LEADS,
    NO_RESULT,
    NO_ROWS,
    Changes,
    First,
    Head,
    LeadState,
    LogRow,
    Presence,
    RepState,
    Result,
    ResultKey,
    Rotation,
    StickyKey,
    StickyRep,
    Turn,
    Week,
    WeekKey,
)
from routebook.runtime.stores.base import Found, Session, Wanted

_KEPT = 200_000  # things remembered between transactions before all are forgotten


class Ledger:
    """A store's state, read when first asked for, with the changes of this transaction on top.

    For an exclusive store one ledger serves all transactions, one after the other: it keeps what it has read for as
    long as the store says that nobody else has written. Otherwise each transaction has its own, which sees to it
    that what is drawn from, and who is chosen, is locked: chains before reps, so that nobody waits in a circle.
    """

    def __init__(self, exclusive: bool = True) -> None:
        self._exclusive = exclusive
        self._version: object | None = None
        self._forget()

    def _forget(self) -> None:
        self._rotations: dict[str, Rotation] = {}
        self._reps: dict[str, RepState] = {}
        self._weeks: dict[WeekKey, Week] = {}
        self._stickies: dict[StickyKey, StickyRep | None] = {}
        self._results: dict[ResultKey, Result] = {}
        self._heads: dict[str, Head] = {}
        self._known: set[tuple[Hashable, date]] = set()
        self._read: dict[str, RepState] = {}
        self._left = 0
        self._held: set[str] = set()
        self._resting = False
        self._asked: list[ResultKey] = []
        self._touched: set[str] = set()

    def begin(
        self, session: Session, leads: Collection[str], locks: Locks = NO_LOCKS, reads: Reads = NO_READS
    ) -> None:
        """Start a transaction that is about these leads, with these locks."""
        self._session = session
        self._locks = locks
        version = session.version
        kept = len(self._stickies) + len(self._weeks) + len(self._reps) + len(self._results)
        fresh = version is None or version != self._version or kept > _KEPT
        if fresh:
            self._forget()
        # a transaction that ends badly leaves things here that never happened
        self._version = None
        self._supposing = False
        self.changes = Changes()
        firsts = sorted(locks.firsts)
        if not self._exclusive:
            wanted = Wanted(
                leads,
                sorted(locks.chains),
                locks.rest,
                sorted(locks.reps),
                len(leads),
                reads.rotations,
                [id for id in reads.reps if id not in locks.reps],
                reads.mondays,
                firsts,
            )
        elif fresh:
            self._seq = session.last_seq()
            wanted = Wanted(
                leads,
                tuple(reads.chains),
                rotations=reads.rotations,
                reps=reads.reps,
                mondays=reads.mondays,
                firsts=firsts,
            )
        else:
            wanted = Wanted(leads, firsts=firsts)
        self._take(session.begin(wanted), wanted)

    def _take(self, found: Found, wanted: Wanted) -> None:
        """Know what was found, and of all else that was wanted that there is nothing."""
        self._leads = found.leads
        self._firsts: dict[str, First | None] = {key: found.firsts.get(key) for key in wanted.firsts}
        self._heads.update((chain, found.heads.get(chain, NO_ROWS)) for chain in wanted.chains)
        self._rotations.update((key, found.rotations.get(key, Rotation())) for key in wanted.rotations)
        reps = (*wanted.locked, *wanted.reps)
        self._reps.update((id, found.reps.get(id) or RepState()) for id in reps)
        for monday in wanted.mondays:
            self._weeks.update(((id, monday), found.weeks.get((id, monday), NO_LEADS)) for id in reps)
        if not self._exclusive:
            self._heads.update(found.heads)
            self._read.update((id, self._reps[id]) for id in wanted.reps)
            self._held.update(wanted.chains)
            self._resting = wanted.rest
            self._numbers = iter(found.numbers)
            self._left = len(found.numbers)
            self._seq = next(self._numbers, 1) - 1

    def committed(self, version: object | None) -> None:
        """The transaction has ended well, and the store's state is now `version`."""
        self._version = None if self._supposing else version

    # --- locking ---

    @property
    def exclusive(self) -> bool:
        """Whether nothing that was read can have changed since."""
        return self._exclusive

    @property
    def touched(self) -> Collection[str]:
        """The reps that the row which is appended next has changed already, but for who is chosen by it."""
        return self._touched

    def need(self, chain: str) -> None:
        """Have this chain locked since before anything was read: the transaction begins again where it was not."""
        if not self._exclusive and chain not in self._locks.chains:
            raise NeedsLocks(Locks(frozenset({*self._held, chain}), rest=self._resting))

    def hold(self, chains: Collection[str]) -> None:
        """Lock what is drawn from, before its rotation is read."""
        if self._exclusive or self._held.issuperset(chains):
            return
        missing = sorted(set(chains) - self._held)
        last = self._resting or self._locks.reps or (self._held and missing[0] < max(self._held))
        if last:
            raise NeedsLocks(Locks(frozenset(self._held.union(chains)), rest=self._resting))
        self._session.lock(missing)
        self._held.update(missing)
        self._take_numbers(self._left)

    def rest(self) -> str:
        """The chain for rows that draw from no pool: it is apart from all others, and locked after them."""
        rest = self._session.rest
        if not self._exclusive and not self._resting:
            if self._locks.reps:
                raise NeedsLocks(Locks(frozenset(self._held), rest=True))
            self._session.lock((rest,))
            self._resting = True
            self._take_numbers(self._left)
        return rest

    def _take_numbers(self, count: int) -> None:
        """Numbers for the rows to come, taken after the locks are: so that later in a chain is later in the log."""
        self._left = count
        self._numbers = iter(self._session.numbers(count))
        self._seq = next(self._numbers, 1) - 1

    def write(self) -> None:
        """Write what has changed, and lock whoever was chosen; where one of them has changed, begin again."""
        changes = self.changes
        if not changes:
            return
        if self._exclusive:
            self._session.write(changes)
            return
        chosen = frozenset(changes.reps)
        locked = self._locks.reps
        late = sorted(chosen - locked)
        if late and locked and late[0] < max(locked):
            raise NeedsLocks(Locks(frozenset(self._held), chosen, self._resting))
        states = self._session.write(changes, late)
        first = changes.rows[0].seq
        # one that was changed by a later row of the log than ours was read too late to be drawn before it
        if any(states.get(id) != self._read[id] or self._read[id].changed > first for id in late):
            raise NeedsLocks(Locks(frozenset(self._held), chosen, self._resting))

    # --- reading ---

    def lead(self, id: str) -> LeadState | None:
        return self._leads.get(id)

    def other(self, id: str) -> LeadState | None:
        """A lead that this transaction is not about."""
        if id not in self._leads:
            self._leads.update(self._session.leads((id,)))
        return self._leads.get(id)

    def first(self, key: str) -> First | None:
        """The lead that was the first with a value."""
        if key not in self._firsts:
            self._firsts[key] = self._session.firsts((key,)).get(key)
        return self._firsts[key]

    def load_firsts(self, keys: Collection[str]) -> None:
        """Read the first leads that have not been read yet, all at once."""
        missing = [key for key in keys if key not in self._firsts]
        if missing:
            found = self._session.firsts(missing)
            self._firsts.update((key, found.get(key)) for key in missing)

    def rotation(self, key: str) -> Rotation:
        found = self._rotations.get(key)
        if found is None:
            found = self._rotations[key] = self._session.rotations((key,)).get(key, Rotation())
        return found

    def load_reps(self, ids: Iterable[str]) -> None:
        """Read the reps that have not been read yet, all at once."""
        missing = [id for id in ids if id not in self._reps]
        if missing:
            found = self._session.reps(missing)
            states = {id: found.get(id) or RepState() for id in missing}
            self._reps.update(states)
            if not self._exclusive:
                self._read.update(states)

    def rep(self, id: str) -> RepState:
        found = self._reps.get(id)
        if found is None:
            self.load_reps((id,))
            found = self._reps[id]
        return found

    @property
    def states(self) -> Mapping[str, RepState]:
        """The reps that have been read."""
        return self._reps

    def week(self, id: str, monday: date) -> Week:
        key = (id, monday)
        found = self._weeks.get(key)
        if found is None:
            self.rep(id)  # before its week: when the rep turns out unchanged in the end, so is the week
            found = self._weeks[key] = self._session.weeks((id,), (monday,)).get(key, NO_LEADS)
        return found

    def knows(self, people: Hashable, day: date) -> bool:
        """Whether a pool's people, as one roster has them, have been read for a day; from now on they count as read."""
        known = (people, day) in self._known
        self._known.add((people, day))
        return known

    def load_weeks(self, ids: Collection[str], mondays: Collection[date]) -> None:
        """Read those weeks that have not been read yet, all at once."""
        missing = {id for id in ids for monday in mondays if (id, monday) not in self._weeks}
        if missing:
            self.load_reps(missing)
            found = self._session.weeks(missing, mondays)
            for id in missing:
                for monday in mondays:
                    self._weeks.setdefault((id, monday), found.get((id, monday), NO_LEADS))

    def sticky(self, key: StickyKey) -> StickyRep | None:
        if key not in self._stickies:
            self._stickies[key] = self._session.stickies((key,)).get(key)
        return self._stickies[key]

    def results(self, reps: Collection[str], segments: Collection[str]) -> Mapping[ResultKey, Result]:
        """What came of these reps' leads in these segments, nothing where nothing is known."""
        keys = [ResultKey(rep, segment) for rep in reps for segment in segments]
        if not self._exclusive:
            self._asked += keys
        missing = [key for key in keys if key not in self._results]
        if missing:
            found = self._session.results(missing)
            self._results.update((key, found.get(key, NO_RESULT)) for key in missing)
        return self._results

    def asked(self) -> Mapping[ResultKey, Result]:
        """The results that were asked for since the last row was appended."""
        return {key: self._results[key] for key in self._asked}

    def row(self, seq: int) -> LogRow:
        """A row of the log, one of this transaction's own included."""
        for row in reversed(self.changes.rows):
            if row.seq == seq:
                return row
        return self._session.rows((seq,))[seq]

    def history(self, lead: str) -> list[LogRow]:
        """Every row of the log about a lead, in order, those of this transaction included."""
        return [*self._session.history(lead), *(row for row in self.changes.rows if row.lead == lead)]

    # --- writing ---

    def next_seq(self) -> int:
        """The number of the row that is appended next."""
        return self._seq + 1

    def head(self, chain: str) -> Head:
        found = self._heads.get(chain)
        if found is None:
            found = self._heads[chain] = self._session.heads((chain,)).get(chain, NO_ROWS)
        return found

    def append(self, row: LogRow, lead: LeadState | None) -> None:
        """Add a row to the log, with where it leaves its lead; None for a row that is about no lead."""
        for rep in self._touched:
            self._reps[rep] = self.changes.reps[rep] = replace(self._reps[rep], changed=row.seq)
        self._touched.clear()
        self._asked.clear()
        self._left -= 1
        self._seq = row.seq if self._exclusive else next(self._numbers, row.seq + 1) - 1
        self._heads[row.chain] = self.changes.heads[row.chain] = Head(row.n, row.hash)
        self.changes.rows.append(row)
        if lead is not None:
            self._leads[lead.id] = self.changes.leads[lead.id] = lead

    def give(self, rep: str, monday: date, weekday: int) -> None:
        """One more open lead for a rep, by the row that is appended next."""
        state = self.rep(rep)
        self._reps[rep] = self.changes.reps[rep] = RepState(
            state.active + 1, self.next_seq(), self.next_seq(), state.presence
        )
        week = list(self.week(rep, monday))
        week[weekday] += 1
        key = (rep, monday)
        self._weeks[key] = self.changes.weeks[key] = (*week,)  # type: ignore[assignment]

    def turn(self, turn: Turn, rep: str) -> None:
        """A turn taken by `rep`, by the row that is appended next."""
        rotation = turn.taken(self.rotation(turn.rotation), rep, self.next_seq())
        self._rotations[turn.rotation] = self.changes.rotations[turn.rotation] = rotation

    def release(self, rep: str) -> None:
        """One open lead less for a rep."""
        state = self.rep(rep)
        self._touch(rep, replace(state, active=max(0, state.active - 1)))

    def mark(self, rep: str, presence: Presence) -> None:
        """Whether a rep is there, by the row that is appended next."""
        self._touch(rep, replace(self.rep(rep), presence=presence))

    def note_first(self, key: str, first: First) -> None:
        """This lead is the first with a value, from now on."""
        self._firsts[key] = self.changes.firsts[key] = first

    def tell(self, notices: Iterable[Notice]) -> None:
        """Leave notices in the outbox."""
        self.changes.notices.extend(notices)

    def forget(self, rep: str, monday: date, weekday: int) -> None:
        """One lead less of those that a rep was given on that day."""
        week = list(self.week(rep, monday))
        week[weekday] = max(0, week[weekday] - 1)
        key = (rep, monday)
        self._weeks[key] = self.changes.weeks[key] = (*week,)  # type: ignore[assignment]
        # the week is the rep's, and locked with the rep
        self._touch(rep, self.rep(rep))

    def _touch(self, rep: str, state: RepState) -> None:
        """The rep changes by the row that is appended next, whose number may not be certain yet."""
        self._reps[rep] = self.changes.reps[rep] = state
        self._touched.add(rep)

    def rotate(self, key: str, rotation: Rotation) -> None:
        """A rotation after something other than a turn."""
        self._rotations[key] = self.changes.rotations[key] = rotation

    def count(self, key: ResultKey, won: int, lost: int) -> None:
        """What came of a rep's lead, or, by negative numbers, what did not come of it after all."""
        self.hold((f"rep {key.rep}",))
        known = self.results((key.rep,), (key.segment,)).get(key, NO_RESULT)
        result = Result(max(0, known.won + won), max(0, known.lost + lost))
        self._results[key] = self.changes.results[key] = result

    def suppose(self, more: Mapping[ResultKey, tuple[int, int]]) -> None:
        """See these results, won and lost, beside those that there are, until this transaction ends."""
        self.results({key.rep for key in more}, {key.segment for key in more})
        for key, (won, lost) in more.items():
            known = self._results[key]
            self._results[key] = Result(known.won + won, known.lost + lost)
        self._supposing = True

    def stick(self, key: StickyKey, rep: StickyRep) -> None:
        self._stickies[key] = self.changes.stickies[key] = rep
