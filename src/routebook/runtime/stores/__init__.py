"""The stores: where routing remembers. Each is a file and a row here; the contract suite runs over all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from routebook.runtime.errors import StoreError
from routebook.runtime.stores.base import Session, Store, Text
from routebook.text import listed, nearest


@dataclass(frozen=True, slots=True)
class StoreRow:
    """One kind of store: the scheme of its URLs, how one is opened, a URL as an example, and what it is in words."""

    scheme: str
    open: Callable[[str], Store]
    example: str
    doc: str


def _open_memory(url: str) -> Store:
    from routebook.runtime.stores.memory import MemoryStore

    return MemoryStore(url)


# SQLAlchemy takes a fifth of a second to import, which only those pay who use it
def _open_sqlite(url: str) -> Store:
    from routebook.runtime.stores.sqlite import SqliteStore

    return SqliteStore(url)


def _open_postgres(url: str) -> Store:
    from routebook.runtime.stores.postgres import PostgresStore

    return PostgresStore(url)


STORES: Final = (
    StoreRow("memory", _open_memory, "memory:", "forgets when the program ends"),
    StoreRow("sqlite", _open_sqlite, "sqlite:///leads.db", "one file, no server"),
    StoreRow("postgresql", _open_postgres, "postgresql://HOST/NAME", "many routers on many machines"),
)


def open_store(url: str = "memory:") -> Store:
    """The store that a URL names. Raises StoreError where there is none such, or it cannot be used."""
    scheme = url.partition(":")[0].partition("+")[0]
    for row in STORES:
        if row.scheme == scheme and ":" in url:
            return row.open(url)
    examples = listed((row.example for row in STORES), "or")
    close = nearest(scheme, [row.scheme for row in STORES])
    hint = f"did you mean `{close}`?" if close and close != scheme else f"write {examples}"
    raise StoreError(f"`{url}` is not a store: {hint}")


__all__ = ["STORES", "Session", "Store", "StoreError", "StoreRow", "Text", "open_store"]
