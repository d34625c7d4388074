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
from typing import Final

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
    show_number,
)
from support.conditions import CHOICES, EVERYTHING, ConditionWriter, Known, Wanted, listed
from support.leads import REPS, TEXTS, leads_of, moments_of

__all__ = ["EVERYTHING", "Wanted", "policies", "policies_with_leads", "policy_texts", "type_text"]

# Types are drawn from few, so that two fields are often of one type and can be compared.
_NUMBERS: Final = (
    NumberType(True, 0, 100), NumberType(True), NumberType(True, 1), NumberType(True, None, 9), NumberType(True, -5, 9),
    NumberType(False), NumberType(False, 0), NumberType(False, 0, 1),
)  # fmt: skip
_CALENDAR: Final = (DateType(), TimeType(), DateTimeType())
_ELEMENTS: Final = (TextType(), CountryType(), *map(OneOfType, CHOICES))
_TYPES: Final[tuple[Type, ...]] = (
    BoolType(), TextType(), IdType(), EmailType(), CountryType(), RepType(), *map(OneOfType, CHOICES),
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
_STRATEGIES: Final = ("round_robin", "availability", "load", "priority", "performance")
_DURATIONS: Final = ("15m", "2h", "3d", "1w", "1_000m")


WEEKDAY_TYPE: Final = OneOfType(WEEKDAYS)


@dataclass
class Writer(ConditionWriter):
    """Writes one policy: its declarations, then its rules, with the conditions of both."""

    slas: list[str] = field(default_factory=list)
    free_names: list[str] = field(default_factory=lambda: list(_DEFINITION_NAMES))
    rule_names: list[str] = field(default_factory=lambda: list(_RULE_NAMES))

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
        type_ = self.pick([CountryType(), TextType(), *map(OneOfType, CHOICES), WEEKDAY_TYPE])
        texts = self.draw(st.lists(self.texts(type_), max_size=4))
        written = listed(texts)
        fitting = [n for n, members in self.lists.items() if self.fits(members, type_)]
        if fitting and self.chance():
            other = self.pick(fitting)
            texts = [*self.lists[other], *texts]
            written = f"{other} + {written}"
        if self.chance(3):
            written += f" - {listed(texts[:1])}"
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
            return f"one of {listed(members)}"
        case SetType(OneOfType(members)):
            return f"set of {listed(members)}"
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
