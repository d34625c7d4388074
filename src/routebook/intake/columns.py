"""Which column or JSON key holds which field: settled once for each set of columns, not for each lead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from routebook.text import fold, nearest

_SHORTEST_GUESS: Final = 4  # letters of a name below which a near miss says nothing


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """How the columns of one kind of record go with the columns that are wanted.

    `keys` has a record's key for each wanted column, None where the record has none; `clashes` the keys
    that claim a column together; `strays` the keys that nothing wants; `suspects` those strays that look
    like the misspelling of a column which the record lacks, with that column.
    """

    keys: tuple[str | None, ...]
    clashes: Mapping[str, tuple[str, ...]]
    strays: tuple[str, ...]
    suspects: Mapping[str, str]


def match(wanted: tuple[str | None, ...], present: Iterable[Any]) -> Shape:
    """Match columns: by their exact names first, then ignoring case and surrounding space.

    None among the wanted is a field that no column fills.
    """
    keys = [key for key in dict.fromkeys(present) if isinstance(key, str)]
    exact = set(keys)
    names = set(wanted)
    loose: dict[str, list[str]] = {}
    for key in keys:
        if key not in names:
            loose.setdefault(fold(key), []).append(key)
    found: list[str | None] = []
    clashes: dict[str, tuple[str, ...]] = {}
    for column in wanted:
        alike = [] if column is None or column in exact else loose.get(fold(column), [])
        if column is not None and len(alike) > 1:
            clashes[column] = tuple(alike)
        found.append(column if column in exact else alike[0] if alike else None)
    used = {key for key in found if key is not None}.union(*clashes.values())
    dotted = [fold(column) for column in wanted if column is not None and "." in column]
    strays = tuple(key for key in keys if key not in used and not _leads_to(key, dotted))
    lacking = [column for column, key in zip(wanted, found, strict=True) if column and key is None]
    return Shape(tuple(found), clashes, strays, _suspects(strays, lacking))


def _leads_to(key: str, dotted: list[str]) -> bool:
    """Whether the key is where a dotted column begins: `account` of `account.owner`."""
    start = f"{fold(key)}."
    return any(column.startswith(start) for column in dotted)


def _suspects(strays: Iterable[str], lacking: list[str]) -> dict[str, str]:
    suspects = {}
    for stray in strays:
        meant = looks_like(stray, lacking)
        if meant is not None:
            suspects[stray] = meant
    return suspects


def looks_like(name: str, known: Iterable[str]) -> str | None:
    """The known name that `name` is most likely meant to be, such as `deal_value` for `Deal Value`."""
    known = list(known)
    squashed = _squash(name)
    for candidate in known:
        if squashed and _squash(candidate) == squashed:
            return candidate
    return nearest(name, known) if len(name.strip()) >= _SHORTEST_GUESS else None


def _squash(name: str) -> str:
    return "".join(char for char in fold(name) if char.isalnum())


class Flattener:
    """Brings nested objects to the dotted names under which fields are declared."""

    def __init__(self, columns: Iterable[str]) -> None:
        parts = [fold(column).split(".") for column in columns]
        self._heads = {".".join(part[:size]) for part in parts for size in range(1, len(part))}

    def flat(self, record: Mapping[str, Any]) -> Mapping[str, Any]:
        """The record with objects opened where a dotted column begins; a flat key of the name goes first."""
        if not self._heads or not any(self._opens(key, value) for key, value in record.items()):
            return record
        opened = dict(self._walk("", record, nested=False))
        for name, value in self._walk("", record, nested=True):
            opened.setdefault(name, value)
        return opened

    def _opens(self, name: str, value: object) -> bool:
        if type(value) is str or not isinstance(value, Mapping):
            return False
        return isinstance(name, str) and fold(name) in self._heads

    def _walk(self, prefix: str, record: Mapping[str, Any], nested: bool) -> Iterator[tuple[str, Any]]:
        for key, value in record.items():
            name = f"{prefix}{key}" if prefix else key
            if not self._opens(name, value):
                if nested == bool(prefix):
                    yield name, value
            elif nested:
                yield from self._walk(f"{name}.", value, nested)
