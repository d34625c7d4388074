"""How a command ends: whatever it raises becomes words on stderr and an exit code, never a traceback.

0, 1 and 2 are the contract of every command; 130 is Ctrl-C and 141 a reader that went away, as shells have
them for SIGINT and SIGPIPE.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

import click

from routebook.cli.streams import prepare, say, words_of
from routebook.diagnostics import PolicyError, RoutebookError

NO: Final = 1
COULD_NOT_RUN: Final = 2
INTERRUPTED: Final = 130
READER_GONE: Final = 141

DEBUG: Final = "ROUTEBOOK_DEBUG"


class _Interrupted(Exception):
    """Ctrl-C; click would put a blank line before it."""


class _ReaderGone(Exception):
    """Nobody reads what is written any more; click would end with 1, which means no."""


@contextmanager
def told_apart() -> Iterator[None]:
    """Keeps from click the two endings that it would treat in a way of its own."""
    try:
        yield
    except KeyboardInterrupt:
        raise _Interrupted from None
    except OSError as error:
        if error.errno == errno.EPIPE:
            raise _ReaderGone from None
        raise


def exit_code(run: Callable[[], object]) -> int:
    """Run a command to its end, whatever that is, and give the code that the process ends with."""
    prepare()
    try:
        with told_apart():
            result = run()
            sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except _ReaderGone:
        _silence()
        return READER_GONE
    except (_Interrupted, click.Abort):
        _finish_output()
        # the terminal has echoed ^C without ending the line
        say(("\n" if sys.stderr.isatty() else "") + "interrupted")
        return INTERRUPTED
    except Exception as error:
        _finish_output()
        _tell(error)
        return COULD_NOT_RUN


def _finish_output() -> None:
    """Pass on what was written before the error. Where that fails, the error itself is the better news."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        _silence()


def _silence() -> None:
    """Let what is left in the buffer go nowhere, so that the interpreter's last flush does not complain."""
    with suppress(OSError, ValueError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)


def _tell(error: Exception) -> None:
    match error:
        case click.ClickException():
            error.show()
        case PolicyError():
            _show_findings(error)
        case RoutebookError():
            _say_error(str(error))
        case OSError():
            _say_error(words_of(error))
        case _:
            _unexpected(error)


def _show_findings(error: PolicyError) -> None:
    from routebook.render.findings_text import render
    from routebook.render.paint import style_for
    from routebook.render.report import CheckReport

    sys.stderr.write(render(CheckReport(error.findings), style_for(sys.stderr)))


def _say_error(words: str) -> None:
    """The words of an error; what they quote of leads and file names does nothing to the terminal."""
    from routebook.render.visible import visible_lines

    say("\n".join(visible_lines(f"error: {words}")))


def _unexpected(error: Exception) -> None:
    """A mistake of ours, in one line; people who look for it get all of it."""
    from routebook.render.visible import visible

    what = type(error).__name__ + (f": {visible(str(error))}" if str(error) else "")
    if os.environ.get(DEBUG, "") not in ("", "0"):
        import traceback

        say("".join(traceback.format_exception(error)).rstrip("\n"))
        return
    say(f"internal error: {what}; please report it with what you ran ({DEBUG}=1 shows where it happened)")
