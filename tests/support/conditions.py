"""Writes conditions that check: every operator, over the names that a policy has so far.

`support.policies` writes whole policies with it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from hypothesis import strategies as st

from routebook.syntax.words import quoted
from routebook.types import (
    BoolType,
    CountryType,
    DateTimeType,
    DateType,
    EmailType,
    IdType,
    NumberType,
    OneOfType,
    RepType,
    SetType,
    TextType,
    TimeType,
    Type,
    key_of,
    parts_of,
    show_number,
)
from support.leads import COUNTRIES, DOMAINS, REPS, TEXTS


@dataclass(frozen=True, slots=True)
class Wanted:
    """How large drawn policies may be, and what they may hold."""

    rules: int = 6
    depth: int = 2
    fields: int = 8
    definitions: int = 4
    arithmetic: bool = True
    between_fields: bool = True
    searches: bool = True
    patterns: bool = True
    calendar: bool = True
    computed: bool = True
    reps: bool = True
    splits: bool = True


EVERYTHING: Final = Wanted()

# Texts to choose from are few, so that two fields are often of one type and can be compared.
CHOICES: Final = (("health", "finance", "Retail"), ("Retail", "health", "other"), ("en", "é", "ß"))
_DATES: Final = ("2026-01-31", "2024-02-29", "2026-03-29", "2027-12-31")
_TIMES: Final = ("09:30", "0:00", "23:59:59", "23:59:59.5", "12:00", "02:30")
_MOMENTS: Final = (
    "2026-01-31T09:30Z", "2026-03-29T02:30", "2026-03-29T02:30:00.000001", "2026-10-25T02:30",
    "2026-10-25T01:30+01:00", "2027-01-01T00:00:00-03:30",
)  # fmt: skip
_PATTERNS: Final = ("acme", "^vp", "(chief|head) .*", "[a-c]+$", "stra(ß|ss)e", r"\d", ".", "é", "")


@dataclass(frozen=True, slots=True)
class Known:
    """A name that conditions may use as a value. `repr` of it is what they write."""

    name: str
    type: Type


@dataclass
class ConditionWriter:
    """Writes conditions and constants. What a policy has declared so far is in its fields."""

    draw: Callable[[st.SearchStrategy[Any]], Any]
    wanted: Wanted
    known: list[Known] = field(default_factory=list)
    rep_fields: list[Known] = field(default_factory=list)
    lists: dict[str, tuple[str, ...]] = field(default_factory=dict)
    defines: list[str] = field(default_factory=list)

    def pick(self, options: Sequence[Any]) -> Any:
        return self.draw(st.sampled_from(options))

    def chance(self, one_in: int = 2) -> bool:
        return bool(self.draw(st.integers(1, one_in)) == one_in)

    def upto(self, most: int, least: int = 0) -> int:
        return int(self.draw(st.integers(least, most)))

    # --- Conditions -------------------------------------------------------------------------------------

    def condition(self, depth: int, with_rep: bool = False) -> str:
        """A condition, nested at most `depth` deep."""
        if depth > 0 and self.chance():
            joint = self.pick(["and", "or", "not"])
            if joint == "not":
                return f"not {self.condition_part(depth - 1, with_rep)}"
            parts = [self.condition_part(depth - 1, with_rep) for _ in range(self.upto(3, least=2))]
            return f" {joint} ".join(parts)
        if self.defines and self.chance(4):
            return str(self.pick(self.defines))
        if self.chance(20):
            return str(self.pick(["true", "false"]))
        return self.comparison(with_rep)

    def condition_part(self, depth: int, with_rep: bool) -> str:
        inner = self.condition(depth, with_rep)
        return f"({inner})"

    def operands(self, with_rep: bool) -> list[Known]:
        """Every name that may be compared here, with its parts, and `now`."""
        whole = [*self.known, *(self.rep_operands() if with_rep else ())]
        if self.wanted.calendar:
            whole.append(Known("now", DateTimeType()))
        parts = [
            Known(f"{known.name}.{part}", type_)
            for known in whole
            for part, type_ in parts_of(known.type).items()
        ]
        return [*whole, *parts]

    def rep_operands(self) -> list[Known]:
        built_in = [
            Known("rep.id", RepType()),
            Known("rep.weight", NumberType(True, 0)),
            Known("rep.email", EmailType()),
        ]
        return [*built_in, *self.rep_fields]

    def comparison(self, with_rep: bool) -> str:
        operands = self.operands(with_rep)
        known = self.pick(operands)
        forms: list[Callable[[], str]] = [lambda: f"{known.name} is {self.pick(['known', 'missing'])}"]
        match known.type:
            case BoolType():
                forms += [lambda: known.name] * 4
                forms.append(lambda: self.alike(known, operands))
            case NumberType():
                forms += [lambda: self.ordered(known, operands), lambda: self.between(known)] * 2
                if self.wanted.arithmetic:
                    forms += [lambda: self.calculation(operands)] * 2
            case DateType() | TimeType() | DateTimeType():
                forms += [lambda: self.ordered(known, operands), lambda: self.between(known)] * 2
            case SetType():
                forms += [lambda: self.set_test(known, operands)] * 6
            case _:
                forms += [lambda: self.alike(known, operands), lambda: self.membership(known, operands)] * 2
                if self.wanted.searches and isinstance(known.type, TextType | EmailType | IdType):
                    forms += [lambda: self.search(known)] * 3
        return str(self.pick(forms)())

    def other(self, known: Known, operands: list[Known]) -> str:
        """What a value is compared with: a constant, or another field of its type."""
        alike = [each.name for each in operands if each is not known and comparable(each.type, known.type)]
        if alike and self.wanted.between_fields and self.chance(3):
            return str(self.pick(alike))
        return self.constant(known.type)

    def alike(self, known: Known, operands: list[Known]) -> str:
        return self._either_way(known, self.pick(["==", "!="]), self.other(known, operands))

    def ordered(self, known: Known, operands: list[Known]) -> str:
        operator = self.pick(["==", "!=", "<", "<=", ">", ">="])
        return self._either_way(known, operator, self.other(known, operands))

    def _either_way(self, known: Known, operator: str, other: str) -> str:
        mirrored = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}.get(operator, operator)
        return f"{other} {mirrored} {known.name}" if self.chance(4) else f"{known.name} {operator} {other}"

    def between(self, known: Known) -> str:
        ends = [self.constant(known.type), self.constant(known.type)]
        if ends[0][:10] == ends[1][:10]:
            # which of two moments of one day comes first depends on the timezone
            ends[1] = ends[0]
        low, high = sorted(ends, key=_size)
        return f"{known.name} between {low} and {high}"

    def calculation(self, operands: list[Known]) -> str:
        """A comparison of two calculations, of several terms and factors, with divisions by what may be zero."""
        operator = self.pick(["==", "!=", "<", "<=", ">", ">="])
        numbers = [known.name for known in operands if isinstance(known.type, NumberType)]
        left = f"{self.product(numbers, 1)} {self.pick('+-*/')} {self.factor(numbers, 2)}"
        if self.chance(5):
            low, high = sorted([self.plain_number(), self.plain_number()], key=_size)
            return f"{left} between {low} and {high}"
        # what is whole can only be compared for equality with what is
        constant = (
            self.plain_number() if operator in ("<", "<=", ">", ">=") else self.pick(["0", "1", "-3", "100"])
        )
        return f"{left} {operator} {self.pick([self.sum(numbers, 1) + ' + 0.5', constant])}"

    def sum(self, numbers: list[str], depth: int) -> str:
        terms = [self.product(numbers, depth) for _ in range(self.upto(3, least=1))]
        return " ".join([terms[0], *(f"{self.pick('+-')} {term}" for term in terms[1:])])

    def product(self, numbers: list[str], depth: int) -> str:
        factors = [self.factor(numbers, depth) for _ in range(self.upto(2, least=1))]
        return " ".join([factors[0], *(f"{self.pick('*/')} {factor}" for factor in factors[1:])])

    def factor(self, numbers: list[str], depth: int) -> str:
        if depth > 0 and self.chance(4):
            return f"({self.sum(numbers, depth - 1)})"
        sign = "-" if self.chance(6) else ""
        return sign + (
            str(self.pick(numbers)) if self.chance(3) is False else self.plain_number().lstrip("-")
        )

    def plain_number(self) -> str:
        return str(self.pick(["0", "1", "2", "-3", "10", "100", "0.5", "12.25", "1_000", "0.1"]))

    def membership(self, known: Known, operands: list[Known]) -> str:
        operator = self.pick(["in", "not in"])
        sets = [
            each.name
            for each in operands
            if isinstance(each.type, SetType) and same_kind(each.type.element, known.type)
        ]
        if sets and self.wanted.between_fields and self.chance(3):
            return f"{known.name} {operator} {self.pick(sets)}"
        return f"{known.name} {operator} {self.collection(known.type)}"

    def collection(self, type_: Type) -> str:
        """A list in brackets, a list by name, or a sum of both."""
        fitting = [name for name, texts in self.lists.items() if self.fits(texts, type_)]
        literal = listed(self.draw(st.lists(self.texts(type_), max_size=4)))
        if fitting and self.chance():
            name = self.pick(fitting)
            return str(self.pick([name, f"{name} + {literal}", f"{name} - {literal}", f"{literal} - {name}"]))
        return literal

    def set_test(self, known: Known, operands: list[Known]) -> str:
        assert isinstance(known.type, SetType)
        element = known.type.element
        operator = self.pick(["has", "has any", "has all", "has none"])
        if operator == "has":
            single = [each for each in operands if comparable(each.type, element)]
            if single and self.wanted.between_fields and self.chance(3):
                return f"{known.name} has {self.pick(single).name}"
            return f"{known.name} has {self.constant(element)}"
        sets = [
            each.name
            for each in operands
            if each is not known and isinstance(each.type, SetType) and same_kind(each.type.element, element)
        ]
        if sets and self.wanted.between_fields and self.chance(3):
            return f"{known.name} {operator} {self.pick(sets)}"
        return f"{known.name} {operator} {self.collection(element)}"

    def search(self, known: Known) -> str:
        operator = self.pick(
            ["starts with", "ends with", "contains", *(["matches"] if self.wanted.patterns else [])]
        )
        if operator == "matches":
            return f"{known.name} matches {quoted(self.pick(_PATTERNS[:-1]))}"
        part = self.pick([*TEXTS, *DOMAINS, " ", "a", " x", "É"])
        return f"{known.name} {operator} {quoted(part)}"

    # --- Constants --------------------------------------------------------------------------------------

    def fits(self, texts: Sequence[str], type_: Type) -> bool:
        """Whether a list's texts could all be values of the type."""
        match type_:
            case OneOfType(members):
                return {key_of(TextType(), text) for text in texts} <= {
                    key_of(TextType(), m) for m in members
                }
            case CountryType():
                return set(texts) <= set(COUNTRIES)
            case EmailType():
                return all(text.count("@") == 1 for text in texts)
            case _:
                return True

    def texts(self, type_: Type) -> st.SearchStrategy[str]:
        """Texts that are values of a text-like type."""
        match type_:
            case OneOfType(members):
                return st.sampled_from(
                    [*members, *(member.upper() for member in members if member.isascii())]
                )
            case CountryType():
                return st.sampled_from(COUNTRIES)
            case RepType():
                return st.sampled_from(REPS)
            case EmailType():
                return st.sampled_from([f"ana@{domain}" for domain in DOMAINS])
            case _:
                return st.sampled_from([*TEXTS, *DOMAINS])

    def constant(self, type_: Type) -> str:
        """A constant that fits the type, as it is written."""
        match type_:
            case BoolType():
                return str(self.pick(["true", "false"]))
            case NumberType():
                return self.number(type_)
            case DateType():
                return str(self.pick(_DATES))
            case TimeType():
                return str(self.pick(_TIMES))
            case DateTimeType():
                return str(self.pick(_MOMENTS))
            case _:
                return quoted(self.draw(self.texts(type_)))

    def number(self, type_: NumberType) -> str:
        low = type_.low if type_.low is not None else (type_.high - 20 if type_.high is not None else -20)
        high = type_.high if type_.high is not None else low + 120
        number = self.draw(st.integers(int(low), int(high)))
        if not type_.integer and number < high and self.chance():
            return f"{number}.{self.pick(['5', '25', '10'])}" if number >= 0 else f"{number}"
        return show_number(number)

    def plain_value(self, type_: Type) -> str:
        """A constant where a derive gives one: a set's in brackets, and `missing` now and then."""
        if self.chance(6):
            return "missing"
        if isinstance(type_, SetType):
            return listed(self.draw(st.lists(self.texts(type_.element), max_size=3)))
        return self.constant(type_)


def comparable(left: Type, right: Type) -> bool:
    """Whether the checker takes a comparison of two fields of these types."""
    return same_kind(left, right) and not isinstance(left, SetType)


def same_kind(left: Type, right: Type) -> bool:
    """Whether the values of two types can be the same."""
    if isinstance(left, OneOfType) and isinstance(right, OneOfType):
        return not set(left.members).isdisjoint(right.members)
    return type(left) is type(right)


def _size(literal: str) -> Any:
    """The order of two constants of one type, as they are written."""
    if literal in _MOMENTS:
        return literal[:10]
    if literal in _DATES:
        return literal
    if ":" in literal:
        return tuple(float(part) for part in literal.split(":"))
    return float(literal.replace("_", ""))


def listed(texts: Sequence[str]) -> str:
    return f"[{', '.join(quoted(text) for text in texts)}]"
