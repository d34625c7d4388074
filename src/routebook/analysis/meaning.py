"""What a plan means, whatever its words: equal for plans that do the same with every lead and rep.

It is a hash of the plan in one form: conditions without names, in no order, with `not` moved inwards; values as they
compare; targets without what brought them into the plan. The same could still be said in ways that are not seen to
be the same, such as `not score < 70` and `score >= 70`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, TypeAlias, assert_never

from routebook.check.conditions import (
    AllOf,
    Always,
    AnyOf,
    Comparison,
    Computed,
    Condition,
    Constant,
    Derive,
    FieldRef,
    Members,
    Named,
    Not,
    Scope,
    refs_in,
)
from routebook.check.targets import HoldTarget, PoolTarget, Reassign, RepTarget, SplitTarget, Target, parts_of
from routebook.plan.tree import Plan, PlannedTarget, Tree
from routebook.types import DateTimeType, EmailType, NumberType, SetType, TextType, Type

Meaning: TypeAlias = str
_Parts: TypeAlias = tuple[str, frozenset[str]]
"""Forms of conditions, and the word that joins them: none where there is one."""

_CONDITIONS: Final = (AllOf, AnyOf, Not, Named, Always, Comparison)


def meaning(tree: Tree, plan: Plan) -> Meaning:
    """What a plan of this policy comes to, wherever it refers to what the policy defines."""
    return Meanings(tree).of(plan)


class Meanings:
    """What the plans of a policy come to; what several of them rest on is worked out once."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._forms = _Forms()
        self._computed: dict[str, str] = {}
        self._timed: dict[str, bool] = {}
        self._below: dict[str, frozenset[str]] = {}

    def of(self, plan: Plan) -> Meaning:
        tree = self._tree
        sla = tree.slas.get(plan.sla) if plan.sla is not None else None
        targets = [planned.target for planned in plan.targets]
        if sla is not None:
            targets += [t for step in sla.steps for t in step.then if not isinstance(t, Reassign)]
        refs = [ref for target in targets for part in parts_of(target) for ref in _refs(part)]
        names = self._rest_on(refs)
        is_timed = any(_is_by_the_clock(tree, ref) for ref in refs) or any(map(self._is_timed, names))
        zone = tree.timezone.key if is_timed else None
        return self._forms.of((plan, sla, {name: self._form(name) for name in names}, zone))

    def _form(self, name: str) -> str:
        if name not in self._computed:
            self._computed[name] = self._forms.of(self._tree.computed[name])
        return self._computed[name]

    def _is_timed(self, name: str) -> bool:
        """Whether a definition itself reads the clock."""
        if name not in self._timed:
            read = _read_by(self._tree.computed[name])
            self._timed[name] = any(_is_by_the_clock(self._tree, ref) for ref in read)
        return self._timed[name]

    def _rest_on(self, refs: Iterable[FieldRef]) -> frozenset[str]:
        """The names of all definitions that fields rest on."""
        names = {ref.base for ref in refs if ref.scope is Scope.COMPUTED}
        return frozenset(names.union(*map(self._inner, names)))

    def _inner(self, name: str) -> frozenset[str]:
        if name not in self._below:
            self._below[name] = self._rest_on(_read_by(self._tree.computed[name]))
        return self._below[name]


# --- What a plan refers to ---------------------------------------------------------------------------------


def _refs(target: Target) -> Iterator[FieldRef]:
    match target:
        case PoolTarget():
            yield from target.strategy.fields
            if target.sticky is not None:
                yield target.sticky.field
            yield from _where_refs(target)
        case HoldTarget():
            yield from _where_refs(target)
        case RepTarget(rep) if isinstance(rep, FieldRef):
            yield rep
        case SplitTarget():
            yield target.field


def _where_refs(target: PoolTarget | HoldTarget) -> Iterator[FieldRef]:
    if target.where is not None:
        yield from refs_in(target.where)


def _read_by(computed: Computed) -> Iterator[FieldRef]:
    """The fields that a definition reads."""
    if isinstance(computed, Derive):
        conditions: list[Condition | None] = [case.condition for case in computed.cases]
    else:
        conditions = [entry.condition for entry in computed.entries]
        yield from (entry.per for entry in computed.entries if entry.per is not None)
    for condition in conditions:
        if condition is not None:
            yield from refs_in(condition)


def _is_by_the_clock(tree: Tree, ref: FieldRef) -> bool:
    """Whether a value is another in another time zone: parts of moments are, and moments that a roster may give
    without an offset.
    """
    match ref.scope:
        case Scope.NOW:
            return ref.part is not None
        case Scope.REP:
            declared = tree.rep_schema.fields.get(ref.base)
            return declared is not None and isinstance(declared.type, DateTimeType)
        case Scope.LEAD:
            whole = tree.schema[ref.base].type
        case Scope.COMPUTED:
            whole = tree.computed[ref.base].type
        case _:
            assert_never(ref.scope)
    return ref.part is not None and isinstance(whole, DateTimeType)


# --- Forms -------------------------------------------------------------------------------------------------


class _Forms:
    """Hashes of values in their one form; what has a name is worked out once."""

    def __init__(self) -> None:
        self._named: dict[tuple[int, bool], _Parts] = {}

    def of(self, value: Any) -> str:
        if isinstance(value, _CONDITIONS):
            return self._joined(self._parts(value, negated=False))
        match value:
            case Constant(_, _, key):
                return self.of(key)
            case Members(_, keys):
                return self.of(keys)
            case FieldRef():
                return self._hash("field", (value.scope, value.base, value.part, _compares_as(value.type)))
            case PlannedTarget(target):
                return self.of(target)
            case frozenset():
                return self._hash("set", sorted(value))
            case Mapping():
                return self._hash("map", sorted(value.items()))
            case tuple() | list():
                return self._hash("list", value)
            case Decimal() | Fraction():
                return self._text(f"number {Fraction(value)}")
        if is_dataclass(value):
            parts = [getattr(value, spec.name) for spec in fields(value) if spec.compare]
            return self._hash(type(value).__name__, parts)
        return self._text(f"{type(value).__name__} {value}")

    def _hash(self, kind: str, parts: Iterable[Any]) -> str:
        return self._text("\n".join((kind, *(self.of(part) for part in parts))))

    def _text(self, text: str) -> str:
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    # --- Conditions --------------------------------------------------------------------------------------

    def _joined(self, parts: _Parts) -> str:
        word, forms = parts
        return self._text("\n".join((word, *sorted(forms)))) if word else next(iter(forms))

    def _parts(self, condition: Condition, negated: bool) -> _Parts:
        match condition:
            case AllOf(parts):
                return self._all(parts, "or" if negated else "and", negated)
            case AnyOf(parts):
                return self._all(parts, "and" if negated else "or", negated)
            case Not(part):
                return self._parts(part, not negated)
            case Named(_, inner):
                key = (id(inner), negated)
                if key not in self._named:
                    self._named[key] = self._parts(inner, negated)
                return self._named[key]
            case Always(value):
                return "", frozenset([self._text(f"always {value != negated}")])
            case Comparison(_, left, right):
                row = condition.row
                holds = (row.negates is None) != negated
                return "", frozenset([self._hash("test", (row.positive.name, holds, left, right))])
            case _:
                assert_never(condition)

    def _all(self, conditions: Iterable[Condition], word: str, negated: bool) -> _Parts:
        found: set[str] = set()
        for condition in conditions:
            parts = self._parts(condition, negated)
            found |= parts[1] if parts[0] in ("", word) else {self._joined(parts)}
        return word if len(found) > 1 else "", frozenset(found)


def _compares_as(type_: Type) -> str:
    """How values of a type compare: the bounds of a number and the texts of a list say nothing about that."""
    match type_:
        case SetType(element):
            return f"set of {_compares_as(element)}"
        case TextType() | EmailType():
            return "folded"
        case NumberType(integer):
            return "whole number" if integer else "number"
    return type(type_).__name__
