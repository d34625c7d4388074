"""Every kind of store, empty and ready, for the contract that all of them keep."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from routebook.runtime.stores import STORES, Store, open_store


def _memory(folder: Path) -> str:
    return "memory:"


def _sqlite(folder: Path) -> str:
    return f"sqlite:///{folder / 'leads.db'}"


URLS: Final[Mapping[str, Callable[[Path], str]]] = {"memory": _memory, "sqlite": _sqlite}
"""For each scheme, the URL of a store that is not there yet."""

SCHEMES: Final = tuple(row.scheme for row in STORES)
assert set(SCHEMES) == set(URLS), "a new store needs a URL here, and the contract runs over it"


def opened(scheme: str, folder: Path) -> Iterator[Store]:
    """A store of this kind, closed in the end."""
    store = open_store(URLS[scheme](folder))
    yield store
    store.close()
