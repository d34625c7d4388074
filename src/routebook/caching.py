"""What is kept between runs, in a folder of the user's own: for speed only, and never to be relied on.

A file that is missing, broken or somebody else's is passed over, and so is a folder that cannot be written.
"""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import Final

VARIABLE: Final = "ROUTEBOOK_CACHE"
"""The environment variable that names the folder, or says that nothing is to be kept."""

_OFF: Final = frozenset(["0", "off", "no", "none", "false"])


def folder() -> Path | None:
    """Where this user's caches are; None where nothing is to be kept, or nobody knows where.

    `ROUTEBOOK_CACHE` says it, or `off`; else it is where the system keeps such things, which on Unix is
    `$XDG_CACHE_HOME`, else `~/.cache`.
    """
    wanted = os.environ.get(VARIABLE, "")
    if wanted.lower() in _OFF:
        return None
    try:
        return Path(wanted).expanduser().absolute() if wanted else _of_system() / "routebook"
    except (RuntimeError, OSError):
        return None


def _of_system() -> Path:
    base = os.environ.get("XDG_CACHE_HOME", "")
    if Path(base).is_absolute():
        return Path(base)
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA", "")
        return Path(local) if Path(local).is_absolute() else Path.home() / "AppData" / "Local"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path.home() / ".cache"


def read(path: Path) -> str | None:
    """The text of a kept file; None where there is none that this user alone can have written."""
    try:
        with path.open(encoding="utf-8") as stream:
            return stream.read() if _is_own(os.fstat(stream.fileno())) else None
    except (OSError, ValueError):
        return None


def _is_own(status: os.stat_result) -> bool:
    """Whether nobody but this user can have written the file."""
    return not hasattr(os, "getuid") or (status.st_uid == os.getuid() and not status.st_mode & 0o022)


def write(path: Path, text: str) -> None:
    """Keep a text, whole or not at all: another run may be reading. Nothing happens where it cannot be kept."""
    import tempfile  # takes a while, and most runs find what they need

    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(text)
            os.replace(name, path)
        except BaseException:
            os.unlink(name)
            raise


def forget_the_oldest(folder: Path, prefix: str, most: int) -> None:
    """Keep the latest `most` of the files whose names begin so."""
    # another run may forget the same ones at the same time
    with contextlib.suppress(OSError):
        kept = list(folder.glob(f"{prefix}*"))
        if len(kept) > most:
            for path in sorted(kept, key=lambda each: each.stat().st_mtime)[:-most]:
                path.unlink(missing_ok=True)
