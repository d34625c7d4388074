"""Rows of tables that go to the compiled policy: each combination of values once, however many rows have it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from threading import Lock
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from routebook.check.conditions import (
    Comparison,
    Computed,
    Condition,
    Derive,
    FieldRef,
    Scope,
    each_once,
    fields_in,
)
from routebook.codegen.compiled import compile_policy
from routebook.codegen.emit import conditions_of
from routebook.codegen.running import Decide
from routebook.codegen.values import Ints, Values
from routebook.plan.tree import Tree

_REMEMBERED: Final = 100_000
"""Combinations of values that are kept."""

_TRIED: Final = 4_096
"""After so many rows it shows whether rows are alike: where few are, looking them up costs more than it saves."""


class OneByOne:
    """The compiled policy over rows of columns; it is compiled when the first row comes. Safe to share."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._fields = needed_fields(tree)
        self._compiled: Decide | None = None
        self._lock = Lock()

    def decide(self, columns: Mapping[str, Values], rows: Ints, now: datetime) -> npt.NDArray[np.int32]:
        """For each of these rows the number of the leaf that takes it, -1 where none does."""
        names = [name for name in sorted(self._fields) if name in columns]
        parts = [columns[name].part(rows) for name in names]
        decide = self._decide()
        if not names:
            return np.full(len(rows), decide({}, now), dtype=np.int32)
        values = [part.value for part in parts]
        known: dict[tuple[Any, ...], int] = {}
        found: list[int] = []
        remember = True
        for key in zip(*(part.row_keys() for part in parts), strict=True):
            number = known.get(key) if remember else None
            if number is None:
                lead = {}
                for name, value, code in zip(names, values, key, strict=True):
                    meant = value(code)
                    if meant is not None:
                        lead[name] = meant
                number = decide(lead, now)
                if remember:
                    known[key] = number
                    remember = len(known) < _REMEMBERED and (
                        len(found) < _TRIED or len(known) * 4 < len(found) * 3
                    )
            found.append(number)
        return np.array(found, dtype=np.int32)

    def _decide(self) -> Decide:
        with self._lock:
            if self._compiled is None:
                self._compiled = compile_policy(self._tree)
            return self._compiled


def needed_fields(tree: Tree) -> frozenset[str]:
    """The fields of the lead that the tree's rules ask of, themselves or by the computed fields that they use."""
    return frozenset(ref.base for ref in _asked(tree) if ref.scope is Scope.LEAD)


def only_domains(tree: Tree) -> frozenset[str]:
    """The addresses of which the rules ask nothing but the domain."""
    refs = _asked(tree)
    others = {ref.base for ref in refs if ref.part != "domain"}
    return frozenset(ref.base for ref in refs if ref.part == "domain" and ref.base not in others)


def used_computed(tree: Tree) -> list[Computed]:
    """The computed fields that the tree's rules use, each after those that it uses itself."""
    used = {ref.base for ref in _asked(tree) if ref.scope is Scope.COMPUTED}
    return [computed for name, computed in tree.computed.items() if name in used]


def _asked(tree: Tree) -> set[FieldRef]:
    """Every field that rules depend on, the computed ones and what those depend on among them."""
    found: set[FieldRef] = set()
    waiting = list(_refs(conditions_of(replace(tree, computed={}))))
    while waiting:
        ref = waiting.pop()
        if ref in found:
            continue
        found.add(ref)
        if ref.scope is Scope.COMPUTED:
            computed = tree.computed[ref.base]
            rows = computed.cases if isinstance(computed, Derive) else computed.entries
            waiting += _refs(row.condition for row in rows if row.condition is not None)
            if not isinstance(computed, Derive):
                waiting += [entry.per for entry in computed.entries if entry.per is not None]
    return found


def _refs(conditions: Iterable[Condition]) -> Iterator[FieldRef]:
    for condition in each_once(conditions):
        if isinstance(condition, Comparison):
            for operand in (condition.left, *condition.right):
                yield from fields_in(operand)
