"""The parser's tables, kept between runs: working them out from the grammar takes longer than most commands.

They are kept as JSON (see `caching`), under a name that holds the hash of the grammar and the version of Lark.
"""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import lark
from lark.grammar import Rule
from lark.lexer import TerminalDef

from routebook import caching

_FORMAT: Final = 1


def load(grammar: str, options: dict[str, Any]) -> lark.Lark:
    """The parser of a grammar, from what an earlier run kept where there is something."""
    path = _path(grammar, options)
    found = _read(path, options) if path is not None else None
    if found is not None:
        return found
    made = lark.Lark(grammar, **options)
    if path is not None:
        caching.write(path, _text_of(made))
    return made


def _path(grammar: str, options: dict[str, Any]) -> Path | None:
    where = caching.folder()
    named = {name: value for name, value in options.items() if name != "transformer"}
    key = sha256(repr((_FORMAT, lark.__version__, sorted(named.items()), grammar)).encode()).hexdigest()
    return where / f"grammar-{key[:32]}.json" if where is not None else None


def _read(path: Path, options: dict[str, Any]) -> lark.Lark | None:
    text = caching.read(path)
    if text is None:
        return None
    try:
        kept = json.loads(text)
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
    except (ValueError, LookupError, TypeError, AttributeError):
        return None


def _text_of(made: lark.Lark) -> str:
    data, memo = made.memo_serialize([TerminalDef, Rule])
    data["options"].pop("transformer", None)
    return json.dumps({"data": data, "memo": memo})
