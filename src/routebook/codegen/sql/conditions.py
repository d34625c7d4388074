"""Conditions and the fields that they ask of as SQL expressions.

SQL knows a third truth: what is compared with a missing value is neither true nor false. Where only what is true
matters, an expression may be left so; under a negation, and in columns of their own, it is made false, which is
what `exact` asks for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any, Final, assert_never

from sqlglot import exp

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
    Pattern,
    Points,
    Scope,
    each_once,
)
from routebook.codegen.emit import conditions_of
from routebook.codegen.sql.dialects import Dialect, Sql, text
from routebook.codegen.sql.leads import Form, form_of
from routebook.codegen.sql.numbers import COMPARE, Calculator, Ratio, compared
from routebook.codegen.sql.parts import domain, hour, part_of_clock, weekday
from routebook.codegen.sql.points import points_total
from routebook.codegen.sql.refusal import Unable
from routebook.codegen.sql.steps import Steps
from routebook.codegen.sql.values import literal, nothing
from routebook.operators import Takes
from routebook.plan.tree import Tree
from routebook.plan.walk import comparable, part_of
from routebook.source import Span
from routebook.types import DateTimeType, NumberType

_FLAT: Final = 50
"""So many parts of an `and` stand in a row; more are put in brackets by halves, for engines limit how deep they go."""


class Conditions:
    """Writes conditions. What the dialect cannot keep goes to `refused`, with its place in the policy."""

    def __init__(self, tree: Tree, dialect: Dialect, now: datetime | None) -> None:
        self.tree = tree
        self.dialect = dialect
        self.steps = Steps(dialect)
        self.refused: list[str] = []
        self._now = now
        named = (each for each in each_once(conditions_of(tree)) if isinstance(each, Named))
        self._uses = Counter(id(each.condition) for each in named)

    # --- Conditions -----------------------------------------------------------------------------------------

    def condition(self, condition: Condition, exact: bool = False) -> Sql:
        """An expression that is true where the condition holds; where `exact`, it is false where it does not."""
        match condition:
            case Comparison():
                return self._comparison(condition, exact)
            case AllOf(parts):
                return joined(exp.And, [self.condition(part, exact) for part in parts])
            case AnyOf(parts):
                return joined(exp.Or, [self.condition(part, exact) for part in parts])
            case Not(part):
                return exp.not_(self.condition(part, exact=True), copy=False)
            case Named(name, inner):
                if self._uses[id(inner)] < 2 or isinstance(inner, Comparison):
                    return self.condition(inner, exact)
                return self.column(inner, name)
            case Always(value):
                return exp.true() if value else exp.false()
            case _:
                assert_never(condition)

    def column(self, condition: Condition, wanted: str) -> Sql:
        """A column of its own for a condition: worked out once, for all who ask."""
        condition = unnamed(condition)
        key = "condition", condition if isinstance(condition, Comparison) else id(condition)
        return self._guarded(
            lambda: self.steps.worked_out(key, wanted, lambda: self.condition(condition, exact=True)),
            f"`{wanted}`",
            condition.span,
        )

    def _guarded(self, make: Callable[[], Sql], what: str, span: Span) -> Sql:
        try:
            return make()
        except Unable as unable:
            self.refuse(what, unable, span)
            return exp.false()

    def refuse(self, what: str, unable: Unable, span: Span) -> None:
        """Note what cannot be kept, and why."""
        self.refused.append(f"{what}: {unable} ({span.file}, line {span.line})")

    def _comparison(self, test: Comparison, exact: bool) -> Sql:
        negated = test.row.negates is not None
        sql = self._guarded(lambda: self._positive(test, exact or negated), f"`{test.text}`", test.span)
        return exp.not_(exp.paren(sql, copy=False), copy=False) if negated else sql

    def _positive(self, test: Comparison, exact: bool) -> Sql:
        base = test.row.negates or test.row.name
        core = self._core(test, base)
        operands = (test.left, *test.right)
        if exact and base != "is known" and any(_can_miss(operand) for operand in operands):
            return exp.Coalesce(this=core, expressions=[exp.false()])
        return core

    def _core(self, test: Comparison, base: str) -> Sql:
        left, right = test.left, test.right
        match test.row.takes:
            case Takes.PRESENCE:
                assert isinstance(left, FieldRef)
                return exp.Not(this=exp.Is(this=self.field(left), expression=exp.null()))
            case Takes.TRUTH:
                return self._single(left)
            case Takes.ALIKE | Takes.ORDERED:
                return self._ordered(base, left, right[0])
            case Takes.RANGE:
                return joined(
                    exp.And, [self._ordered(">=", left, right[0]), self._ordered("<=", left, right[1])]
                )
            case Takes.MEMBER:
                return self._member(left, right[0])
            case Takes.SET_MEMBER:
                return self.dialect.has(self._single(left), self._single(right[0]))
            case Takes.SET_MEMBERS:
                return self._members(base, left, right[0])
            case Takes.SUBSTRING:
                assert isinstance(right[0], Constant)
                searches = {
                    "starts with": self.dialect.prefix,
                    "ends with": self.dialect.suffix,
                    "contains": self.dialect.contains,
                }
                return searches[base](self._single(left), right[0].key)
            case Takes.PATTERN:
                assert isinstance(right[0], Pattern)
                assert isinstance(left, FieldRef)
                # a pattern is searched for in the value itself, which no folding has changed
                return self.dialect.matches(self.field(left, Form.VALUE), right[0])
            case _:
                assert_never(test.row.takes)

    def _ordered(self, operator: str, left: Operand, right: Operand) -> Sql:
        if isinstance(left, Arithmetic) or isinstance(right, Arithmetic):
            calculator = Calculator(self.dialect)
            return calculator.compare(operator, self._ratio(left, calculator), self._ratio(right, calculator))
        if isinstance(left, FieldRef) and isinstance(left.type, NumberType) and isinstance(right, Constant):
            return compared(operator, self.field(left), Fraction(right.key), left.type, self.dialect)
        return COMPARE[operator](this=self._single(left), expression=self._single(right))

    def _ratio(self, operand: Operand, calculator: Calculator) -> Ratio:
        match operand:
            case Arithmetic(first, rest):
                total = self._ratio(first, calculator)
                for sign, further in rest:
                    total = calculator.apply(sign, total, self._ratio(further, calculator))
                return total
            case Constant():
                return calculator.constant(Fraction(operand.key))
            case FieldRef():
                assert isinstance(operand.type, NumberType)
                return calculator.field(self.field(operand), operand.type)
            case _:
                raise AssertionError("only numbers are calculated with")

    def _member(self, left: Operand, right: Operand) -> Sql:
        if isinstance(right, FieldRef):
            return self.dialect.has(self._single(right), self._single(left))
        assert isinstance(right, Members)
        if not right.keys:
            return exp.false()
        return exp.In(this=self._single(left), expressions=[text(key) for key in sorted(right.keys)])

    def _members(self, base: str, left: Operand, right: Operand) -> Sql:
        members = self._single(left)
        if isinstance(right, FieldRef):
            ask = self.dialect.overlaps if base == "has any" else self.dialect.covers
            if ask is None:
                raise Unable("comparing two sets is not known to be exact there")
            return ask(members, self.field(right))
        assert isinstance(right, Members)
        asked = [self.dialect.has(members.copy(), text(key)) for key in sorted(right.keys)]
        if not asked:
            return (
                exp.false()
                if base == "has any"
                else exp.Not(this=exp.Is(this=members, expression=exp.null()))
            )
        return joined(exp.Or if base == "has any" else exp.And, asked)

    def _single(self, operand: Operand) -> Sql:
        match operand:
            case FieldRef():
                return self.field(operand)
            case Constant(_, type_, key):
                return literal(key, type_, self.dialect)
            case _:
                raise AssertionError("a field or a constant stands here")

    # --- Fields ---------------------------------------------------------------------------------------------

    def guarded_field(self, ref: FieldRef) -> Sql:
        """As `field`; one that cannot be kept is noted."""
        try:
            return self.field(ref)
        except Unable as unable:
            self.refused.append(f"`{ref.name}`: {unable}")
            return exp.null()

    def field(self, ref: FieldRef, form: Form | None = None) -> Sql:
        """A field, or a part of one, as it compares, or in another form."""
        form = form or form_of(ref)
        match ref.scope:
            case Scope.LEAD:
                return self._lead(ref, form)
            case Scope.NOW:
                return self._moment(ref)
            case Scope.COMPUTED:
                return self._computed(ref, form)
            case Scope.REP:
                raise AssertionError("a rep's field is asked of reps, not of leads")
            case _:
                assert_never(ref.scope)

    def _lead(self, ref: FieldRef, form: Form) -> Sql:
        declared = self.tree.schema[ref.base]
        if ref.part is None:
            return self.steps.lead(declared, form)
        if ref.part == "domain":
            return domain(self.steps.lead(declared, form), self.dialect)
        if isinstance(declared.type, DateTimeType):
            return part_of_clock(self.steps.lead(declared, Form.LOCAL), ref.part, self.dialect)
        part = hour if ref.part == "hour" else weekday
        return part(self.steps.lead(declared, Form.VALUE), self.dialect)

    def _moment(self, ref: FieldRef) -> Sql:
        zone = self.tree.timezone
        if self._now is not None:
            value = self._now if ref.part is None else part_of(self._now, ref.part, zone)
            return literal(value, ref.type, self.dialect)
        if self.dialect.now_there is None:
            raise Unable("the present is not known to be exact there; say a moment by --now")
        there = self.dialect.now_there
        if ref.part is None:
            return self.steps.moment("now", exp.CurrentTimestamp)
        clock = self.steps.moment("now_local", lambda: exp.cast(there(zone.key), self.dialect.types.clock))
        return part_of_clock(clock, ref.part, self.dialect)

    # --- Computed fields ------------------------------------------------------------------------------------

    def _computed(self, ref: FieldRef, form: Form) -> Sql:
        computed = self.tree.computed[ref.base]
        match computed:
            case Derive():
                key = "derive", ref.base, ref.part, form
                return self.steps.worked_out(key, ref.base, lambda: self._derive(computed, ref, form))
            case Points():
                key = "points", ref.base, None, form
                return self.steps.worked_out(
                    key, ref.base, lambda: points_total(computed, self.condition, self.field, self.dialect)
                )
            case _:
                assert_never(computed)

    def _derive(self, derive: Derive, ref: FieldRef, form: Form) -> Sql:
        def value(constant: Any) -> Sql:
            if constant is None:
                return nothing(ref.type, self.dialect)
            found = constant if ref.part is None else part_of(constant, ref.part, self.tree.timezone)
            if isinstance(found, frozenset) or form is Form.FOLDED:
                found = comparable(ref.type, found)
            return literal(found, ref.type, self.dialect)

        if not derive.cases:
            return value(derive.otherwise)
        case = exp.Case()
        for each in derive.cases:
            case = case.when(self.condition(each.condition), value(each.value), copy=False)
        return case.else_(value(derive.otherwise), copy=False)


def unnamed(condition: Condition) -> Condition:
    """The condition without its name: those of one define are one."""
    while isinstance(condition, Named):
        condition = condition.condition
    return condition


def _can_miss(operand: Operand) -> bool:
    match operand:
        case FieldRef():
            return operand.optional
        case Arithmetic():
            return True
        case _:
            return False


def joined(kind: type[exp.Connector], parts: Sequence[Sql]) -> Sql:
    """The parts in one `and` or `or`."""
    if not parts:
        return exp.true() if kind is exp.And else exp.false()
    if len(parts) > _FLAT:
        middle = len(parts) // 2
        halves = [exp.paren(joined(kind, half), copy=False) for half in (parts[:middle], parts[middle:])]
        return kind(this=halves[0], expression=halves[1])
    combine = exp.and_ if kind is exp.And else exp.or_
    return combine(*parts, copy=False)
