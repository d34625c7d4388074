"""A policy as a finite model: its fields cut into classes, its conditions as formulas over them.

Conditions are read twice: once to note what tells the values of each field apart, and, after the fields
have been cut, once to give their formulas. Several policies may share a model, to be compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, assert_never

from routebook.analysis.clock import Clock
from routebook.analysis.domains.base import Domain, Pred, Undecided
from routebook.analysis.domains.calendar import CalendarDomain
from routebook.analysis.domains.finite import FiniteDomain
from routebook.analysis.domains.moments import TYPICAL
from routebook.analysis.domains.ordered import NumberDomain
from routebook.analysis.domains.sets import SetDomain
from routebook.analysis.domains.texts import TextDomain
from routebook.analysis.formula import TRUE, Box, Formulas, Literal, Mask
from routebook.analysis.plausible import COUNTRIES, number_for, texts_for
from routebook.analysis.shared import common_schema
from routebook.analysis.ties import Ties
from routebook.countries import codes
from routebook.plan.tree import Tree
from routebook.plan.walk import Environment, Walk, walk
from routebook.types import (
    BoolType,
    CountryType,
    DateTimeType,
    DateType,
    EmailType,
    Field,
    IdType,
    NumberType,
    OneOfType,
    RepType,
    SetType,
    TextType,
    TimeType,
    key_of,
)

NOW: Final = "now"


class Space:
    """The model of one policy or more. `extra` holds leads whose very values are to be classes of their own."""

    def __init__(
        self,
        trees: Sequence[Tree],
        extra: Iterable[Mapping[str, Any]] = (),
        clock: Clock = Clock(),  # noqa: B008
    ) -> None:
        self.trees = tuple(trees)
        self.clock = clock
        self.schema = common_schema([tree.schema for tree in trees])
        self.formulas = Formulas()
        self.domains: dict[str, Domain] = {}
        self.ties = Ties(self)
        self.frozen = False
        self._odd: list[tuple[bool, int]] = []
        self._awkward: list[Mask] = []
        self._owner: list[Domain | None] = []
        self.uses_now = False
        for declared in self.schema:
            self.domains[declared.name] = domain_of(declared, clock)
        self.domains[NOW] = CalendarDomain(NOW, DateTimeType(), optional=False, clock=clock)
        self._extra = list(extra)

    # --- Fields ------------------------------------------------------------------------------------------

    def ask(self, base: str, pred: Pred) -> Literal:
        """The formula of a predicate on a field; while the model is being made, it is only noted."""
        if base == NOW:
            self.uses_now = True
        domain = self.domains[base]
        if self.frozen:
            return domain.lower(pred)
        domain.note(pred)
        return TRUE

    def known(self, base: str) -> Literal:
        """The field has a value."""
        if base == NOW or not self.schema[base].optional:
            return TRUE
        return self.ask(base, Pred(None, "is known", ()))

    def freeze(self) -> None:
        """Cut the fields; everything that is to be asked has been noted."""
        for lead in self._extra:
            for name, value in lead.items():
                self._single_out(name, value)
        self.ties.share()
        for domain in self.domains.values():
            domain.freeze(self.formulas)
        self.ties.freeze()
        self.frozen = True
        self._owner = [None] * len(self.formulas.sizes)
        for domain in self.domains.values():
            for dimension in domain.dimensions():
                self._owner[dimension] = domain
        for dimension, owner in enumerate(self._owner):
            ordinary = 0 if owner is None else owner.ordinary(dimension)
            self._odd.append((owner is not None and owner.ordered(dimension), ordinary))
            self._awkward.append(owner.awkward(dimension) if isinstance(owner, CalendarDomain) else 0)
        self._ordinary_ties()

    def _ordinary_ties(self) -> None:
        """The ties of an ordinary lead are as its values have them."""
        point = self.ordinary()
        try:
            if any(domain.conflict(point) is not None for domain in self.domains.values()):
                return
        except Undecided:
            return
        values = {name: domain.value(point) for name, domain in self.domains.items()}
        self.ties.place(values, point)
        for dimension in self.ties.dimensions():
            self._odd[dimension] = (False, point[dimension])

    def _single_out(self, name: str, value: Any) -> None:
        domain = self.domains.get(name)
        if value is None or domain is None:
            return
        if isinstance(domain, SetDomain):
            domain.mention(sorted(value))
            domain.note(
                Pred(None, "within", (frozenset(key_of(domain.type.element, each) for each in value),))
            )
        elif isinstance(domain, NumberDomain | CalendarDomain | FiniteDomain):
            domain.note(Pred(None, "==", (value,)))
        elif isinstance(domain, TextDomain):
            domain.spell(value)
            domain.note(Pred(None, "==", (key_of(domain.type, value),)))

    # --- Points ------------------------------------------------------------------------------------------

    def pick(self, dimension: int, mask: Mask) -> int:
        """The class of the set that is nearest to the ordinary one, if possible with values that read well."""
        near, ordinary = self._odd[dimension]
        mask = mask & ~self._awkward[dimension] or mask
        if mask >> ordinary & 1:
            return ordinary
        if not near:
            return (mask & -mask).bit_length() - 1
        below = mask & ((1 << ordinary) - 1)
        above = mask >> ordinary
        up = (above & -above).bit_length() - 1 if above else 1 << 30
        down = ordinary - below.bit_length() + 1 if below else 1 << 30
        return ordinary + up if up <= down else ordinary - down

    def oddity(self, dimension: int, number: int) -> int:
        return int(number != self._odd[dimension][1])

    def owner(self, dimension: int) -> Domain | None:
        """The field that a dimension belongs to; None for the tie of several."""
        return self._owner[dimension]

    def ordinary(self) -> list[int]:
        """The point of the ordinary lead."""
        return [ordinary for _, ordinary in self._odd]

    def groups(self) -> list[tuple[int, ...]]:
        """The dimensions of each field."""
        return [tuple(domain.dimensions()) for domain in self.domains.values()]

    def conflict(self, point: Sequence[int]) -> Box | None:
        for domain in self.domains.values():
            try:
                box = domain.conflict(point)
            except Undecided as undecided:
                undecided.box = {d: 1 << point[d] for d in domain.dimensions()}
                raise
            if box is not None:
                return box
        return self.ties.conflict(point)

    def is_possible(self, point: Sequence[int]) -> bool:
        """Whether there is known to be a lead at the point."""
        try:
            return self.conflict(point) is None
        except Undecided:
            return False

    def values(self, point: Sequence[int]) -> dict[str, Any]:
        """The fields of a lead at the point, missing ones left out; `now` is among them."""
        found = {name: domain.value(point) for name, domain in self.domains.items()}
        found.update(self.ties.values(point))
        return {name: value for name, value in found.items() if value is not None}

    def place(self, lead: Mapping[str, Any], now: datetime | None = None) -> list[int]:
        """The point of a lead; a required field that it does not have is taken to be ordinary."""
        point = self.ordinary()
        moment = now or lead.get(NOW, TYPICAL)
        for name, domain in self.domains.items():
            value = moment if name == NOW else lead.get(name)
            if value is not None or isinstance(domain, SetDomain) or self._optional(name):
                domain.place(value, point)
        if all(name in lead or self._optional(name) for name in self.ties.bases()):
            self.ties.place({**lead, NOW: moment}, point)
        return point

    def settled(self, point: Sequence[int], values: Mapping[str, Any], placed: Sequence[int]) -> list[int]:
        """A point with what no formula reads of it, more of fields that are missing, as it was placed by its values."""
        found = list(point)
        missing = self.domains.keys() - values.keys()
        dimensions = [d for name in missing for d in self.domains[name].dimensions()]
        for dimension in (*dimensions, *self.ties.reading(missing)):
            found[dimension] = placed[dimension]
        return found

    def walk(self, tree: Tree, values: Mapping[str, Any]) -> Walk:
        """What the evaluator does with a lead of `values`, `now` among them."""
        return walk(tree, self._lead(tree, values), values.get(NOW, TYPICAL))

    def environment(self, tree: Tree, values: Mapping[str, Any]) -> Environment:
        """What the evaluator asks conditions of, for a lead of `values`, `now` among them."""
        return Environment(tree, self._lead(tree, values), values.get(NOW, TYPICAL))

    def _lead(self, tree: Tree, values: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in values.items() if name != NOW and name in tree.schema}

    def shown(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """A witness as people see it: `now` only where the policy asks for it, empty sets left out."""
        return {
            name: value
            for name, value in values.items()
            if (name != NOW or self.uses_now) and not (value == frozenset() and not self._optional(name))
        }

    def _optional(self, name: str) -> bool:
        return name != NOW and self.schema[name].optional


def domain_of(declared: Field, clock: Clock) -> Domain:
    """An empty domain for a declared field."""
    name, optional = declared.name, declared.optional
    match declared.type:
        case BoolType():
            return FiniteDomain(name, (False, True), optional)
        case OneOfType(members):
            return FiniteDomain(name, members, optional)
        case CountryType():
            return FiniteDomain(name, _countries(), optional)
        case NumberType():
            return NumberDomain(name, declared.type, optional, number_for(name))
        case DateType() | TimeType() | DateTimeType():
            return CalendarDomain(name, declared.type, optional, clock)
        case TextType() | IdType() | EmailType() | RepType():
            return TextDomain(name, declared.type, optional, clock)
        case SetType(element):
            others: Iterable[str] = texts_for(name, TextType())
            if isinstance(element, OneOfType):
                others = element.members
            elif isinstance(element, CountryType):
                others = _countries()
            return SetDomain(name, declared.type, optional, others)
        case _:
            assert_never(declared.type)


def _countries() -> tuple[str, ...]:
    return (*COUNTRIES, *sorted(set(codes()) - set(COUNTRIES)))
