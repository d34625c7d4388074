"""One comparison of several fields, and what it needs to know of the fields of a model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from routebook.analysis.clock import Clock
from routebook.analysis.domains.base import Domain
from routebook.analysis.formula import Formulas, Literal, Point
from routebook.check.conditions import Comparison, FieldRef, Operand, fields_in
from routebook.plan.tree import Tree
from routebook.plan.walk import Environment
from routebook.source import Source, Span
from routebook.types import DateTimeType, DateType, NumberType, TimeType

NOWHERE: Final = Span(Source("", ""), 0, 0)


class Fields(Protocol):
    """The fields of a model, as far as comparisons of several of them ask."""

    domains: dict[str, Domain]
    formulas: Formulas
    frozen: bool
    uses_now: bool
    clock: Clock

    @property
    def trees(self) -> Sequence[Tree]:
        """The policies of the model."""

    def known(self, base: str) -> Literal:
        """The field has a value."""


@dataclass
class Tie:
    """`left op right` of known fields, as a bit: class 1 where it holds."""

    op: str
    left: Operand
    right: Operand
    zone: ZoneInfo
    dimension: int = -1

    @cached_property
    def test(self) -> Comparison:
        """The comparison, as the evaluator judges it."""
        return Comparison(self.op, self.left, (self.right,), "", NOWHERE)

    @cached_property
    def refs(self) -> list[FieldRef]:
        return [*fields_in(self.left), *fields_in(self.right)]

    @cached_property
    def bases(self) -> list[str]:
        return list(dict.fromkeys(ref.base for ref in self.refs))

    @cached_property
    def is_numeric(self) -> bool:
        return isinstance(self.left.type, NumberType | DateType | TimeType | DateTimeType)  # type: ignore[union-attr]


def holds(fields: Fields, tie: Tie, lead: Mapping[str, Any]) -> bool:
    """Whether a tie holds of a lead, by the evaluator."""
    return are_as_wanted(fields, ((tie, True),), lead)


def are_as_wanted(fields: Fields, wanted: Iterable[tuple[Tie, bool]], lead: Mapping[str, Any]) -> bool:
    """Whether each tie holds of a lead, or does not, as is wanted of it, by the evaluator."""
    environment = Environment(fields.trees[0], lead, lead["now"])
    return all(environment.judge(tie.test).holds == want for tie, want in wanted)


def is_placed(domain: Domain, value: Any, point: Point) -> bool:
    """Whether a value is in the point's classes of its field."""
    placed = list(point)
    domain.place(value, placed)
    return all(placed[d] == point[d] for d in domain.dimensions())
