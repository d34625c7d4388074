"""Segments: leads that are alike in the fields by which `performance` tells them apart."""

from __future__ import annotations

import json
from collections.abc import Iterable

from routebook.check.conditions import FieldRef
from routebook.check.targets import PoolTarget
from routebook.plan.keys import key_text
from routebook.plan.tree import Tree
from routebook.plan.walk import Environment
from routebook.runtime.targets import targets_of


def segment_of(values: Iterable[tuple[str, str | None]]) -> str:
    """The name of a segment: its fields with their values, whatever their order; "" for all leads."""
    said = dict(values)
    return json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":")) if said else ""


def ways_to_segment(tree: Tree) -> tuple[tuple[FieldRef, ...], ...]:
    """Each set of fields by which some target of the policy tells leads apart, once."""
    found: dict[frozenset[str], tuple[FieldRef, ...]] = {}
    for target in targets_of(tree):
        if (
            isinstance(target, PoolTarget)
            and target.strategy.name == "performance"
            and target.strategy.fields
        ):
            fields = target.strategy.fields
            found.setdefault(frozenset(ref.name for ref in fields), fields)
    return tuple(found.values())


def segments_of(ways: tuple[tuple[FieldRef, ...], ...], environment: Environment) -> tuple[str, ...]:
    """The segments that a lead is in: what comes of it counts for each of them."""
    return tuple(segment_of((ref.name, key_text(ref, environment)) for ref in fields) for fields in ways)
