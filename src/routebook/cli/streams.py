"""Standard output holds results and nothing else; standard error holds what is said about them."""

from __future__ import annotations

import io
import os
import sys
from typing import Final

STREAM: Final = "-"
"""The name that stands for standard input, or standard output, in place of a file's."""


def prepare() -> None:
    """Let every text be written: results in UTF-8 to files and pipes, as far as it goes to a terminal.

    A stream that was closed before the program began goes nowhere.
    """
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  # for as long as the program runs
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            encoding = None if stream.isatty() else "utf-8"
            stream.reconfigure(encoding=encoding, errors="backslashreplace")


def emit(text: str) -> None:
    """Write a result to standard output."""
    sys.stdout.write(text)


def say(text: str) -> None:
    """Write a line for a person to standard error."""
    sys.stderr.write(f"{text}\n")


def words_of(error: OSError) -> str:
    """What the operating system says, in our words' manner: `no space left on device: leads.jsonl`."""
    words = error.strerror or str(error)
    words = words[:1].lower() + words[1:]
    return f"{words}: `{error.filename}`" if error.filename is not None else words
