"""What processes do that are killed while they do it: each says what it has done once that is recorded, in lines.

A process is forked from one that has imported everything and opened nothing (`crowds`), so that hundreds can be
started and killed in a minute.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, partial
from itertools import count
from pathlib import Path
from typing import Final, TypeVar

from routebook.aftercare import Aftercare
from routebook.api import Policy, loads
from routebook.diagnostics import RoutebookError
from routebook.roster import Roster
from routebook.runtime.after.statuses import ASSIGN, RETURN, TOUCH
from routebook.runtime.errors import StoreUnavailable
from routebook.runtime.router import Router
from routebook.runtime.stores import Store, open_store
from routebook.settings import Destination, Settings
from support.routing import LEAD, NOON, lead, pool, reps

RULES: Final = """
rule held when score >= 97 hold pool late up to 2h then queue triage
rule care when score >= 90 assign pool care by round_robin then queue triage under prompt
rule load when score >= 75 assign pool both by load then queue triage
rule few when score >= 50 assign pool few by round_robin then queue triage
rule smb when score >= 5 assign pool smb by round_robin then queue triage
else queue triage
sla prompt {
  respond within 30m then reassign 1 times then queue managers
}
"""
TEAM: Final = (
    pool("smb", "ana", "bogdan", "carla")
    + pool("few", "dan", "eva")
    + pool("both", "ana", "bogdan", "carla", "dan", "eva")
    + pool("care", "gus", "hana", "ion")
    + pool("late", "jan")
    + reps(
        "bogdan",
        "carla",
        "eva",
        "gus",
        "hana",
        "ion",
        ana={"weight": 2},
        dan={"weight": 3},
        jan={"hours": '{ "mon-fri" = "13:00-17:00" }', "timezone": '"UTC"'},
    )
)
SHARES: Final = {
    "pool smb": {"ana": 2, "bogdan": 1, "carla": 1},
    "pool few": {"dan": 3, "eva": 1},
}
"""The rotations whose leads nobody hands back: every full cycle of them gives each rep its weight."""

MINDED: Final = "C"
"""What the ids of leads begin with that somebody looks after; of the others each is assigned once and for all."""

TOLD: Final = "told.jsonl"
_KINDS: Final = (TOUCH, "contacted", "converted", "recycled", "junk", "unreachable", RETURN, ASSIGN)
_T = TypeVar("_T")
_PATIENCE: Final = 0.2  # seconds until a process comes back with what the store had no time for


@dataclass(frozen=True)
class Job:
    """What a process is to do: `first` is the number of its first lead, `batch` how many share a transaction."""

    what: str
    url: str
    folder: str
    name: str
    first: int = 0
    batch: int = 1
    seed: int = 0
    last: int | None = None


@cache
def policy() -> Policy:
    return loads(LEAD + RULES)


@cache
def roster() -> Roster:
    return Roster.loads(TEAM, "roster.toml")


def settings_in(folder: str | Path) -> Settings:
    return Settings(notify={"told": Destination(file=TOLD)}).model_copy(update={"folder": Path(folder)})


def router_on(store: Store, settings: Settings | None = None) -> Router:
    made = policy()
    return Router(made.tree, roster(), store, kept=made.kept, decide=made.leaf, settings=settings)


def score_of(number: int) -> int:
    """The score of the lead with this number: never one of those that somebody looks after."""
    return number * 37 % 90


# --- what they do ----------------------------------------------------------------------------------------


def route(job: Job, store: Store, say: Callable[..., None]) -> None:
    """One lead after the other, in batches that end wherever."""
    router = router_on(store)
    numbers: Iterator[int] = iter(count(job.first) if job.last is None else range(job.first, job.last))
    waiting: list[int] = []
    while group := waiting or [number for _, number in zip(range(job.batch), numbers, strict=False)]:
        waiting = group
        leads = [lead(router.tree, f"{job.name}{number}", score=score_of(number)) for number in group]
        for got in _insisting(lambda: list(router.route_many(leads, batch=job.batch, now=NOON)), say):  # noqa: B023
            say("routed", got.lead, got.rep, got.again)
        waiting = []


def mind(job: Job, store: Store, say: Callable[..., None]) -> None:
    """New leads, and what happens to those that there are: touches, returns, statuses, assignments by hand."""
    settings = settings_in(job.folder)
    router, after = router_on(store, settings), Aftercare(store, roster=roster(), settings=settings)
    dice = random.Random(job.seed)
    for number in count(job.first):
        id = f"{MINDED}{job.name}{number}"
        new = lead(router.tree, id, score=90 + number % 10)
        got = _insisting(lambda: router.route(new, NOON), say)  # noqa: B023
        say("routed", got.lead, got.rep, got.again)
        for _ in range(4):
            known, kind = (
                f"{MINDED}{job.name}{dice.randrange(max(0, number - 20), number + 1)}",
                dice.choice(_KINDS),
            )
            rep = dice.choice(["gus", "hana", "ion"]) if kind == ASSIGN else None
            key = f"{job.seed}-{number}-{dice.random()}"
            reason = "as it was" if kind == "junk" else None
            try:
                event = partial(after.record, known, kind, rep=rep, at=NOON, key=key, reason=reason)
                done = _insisting(event, say)
            except RoutebookError:
                continue  # it is closed, or nobody has it
            say("recorded", done.lead, kind, key)


def sweep(job: Job, store: Store, say: Callable[..., None]) -> None:
    """Sweeps, one after the other, each ten minutes later."""
    after = Aftercare(store, roster=roster(), settings=settings_in(job.folder))
    for number in count(job.first):
        now = NOON + timedelta(minutes=10 * number)
        for each in _insisting(lambda: list(after.sweep(now)), say):  # noqa: B023
            if each.assignment is not None:
                say("swept", each.lead, each.why, each.assignment.rep)
        say("passed", number)
        time.sleep(0.02)


def deliver(job: Job, store: Store, say: Callable[..., None]) -> None:
    """What people are to be told, into a file."""
    after = Aftercare(store, settings=settings_in(job.folder))
    while True:
        for each in _insisting(lambda: list(after.deliver()), say):
            say("delivered", each.key, each.state.value)
        time.sleep(0.02)


_JOBS: Final[Mapping[str, Callable[[Job, Store, Callable[..., None]], None]]] = {
    "route": route,
    "mind": mind,
    "sweep": sweep,
    "deliver": deliver,
}


def _insisting(act: Callable[[], _T], say: Callable[..., None]) -> _T:
    """Do it until the store is there; that it was not is said."""
    while True:
        try:
            return act()
        except StoreUnavailable as error:
            say("unavailable", str(error).replace(" ", "_"))
            time.sleep(_PATIENCE)


def work(job: Job, pipe: int) -> None:
    """What a process does, from its beginning to its end, which is rarely of its own will."""

    def say(*words: object) -> None:
        os.write(pipe, f"{' '.join(map(str, words))}\n".encode())  # one write: whole or not at all

    store = _insisting(lambda: open_store(job.url), say)
    say("ready")
    try:
        _JOBS[job.what](job, store, say)
    except BaseException as error:
        say("failed", repr(error).replace(" ", "_").replace("\n", "_")[:3000])
        raise
    say("done")
