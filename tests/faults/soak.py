"""`make soak`: hundreds of processes killed, the database stopped and started, and the books gone through.

Prints a table and writes it into docs/reliability.md. Ends with 1 where anything was lost, doubled, half-made or
unfair, and leaves the store where it was found.

    make soak ARGS='--kills 100 --restarts 3 --store sqlite --dry'
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Final

TESTS: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS))

from routebook.runtime.notices.delivering import Deliverer, ways_of  # noqa: E402
from routebook.runtime.stores import open_store  # noqa: E402
from support.books import Books, untold  # noqa: E402
from support.crowds import Crowd, Said  # noqa: E402
from support.faulty import Job, settings_in  # noqa: E402
from support.servers import Server, quiet  # noqa: E402

PAGE: Final = TESTS.parent / "docs" / "reliability.md"
BEGIN, END = "<!-- what make soak saw -->", "<!-- the end of it -->"
PAUSES: Final = (0.01, 0.4)  # seconds between one kill and the next
LOOK: Final = 50  # kills between one look at the books and the next
HEADINGS: Final = (
    "store", "leads", "rows of the log", "acknowledged", "processes at once", "kills", "restarts", "seconds",
    "acknowledged lost", "doubled", "half-made", "rotation off by", "chain breaks",
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What a soak is to be: `minutes` is when it stops killing at the latest."""

    kills: int
    restarts: int
    minutes: float
    seed: int


class Soak:
    """One store under fire."""

    def __init__(self, name: str, url: str, folder: Path, asked: Asked, server: Server | None) -> None:
        self.name = name
        self._url = url
        self._folder = folder
        self._asked = asked
        self._server = server
        self._dice = random.Random(asked.seed)
        self._books = Books(open_store(url))
        self._restarts = 0

    def run(self) -> tuple[str, list[str]]:
        """A line of the table, and what is wrong."""
        began, until = time.monotonic(), time.monotonic() + 60 * self._asked.minutes
        crowd = Crowd(self._jobs(), self._dice)
        crowd.wait_until_ready()
        wrong: list[str] = []
        while crowd.kills < self._asked.kills and time.monotonic() < until and not wrong:
            crowd.run(min(LOOK, self._asked.kills - crowd.kills), PAUSES, self._restarting(crowd))
            said = crowd.pause()
            wrong = self._look(said)
            self._tell(crowd, time.monotonic() - began)
            if crowd.kills < self._asked.kills and not wrong:
                crowd.resume()
        seconds = time.monotonic() - began
        said = crowd.said
        if not wrong:
            wrong = [*self._books.replay().all(), *self._deliver_the_rest(said)]
        return self._line(crowd, seconds), wrong

    def _jobs(self) -> list[Job]:
        def job(what: str, name: str, **more: int) -> Job:
            return Job(what, self._url, str(self._folder), name, **more)

        return [
            *(job("route", name, batch=batch) for name, batch in (("A", 1), ("A", 25), ("B", 8), ("B", 100))),
            job("mind", "x"),
            job("mind", "y", seed=1),
            job("sweep", "sweep", first=4),
            job("deliver", "deliver"),
        ]

    def _restarting(self, crowd: Crowd) -> Callable[[], None]:
        """Stop and start the database as often as was asked, spread over the kills."""

        def restart() -> None:
            server, asked = self._server, self._asked
            if server is None or self._restarts * asked.kills >= crowd.kills * asked.restarts:
                return
            self._restarts += 1
            server.stop(self._dice.choice(("fast", "immediate")))
            crowd.listen(self._dice.uniform(0, 2))
            server.start()

        return restart

    def _look(self, said: Said) -> list[str]:
        if self._server is not None:
            self._books.close()
            quiet(self._url)
            self._books.reopen(open_store(self._url))
        return self._books.go_through(said).all()

    def _deliver_the_rest(self, said: Said) -> list[str]:
        """What a process was killed over is delivered when its claim has run out; then nothing may be left."""
        later = datetime.now(UTC) + timedelta(hours=1)
        store = self._books.store
        list(Deliverer(store.outbox, ways_of(settings_in(self._folder), {}), clock=lambda: later).deliver())
        left = sum(store.outbox.waiting().values())
        return [*untold(store, self._folder, said), *([f"{left} notices still wait"] if left else [])]

    def _tell(self, crowd: Crowd, seconds: float) -> None:
        print(
            f"{self.name}: {crowd.kills} kills, {self._restarts} restarts, {self._books.leads} leads, {seconds:.0f} s"
        )
        sys.stdout.flush()

    def _line(self, crowd: Crowd, seconds: float) -> str:
        faults, books, said = self._books.faults, self._books, crowd.said
        heard = sum(said.times.values())
        cells = (
            self.name, f"{books.leads:,}", f"{books.rows:,}", f"{heard:,}", len(self._jobs()), crowd.kills,
            self._restarts, f"{seconds:.0f}", len(faults.lost), len(faults.doubled), len(faults.half_made),
            books.off, len(faults.chains),
        )  # fmt: skip
        return f"| {' | '.join(map(str, cells))} |"


def machine(server: Server | None) -> str:
    postgres = (
        ""
        if server is None
        else f", PostgreSQL {server.version()} on the same machine, psycopg {version('psycopg')}"
    )
    return (
        f"Seen on {datetime.now(UTC):%Y-%m-%d} with Python {platform.python_version()} on {platform.system()} "
        f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end; "
        f"SQLite {sqlite3.sqlite_version}{postgres}."
    )


def soaked(names: Sequence[str], asked: Asked) -> tuple[list[str], bool]:
    """The text for the page, and whether all is well."""
    lines = [f"| {' | '.join(HEADINGS)} |", f"| --- |{' ---: |' * (len(HEADINGS) - 1)}"]
    server = Server() if "postgresql" in names else None
    well = True
    for name in names:
        folder = Path(tempfile.mkdtemp(prefix="routebook-soak-"))
        url = f"sqlite:///{folder / 'leads.db'}"
        if name == "postgresql":
            assert server is not None
            url = server.database()
        line, wrong = Soak(name, url, folder, asked, server if name == "postgresql" else None).run()
        lines.append(line)
        print(line)
        well = well and not wrong
        if wrong:
            print(
                f"{name}: {len(wrong)} things are wrong with {url}, beginning with", *wrong[:20], sep="\n  "
            )
        else:
            shutil.rmtree(folder)
    lines = [machine(server), "", *lines]
    if server is not None and well:
        server.close()
    return lines, well


def main(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="soak", description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--kills", type=int, default=300, help="processes killed on each store")
    parser.add_argument(
        "--restarts", type=int, default=10, help="times that PostgreSQL is stopped and started"
    )
    parser.add_argument("--minutes", type=float, default=30, help="stop killing after so long on each store")
    parser.add_argument("--store", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument(
        "--seed", type=int, default=1, help="of the moments; what the processes do then is theirs"
    )
    parser.add_argument("--dry", action="store_true", help="leave docs/reliability.md as it is")
    given = parser.parse_args(words)
    names = ("sqlite", "postgresql") if given.store == "both" else (given.store,)
    lines, well = soaked(names, Asked(given.kills, given.restarts, given.minutes, given.seed))
    print("\n".join(lines))
    if well and not given.dry and given.store == "both":
        text = PAGE.read_text(encoding="utf-8")
        before, rest = text.split(BEGIN)
        after = rest.split(END)[1]
        PAGE.write_text(f"{before}{BEGIN}\n" + "\n".join(lines) + f"\n{END}{after}", encoding="utf-8")
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
