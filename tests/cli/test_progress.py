"""The progress bar by itself: it counts, it is alone on the screen, and it never gets in the way."""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable

import pytest

from routebook.cli import progress
from routebook.cli.progress import Progress


class Screen(io.StringIO):
    """A terminal that remembers what it showed."""

    def isatty(self) -> bool:
        return True


def on_screen(monkeypatch: pytest.MonkeyPatch) -> Screen:
    """Standard error as a terminal. Not a fixture: pytest takes the streams back before a test begins."""
    shown = Screen()
    monkeypatch.setattr(sys, "stderr", shown)
    monkeypatch.setattr(progress, "PATIENCE", 0.02)
    monkeypatch.setenv("TERM", "xterm-256color")
    return shown


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    assert condition()


def test_it_counts_what_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = on_screen(monkeypatch)
    with Progress("counting", lambda: 5) as counting:
        for done in range(1, 4):
            counting.done = done
            wait_for(lambda: f"{done}/5" in screen.getvalue())  # noqa: B023


def test_an_estimate_that_was_too_low_grows(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = on_screen(monkeypatch)
    with Progress("counting", 2) as counting:
        counting.done = 7
        wait_for(lambda: "7/7" in screen.getvalue())


def test_work_within_work_shows_one_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = on_screen(monkeypatch)
    with Progress("outer"):
        wait_for(lambda: "outer" in screen.getvalue())
        with Progress("inner"):
            time.sleep(0.3)
        before = len(screen.getvalue())
        wait_for(lambda: len(screen.getvalue()) > before)
    assert "inner" not in screen.getvalue()
    with Progress("next"):
        wait_for(lambda: "next" in screen.getvalue())


def test_an_error_takes_the_bar_away(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = on_screen(monkeypatch)

    def fail() -> None:
        wait_for(lambda: "failing" in screen.getvalue())
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), Progress("failing"):
        fail()
    assert "\x1b[?25h" in screen.getvalue()
    quiet = len(screen.getvalue())
    time.sleep(0.3)
    assert len(screen.getvalue()) == quiet


def test_nothing_where_there_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    monkeypatch.setattr(progress, "PATIENCE", 0.01)
    with Progress("unseen"):
        time.sleep(0.2)
    assert written.getvalue() == ""
