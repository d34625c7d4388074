"""The outbox of the store that forgets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from threading import Lock

from routebook.runtime.notices.outbox import AT_ONCE, Notice, Posted, Receipt, State


class MemoryOutbox:
    """Notices by key and destination, each with whoever has claimed it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._posted: dict[tuple[str, str], Posted] = {}
        self._holders: dict[tuple[str, str], str] = {}

    def write(self, notices: Iterable[Notice]) -> None:
        """Add notices that nobody has tried yet."""
        with self._lock:
            for notice in notices:
                posted = Posted(notice, State.WAITING, 0, AT_ONCE)
                self._posted[notice.key, notice.destination] = posted

    def claim(
        self, destinations: Collection[str], due: datetime, until: datetime, holder: str, limit: int
    ) -> Sequence[Posted]:
        with self._lock:
            found = [
                posted
                for posted in self._posted.values()
                if posted.state is State.WAITING
                and posted.notice.destination in destinations
                and posted.due <= due
            ]
            found.sort(key=lambda posted: (posted.due, *_place(posted.notice)))
            claimed = [replace(posted, attempts=posted.attempts + 1) for posted in found[:limit]]
            for posted in claimed:
                place = (posted.notice.key, posted.notice.destination)
                self._posted[place] = replace(posted, due=until)
                self._holders[place] = holder
        return claimed

    def settle(self, notice: Notice, holder: str, receipt: Receipt) -> bool:
        place = (notice.key, notice.destination)
        with self._lock:
            if self._holders.get(place) != holder:
                return False
            del self._holders[place]
            self._posted[place] = replace(
                self._posted[place], state=receipt.state, due=receipt.due, error=receipt.error
            )
            return True

    def posted(self, state: State | None = None) -> Sequence[Posted]:
        with self._lock:
            found = [posted for posted in self._posted.values() if state is None or posted.state is state]
        return sorted(found, key=lambda posted: _place(posted.notice))

    def waiting(self) -> Mapping[str, int]:
        return Counter(posted.notice.destination for posted in self.posted(State.WAITING))

    def retry(self, keys: Collection[str] | None, now: datetime) -> int:
        with self._lock:
            dead = {
                place: replace(posted, state=State.WAITING, attempts=0, due=now)
                for place, posted in self._posted.items()
                if posted.state is State.DEAD and (keys is None or posted.notice.key in keys)
            }
            self._posted.update(dead)
        return len(dead)


def _place(notice: Notice) -> tuple[int, str, str, str]:
    return notice.seq, notice.kind, notice.key, notice.destination
