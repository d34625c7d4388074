"""Where a condition lets leads in whose fields are missing, and where it has asked about that.

Conditions are judged in three values for one field at a time: what they come to where it is missing (its
comparisons are then false, whatever the rest) or known, None where the rest would decide.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias, assert_never

from routebook.check.conditions import (
    AllOf,
    Always,
    AnyOf,
    Comparison,
    Condition,
    FieldRef,
    Named,
    Not,
    Scope,
    fields_in,
)
from routebook.operators import Takes

Key: TypeAlias = tuple[Scope, str]
"""A declared or computed field, whichever part of it is asked for."""


def key_of(ref: FieldRef) -> Key:
    return ref.scope, ref.base


@dataclass(frozen=True, slots=True)
class Slip:
    """A negation that holds for missing values: the node that negates, and the fields, with what was compared.

    `node` is the comparison where that itself negates (`!=`), else the `not` around it.
    """

    node: Comparison | Not
    fields: dict[Key, FieldRef]
    compared: list[Comparison]


@dataclass
class Judge:
    """Judges conditions for fields that are missing or known. Definitions are judged once, not once a use."""

    _judged: dict[tuple[int, Key, bool], bool | None] = field(default_factory=dict)
    _optional: dict[int, dict[Key, FieldRef]] = field(default_factory=dict)

    def optional(self, condition: Condition) -> dict[Key, FieldRef]:
        """The fields that the condition compares and that can be missing, in order."""
        if id(condition) not in self._optional:
            found: dict[Key, FieldRef] = {}
            match condition:
                case Comparison():
                    found = {key_of(ref): ref for ref in refs_in(condition) if ref.optional}
                case AllOf(parts) | AnyOf(parts):
                    for part in parts:
                        for key, ref in self.optional(part).items():
                            found.setdefault(key, ref)
                case Not(part):
                    found = self.optional(part)
                case Named(_, inner):
                    found = self.optional(inner)
                case Always():
                    pass
                case _:
                    assert_never(condition)
            self._optional[id(condition)] = found
        return self._optional[id(condition)]

    def holds(self, condition: Condition, key: Key, known: bool = False) -> bool | None:
        """What the condition comes to where the field is missing, or known; None where that does not settle it."""
        place = (id(condition), key, known)
        if place not in self._judged:
            self._judged[place] = self._holds(condition, key, known)
        return self._judged[place]

    def _holds(self, condition: Condition, key: Key, known: bool) -> bool | None:
        match condition:
            case Comparison():
                return _compared(condition, key, known)
            case AllOf(parts):
                return _all([self.holds(part, key, known) for part in parts])
            case AnyOf(parts):
                return _negated(_all([_negated(self.holds(part, key, known)) for part in parts]))
            case Not(part):
                return _negated(self.holds(part, key, known))
            case Named(_, inner):
                return self.holds(inner, key, known)
            case Always(value):
                return value
            case _:
                assert_never(condition)

    def asks(self, condition: Condition, key: Key, negated: bool = False) -> bool:
        """Whether the condition (its opposite, where `negated`) can hold where the field is missing, and only there."""
        where_known, where_missing = self.holds(condition, key, known=True), self.holds(condition, key)
        return where_known is negated and where_missing is not negated


def refs_in(comparison: Comparison) -> Iterator[FieldRef]:
    """The fields on both sides of a comparison."""
    for operand in (comparison.left, *comparison.right):
        yield from fields_in(operand)


def _compared(comparison: Comparison, key: Key, known: bool) -> bool | None:
    if all(key_of(ref) != key for ref in refs_in(comparison)):
        return None
    if comparison.row.takes is Takes.PRESENCE:
        return known == (comparison.row.negates is None)
    return None if known else comparison.row.negates is not None


def _all(parts: list[bool | None]) -> bool | None:
    if False in parts:
        return False
    return None if None in parts else True


def _negated(value: bool | None) -> bool | None:
    return None if value is None else not value


@dataclass
class Slips:
    """Looks through conditions for negations that let missing values in; each is kept once, by its node.

    `closed` fields cannot be missing where the condition is asked.
    """

    judge: Judge
    found: dict[int, Slip] = field(default_factory=dict)

    def look(self, condition: Condition, closed: frozenset[Key]) -> list[int]:
        """Look through a condition that has to hold; the result says which slips (by node) it holds by."""
        met: list[int] = []
        for key, ref in self.judge.optional(condition).items():
            if key not in closed:
                _Look(self, key, ref, met).visit(condition, False, None)
        return list(dict.fromkeys(met))

    def add(self, node: Comparison | Not, key: Key, ref: FieldRef, compared: Comparison) -> int:
        slip = self.found.setdefault(id(node), Slip(node, {}, []))
        slip.fields.setdefault(key, ref)
        if all(other is not compared for other in slip.compared):
            slip.compared.append(compared)
        return id(node)


@dataclass
class _Look:
    """One field in one condition: goes down to the comparisons that hold because the field is missing.

    It does not go where a neighbour in the same conjunction fails without the field, nor where a neighbour in
    the same disjunction asks for leads without it.
    """

    slips: Slips
    key: Key
    ref: FieldRef
    met: list[int]
    _seen: set[tuple[int, bool]] = field(default_factory=set)

    def visit(self, condition: Condition, negated: bool, by: Not | None) -> None:
        """`negated` is whether the condition has to fail; `by` the innermost `not` that it then stands under."""
        place = (id(condition), negated)
        if place in self._seen or self.slips.judge.holds(condition, self.key) is negated:
            return
        self._seen.add(place)
        match condition:
            case Comparison():
                self._compare(condition, negated, by)
            case AllOf(parts) | AnyOf(parts):
                if isinstance(condition, AnyOf) is negated or not self._is_asked(parts, negated):
                    for part in parts:
                        self.visit(part, negated, by)
            case Not(part):
                self.visit(part, not negated, condition)
            case Named(_, inner):
                self.visit(inner, negated, by)
            case Always():
                pass
            case _:
                assert_never(condition)

    def _is_asked(self, parts: tuple[Condition, ...], negated: bool) -> bool:
        return any(self.slips.judge.asks(part, self.key, negated) for part in parts)

    def _compare(self, comparison: Comparison, negated: bool, by: Not | None) -> None:
        asks = comparison.row.takes is Takes.PRESENCE
        if asks or all(key_of(ref) != self.key for ref in refs_in(comparison)):
            return
        node = by if negated else comparison
        assert node is not None
        self.met.append(self.slips.add(node, self.key, self.ref, comparison))
