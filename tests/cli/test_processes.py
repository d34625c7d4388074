"""Commands as processes of their own: signals, pipes, full disks and terminals."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from support.cli import NOW, PROGRAM, process, run

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and terminals of Unix")

ROUTE = f"route good.route --roster roster.toml --now {NOW} --leads-format jsonl --store sqlite:///s.db"


def lead(number: int) -> str:
    return json.dumps({"id": f"L-{number}", "industry": "other", "country": "DE", "score": 50}) + "\n"


@contextmanager
def started(line: str, program: Sequence[str] = PROGRAM, **streams: int) -> Iterator[subprocess.Popen[str]]:
    """The command at work, with pipes to it unless told otherwise; whatever happens, it ends."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    running = subprocess.Popen([*program, *shlex.split(line)], encoding="utf-8", **(pipes | streams))  # type: ignore[call-overload]
    try:
        yield running
    finally:
        running.kill()
        running.wait(timeout=30)
        for stream in (running.stdin, running.stdout, running.stderr):
            if stream is not None:
                stream.close()


def test_ctrl_c_while_leads_stream(folder: Path) -> None:
    with started("decide good.route --leads - --leads-format jsonl --rejects bad.jsonl") as running:
        assert running.stdin is not None
        assert running.stdout is not None
        assert running.stderr is not None
        for number in range(3):
            running.stdin.write(lead(number))
            running.stdin.flush()
            # each is answered before the next one comes
            assert json.loads(running.stdout.readline())["lead"] == f"L-{number}"
        running.send_signal(signal.SIGINT)
        assert running.wait(timeout=30) == 130
        assert running.stdout.read() == ""
        assert running.stderr.read() == "interrupted\n"
    assert not (folder / "bad.jsonl").exists()
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []


def test_ctrl_c_leaves_the_store_as_if_the_run_had_been_shorter(folder: Path) -> None:
    leads = "".join(lead(number) for number in range(1200))
    with started(f"{ROUTE} --leads - --output out.jsonl") as running:
        assert running.stdin is not None
        assert running.stderr is not None
        running.stdin.write(leads)
        running.stdin.flush()
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and run("explain --lead-id L-999 --store sqlite:///s.db").exit_code:
            time.sleep(0.05)
        running.send_signal(signal.SIGINT)
        assert running.wait(timeout=30) == 130
        assert running.stderr.read() == "interrupted\n"
    assert not (folder / "out.jsonl").exists()
    (folder / "all.jsonl").write_text(leads)
    assert run(f"{ROUTE} --leads all.jsonl --output out.jsonl").exit_code == 0
    rows = [json.loads(line) for line in (folder / "out.jsonl").read_text().splitlines()]
    assert [row["lead"] for row in rows] == [f"L-{number}" for number in range(1200)]
    assert [row["again"] for row in rows] == [True] * 1000 + [False] * 200
    counts = [sum(row["rep"] == rep for row in rows) for rep in ("ana", "bogdan", "chris")]
    # ana is full at 25, until then the turns go round as if nothing had happened
    assert counts[0] == 25
    assert abs(counts[1] - counts[2]) <= 1


def test_a_reader_that_goes_away_is_no_error(folder: Path) -> None:
    (folder / "many.jsonl").write_text("".join(lead(number) for number in range(5000)))
    with started("decide good.route --leads many.jsonl") as running:
        assert running.stdout is not None
        assert running.stderr is not None
        assert json.loads(running.stdout.readline())["lead"] == "L-0"
        running.stdout.close()
        assert running.wait(timeout=60) == 141
        assert running.stderr.read() == ""


def test_a_reader_that_never_came_is_no_error() -> None:
    with started("check warned.route") as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert running.wait(timeout=60) == 141
        assert running.stderr.read() == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize(
    "line", ["decide good.route --leads leads.csv", "check warned.route", "graph good.route"]
)
def test_a_full_disk_is_said(line: str) -> None:
    with open("/dev/full", "w") as full, started(line, stdout=full.fileno()) as running:
        assert running.stderr is not None
        assert running.wait(timeout=60) == 2
        assert "error: no space left on device" in running.stderr.read()


def test_closed_streams_are_no_error() -> None:
    shell = f"exec {shlex.join(PROGRAM)} check warned.route >&- 2>&-"
    assert subprocess.run(["sh", "-c", shell], timeout=60, check=False).returncode == 0


def test_a_pipe_is_written_to_directly(folder: Path) -> None:
    os.mkfifo(folder / "out.jsonl")
    with started("decide good.route --leads leads.csv --output out.jsonl") as running:
        with open(folder / "out.jsonl", encoding="utf-8") as stream:
            assert len(stream.readlines()) == 4
        assert running.wait(timeout=60) == 0
    assert (folder / "out.jsonl").is_fifo()


def test_output_is_utf8_whatever_the_locale(folder: Path) -> None:
    (folder / "café.route").write_text(
        'lead { id: id } else queue "Ü"\n'.replace('"Ü"', "q"), encoding="utf-8"
    )
    done = process("check café.route", LC_ALL="C", PYTHONUTF8="0", PYTHONIOENCODING="")
    assert done.returncode == 0
    done = process("fmt -", 'test "Übergabe" { lead {} expect no rule }', LC_ALL="C", PYTHONUTF8="0")
    assert "Übergabe" in done.stdout


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import sys; from routebook.cli.main import cli\n"
        "cli.main(['--help'], standalone_mode=False)\n"
        "print(*sorted(sys.modules), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=True)
    loaded = set(done.stderr.split())
    assert "routebook.cli.main" in loaded
    assert not loaded & {
        "lark",
        "pydantic",
        "rich",
        "sqlalchemy",
        "polars",
        "routebook.api",
        "routebook.render",
    }


# --- Terminals ---------------------------------------------------------------------------------------------------


class Terminal:
    """A pseudo-terminal: what is written to it is read as it comes, and kept."""

    def __init__(self) -> None:
        self._ours, self.theirs = os.openpty()
        self._chunks: list[bytes] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        # Linux reports the end as an error, others as nothing to read
        with suppress(OSError):
            while chunk := os.read(self._ours, 65536):
                self._chunks.append(chunk)

    @property
    def text(self) -> str:
        """What was written so far."""
        return b"".join(self._chunks).decode(errors="replace")

    def close(self) -> str:
        """All that was written."""
        os.close(self.theirs)
        self._reader.join(timeout=30)
        os.close(self._ours)
        return self.text


def on_terminal(
    line: str, monkeypatch: pytest.MonkeyPatch, program: Sequence[str] = PROGRAM, **environ: str
) -> str:
    for name, value in ({"TERM": "xterm-256color"} | environ).items():
        monkeypatch.setenv(name, value)
    terminal = Terminal()
    with started(line, program, stdout=terminal.theirs, stderr=terminal.theirs) as running:
        running.wait(timeout=60)
    return terminal.close()


def test_colour_on_a_terminal_and_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    line = "check broken.route"
    assert "\x1b[" not in process(line).stdout
    assert "\x1b[1;31merror" in on_terminal(line, monkeypatch)
    assert "\x1b[" not in on_terminal(line, monkeypatch, NO_COLOR="1")
    assert "\x1b[" in on_terminal(line, monkeypatch, NO_COLOR="")
    assert "\x1b[" not in on_terminal(line, monkeypatch, TERM="dumb")


def slowly(
    monkeypatch: pytest.MonkeyPatch, *, until: str = "", rows_too: bool = False, **environ: str
) -> tuple[str, int]:
    """What a terminal shows while leads come in one by one, and the exit code.

    They come until the terminal shows `until`, else for two seconds from the first answer on.
    """
    for name, value in ({"TERM": "xterm-256color"} | environ).items():
        monkeypatch.setenv(name, value)
    terminal = Terminal()
    streams = {"stderr": terminal.theirs} | ({"stdout": terminal.theirs} if rows_too else {})
    with started("decide good.route --leads - --leads-format jsonl", **streams) as running:
        assert running.stdin is not None
        running.stdin.write(lead(0))
        running.stdin.flush()
        if running.stdout is not None:
            running.stdout.readline()
        end = time.monotonic() + (60 if until else 2)
        number = 1
        while time.monotonic() < end and not (until and until in terminal.text):
            running.stdin.write(lead(number))
            running.stdin.flush()
            number += 1
            time.sleep(0.1)
        running.stdin.close()
        code = running.wait(timeout=60)
    return terminal.close(), code


def test_a_bar_appears_when_work_takes_over_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    shown, code = slowly(monkeypatch, until="deciding")
    assert code == 0
    assert re.search(r"\d+/\?", shown)
    # gone in the end: what is left is the summary
    assert shown.rindex("leads") > shown.rindex("deciding")
    assert "\x1b[?25h" in shown


@pytest.mark.slow
def test_no_bar_where_rows_stream_to_the_same_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    shown, _ = slowly(monkeypatch, rows_too=True)
    assert "deciding" not in shown
    assert '{"lead": "L-0"' in shown


@pytest.mark.slow
def test_no_bar_on_a_dumb_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    shown, _ = slowly(monkeypatch, TERM="dumb")
    assert "deciding" not in shown
    assert "\x1b" not in shown


PATIENT = "from routebook.cli import main, progress; progress.PATIENCE = 600; main.main()"


def test_no_bar_for_short_work(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = on_terminal("graph good.route", monkeypatch, (sys.executable, "-c", PATIENT))
    assert "plan" in shown
    assert "drawing" not in shown


def test_ctrl_c_on_a_terminal_ends_the_line_that_it_is_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    terminal = Terminal()
    with started("decide good.route --leads - --leads-format jsonl", stderr=terminal.theirs) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        running.stdin.write(lead(1))
        running.stdin.flush()
        running.stdout.readline()
        running.send_signal(signal.SIGINT)
        assert running.wait(timeout=30) == 130
    assert terminal.close() == "\r\ninterrupted\r\n"
