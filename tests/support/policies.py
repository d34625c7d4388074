"""Hypothesis strategies for policies that check: every type, operator, definition, target and kind of nesting.

`policy_texts()` draws texts, `policies()` loads them, and `policies_with_leads()` draws leads and a moment with
them, which is what a differential test wants:

    @given(policies_with_leads())
    def test_the_two_agree(drawn):
        policy, leads, now = drawn
        for lead in leads:
            assert other(policy, lead, now) == walk(policy.tree, lead, now)

A policy is written as text, so that a failing example can be read, pasted into a file and run, and so that it has
been through the parser and the checker like any other. `Wanted` says how large it may be, and what it leaves out
for a test whose subject does not take everything. Names, values and texts are few, so that rules overlap,
definitions are used more than once and leads meet the conditions.

What is drawn is *well typed*: `tests/check` asserts that every text gives a policy without findings of the
checker. Unsound texts come from `support.trees`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from hypothesis import strategies as st

from routebook import api
from routebook.api import Policy
from routebook.decision import Lead
from routebook.syntax.words import quoted
from routebook.types import (
    WEEKDAYS,
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
from support.leads import COUNTRIES, DOMAINS, REPS, TEXTS, leads_of, moments_of


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

# Types are drawn from few, so that two fields are often of one type and can be compared.
_CHOICES: Final = (("health", "finance", "Retail"), ("Retail", "health", "other"), ("en", "é", "ß"))
_NUMBERS: Final = (
    NumberType(True, 0, 100), NumberType(True), NumberType(True, 1), NumberType(True, None, 9), NumberType(True, -5, 9),
    NumberType(False), NumberType(False, 0), NumberType(False, 0, 1),
)  # fmt: skip
_CALENDAR: Final = (DateType(), TimeType(), DateTimeType())
_ELEMENTS: Final = (TextType(), CountryType(), *map(OneOfType, _CHOICES))
_TYPES: Final[tuple[Type, ...]] = (
    BoolType(), TextType(), IdType(), EmailType(), CountryType(), RepType(), *map(OneOfType, _CHOICES),
    *_NUMBERS, *_CALENDAR, *map(SetType, _ELEMENTS),
)  # fmt: skip
_FIELD_NAMES: Final = (
    "a", "b", "c", "score", "country", "account.owner", "email", "x.y.z", "pool", "test", "per", "Score", "is_customer",
    "by", "lead", "rep_count", "within",
)  # fmt: skip
_DEFINITION_NAMES: Final = ("d1", "d2", "d3", "d4", "d5", "hash", "queue", "known", "of", "set", "rule", "D1")
_RULE_NAMES: Final = ("r1", "r2", "r3", "r4", "r5", "r6", "when_hot", "assign", "policy", "R1")
_POOLS: Final = ("sellers", "seniors", "per", "round_robin", "all")
_ZONES: Final = ("Europe/Berlin", "UTC", "America/St_Johns", "Asia/Kathmandu", "Pacific/Apia")
_DATES: Final = ("2026-01-31", "2024-02-29", "2026-03-29", "2027-12-31")
_TIMES: Final = ("09:30", "0:00", "23:59:59", "12:00", "02:30")
_MOMENTS: Final = (
    "2026-01-31T09:30Z", "2026-03-29T02:30", "2026-10-25T02:30", "2026-10-25T01:30+01:00", "2027-01-01T00:00:00-03:30",
)  # fmt: skip
_PATTERNS: Final = ("acme", "^vp", "(chief|head) .*", "[a-c]+$", "stra(ß|ss)e", r"\d", ".", "é", "")
_STRATEGIES: Final = ("round_robin", "availability", "load", "priority", "performance")
_DURATIONS: Final = ("15m", "2h", "3d", "1w", "1_000m")


@dataclass(frozen=True, slots=True)
class Known:
    """A name that conditions may use as a value. `repr` of it is what they write."""

    name: str
    type: Type


@dataclass
class Writer:
    """Writes one policy: what it has declared so far, and how to draw."""

    draw: Callable[[st.SearchStrategy[Any]], Any]
    wanted: Wanted
    known: list[Known] = field(default_factory=list)
    optional: set[str] = field(default_factory=set)
    rep_fields: list[Known] = field(default_factory=list)
    lists: dict[str, tuple[str, ...]] = field(default_factory=dict)
    defines: list[str] = field(default_factory=list)
    slas: list[str] = field(default_factory=list)
    free_names: list[str] = field(default_factory=lambda: list(_DEFINITION_NAMES))
    rule_names: list[str] = field(default_factory=lambda: list(_RULE_NAMES))

    def pick(self, options: Sequence[Any]) -> Any:
        return self.draw(st.sampled_from(options))

    def chance(self, one_in: int = 2) -> bool:
        return bool(self.draw(st.integers(1, one_in)) == one_in)

    def upto(self, most: int, least: int = 0) -> int:
        return int(self.draw(st.integers(least, most)))

    # --- The file ---------------------------------------------------------------------------------------

    def policy(self) -> str:
        """A whole policy. Its items stand in any order, for definitions may be used before they are made."""
        items = [self.lead()]
        if self.chance(3):
            items.append(f'policy "generated" timezone "{self.pick(_ZONES)}"')
        if self.wanted.reps and self.chance():
            items.append(self.rep())
        for _ in range(self.upto(self.wanted.definitions)):
            items.append(self.definition())
        if self.chance(3):
            items.append(self.sla())
        shuffled = self.draw(st.permutations(items))
        cut = self.upto(len(shuffled))
        rules = self.rules(self.wanted.rules, self.wanted.depth, outermost=True)
        return "\n\n".join([*shuffled[:cut], *rules, *shuffled[cut:]]) + "\n"

    def lead(self) -> str:
        lines = ["id: id"] if self.chance() else []
        names = self.draw(st.permutations(_FIELD_NAMES))[: self.upto(self.wanted.fields, least=1)]
        for name in names:
            type_ = self.pick([each for each in _TYPES if self.wanted.calendar or each not in _CALENDAR])
            self.known.append(Known(name, type_))
            optional = self.chance()
            if optional:
                self.optional.add(name)
            lines.append(f"{name}: {type_text(type_)}{' optional' if optional else ''}")
        if lines[0] == "id: id":
            self.known.append(Known("id", IdType()))
        return _block("lead", lines)

    def rep(self) -> str:
        lines = []
        for name in ("languages", "team", "level", "a")[: self.upto(4)]:
            type_ = self.pick(_TYPES if self.wanted.calendar else [t for t in _TYPES if t not in _CALENDAR])
            self.rep_fields.append(Known(f"rep.{name}", type_))
            lines.append(f"{name}: {type_text(type_)}{' optional' if self.chance() else ''}")
        return _block("rep", lines)

    def definition(self) -> str:
        makers = [self.list, self.define]
        if self.wanted.computed:
            makers += [self.derive, self.points]
        made: str = self.pick(makers)(self.free_names.pop(0))
        return made

    def list(self, name: str) -> str:
        """A list whose texts fit one type; it is kept with them, so that it is used where they fit."""
        type_ = self.pick([CountryType(), TextType(), *map(OneOfType, _CHOICES), WEEKDAY_TYPE])
        texts = self.draw(st.lists(self.texts(type_), max_size=4))
        written = _listed(texts)
        fitting = [n for n, members in self.lists.items() if self._fits(members, type_)]
        if fitting and self.chance():
            other = self.pick(fitting)
            texts = [*self.lists[other], *texts]
            written = f"{other} + {written}"
        if self.chance(3):
            written += f" - {_listed(texts[:1])}"
            texts = [text for text in texts if key_of(TextType(), text) != key_of(TextType(), texts[0])]
        self.lists[name] = tuple(texts)
        return f"list {name} = {written}"

    def define(self, name: str) -> str:
        text = f"define {name} = {self.condition(self.wanted.depth)}"
        self.defines.append(name)
        return text

    def derive(self, name: str) -> str:
        type_ = self.pick([each for each in _TYPES if self.wanted.calendar or each not in _CALENDAR])
        lines = [
            f"when {self.condition(2)} then {self.plain_value(type_)}" for _ in range(self.upto(3, least=1))
        ]
        if self.chance():
            lines.append(f"else {self.plain_value(type_)}")
        self.known.append(Known(name, type_))
        self.optional.add(name)
        return _block(f"derive {name}: {type_text(type_)}", lines)

    def points(self, name: str) -> str:
        lines = []
        whole = [known for known in self.known if isinstance(known.type, NumberType) and known.type.integer]
        for _ in range(self.upto(3)):
            line = f"{self.pick(['add', 'subtract'])} {self.upto(20)}"
            if whole and self.chance(3):
                line += f" per {self.pick(whole).name}" + (f" up to {self.upto(30)}" if self.chance() else "")
            else:
                line += f" when {self.condition(2)}"
            lines.append(line)
        bounds = self.pick([(0, 100), (-10, 10), (5, 5), (0, 20)])
        self.known.append(Known(name, NumberType(True, *bounds)))
        return _block(f"points {name} {bounds[0]}..{bounds[1]}", lines)

    def sla(self) -> str:
        lines = [
            f"respond within {self.pick(_DURATIONS)} {self.pick(['business', ''])} then reassign 2 times"
        ]
        if self.chance():
            lines.append(
                f"touches {self.upto(9, least=1)} within {self.pick(_DURATIONS)} then {self.target(1)}"
            )
        name = self.free_names.pop(0)
        self.slas.append(name)
        return _block(f"sla {name}", lines)

    # --- Rules ------------------------------------------------------------------------------------------

    def rules(self, most: int, depth: int, outermost: bool = False) -> list[str]:
        """A list of rules: some of them blocks, and now and then a bare `else`, not always the last."""
        made = []
        for _ in range(self.upto(most, least=1 if outermost else 0)):
            head = f"{self.pick(['', 'else '])}when {self.condition(self.wanted.depth)}"
            made.append(f"{self.rule_name()}{head} {self.body(depth)}")
        if self.chance():
            place = self.pick([len(made), len(made), self.upto(len(made))])
            made.insert(place, f"{self.rule_name()}else {self.body(depth)}")
        return made

    def rule_name(self) -> str:
        if not self.rule_names or self.chance():
            return ""
        description = ' "why \\"so\\""' if self.chance(4) else ""
        return f"rule {self.rule_names.pop(0)}{description} "

    def body(self, depth: int) -> str:
        if depth > 0 and self.chance(4):
            inner = "\n".join(self.rules(3, depth - 1))
            return f"{{\n{inner}\n}}"
        targets = [self.target(2, first=True), *(self.target(1) for _ in range(self.upto(2)))]
        under = f" under {self.pick(self.slas)}" if self.slas and self.chance() else ""
        return " then ".join(targets) + under

    def target(self, depth: int, first: bool = False) -> str:
        """A target; a rule's first one says `assign` where the language asks for it."""
        assign = "assign " if first else ""
        makers: list[Callable[[], str]] = [
            lambda: f"{assign}pool {self.pool()}",
            lambda: f"{self.short()}",
            lambda: f"{assign}rep {self.rep_reference()}",
            lambda: f"hold pool {self.pick(_POOLS)}{self.where()} up to {self.pick(_DURATIONS)}",
            lambda: f"queue {self.pick(['triage', 'q', 'pool'])}",
            lambda: f"nurture {self.pick(['newsletter', 'n'])}",
            lambda: f"reject {quoted(self.pick(TEXTS))}",
        ]
        single = [known.name for known in self.known if not isinstance(known.type, SetType)]
        if self.wanted.splits and depth > 0 and single:
            makers.append(lambda: self.split(self.pick(single), depth))
        made: str = self.pick(makers)()
        return made

    def pool(self) -> str:
        by = f" by {self.strategy()}{self.pick(['', ' on shift'])}" if self.chance() else ""
        return f"{self.pick(_POOLS)}{by}{self.where()}{self.sticky()}"

    def short(self) -> str:
        return f"{self.strategy()} {self.pick(_POOLS[:2])}{self.pick(['', ' on shift'])}{self.where()}{self.sticky()}"

    def strategy(self) -> str:
        single = [known.name for known in self.known if not isinstance(known.type, SetType)]
        if single and self.chance(4):
            return str(self.pick([f"hash of {self.pick(single)}", f"performance per {self.pick(single)}"]))
        return str(self.pick(_STRATEGIES))

    def where(self) -> str:
        if not self.wanted.reps or self.chance():
            return ""
        return f" where {self.condition(2, with_rep=True)}"

    def sticky(self) -> str:
        single = [known.name for known in self.known if not isinstance(known.type, SetType)]
        if not single or not self.chance(4):
            return ""
        return f" sticky by {self.pick(single)}{self.pick(['', f' for {self.pick(_DURATIONS)}'])}"

    def rep_reference(self) -> str:
        reps = [known.name for known in self.known if isinstance(known.type, RepType)]
        return str(self.pick(reps)) if reps and self.chance() else quoted(self.pick(REPS))

    def split(self, name: str, depth: int) -> str:
        shares = self.pick([("50%", "50%"), ("12.5%", "87.5%"), ("1%", "98%", "1%"), ("100%",)])
        arms = "  ".join(f"{share} {self.target(depth - 1)}" for share in shares)
        return f"split {quoted(self.pick(TEXTS))} by {name} {{ {arms} }}"

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
        fitting = [name for name, texts in self.lists.items() if self._fits(texts, type_)]
        literal = _listed(self.draw(st.lists(self.texts(type_), max_size=4)))
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

    def _fits(self, texts: Sequence[str], type_: Type) -> bool:
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
            return _listed(self.draw(st.lists(self.texts(type_.element), max_size=3)))
        return self.constant(type_)


WEEKDAY_TYPE: Final = OneOfType(WEEKDAYS)


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
        return tuple(int(part) for part in literal.split(":"))
    return float(literal.replace("_", ""))


def _listed(texts: Sequence[str]) -> str:
    return f"[{', '.join(quoted(text) for text in texts)}]"


def _block(head: str, lines: Sequence[str]) -> str:
    return "\n".join([f"{head} {{", *(f"  {line}" for line in lines), "}"])


def type_text(type_: Type) -> str:
    """A type as policies declare it."""
    match type_:
        case NumberType(integer, low, high):
            word = "integer" if integer else "decimal"
            ends = [show_number(end) if end is not None else "" for end in (low, high)]
            return f"{word} {ends[0]}..{ends[1]}" if any(ends) else word
        case OneOfType(members):
            return f"one of {_listed(members)}"
        case SetType(OneOfType(members)):
            return f"set of {_listed(members)}"
        case SetType(element):
            return f"set of {type_text(element)}"
        case _:
            return type(type_).__name__.removesuffix("Type").lower()


# --- Strategies ----------------------------------------------------------------------------------------------


@st.composite
def policy_texts(draw: st.DrawFn, wanted: Wanted = EVERYTHING) -> str:
    """The texts of policies without a mistake."""
    return Writer(draw, wanted).policy()


def policies(wanted: Wanted = EVERYTHING) -> st.SearchStrategy[Policy]:
    """Policies without a mistake, loaded. `policy.text` is what was drawn."""
    return policy_texts(wanted).map(api.loads)


@st.composite
def policies_with_leads(
    draw: st.DrawFn, wanted: Wanted = EVERYTHING, leads: int = 5
) -> tuple[Policy, list[Lead], datetime]:
    """A policy with up to `leads` valid leads near to what it compares them with, and a moment to decide at."""
    policy = draw(policies(wanted))
    drawn = draw(st.lists(leads_of(policy), min_size=1, max_size=leads))
    return policy, drawn, draw(moments_of(policy))
