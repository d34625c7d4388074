"""A store's books gone through: what its log says added up anew, by code that shares nothing with the store's own.

It goes on from where it stopped, so that a store can be looked at again and again while it grows.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from routebook.auditing import audit
from routebook.runtime.audit.differences import Kind
from routebook.runtime.notices.outbox import State
from routebook.runtime.stores import Store
from support.crowds import Said
from support.faulty import MINDED, SHARES, TOLD, roster

_CHAIN_BREAKS: Final = (Kind.CHANGED, Kind.MISSING, Kind.ORDER, Kind.SEAL)
_OPEN: Final = ("assigned", "accepted", "contacted", "qualified")


@dataclass
class Faults:
    """What is wrong, each in words; where all is well there is nothing in it."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    half_made: list[str] = field(default_factory=list)
    rotation: list[str] = field(default_factory=list)
    chains: list[str] = field(default_factory=list)

    def all(self) -> list[str]:
        return [*self.lost, *self.doubled, *self.half_made, *self.rotation, *self.chains]


@dataclass
class _Row:
    seq: int
    kind: str
    round: int
    outcome: str
    rep: str | None
    key: str | None


class Books:
    """The books of one store, which nobody writes to while they are gone through."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._last = 0
        self._ends: dict[str, tuple[int, str, int]] = {}
        self._leads: dict[str, list[_Row]] = defaultdict(list)
        self._turns: dict[str, list[str]] = defaultdict(list)
        self.faults = Faults()
        self.off = 0
        """By how many turns any rep was off its share in any full cycle."""

    def close(self) -> None:
        self.store.close()

    def reopen(self, store: Store) -> None:
        """Go on with the same store by another connection."""
        self.store = store

    @property
    def leads(self) -> int:
        return len(self._leads)

    @property
    def rows(self) -> int:
        return sum(map(len, self._leads.values()))

    def go_through(self, said: Said) -> Faults:
        """What is wrong by now, the store and what was acknowledged compared; replay is left to `replay`."""
        self.faults = Faults()
        self._read()
        self._look_for_lost(said)
        self._look_for_doubled(said)
        self._look_at_state()
        self._look_at_rotations()
        return self.faults

    def replay(self) -> Faults:
        """What the store's own audit finds besides."""
        found = audit(self.store)
        assert found.rows == found.replayed == self.rows, "all of it replays"
        for each in found.differences:
            text = f"{each.kind}: {each.message} (row {each.row}, lead {each.lead}, chain {each.chain})"
            (self.faults.chains if each.kind in _CHAIN_BREAKS else self.faults.half_made).append(text)
        return self.faults

    # --- the log ---

    def _read(self) -> None:
        for row in self.store.log(after=self._last):
            self._last = row.seq
            length, hash, seq = self._ends.get(row.chain, (0, "", 0))
            sealed = hashlib.sha256(f"{hash}\n{row.body}".encode()).hexdigest()
            if (row.n, row.hash) != (length + 1, sealed) or row.seq <= seq:
                self.faults.chains.append(f"row {row.seq} does not follow row {seq} of {row.chain}")
            self._ends[row.chain] = (row.n, row.hash, row.seq)
            said = json.loads(row.body)
            about: dict[str, Any] = said.get("event") or said.get("cause") or {}
            entry = _Row(row.seq, row.kind, row.round, row.outcome, row.rep, about.get("key"))
            self._leads[row.lead].append(entry)
            if row.chain in SHARES:
                assert row.rep is not None
                self._turns[row.chain].append(row.rep)

    def _look_for_lost(self, said: Said) -> None:
        for lead, reps in said.routed.items():
            had = {str(row.rep) for row in self._leads.get(lead, ())}
            if not reps or not reps <= had:
                self.faults.lost.append(f"{lead} was said to be with {reps}, and was with {had}")
        keys = {row.key: (lead, row.kind) for lead, rows in self._leads.items() for row in rows if row.key}
        self.faults.lost += [
            f"event {key} of {lead}" for key, (lead, _) in said.recorded.items() if key not in keys
        ]
        for lead, times in said.swept.items():
            if sum(row.kind == "handover" for row in self._leads.get(lead, ())) < times:
                self.faults.lost.append(f"{lead} was swept {times} times")

    def _look_for_doubled(self, said: Said) -> None:
        for lead, rows in self._leads.items():
            placed = Counter(row.round for row in rows if row.kind == "assignment")
            if set(placed.values()) != {1} or (not lead.startswith(MINDED) and len(rows) != 1):
                self.faults.doubled.append(f"{lead}: {rows}")
            keys = Counter(row.key for row in rows if row.key)
            self.faults.doubled += [f"event {key} of {lead}" for key, times in keys.items() if times > 1]
        for lead, times in said.new.items():
            if times > sum(row.kind == "assignment" for row in self._leads.get(lead, ())):
                self.faults.doubled.append(f"{lead} was said to be new {times} times")

    # --- the state ---

    def _look_at_state(self) -> None:
        """Leads, reps and ends of chains are what the log comes to."""
        active: Counter[str] = Counter()
        with self.store.snapshot() as snapshot:
            ends = {name: (head.length, head.hash) for name, head in snapshot.heads().items() if head.length}
        if ends != {name: (length, hash) for name, (length, hash, _) in self._ends.items()}:
            self.faults.chains.append("the ends of chains are not those of the log")
        with self.store.session() as session:
            states = session.leads(list(self._leads))
            reps = session.reps(list(roster().reps))
        for lead, rows in self._leads.items():
            placed = [row for row in rows if row.kind != "event"][-1]
            state = states.get(lead)
            if state is None or (state.seq, state.rep, state.outcome, state.status) != (
                placed.seq,
                placed.rep,
                placed.outcome,
                rows[-1].outcome,
            ):
                self.faults.half_made.append(f"{lead} stands at {state}, and the log says {rows}")
            if placed.rep is not None and rows[-1].outcome in _OPEN:
                active[placed.rep] += 1
        held = {id: rep.active for id, rep in reps.items() if rep.active}
        if held != active:
            self.faults.half_made.append(f"reps have {held} leads open, and the log says {dict(active)}")

    def _look_at_rotations(self) -> None:
        """Every full cycle of all recorded turns, in order, gives each rep its weight; nobody is owed anything else."""
        for chain, shares in SHARES.items():
            turns, cycle = self._turns[chain], sum(shares.values())
            for at in range(0, len(turns) - len(turns) % cycle, cycle):
                taken = Counter(turns[at : at + cycle])
                self.off = max(self.off, *(abs(taken[rep] - share) for rep, share in shares.items()))
                if taken != shares:
                    self.faults.rotation.append(
                        f"{chain}: turns {at} to {at + cycle} are {turns[at : at + cycle]}"
                    )
        names = [f"pool {name}" for name in roster().pools]
        with self.store.session() as session:
            for key, rotation in session.rotations(names).items():
                if sum(rotation.credits.values()):
                    self.faults.rotation.append(f"{key}: the credits {rotation.credits} do not sum to zero")
                if key in SHARES and dict(rotation.credits) != _owed(self._turns[key], SHARES[key]):
                    self.faults.rotation.append(
                        f"{key}: the credits {rotation.credits} are not those of its turns"
                    )


def _owed(turns: list[str], shares: dict[str, int]) -> dict[str, int]:
    """What each rep is owed after these turns: its weight for every turn, less a cycle for each of its own."""
    taken = Counter(turns)
    return {rep: weight * len(turns) - sum(shares.values()) * taken[rep] for rep, weight in shares.items()}


def told_in(folder: Path) -> Counter[str]:
    """How often each notice was delivered, by its key; every line is whole."""
    path = folder / TOLD
    lines = path.read_text().splitlines() if path.exists() else []
    return Counter(json.loads(line)["key"] for line in lines)


def untold(store: Store, folder: Path, said: Said) -> list[str]:
    """Notices that were acknowledged, or written down, as delivered and were not; and those that wait still."""
    told = told_in(folder)
    posted = store.outbox.posted()
    missing = [f"notice {key} was not delivered" for key in said.delivered if not told[key]]
    missing += [
        f"notice {each.notice.key} is {each.state} and was delivered {told[each.notice.key]} times"
        for each in posted
        if (each.state is State.DELIVERED) > told[each.notice.key]
    ]
    return missing
