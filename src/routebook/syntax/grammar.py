"""Finding the grammar and loading it, once a process."""

from __future__ import annotations

import threading
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from lark import Lark

from routebook.syntax import kept
from routebook.syntax.build import TreeBuilder

_PACKAGE: Final = Path(__file__).resolve().parents[1]
_PLACES: Final = (_PACKAGE / "grammar", _PACKAGE.parents[1] / "grammar")
_lock = threading.Lock()


def grammar_path() -> Path:
    """Where `policy.lark` is: inside an installed package, or at the top of a checkout."""
    for place in _PLACES:
        path = place / "policy.lark"
        if path.is_file():
            return path
    raise RuntimeError("the installation is incomplete: grammar/policy.lark is missing")


def parser() -> Lark:
    """The LALR(1) parser of the policy language, loaded once; its tables are kept for later runs."""
    with _lock:
        return _load()


@lru_cache(maxsize=1)
def _load() -> Lark:
    options: dict[str, Any] = {
        "parser": "lalr",
        "lexer": "contextual",
        "keep_all_tokens": True,
        "maybe_placeholders": True,
        "transformer": TreeBuilder(),
    }
    return kept.load(grammar_path().read_text(encoding="utf-8"), options)
