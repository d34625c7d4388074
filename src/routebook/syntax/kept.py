"""The parser's tables, kept between runs: working them out from the grammar takes longer than most commands.

They are kept as JSON, in the user's own cache folder, under a name that holds the hash of the grammar and the
version of Lark. A file that is missing, broken or somebody else's is passed over, and so is a folder that
cannot be written: keeping is for speed only.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import lark
from lark.grammar import Rule
from lark.lexer import TerminalDef

_FORMAT: Final = 1


def load(grammar: str, options: dict[str, Any]) -> lark.Lark:
    """The parser of a grammar, from what an earlier run kept where there is something."""
    path = _path(grammar, options)
    found = _read(path, options) if path is not None else None
    if found is not None:
        return found
    made = lark.Lark(grammar, **options)
    if path is not None:
        with contextlib.suppress(OSError):
            _write(path, made)
    return made


def folder() -> Path | None:
    """Where this user's caches are: `$XDG_CACHE_HOME`, else `~/.cache`; None where there is no home."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    try:
        return (Path(base) if Path(base).is_absolute() else Path.home() / ".cache") / "routebook"
    except RuntimeError:
        return None


def _path(grammar: str, options: dict[str, Any]) -> Path | None:
    where = folder()
    named = {name: value for name, value in options.items() if name != "transformer"}
    key = sha256(repr((_FORMAT, lark.__version__, sorted(named.items()), grammar)).encode()).hexdigest()
    return where / f"grammar-{key[:32]}.json" if where is not None else None


def _read(path: Path, options: dict[str, Any]) -> lark.Lark | None:
    try:
        with path.open(encoding="utf-8") as stream:
            if not _is_own(os.fstat(stream.fileno())):
                return None
            kept = json.load(stream)
        data, memo = kept["data"], {int(key): value for key, value in kept["memo"].items()}
        table = data["parser"]["parser"]
        table["tokens"] = {int(key): name for key, name in table["tokens"].items()}
        table["states"] = {
            int(state): {int(token): tuple(action) for token, action in actions.items()}
            for state, actions in table["states"].items()
        }
        data["options"]["transformer"] = options.get("transformer")
        new = lark.Lark.__new__(lark.Lark)
        return new._load({"data": data, "memo": memo}, transformer=options.get("transformer"))
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None


def _is_own(status: os.stat_result) -> bool:
    """Whether nobody but this user can have written the file."""
    return not hasattr(os, "getuid") or (status.st_uid == os.getuid() and not status.st_mode & 0o022)


def _write(path: Path, made: lark.Lark) -> None:
    data, memo = made.memo_serialize([TerminalDef, Rule])
    data["options"].pop("transformer", None)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".grammar-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            json.dump({"data": data, "memo": memo}, stream)
        # whole or not at all: another run may be reading
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
