"""The audit of a store: its log checked and replayed, with the policies and rosters that the store itself keeps."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Final

from routebook.archive import Archive
from routebook.diagnostics import RoutebookError
from routebook.kept import Kept
from routebook.runtime.after.offices import office_of
from routebook.runtime.audit.chains import Chains, Seal
from routebook.runtime.audit.differences import Difference
from routebook.runtime.audit.replay import Past, Replay
from routebook.runtime.audit.states import compare
from routebook.runtime.log import Digests
from routebook.runtime.router import Router
from routebook.runtime.state import Head, LogRow
from routebook.runtime.stores import Store

MOST: Final = 1000
"""Differences that are told; of more it is told how many there are."""

_BATCH: Final = 500  # rows that share a transaction of the replay
_KEPT: Final = 50  # pasts that are remembered


@dataclass
class Audit:
    """What an audit came to.

    `unknown` counts rows that could not be replayed, by the reason; `heads` are the chains' ends.
    """

    store: str
    rows: int = 0
    replayed: int = 0
    heads: Mapping[str, Head] = field(default_factory=dict)
    unknown: Mapping[str, int] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)
    found: int = 0

    @property
    def is_well(self) -> bool:
        return self.found == 0

    def note(self, difference: Difference) -> None:
        self.found += 1
        if len(self.differences) < MOST:
            self.differences.append(difference)

    def as_json(self) -> dict[str, Any]:
        return {
            "store": self.store,
            "well": self.is_well,
            "rows": self.rows,
            "chains": len(self.heads),
            "replayed": self.replayed,
            "unknown": [{"why": why, "rows": rows} for why, rows in self.unknown.items()],
            "found": self.found,
            "differences": [difference.as_json() for difference in self.differences],
        }


def audit(store: Store, seal: Seal | None = None, done: Callable[[int], None] | None = None) -> Audit:
    """Check the chains of a store's log, replay every row, and compare the state with what the log adds up to.

    The store is read as it is at this moment, and not changed. `seal` is what an earlier audit wrote down; `done` is
    told each time how many rows are behind it. What is remembered does not grow with the log: the replay's own state is
    in a file that goes away. Raises StoreError where the store, or that file, cannot be used.
    """
    from routebook.runtime.stores.scratch import ScratchStore

    found = Audit(store.url)
    chains = Chains(seal)
    with (
        tempfile.TemporaryDirectory(prefix="routebook-audit-") as folder,
        store.snapshot() as snapshot,
    ):
        scratch = ScratchStore(Path(folder))
        try:
            replay = Replay(scratch, _Pasts(store, scratch), store.exclusive)
            for rows in _batches(snapshot.log()):
                _follow(rows, chains, replay, found)
                if done is not None:
                    done(len(rows))
            for difference in chains.end(snapshot.heads()):
                found.note(difference)
            with scratch.snapshot() as replayed:
                for difference in compare(snapshot.held(), replayed.held()):
                    found.note(difference)
        finally:
            scratch.close()
    found.heads, found.replayed, found.unknown = chains.heads, replay.replayed, replay.unknown
    return found


def _batches(log: Iterator[LogRow]) -> Iterator[list[LogRow]]:
    while rows := list(islice(log, _BATCH)):
        yield rows


def _follow(rows: list[LogRow], chains: Chains, replay: Replay, found: Audit) -> None:
    for row in rows:
        for difference in chains.follow(row):
            found.note(difference)
    for difference in replay.run(rows):
        found.note(difference)
    found.rows += len(rows)


class _Pasts:
    """Policies and rosters at work as they were, each made once."""

    def __init__(self, store: Store, scratch: Store) -> None:
        self._archive = Archive(store)
        self._scratch = scratch
        self._known: dict[tuple[str, ...], Past] = {}

    def __call__(self, said: Mapping[str, Any]) -> Past:
        # rows of layout 1 call one main file by several names
        file = "" if said["rule"] is None else said["rule"]["file"]
        key = said["policy_text"], said["policy"], said["roster"], file
        if key not in self._known:
            if len(self._known) >= _KEPT:
                self._known.clear()
            self._known[key] = self._past(said)
        return self._known[key]

    def _past(self, said: Mapping[str, Any]) -> Past:
        policy, roster = self._archive.policy(said), self._archive.roster(said["roster"])
        digests = Digests(said["policy"], said["policy_text"], said["roster"])
        router = Router(
            policy.tree,
            roster,
            self._scratch,
            kept=Kept(digests.text, {}),
            decide=policy.leaf,
            settings=policy.settings,
        )
        return Past(router, office_of(policy.tree, roster, digests, settings=policy.settings))


# --- the seal ---


def seal_of(found: Audit) -> str:
    """What to write down elsewhere, so that a later audit notices even a log that was rewritten to its end."""
    chains = {name: [head.length, head.hash] for name, head in sorted(found.heads.items())}
    return json.dumps({"rows": found.rows, "chains": chains}, ensure_ascii=False, indent=1) + "\n"


def read_seal(text: str) -> Seal:
    """What `seal_of` wrote. Raises RoutebookError for anything else."""
    try:
        return dict(_chains(json.loads(text)["chains"]))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise RoutebookError("it does not read as a seal that an audit wrote") from None


def _chains(said: Mapping[str, Any]) -> Iterator[tuple[str, tuple[int, str]]]:
    for name, (length, hash) in said.items():
        if not isinstance(length, int) or not isinstance(hash, str):
            raise TypeError
        yield name, (length, hash)
