"""What a roster means, written one way: for its digest, and to keep a roster that came in several files."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from routebook.roster.model import Pool, Rep, Roster


def digest_of(roster: Roster) -> str:
    """`sha256:` and the hash of all that the roster says, whatever its layout and the order of its pools.

    The order of the reps does: it is the declared order of the pool `all`.
    """
    plain = {
        "timezone": roster.timezone.key,
        "pools": {name: _pool(pool) for name, pool in roster.pools.items()},
        "reps": [_rep(rep) | {"id": rep.id} for rep in roster.reps.values()],
    }
    text = json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_plain)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def as_toml(roster: Roster) -> str:
    """A roster file that says exactly this, and in which `Roster.loads` finds it again."""
    lines = [f"timezone = {_toml(roster.timezone.key)}"]
    for name, pool in roster.pools.items():
        lines += ["", f"[pools.{name}]", *(f"{key} = {_toml(value)}" for key, value in _pool(pool).items())]
    for rep in roster.reps.values():
        lines += [
            "",
            f"[reps.{_key(rep.id)}]",
            *(f"{_key(key)} = {_toml(value)}" for key, value in _rep(rep).items()),
        ]
    return "\n".join(lines) + "\n"


def _pool(pool: Pool) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "members": list(pool.members),
        "on_return": pool.on_return.value,
        "scope": pool.scope.value,
    }
    if pool.on_return == "catch_up":
        plain["catch_up"] = pool.catch_up
    return plain


def _rep(rep: Rep) -> dict[str, Any]:
    caps = {
        key: value for key, value in (("day", rep.caps.day), ("week", rep.caps.week)) if value is not None
    }
    said = {
        "name": rep.name,
        "email": rep.email,
        "timezone": rep.timezone.key if rep.timezone is not None else None,
        "hours": rep.hours.as_plain() if rep.hours is not None else None,
        "holidays": rep.holidays,
        "away": [str(range_) for range_ in rep.away] or None,
        "weight": rep.weight,
        "capacity": rep.capacity,
        "caps": caps or None,
        "active": rep.active,
        **rep.fields,
    }
    return {key: value for key, value in said.items() if value is not None}


def _plain(value: Any) -> str:
    if isinstance(value, date | time | datetime):
        return value.isoformat()
    raise TypeError(f"a roster holds no {type(value).__name__}")


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _toml(key)


def _toml(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            # JSON's escapes are TOML's too, but for the one character that JSON leaves as it is
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case date() | time() | datetime():
            return value.isoformat()
        case Mapping():
            return (
                "{ " + ", ".join(f"{_key(str(key))} = {_toml(item)}" for key, item in value.items()) + " }"
                if value
                else "{}"
            )
        case list() | tuple():
            return "[" + ", ".join(_toml(item) for item in value) + "]"
        case _:
            return str(value)
