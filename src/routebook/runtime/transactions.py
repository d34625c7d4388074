"""Transactions on a store: one ledger for each, begun again for want of a lock, tried again where a store is gone."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Final, TypeVar

from routebook.runtime.errors import StoreUnavailable
from routebook.runtime.ledger import Ledger
from routebook.runtime.locks import NO_READS, Locks, NeedsLocks, Reads
from routebook.runtime.stores.base import Store

_PAUSES: Final = (0.05, 0.1, 0.2, 0.4, 0.8)  # seconds between attempts at a store that is busy or gone
_ATTEMPTS: Final = 20  # transactions begun again for want of a lock
_T = TypeVar("_T")


class Transactions:
    """What a store is changed by. Safe to share between threads."""

    def __init__(self, store: Store, pause: Callable[[float], None] = time.sleep) -> None:
        self.store = store
        self._pause = pause
        self._ledger = Ledger()
        self._lock = Lock()

    def run(
        self, leads: Sequence[str], locks: Locks, action: Callable[[Ledger], _T], reads: Reads = NO_READS
    ) -> _T:
        """Do it in a transaction that is about these leads; what it changes is written when all went well.

        `reads` is what it will likely ask for. Where the store is busy or gone it is done again after a while, and
        at last given up (StoreUnavailable).
        """
        for pause in _PAUSES:
            try:
                return self._locked(leads, locks, action, reads)
            except StoreUnavailable:
                self._pause(pause)
        return self._locked(leads, locks, action, reads)

    def _locked(self, leads: Sequence[str], locks: Locks, action: Callable[[Ledger], _T], reads: Reads) -> _T:
        for _ in range(_ATTEMPTS):
            try:
                if not self.store.exclusive:
                    return self._once(Ledger(exclusive=False), leads, locks, action, reads)
                with self._lock:
                    return self._once(self._ledger, leads, locks, action, reads)
            except NeedsLocks as needed:
                locks |= needed.locks
        raise StoreUnavailable(
            f"the store {self.store.url} is busy: too many others draw from the same pools"
        )

    def _once(
        self,
        ledger: Ledger,
        leads: Sequence[str],
        locks: Locks,
        action: Callable[[Ledger], _T],
        reads: Reads,
    ) -> _T:
        with self.store.session() as session:
            ledger.begin(session, leads, locks, reads)
            result = action(ledger)
            ledger.write()
        ledger.committed(session.version)
        return result
