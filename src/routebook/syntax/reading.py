"""Policy files as texts. What parses them is far more to import, and is not needed where nothing is parsed."""

from __future__ import annotations

from pathlib import Path

from routebook.diagnostics import Diagnostic
from routebook.source import Source
from routebook.syntax import kinds


def read_source(path: Path, name: str | None = None) -> Source | Diagnostic:
    """The text of a policy file, or the finding that says why it cannot be read. `name` is how to call it."""
    shown = name or str(path)
    try:
        data = path.read_bytes()
    except IsADirectoryError:
        return _unreadable(shown, f"`{shown}` is a folder, not a policy file", "name a `.route` file")
    except FileNotFoundError:
        return _unreadable(shown, f"there is no file `{shown}`", "check the path")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        return _unreadable(shown, f"`{shown}` cannot be read: {reason.lower()}", None)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"`{shown}` is not UTF-8 text: byte {error.start + 1:,}, in line {line:,}, is no part of a character"
        wide = data[:2] in (b"\xff\xfe", b"\xfe\xff")
        return _unreadable(
            shown, message, f"{'it looks like UTF-16: ' if wide else ''}save the file as UTF-8"
        )
    return Source(shown, text.replace("\r\n", "\n"))


def _unreadable(name: str, message: str, help: str | None) -> Diagnostic:
    return Diagnostic(kinds.UNREADABLE_FILE, message, help=help, file=name)
