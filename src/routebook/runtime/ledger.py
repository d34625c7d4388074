"""What a router sees of its store while it places a batch of leads, and what the batch changes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from routebook.runtime.state import (
    NO_LEADS,
    NO_RESULT,
    NO_ROWS,
    Changes,
    Head,
    LeadState,
    LogRow,
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
from routebook.runtime.stores.base import Session

_KEPT = 200_000  # things remembered between transactions before all are forgotten


class Ledger:
    """A store's state, read when first asked for, with the changes of this transaction on top.

    Between transactions it keeps what it has read for as long as the store says that nobody else has written.
    """

    def __init__(self) -> None:
        self._version: object | None = None
        self._forget()

    def _forget(self) -> None:
        self._rotations: dict[str, Rotation] = {}
        self._reps: dict[str, RepState] = {}
        self._weeks: dict[WeekKey, Week] = {}
        self._stickies: dict[StickyKey, StickyRep | None] = {}
        self._results: dict[ResultKey, Result] = {}
        self._heads: dict[str, Head] = {}
        self._known: set[tuple[str, date]] = set()

    def begin(self, session: Session, leads: Collection[str]) -> None:
        """Start a transaction that is about these leads."""
        self._session = session
        version = session.version
        kept = len(self._stickies) + len(self._weeks) + len(self._reps) + len(self._results)
        if version is None or version != self._version or kept > _KEPT:
            self._forget()
            self._seq = session.last_seq()
        # a transaction that ends badly leaves things here that never happened
        self._version = None
        self._leads = session.leads(leads)
        self.changes = Changes()

    def committed(self, version: object | None) -> None:
        """The transaction has ended well, and the store's state is now `version`."""
        self._version = version

    # --- reading ---

    def lead(self, id: str) -> LeadState | None:
        return self._leads.get(id)

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
            self._reps.update((id, found.get(id) or RepState()) for id in missing)

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
            found = self._weeks[key] = self._session.weeks((id,), (monday,)).get(key, NO_LEADS)
        return found

    def knows(self, pool: str, day: date) -> bool:
        """Whether a pool's people have been read for a day; from now on they count as read."""
        known = (pool, day) in self._known
        self._known.add((pool, day))
        return known

    def load_weeks(self, ids: Collection[str], mondays: Collection[date]) -> None:
        """Read those weeks that have not been read yet, all at once."""
        missing = {id for id in ids for monday in mondays if (id, monday) not in self._weeks}
        if missing:
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
        missing = [key for key in keys if key not in self._results]
        if missing:
            found = self._session.results(missing)
            self._results.update((key, found.get(key, NO_RESULT)) for key in missing)
        return self._results

    def row(self, seq: int) -> LogRow:
        """A row of the log, one of this transaction's own included."""
        for row in reversed(self.changes.rows):
            if row.seq == seq:
                return row
        return self._session.rows((seq,))[seq]

    # --- writing ---

    def next_seq(self) -> int:
        """The number of the row that is appended next."""
        return self._seq + 1

    def head(self, chain: str) -> Head:
        found = self._heads.get(chain)
        if found is None:
            found = self._heads[chain] = self._session.heads((chain,)).get(chain, NO_ROWS)
        return found

    def append(self, row: LogRow, lead: LeadState) -> None:
        """Add a row to the log, with where it leaves its lead."""
        self._seq = row.seq
        self._heads[row.chain] = self.changes.heads[row.chain] = Head(row.n, row.hash)
        self.changes.rows.append(row)
        self._leads[lead.id] = self.changes.leads[lead.id] = lead

    def give(self, rep: str, monday: date, weekday: int) -> None:
        """One more open lead for a rep, by the row that is appended next."""
        state = self.rep(rep)
        self._reps[rep] = self.changes.reps[rep] = RepState(state.active + 1, self.next_seq())
        week = list(self.week(rep, monday))
        week[weekday] += 1
        key = (rep, monday)
        self._weeks[key] = self.changes.weeks[key] = (*week,)  # type: ignore[assignment]

    def turn(self, turn: Turn, rep: str) -> None:
        """A turn taken by `rep`, by the row that is appended next."""
        rotation = turn.taken(self.rotation(turn.rotation), rep, self.next_seq())
        self._rotations[turn.rotation] = self.changes.rotations[turn.rotation] = rotation

    def stick(self, key: StickyKey, rep: StickyRep) -> None:
        self._stickies[key] = self.changes.stickies[key] = rep
