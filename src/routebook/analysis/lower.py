"""Conditions to formulas: defines, derives and points opened, and every comparison asked of its field.

Definitions stay shared: each is read once, and used by its number. A comparison of two fields is split by
the values of one of them where those are few, and else becomes a tie (see `ties`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final, assert_never

from routebook.analysis.domains.base import Pred, Undecided
from routebook.analysis.domains.ordered import NumberDomain
from routebook.analysis.domains.sets import SetDomain
from routebook.analysis.domains.texts import TextDomain
from routebook.analysis.formula import FALSE, TRUE, Literal
from routebook.analysis.operands import (
    by_zero,
    common_members,
    constant_holds,
    derived,
    folded,
    key_of_constant,
    put,
    ranges,
    saturated,
)
from routebook.analysis.shared import NOTHING, asked_of_shared
from routebook.analysis.space import Space
from routebook.check.conditions import (
    AllOf,
    Always,
    AnyOf,
    Arithmetic,
    Comparison,
    Condition,
    Constant,
    Derive,
    FieldRef,
    Members,
    Named,
    Not,
    Operand,
    Points,
    PointsEntry,
    Scope,
    fields_in,
)
from routebook.operators import OPERATORS
from routebook.plan.tree import Tree
from routebook.plan.walk import comparable, part_of
from routebook.types import BoolType, NumberType, OneOfType, SetType, Type

_FEW: Final = 64
"""A comparison of fields is split by the values of one of them where there are no more than these."""
_LISTED: Final = 24
"""Fields whose members can be listed are compared member by member where there are no more than these."""
_STEPS: Final = 4_000
"""`add … per FIELD` tells so many values of the field apart at most."""
_RUNS: Final = 40

_MIRRORED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "=="}


class Lowering:
    """Gives the formulas of a policy's conditions; with `rep`, of conditions of `where`, for that rep."""

    def __init__(self, space: Space, tree: Tree, rep: Mapping[str, Any] | None = None) -> None:
        self.space, self.tree, self.rep = space, tree, rep
        self._named: dict[int, Literal] = {}
        self._read: dict[int, Literal] = {}
        self._kept: list[Condition] = []

    # --- Conditions --------------------------------------------------------------------------------------

    def condition(self, condition: Condition | None) -> Literal:
        """The formula of a condition; of none, TRUE."""
        formulas = self.space.formulas
        match condition:
            case None:
                return TRUE
            case Always(value):
                return TRUE if value else FALSE
            case Comparison():
                return self.comparison(condition)
            case AllOf(parts):
                return formulas.conj([self.condition(part) for part in parts])
            case AnyOf(parts):
                return formulas.disj([self.condition(part) for part in parts])
            case Not(part):
                return -self.condition(part)
            case Named(_, inner):
                if id(inner) not in self._named:
                    self._kept.append(inner)  # so that its id stays its own
                    self._named[id(inner)] = self.condition(inner)
                return self._named[id(inner)]
            case _:
                assert_never(condition)

    def comparison(self, test: Comparison) -> Literal:
        """The formula of a comparison; once the fields are cut, it is worked out once."""
        if not self.space.frozen:
            return self._compared(test)
        known = self._read.get(id(test))
        if known is None:
            self._kept.append(test)  # so that its id stays its own
            known = self._read[id(test)] = self._compared(test)
        return known

    def _compared(self, test: Comparison) -> Literal:
        row = OPERATORS[test.operator]
        positive = row.negates or test.operator
        right = tuple(self._known_rep(operand) for operand in test.right)
        try:
            literal = self._positive(positive, self._known_rep(test.left), right)
        except Undecided as undecided:
            literal = self.space.ties.guess(test, str(undecided), self.tree)
        return -literal if row.negates else literal

    def _known_rep(self, operand: Operand) -> Operand | None:
        """The operand with a rep's fields as constants; None where one is missing."""
        match operand:
            case FieldRef() if operand.scope is Scope.REP:
                return self._rep_value(operand)
            case Arithmetic(first, rest, type_):
                parts = [self._known_rep(part) for part in (first, *(part for _, part in rest))]
                known = [part for part in parts if part is not None]
                if len(known) < len(parts):
                    return None
                signs = [sign for sign, _ in rest]
                return Arithmetic(known[0], tuple(zip(signs, known[1:], strict=True)), type_)
        return operand

    def _rep_value(self, ref: FieldRef) -> Operand | None:
        value = (self.rep or {}).get(ref.base)
        if value is None:
            return None
        if ref.part is not None:
            value = part_of(value, ref.part, self.tree.timezone)
        if isinstance(ref.type, SetType):
            return Members(tuple(sorted(value)), comparable(ref.type, value))
        return Constant(value, ref.type, comparable(ref.type, value))

    # --- Comparisons without negation --------------------------------------------------------------------

    def _positive(self, op: str, left: Operand | None, right: tuple[Operand | None, ...]) -> Literal:
        known = [operand for operand in right if operand is not None]
        if left is None or len(known) < len(right):
            return FALSE
        left, *known = (folded(operand) for operand in (left, *known))
        if by_zero(left) or any(by_zero(operand) for operand in known):
            return FALSE
        fields = [ref for operand in (left, *known) for ref in fields_in(operand)]
        if not fields:
            return TRUE if constant_holds(op, left, known) else FALSE
        if len(fields) > 1 or isinstance(left, Arithmetic) or any(isinstance(o, Arithmetic) for o in known):
            return self._between_fields(op, left, known)
        if isinstance(left, FieldRef):
            return self._of_field(op, left, tuple(key_of_constant(operand) for operand in known), known)
        return self._turned(op, left, known, fields[0])

    def _of_field(
        self, op: str, ref: FieldRef, keys: tuple[Any, ...], operands: Sequence[Operand] = ()
    ) -> Literal:
        if ref.scope is Scope.COMPUTED:
            return self._of_computed(op, ref, keys)
        domain = self.space.domains[ref.base]
        spellings = [
            v for o in operands for v in (o.values if isinstance(o, Members) else [getattr(o, "value", None)])
        ]
        if op in ("==", "in", "has", "has any", "has all"):
            if isinstance(domain, SetDomain) and domain.type == ref.type:
                domain.mention(str(v) for v in spellings if v is not None)
            elif isinstance(domain, TextDomain) and ref.part is None:
                for spelling in spellings:
                    domain.spell(str(spelling))
        if op in ("starts with", "ends with", "contains") and isinstance(domain, TextDomain):
            domain.spell_part(keys[0], str(spellings[0]))
        zone = self.tree.timezone if ref.part is not None else None
        pred = asked_of_shared(Pred(ref.part, op, keys, zone), *self._types(ref))
        return FALSE if pred is None else self.space.ask(ref.base, pred)

    def _types(self, ref: FieldRef) -> tuple[Type, Type]:
        """The type of the field that a lead's value is of: in this policy, and among the values of the model."""
        if ref.base not in self.tree.schema:
            return ref.type, ref.type
        return self.tree.schema[ref.base].type, self.space.schema[ref.base].type

    def _turned(self, op: str, left: Operand, right: Sequence[Operand], ref: FieldRef) -> Literal:
        """A constant on the left and the only field on the right: the same, said of the field."""
        if op in _MIRRORED:
            return self._of_field(_MIRRORED[op], ref, (key_of_constant(left),), [left])
        if op == "between":  # the field is one of the bounds
            low, high = right
            parts = [self._positive("<=", low, (left,)), self._positive("<=", left, (high,))]
            return self.space.formulas.conj(parts)
        if op == "in":  # a constant in the lead's set
            return self._of_field("has", ref, (key_of_constant(left),), [left])
        assert isinstance(left, Members)
        match op:
            case "has":
                return self._of_field("in", ref, (left.keys,), [left])
            case "has any":
                return self._of_field("has any", ref, (left.keys,), [left])
            case _:  # all that the lead's set has, the constant set has
                return self._of_field("within", ref, (left.keys,))

    # --- Computed fields ---------------------------------------------------------------------------------

    def _of_computed(self, op: str, ref: FieldRef, keys: tuple[Any, ...]) -> Literal:
        computed = self.tree.computed[ref.base]
        pred = Pred(None, op, keys)
        if isinstance(computed, Points):
            return self._of_points(computed, pred)

        def true_of(value: Any) -> bool:
            if value is not None and ref.part is not None:
                value = part_of(value, ref.part, self.tree.timezone)
            return pred.holds(None if value is None else comparable(ref.type, value))

        return self._cases(computed, true_of)

    def _cases(self, derive: Derive, true_of: Callable[[Any], bool]) -> Literal:
        """The first case that holds has a value of which something is true.

        Cases in a row that agree are one step of the chain; a long chain is made flat.
        """
        formulas = self.space.formulas
        runs: list[tuple[bool, list[Literal]]] = []
        for case in derive.cases:
            truth = true_of(case.value)
            literal = self._shared(case.condition)
            if runs and runs[-1][0] == truth:
                runs[-1][1].append(literal)
            else:
                runs.append((truth, [literal]))
        last = TRUE if true_of(derive.otherwise) else FALSE
        if len(runs) <= _RUNS:
            for truth, literals in reversed(runs):
                last = (
                    formulas.disj([*literals, last])
                    if truth
                    else formulas.conj([*(-part for part in literals), last])
                )
            return last
        chosen: list[Literal] = []
        before: list[Literal] = []
        for truth, literals in runs:
            if truth:
                chosen.append(formulas.conj([formulas.disj(literals), *(-part for part in before)]))
            else:
                before.extend(literals)
        return formulas.disj([*chosen, formulas.conj([last, *(-part for part in before)])])

    def _shared(self, condition: Condition) -> Literal:
        return self.condition(Named("", condition, condition.span))

    def _of_points(self, points: Points, pred: Pred) -> Literal:
        if pred.op == "is known":
            return TRUE
        when: list[tuple[Literal, int]] = []
        per: list[tuple[int, tuple[int, ...]]] = []
        for entry in points.entries:
            if entry.condition is not None:
                when.append((self._shared(entry.condition), entry.amount))
            elif entry.per is not None:
                self._per(entry, entry.per, points, when, per)
        if not self.space.frozen:
            return TRUE
        return self.space.formulas.total(when, per, ranges(points, pred))

    def _per(
        self,
        entry: PointsEntry,
        ref: FieldRef,
        points: Points,
        when: list[tuple[Literal, int]],
        per: list[tuple[int, tuple[int, ...]]],
    ) -> None:
        """Points for each 1 of a field: weights of its classes, which are cut where the points change.

        Of a field that is computed or a part: weights of the conditions `field > 0`, `field > 1`, ….
        """
        low, high = self._span(ref)
        least, most = saturated(entry, points, self._span)

        def gain(times: int) -> int:
            points = entry.amount * max(least, min(most, times))
            return points if entry.up_to is None else max(-entry.up_to, min(entry.up_to, points))

        steps = range(max(low, least), min(high, most))
        if len(steps) > _STEPS:
            raise Undecided(
                f"the points of `{points.name}`: `{ref.name}` can add so many different numbers of them"
            )
        known = self._of_field("is known", ref, ())
        above = [
            (step, self._of_field(">", ref, (Fraction(step),)))
            for step in steps
            if gain(step) != gain(step + 1)
        ]
        domain = self.space.domains.get(ref.base)
        if not self.space.frozen:
            return
        if ref.scope is Scope.LEAD and ref.part is None and isinstance(domain, NumberDomain):
            starts = domain.line.starts
            missing = [0] if domain.optional else []
            per.append((domain.dimensions()[0], (*(gain(start) for start in starts), *missing)))
            return
        when.append((known, gain(low)))
        when.extend((literal, gain(step + 1) - gain(step)) for step, literal in above)

    def _span(self, ref: FieldRef) -> tuple[int, int]:
        """The least and greatest value of a whole-number field."""
        if ref.scope is Scope.COMPUTED:
            computed = self.tree.computed[ref.base]
            if isinstance(computed, Points):
                return computed.low, computed.high
            known = self._values(ref) or []
            return min(known, default=0), max(known, default=0)
        domain = self.space.domains[ref.base]
        if ref.part is None and isinstance(domain, NumberDomain):
            return domain.line.low, domain.line.high
        return 0, 23

    # --- Several fields ----------------------------------------------------------------------------------

    def _between_fields(self, op: str, left: Operand, right: list[Operand]) -> Literal:
        if op == "between":
            low, high = right
            return self.space.formulas.conj(
                [self._positive("<=", low, (left,)), self._positive("<=", left, (high,))]
            )
        fields = [ref for operand in (left, *right) for ref in fields_in(operand)]
        if any(self._types(ref)[1] == NOTHING for ref in fields):
            return FALSE
        members = None
        if isinstance(left, FieldRef) and len(right) == 1 and isinstance(right[0], FieldRef):
            members = common_members(left, right[0])
            if members is not None and (len(members) <= _LISTED or not all(map(self._is_plain, fields))):
                return self._by_members(op, left, right[0], members)
        ranked = sorted(
            (len(values), i) for i, ref in enumerate(fields) if (values := self._values(ref)) is not None
        )
        if members is None and ranked and ranked[0][0] <= _FEW:
            return self._split(op, left, right, fields[ranked[0][1]])
        if any(ref.scope is Scope.COMPUTED for ref in fields):
            raise Undecided(f"a comparison of `{fields[0].name}` with a computed field of many values")
        for ref in fields:
            own, common = self._types(ref)
            if own != common and not isinstance(common, NumberType):
                raise Undecided(f"a comparison of `{ref.name}`, whose type was changed, with another field")
        known = [self._field_known(ref) for ref in fields]
        return self.space.formulas.conj([*known, self.space.ties.ask(op, left, right[0], self.tree.timezone)])

    def _is_plain(self, ref: FieldRef) -> bool:
        """Whether what is compared is the field itself, and all policies of the model have it of one type."""
        own, common = self._types(ref)
        return ref.part is None and own == common

    def _field_known(self, ref: FieldRef) -> Literal:
        return self.space.known(ref.base)

    def _values(self, ref: FieldRef) -> list[Any] | None:
        """Every value of a field, where they can be listed and are few; None stands for none of that."""
        if ref.scope is Scope.COMPUTED:
            computed = self.tree.computed[ref.base]
            if isinstance(computed, Points):
                return list(range(computed.low, computed.high + 1))
            values = [v for v in dict.fromkeys(derived(computed)) if v is not None]
            return (
                values
                if ref.part is None
                else sorted({part_of(v, ref.part, self.tree.timezone) for v in values})
            )
        match self._types(ref)[1] if ref.part is None else ref.type:
            case BoolType():
                return [False, True]
            case OneOfType(members):
                return list(members)
            case NumberType(True, low, high) if low is not None and high is not None:
                return list(range(int(low), int(high) + 1)) if int(high) - int(low) < _FEW else None
        return None

    def _split(self, op: str, left: Operand, right: list[Operand], ref: FieldRef) -> Literal:
        """Value by value of one field: it has the value, and the comparison holds with the value in its place."""
        cases = []
        for value in self._values(ref) or []:
            constant = Constant(value, ref.type, comparable(ref.type, value))
            here = self._of_field("==", ref, (constant.key,))
            swapped = [put(operand, ref, constant) for operand in (left, *right)]
            cases.append(self.space.formulas.conj([here, self._positive(op, swapped[0], tuple(swapped[1:]))]))
        return self.space.formulas.disj(cases)

    def _by_members(self, op: str, left: FieldRef, right: FieldRef, members: list[str]) -> Literal:
        formulas = self.space.formulas
        known = formulas.conj([self._field_known(left), self._field_known(right)])
        alone = sorted(
            (ref for ref in (left, right) if not isinstance(ref.type, SetType)), key=lambda ref: ref.name
        )
        # what has one value gives narrow boxes: where it is this member, the other is it, or has it, too
        first = right if op == "has all" else alone[0] if alone and len(members) > _FEW else None
        if first is None:
            pairs = ([self._is(left, member), self._is(right, member)] for member in members)
            return formulas.conj([known, formulas.disj(map(formulas.conj, pairs))])
        then = left if first is right else right
        implied = (formulas.disj([-self._is(first, each), self._is(then, each)]) for each in members)
        return formulas.conj([known, *implied])

    def _is(self, ref: FieldRef, member: str) -> Literal:
        """The field is the member, or has it."""
        type_: Type = ref.type
        if isinstance(type_, SetType):
            if isinstance(type_.element, OneOfType) and member not in type_.element.members:
                return FALSE
            return self._of_field("has", ref, (member,))
        if isinstance(type_, OneOfType) and member not in type_.members:
            return FALSE
        return self._of_field("==", ref, (member,))
