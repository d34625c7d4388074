"""Rules as alternatives: each a conjunction of parts that ask of one column, and of what no column can settle.

A column is a field, or a part of one, as it compares. A rule with `or` over several columns becomes several
alternatives, up to a limit; past it, and where a comparison is between fields, the part stays whole, to be
tested by itself for the few rules that are left standing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias, assert_never

from routebook.check.conditions import (
    AllOf,
    Always,
    AnyOf,
    Comparison,
    Condition,
    FieldRef,
    Named,
    Not,
    fields_in,
)
from routebook.plan.tree import Leaf, RuleNode

MAX_ALTERNATIVES: Final = 8

Literal: TypeAlias = tuple[Condition, bool]
"""A condition, and whether it must hold or must not."""

_Parts: TypeAlias = tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way for a lead to be taken by leaf number `leaf`: every part holds."""

    leaf: int
    columns: dict[FieldRef, list[Literal]]
    rest: list[Literal]


class Normaliser:
    """Brings rules into alternatives; what it learns of a shared define it keeps."""

    def __init__(self) -> None:
        self._columns: dict[int, frozenset[FieldRef] | None] = {}
        self._kept: list[Condition] = []
        self._defined: dict[tuple[int, bool], list[_Parts]] = {}

    def alternatives(self, rules: tuple[RuleNode, ...]) -> list[Alternative]:
        """The alternatives of all leaves, in the order in which the leaves are tried."""
        found: list[Alternative] = []
        for number, conditions in enumerate(_leaf_conditions(rules, ())):
            ways: list[_Parts] = [()]
            for condition in conditions:
                ways = self._product(ways, self._ways(condition, True), (condition, True))
            found.extend(alternative for parts in ways if (alternative := self._alternative(number, parts)))
        return found

    def _alternative(self, leaf: int, parts: _Parts) -> Alternative | None:
        columns: dict[FieldRef, list[Literal]] = {}
        rest: list[Literal] = []
        for condition, positive in parts:
            if isinstance(condition, Always):
                if condition.value is not positive:
                    return None
                continue
            fields = self._fields(condition)
            if fields is not None and len(fields) == 1:
                columns.setdefault(next(iter(fields)), []).append((condition, positive))
            else:
                rest.append((condition, positive))
        return Alternative(leaf, columns, rest)

    def _product(self, left: list[_Parts], right: list[_Parts], whole: Literal) -> list[_Parts]:
        if len(left) * len(right) > MAX_ALTERNATIVES:
            return [(*parts, whole) for parts in left]
        return [(*a, *b) for a in left for b in right]

    def _ways(self, condition: Condition, positive: bool) -> list[_Parts]:
        """The alternatives of one condition, or of its negation, which De Morgan's laws push inwards."""
        fields = self._fields(condition)
        if fields is not None and len(fields) <= 1:
            return [((condition, positive),)]
        match condition:
            case Comparison() | Always():
                return [((condition, positive),)]
            case Not(part):
                return self._ways(part, not positive)
            case Named(_, inner):
                # once each: defines that use each other twice would be walked through without end
                key = id(inner), positive
                if key not in self._defined:
                    self._kept.append(inner)
                    self._defined[key] = self._ways(inner, positive)
                return self._defined[key]
            case AllOf(parts) | AnyOf(parts):
                if isinstance(condition, AllOf) is positive:
                    ways: list[_Parts] = [()]
                    for part in parts:
                        ways = self._product(ways, self._ways(part, positive), (part, positive))
                    return ways
                union = [way for part in parts for way in self._ways(part, positive)]
                return union if len(union) <= MAX_ALTERNATIVES else [((condition, positive),)]
            case _:
                assert_never(condition)

    def _fields(self, condition: Condition) -> frozenset[FieldRef] | None:
        """The columns that a condition asks of, None where a comparison is between fields or calculated."""
        key = id(condition)
        if key not in self._columns:
            self._kept.append(condition)
            self._columns[key] = self._work_out_fields(condition)
        return self._columns[key]

    def _work_out_fields(self, condition: Condition) -> frozenset[FieldRef] | None:
        match condition:
            case Comparison(_, left, right):
                refs = {ref for operand in (left, *right) for ref in fields_in(operand)}
                return frozenset(refs) if isinstance(left, FieldRef) and len(refs) == 1 else None
            case AllOf(parts) | AnyOf(parts):
                found = [self._fields(part) for part in parts]
                known = [fields for fields in found if fields is not None]
                return frozenset().union(*known) if len(known) == len(found) else None
            case Not(part):
                return self._fields(part)
            case Named(_, inner):
                return self._fields(inner)
            case Always():
                return frozenset()
            case _:
                assert_never(condition)


def same(condition: Condition) -> object:
    """A key that equal comparisons share. Larger conditions go by identity: defines may share without end."""
    return condition if isinstance(condition, Comparison) else id(condition)


def _leaf_conditions(
    rules: tuple[RuleNode, ...], outer: tuple[Condition, ...]
) -> Iterator[tuple[Condition, ...]]:
    """For each leaf its own condition after those of the blocks around it."""
    for node in rules:
        conditions = outer if node.condition is None else (*outer, node.condition)
        if isinstance(node, Leaf):
            yield conditions
        else:
            yield from _leaf_conditions(node.rules, conditions)
