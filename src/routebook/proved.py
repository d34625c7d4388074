"""Which policies were proved before: a check without errors is remembered, so that it is paid once.

What is remembered is the absence of errors, under a key that changes with everything that a check looks at. A
check that found errors is made again, because its findings have to be shown anyway.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from hashlib import sha256
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from routebook import caching
from routebook.settings import Settings
from routebook.source import Source

if TYPE_CHECKING:
    from routebook.roster import Roster

MOST: Final = 500
"""So many proofs are kept, the latest."""

_PREFIX: Final = "proved-"
_SOLVERS: Final = ("pysat", "z3")
_ALLOWANCE: Final = re.compile(r"#\s*allow\b")


def key_of(meaning: str, texts: Sequence[Source], roster: Roster | None, settings: Settings) -> str:
    """The key of a check: 64 hexadecimal digits.

    `meaning` is the policy's digest. Its `texts`, those of its tests included, count only where an error can
    hang on more than the meaning: on comments that allow findings, or on levels that make errors of other findings.
    """
    parts = {
        "program": _program(),
        "policy": meaning,
        "texts": [source.text for source in texts] if _is_more_than_meaning(texts, settings) else None,
        "roster": roster.digest if roster is not None else None,
        "levels": dict(sorted(settings.lint.items())),
        "handoff": sorted(settings.handoff),
    }
    return sha256(json.dumps(parts, sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()


def _is_more_than_meaning(texts: Iterable[Source], settings: Settings) -> bool:
    if "error" in settings.lint.values():
        return True
    return any(_ALLOWANCE.search(source.text) is not None for source in texts)


@cache
def _program() -> tuple[object, ...]:
    """This program: its version, its files as far as their dates tell, and the solvers that it can call on."""
    try:
        version = metadata.version("routebook")
    except metadata.PackageNotFoundError:
        version = ""
    here = Path(__file__).parent
    # a checkout that is being worked on is another program after each edit
    files = sorted(_stated(here)) if here.is_dir() else []
    digest = sha256(repr(files).encode()).hexdigest()
    return version, digest, [name for name in _SOLVERS if find_spec(name) is not None]


def _stated(folder: Path) -> Iterator[tuple[str, int, int]]:
    for path in folder.rglob("*.py"):
        status = path.stat()
        yield str(path.relative_to(folder)), status.st_size, status.st_mtime_ns


def is_known(key: str) -> bool:
    """Whether a check of this key was made before, and found no error."""
    path = _path(key)
    return path is not None and caching.read(path) == f"{key}\n"


def remember(key: str) -> None:
    """Keep that the check of this key found no error, where anything can be kept."""
    path = _path(key)
    if path is None:
        return
    caching.write(path, f"{key}\n")
    caching.forget_the_oldest(path.parent, _PREFIX, MOST)


def _path(key: str) -> Path | None:
    folder = caching.folder()
    return folder / f"{_PREFIX}{key[:32]}" if folder is not None else None
