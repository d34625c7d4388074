"""Delivering: what is due is claimed, sent, and written down; what fails is tried again, later and later."""

from __future__ import annotations

import random
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event, Lock
from typing import Any, Final

from routebook.decision import jsonable
from routebook.runtime.errors import StoreUnavailable
from routebook.runtime.notices.outbox import Outbox, Posted, Receipt, State
from routebook.runtime.notices.sending import NotDelivered, Sender, sender_of
from routebook.settings import Settings

TOGETHER: Final = 8
"""Notices under way at the same time."""

_FIRST: Final = timedelta(seconds=5)
_LONGEST: Final = timedelta(hours=6)
_GRACE: Final = timedelta(seconds=60)
"""How much longer than an answer may take a claim holds: time to write down what came of it."""

_GIVE_UP: Final = 5
"""Failures in a row after which a destination is left alone until the next pass."""

_PAUSES: Final = (0.05, 0.2, 0.8, 3.2)  # seconds between attempts at a store that is busy or gone


@dataclass(frozen=True, slots=True)
class Delivered:
    """What came of one notice: delivered, waiting until it is tried again at `due`, or dead, with the last `error`."""

    key: str
    kind: str
    lead: str
    addressee: str
    destination: str
    state: State
    attempts: int
    due: datetime | None
    error: str | None

    def as_json(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "kind": self.kind,
            "lead": self.lead,
            "addressee": self.addressee,
            "destination": self.destination,
            "state": self.state.value,
            "attempts": self.attempts,
            "due": jsonable(self.due),
            "error": self.error,
        }


@dataclass(frozen=True, slots=True)
class Way:
    """A destination as it is used: how to send there, how long that may take, and how often it is tried."""

    sender: Sender
    timeout: timedelta
    attempts: int


def ways_of(settings: Settings, environ: Mapping[str, str]) -> dict[str, Way]:
    """The destinations of the settings. Raises RoutebookError where a secret is not in the environment."""
    return {
        name: Way(sender_of(name, each, settings, environ), each.timeout, each.attempts)
        for name, each in settings.notify.items()
    }


def seen(posted: Posted) -> Delivered:
    """A notice of the outbox as it is told of."""
    notice = posted.notice
    due = posted.due if posted.state is State.WAITING and posted.attempts else None
    return Delivered(
        notice.key,
        notice.kind,
        notice.lead,
        notice.addressee,
        notice.destination,
        posted.state,
        posted.attempts,
        due,
        posted.error,
    )


def backoff(attempts: int, chance: float) -> timedelta:
    """How long to wait after so many failures: twice as long each time, spread by a chance from 0 to 1.

    Between half and all of 5 seconds, 10, 20 … up to 6 hours, so that what failed together does not come back together
    ("equal jitter", Brooker 2015, Exponential Backoff And Jitter).
    """
    doubled = int(2 ** min(attempts - 1, 30))
    return min(_FIRST * doubled, _LONGEST) * (0.5 + chance / 2)


class Deliverer:
    """Delivers what waits in an outbox. Any number may be at it at once, in one process or in many."""

    def __init__(
        self,
        outbox: Outbox,
        ways: Mapping[str, Way],
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        chance: Callable[[], float] = random.random,
        pause: Callable[[float], object] = time.sleep,
    ) -> None:
        self._outbox = outbox
        self._ways = ways
        self._clock = clock
        self._chance = chance
        self._pause = pause
        self._holder = uuid.uuid4().hex
        self._lock = Lock()
        self.stopped: Final = Event()
        """Once set, what is under way is ended and written down, and nothing new is begun."""

    def deliver(self) -> Iterator[Delivered]:
        """Try everything that is due by now, each once; what came of each is written down by the time it is given."""
        start = self._clock()
        failures: Counter[str] = Counter()
        with ThreadPoolExecutor(TOGETHER) as threads:
            while not self.stopped.is_set():
                claimed = self._claim(start, failures)
                if not claimed:
                    return
                for done in threads.map(self._try, claimed):
                    failed = done.state is not State.DELIVERED
                    failures[done.destination] = failures[done.destination] + 1 if failed else 0
                    yield done

    def _claim(self, due: datetime, failures: Mapping[str, int]) -> list[Posted]:
        ways = {name: way for name, way in self._ways.items() if failures.get(name, 0) < _GIVE_UP}
        if not ways:
            return []
        longest = max(way.timeout for way in ways.values())
        until = self._clock() + longest + _GRACE
        return list(self._outbox.claim(list(ways), due, until, self._holder, TOGETHER))

    def _try(self, posted: Posted) -> Delivered:
        """Send one, and write down what came of it, whatever else happens to this program meanwhile."""
        way, now = self._ways[posted.notice.destination], self._clock()
        try:
            way.sender.send(posted.notice, now)
        except NotDelivered as failure:
            receipt = self._failed(posted, way, failure)
        else:
            receipt = Receipt(State.DELIVERED, now)
        self._settle(posted, receipt)
        return seen(Posted(posted.notice, receipt.state, posted.attempts, receipt.due, receipt.error))

    def _failed(self, posted: Posted, way: Way, failure: NotDelivered) -> Receipt:
        state = State.DEAD if posted.attempts >= way.attempts else State.WAITING
        with self._lock:
            chance = self._chance()
        wait = max(backoff(posted.attempts, chance), failure.pause or timedelta())
        return Receipt(state, self._clock() + wait, str(failure))

    def _settle(self, posted: Posted, receipt: Receipt) -> None:
        for pause in _PAUSES:
            try:
                self._outbox.settle(posted.notice, self._holder, receipt)
                return
            except StoreUnavailable:
                self._pause(pause)
        self._outbox.settle(posted.notice, self._holder, receipt)
