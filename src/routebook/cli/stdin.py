"""Policy text from standard input."""

from __future__ import annotations

import sys
from typing import Final

from routebook.diagnostics import Diagnostic, PolicyError
from routebook.source import Source
from routebook.syntax import kinds

STDIN_NAME: Final = "standard input"


def standard_input() -> Source:
    """The policy text on standard input. Raises `PolicyError` where it is not UTF-8."""
    data = sys.stdin.buffer.read()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        place = f"byte {error.start + 1:,}, in line {line:,}"
        message = f"{STDIN_NAME} is not UTF-8 text: {place}, is no part of a character"
        finding = Diagnostic(kinds.UNREADABLE_FILE, message, help="send it as UTF-8", file=STDIN_NAME)
        raise PolicyError([finding]) from None
    return Source(STDIN_NAME, text.replace("\r\n", "\n"))
