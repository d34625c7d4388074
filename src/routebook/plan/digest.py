"""The digest of a policy's meaning: equal for equal meanings as written, whatever the layout.

It covers every compared part of the tree: fields, computed fields, rules, plans, SLAs and sources. Places,
descriptions, quoted words and the names of lists and defines are left out, as equality leaves them out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from routebook.check.conditions import Named
from routebook.plan.tree import Tree


def digest_of(tree: Tree) -> str:
    """`sha256:` and 64 hexadecimal digits."""
    parts = (
        "routebook 1",
        tree.timezone,
        dict(sorted(tree.schema.fields.items())),
        dict(sorted(tree.rep_schema.fields.items())),
        dict(sorted(tree.computed.items())),
        tree.rules,
        dict(sorted(tree.slas.items())),
        dict(sorted(tree.sources.items())),
    )
    writer = _Writer()
    writer.write(parts)
    return f"sha256:{writer.hash.hexdigest()}"


class _Writer:
    """Feeds a hash with an unambiguous form of nested values; a define is fed where it is first used."""

    def __init__(self) -> None:
        self.hash = hashlib.sha256()
        self._seen: dict[int, int] = {}

    def _put(self, text: str) -> None:
        data = text.encode("utf-8", "surrogatepass")
        self.hash.update(b"%d:" % len(data) + data)

    def write(self, value: Any) -> None:
        match value:
            case None | bool() | int() | str() | Enum():
                self._put(f"{type(value).__name__} {value}")
            case Decimal() | Fraction():
                self._put(f"number {Fraction(value)}")
            case datetime() | date() | time():
                self._put(f"{type(value).__name__} {value.isoformat()}")
            case timedelta():
                self._put(f"seconds {value.total_seconds():.0f}")
            case ZoneInfo():
                self._put(f"zone {value.key}")
            case frozenset():
                self.write(tuple(sorted(value)))
            case Mapping():
                self._put(f"map {len(value)}")
                for key, item in value.items():
                    self.write(key)
                    self.write(item)
            case tuple() | list():
                self._put(f"list {len(value)}")
                for item in value:
                    self.write(item)
            case Named():
                self._named(value)
            case _ if is_dataclass(value):
                self._put(type(value).__name__)
                for spec in fields(value):
                    if spec.compare:
                        self.write(getattr(value, spec.name))
            case _:
                raise TypeError(f"no digest of {type(value).__name__}")

    def _named(self, value: Named) -> None:
        number = self._seen.get(id(value.condition))
        if number is not None:
            self._put(f"again {number}")
            return
        self._seen[id(value.condition)] = len(self._seen)
        self.write(value.condition)
