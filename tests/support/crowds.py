"""Processes that are killed at random moments and replaced, and what they said before that."""

from __future__ import annotations

import multiprocessing
import os
import random
import selectors
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Final

from support import faulty
from support.faulty import Job

_TESTS: Final = Path(__file__).parent.parent
_LONGEST: Final = 60  # seconds that a process may take to be ready, on a machine that does much else


@dataclass
class Said:
    """What was acknowledged: `routed` who was said to have each lead, `new` how often it was said to be new.

    `times` counts it all, by kind; `highest` is the last number that each name has come to.
    """

    routed: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    new: Counter[str] = field(default_factory=Counter)
    recorded: dict[str, tuple[str, str]] = field(default_factory=dict)
    swept: Counter[str] = field(default_factory=Counter)
    delivered: set[str] = field(default_factory=set)
    unavailable: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)
    highest: dict[str, int] = field(default_factory=dict)
    times: Counter[str] = field(default_factory=Counter)

    def hear(self, job: Job, line: str) -> None:
        words = line.split(" ")
        if words[0] in ("routed", "recorded", "swept", "delivered"):
            self.times[words[0]] += 1
        match words:
            case ["routed", lead, rep, again]:
                self.routed[lead].add(rep)
                self.new[lead] += again == "False"
                number = int(lead.removeprefix(faulty.MINDED).removeprefix(job.name))
                self.highest[job.name] = max(number, self.highest.get(job.name, 0))
            case ["recorded", lead, kind, key]:
                self.recorded[key] = (lead, kind)
            case ["swept", lead, _, _]:
                self.swept[lead] += 1
            case ["passed", number]:
                self.highest[job.name] = max(int(number), self.highest.get(job.name, 0))
            case ["delivered", key, "delivered"]:
                self.delivered.add(key)
            case ["unavailable", why]:
                self.unavailable[why] += 1
            case ["failed", why]:
                self.failed.append(f"{job.what}: {why}")
            case ["ready"] | ["done"] | ["delivered", _, _]:
                pass
            case _:
                raise AssertionError(f"what is `{line}`?")


@dataclass
class _Member:
    job: Job
    process: BaseProcess
    pipe: int
    rest: bytes = b""
    ready: bool = False


class Crowd:
    """Processes at work on one store. `jobs` are what each does; who is killed is replaced, and goes on from there.

    A random number of leads before the last acknowledged one come again, so that no lead is left out and many are
    in the hands of several processes at once.
    """

    def __init__(self, jobs: Sequence[Job], dice: random.Random) -> None:
        self.said = Said()
        self.kills = 0
        """Processes killed at work; those that were killed while they opened the store are in `early`."""
        self.early = 0
        self.processes = 0
        self._dice = dice
        self._selector = selectors.DefaultSelector()
        # children come from a process that has opened nothing; it finds our modules by this
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(_TESTS), os.environ.get("PYTHONPATH"))))
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["support.warm"])
        self._members = [self._start(job) for job in jobs]

    def run(
        self, kills: int, pauses: tuple[float, float], meanwhile: Callable[[], Any] = lambda: None
    ) -> None:
        """Kill so many, at moments that are so many seconds apart."""
        self.wait_until_ready()
        for _ in range(kills):
            self.listen(self._dice.uniform(*pauses))
            place = self._dice.randrange(len(self._members))
            self._kill(place)
            self._members[place] = self._start(self._next(self._members[place].job))
            meanwhile()

    def listen(self, seconds: float) -> None:
        """Hear what they say for a while."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self._hear(left)

    def wait_until_ready(self) -> None:
        until = time.monotonic() + _LONGEST
        while not all(member.ready for member in self._members):
            assert time.monotonic() < until, "they are not ready"
            self._hear(0.1)

    def pause(self) -> Said:
        """Kill them all, to begin again by `resume`."""
        for place in range(len(self._members)):
            self._kill(place)
        assert not self.said.failed, self.said.failed
        return self.said

    def resume(self) -> None:
        self._members = [self._start(self._next(member.job)) for member in self._members]

    def end(self) -> Said:
        """Kill them all."""
        said = self.pause()
        self._selector.close()
        return said

    def finish(self, seconds: float = 120) -> Said:
        """Let them come to their own end."""
        until = time.monotonic() + seconds
        while any(member.process.exitcode is None for member in self._members):
            assert time.monotonic() < until, "they do not come to an end"
            self._hear(0.05)
        return self.end()

    # --- one of them ---

    def _start(self, job: Job) -> _Member:
        reading, writing = os.pipe()
        connection = multiprocessing.connection.Connection(writing, readable=False)
        process = self._context.Process(target=_begin, args=(job, connection), daemon=True)
        process.start()
        connection.close()
        self.processes += 1
        os.set_blocking(reading, False)
        member = _Member(job, process, reading)
        self._selector.register(reading, selectors.EVENT_READ, member)
        return member

    def _next(self, job: Job) -> Job:
        back = self._dice.randrange(0, 2 * job.batch + 5)
        first = max(0, self.said.highest.get(job.name, 0) - back)
        return replace(job, first=first, seed=self._dice.randrange(2**32))

    def _kill(self, place: int) -> None:
        member = self._members[place]
        self.kills += member.ready and member.process.is_alive()
        self.early += not member.ready
        member.process.kill()
        member.process.join()
        while self._read(member):
            pass
        self._selector.unregister(member.pipe)
        os.close(member.pipe)

    def _hear(self, seconds: float) -> None:
        for key, _ in self._selector.select(seconds):
            if not self._read(key.data):
                time.sleep(0.005)  # it has ended, and will be seen to

    def _read(self, member: _Member) -> bool:
        try:
            found = os.read(member.pipe, 1 << 16)
        except BlockingIOError:
            return False
        *lines, member.rest = (member.rest + found).split(b"\n")
        for line in lines:
            member.ready = member.ready or line == b"ready"
            self.said.hear(member.job, line.decode())
        return bool(found)


def _begin(job: Job, connection: Any) -> None:
    faulty.work(job, connection.fileno())
