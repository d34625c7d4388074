"""Processes that route leads into one store, and a look at whether the store is whole afterwards."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

from routebook.runtime.log import sealed
from routebook.runtime.router import Router
from routebook.runtime.state import Head, LogRow
from support.routing import NOON, pool, reps

RULES = "else round_robin smb then queue triage"
TEAM = pool("smb", "ana", "bogdan", "carla") + reps("bogdan", "carla", ana={"weight": 2})
CYCLE = {"ana": 2, "bogdan": 1, "carla": 1}

WORKER = """
import sys
sys.path.insert(0, sys.argv[1])
from support.routing import NOON, lead, router_of
from support.workers import RULES, TEAM
name, first, last, batch = sys.argv[3], *map(int, sys.argv[4:7])
rules, team = sys.argv[7:9] if len(sys.argv) > 7 else (RULES, TEAM)
router = router_of(rules, team, sys.argv[2])
print("ready", flush=True)
sys.stdin.readline()
leads = (lead(router.tree, f"{name}{n}", score=n % 100) for n in range(first, last))
for got in router.route_many(leads, batch=batch, now=NOON):
    print(got.lead, got.rep, got.again, flush=True)
"""
TESTS = Path(__file__).parent.parent


def start(address: str, name: str, first: int, last: int, batch: int, *policy: str) -> subprocess.Popen[str]:
    """A process that routes leads when it is told to, and says what became of each."""
    told = [
        sys.executable,
        "-c",
        WORKER,
        str(TESTS),
        address,
        name,
        str(first),
        str(last),
        str(batch),
        *policy,
    ]
    worker = subprocess.Popen(told, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert worker.stdout is not None
    assert worker.stdout.readline() == "ready\n"
    return worker


def go(*workers: subprocess.Popen[str]) -> None:
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("\n")
        worker.stdin.flush()


def said(worker: subprocess.Popen[str]) -> list[tuple[str, str, bool]]:
    """What a process said of each lead, up to its end: whole lines, for a process may be killed within one."""
    assert worker.stdout is not None
    assert worker.stdin is not None
    heard = worker.stdout.read().splitlines(keepends=True)
    lines = [line.split() for line in heard if line.endswith("\n") and line.count(" ") == 2]
    worker.wait(timeout=60)
    worker.stdin.close()
    worker.stdout.close()
    return [(id, rep, again == "True") for id, rep, again in lines]


def chains(router: Router) -> dict[str, list[LogRow]]:
    """The rows of each chain of the log, after a look at whether its links hold."""
    found: dict[str, list[LogRow]] = defaultdict(list)
    for row in sorted(router.store.log(), key=lambda row: (row.chain, row.n)):
        before = found[row.chain][-1] if found[row.chain] else None
        head = Head(0, "") if before is None else Head(before.n, before.hash)
        assert (row.n, row.hash) == (head.length + 1, sealed(head, row.body))
        assert before is None or row.seq > before.seq
        found[row.chain].append(row)
    return found


def recorded(router: Router) -> dict[str, str | None]:
    """Who has which lead by the log, after a look at whether the state is what the log adds up to."""
    rows = [row for chain in chains(router).values() for row in chain]
    given = {row.lead: row.rep for row in rows}
    assert len(given) == len(rows), "no lead has two assignments"
    active = Counter(rep for rep in given.values() if rep is not None)
    with router.store.session() as session:
        states = session.reps(list(router.roster.reps))
        assert {id: state.active for id, state in states.items() if state.active} == active
        last = {row.rep: row.seq for row in sorted(rows, key=lambda row: row.seq) if row.rep is not None}
        assert {id: state.last for id, state in states.items() if state.last} == last
        leads = session.leads(list(given))
        assert {id: state.rep for id, state in leads.items()} == given
        for name in router.roster.pools:
            for rotation in session.rotations([f"pool {name}"]).values():
                assert sum(rotation.credits.values()) == 0
        weeks = session.weeks(list(router.roster.reps), [NOON.date()])
        assert {rep: sum(week) for (rep, _), week in weeks.items()} == active
    return given


def assert_fair(router: Router) -> None:
    """All of it is one rotation, as if one process had done it."""
    turns = [row.rep for row in chains(router)["pool smb"]]
    for at in range(0, len(turns) - len(turns) % 4, 4):
        assert Counter(turns[at : at + 4]) == CYCLE
