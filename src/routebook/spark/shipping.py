"""Policies on their way to Spark's workers, and what a worker keeps of them."""

from __future__ import annotations

import copyreg
import io
import pickle
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from routebook.plan.tree import Tree

if TYPE_CHECKING:
    from routebook.tables import Table


def packed(tree: Tree) -> bytes:
    """The tree as bytes for workers of the same version."""
    stream = io.BytesIO()
    pickler = pickle.Pickler(stream, pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = copyreg.dispatch_table.copy()
    pickler.dispatch_table[MappingProxyType] = lambda mapping: (_frozen, (dict(mapping),))
    pickler.dump(tree)
    return stream.getvalue()


@lru_cache(maxsize=8)
def table_of(tree: bytes, source: str | None) -> Table:
    """The policy of a tree, made ready once in each worker, however many batches come to it."""
    from routebook.tables import Table

    return Table(pickle.loads(tree), source)


def _frozen(mapping: Mapping[Any, Any]) -> Mapping[Any, Any]:
    return MappingProxyType(mapping)
