"""Evaluation trees as JSON values and back, the same to the last place: for keeping them between runs.

A define is one thing again however often it is used. What is written and read how is told by `kept_schema`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from routebook.check import conditions as c
from routebook.check import targets as g
from routebook.plan import tree as p
from routebook.plan.kept_schema import TYPES, Nodes, Reader, Unkeepable, Writer
from routebook.source import Source

_NODES: Final[Nodes] = (
    *TYPES,
    c.Scope,
    c.FieldRef, c.Constant, c.Members, c.Pattern, c.Arithmetic, c.Comparison, c.AllOf, c.AnyOf, c.Not, c.Named,
    c.Always, c.DeriveCase, c.Derive, c.PointsEntry, c.Points,
    g.Strategy, g.Sticky, g.PoolTarget, g.RepTarget, g.HoldTarget, g.QueueTarget, g.NurtureTarget, g.RejectTarget,
    g.Arm, g.SplitTarget, g.Reassign, g.SlaStep, g.Sla, g.SourceField, g.SourceMap,
    p.PlannedTarget, p.Plan, p.Leaf, p.Branch, p.Tree,
)  # fmt: skip


def dump(tree: p.Tree, sources: Sequence[Source]) -> Any:
    """The tree as lists, texts and numbers; `sources` are those that its spans lie in.

    Raises `Unkeepable` for a tree that could not be read back.
    """
    return Writer(sources, _NODES).value(tree)


def load(data: Any, sources: Sequence[Source]) -> p.Tree:
    """The tree that was dumped, its spans in these sources.

    Raises `ValueError`, `LookupError`, `TypeError`, `AttributeError` or `RecursionError` where `data` is none.
    """
    tree = Reader(sources, _NODES).value(data)
    if not isinstance(tree, p.Tree):
        raise Unkeepable("no tree")
    return tree
