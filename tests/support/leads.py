"""Hypothesis strategies for leads: valid ones of any schema, drawn close to what a policy compares them with.

Most random leads meet no rule of a random policy. These are drawn from the policy's own constants and their
neighbours (one more, one less, another case, a text with it inside), so that rules do match, and the ends of
every range are tried.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, assert_never

from hypothesis import strategies as st

from routebook.api import Policy
from routebook.check.conditions import Arithmetic, Constant, Members, Operand, Pattern
from routebook.countries import is_country
from routebook.decision import Lead
from routebook.text import clean
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
    Schema,
    SetType,
    TextType,
    TimeType,
    Type,
    Value,
    key_of,
    show_number,
)

COUNTRIES: Final = ("DE", "AT", "CH", "FR", "RO", "US", "GB", "NZ")
REPS: Final = ("ana", "bogdan", "chen", "Ana")
DOMAINS: Final = ("acme.example", "ACME.example", "uni.edu", "straße.de", "mail.example")
TEXTS: Final = (
    "Acme", "acme", "ACME GmbH", "VP Sales", "vp", "Straße", "STRASSE", "é", "e\u0301", "İstanbul", "ﬁn", "x",
    "a.b", "(chief)", 'quo"te', "back\\slash", "日本",
)  # fmt: skip
"""Texts that differ by case, accents, normal form or not at all, as texts compare."""

# --- What a policy compares with ---------------------------------------------------------------------------


@dataclass
class Constants:
    """The constants of a policy, by what they are. Leads are drawn from these and their neighbours."""

    numbers: list[Fraction] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    days: list[date] = field(default_factory=list)
    clocks: list[time] = field(default_factory=list)
    moments: list[datetime] = field(default_factory=list)

    def add(self, value: Any) -> None:
        match value:
            case bool() | None:
                pass
            case int() | Decimal() | Fraction():
                self.numbers.append(Fraction(value))
            case str():
                self.texts.append(value)
            case datetime():
                self.moments.append(value)
            case date():
                self.days.append(value)
            case time():
                self.clocks.append(value)
            case frozenset() | tuple():
                for member in value:
                    self.add(member)


def constants_of(policy: Policy) -> Constants:
    """Every constant that a policy's conditions, derives and points have."""
    found = Constants()
    for operand in _operands(policy.checked):
        match operand:
            case Constant(value=value):
                found.add(value)
            case Members(values=values):
                found.add(values)
            case Pattern(text=text):
                found.add("".join(letter for letter in text if letter.isalnum() or letter == " "))
            case _:
                pass
    for moment in found.moments:
        found.days.append(moment.date())
        found.clocks.append(moment.time())
    return found


def _operands(part: Any) -> Iterator[Operand]:
    """Every operand in any part of a checked policy, definitions that are used twice being looked at once."""
    stack, seen = [part], set()
    while stack:
        here = stack.pop()
        if isinstance(here, Constant | Members | Pattern):
            yield here
        elif isinstance(here, tuple | list):
            stack.extend(here)
        elif hasattr(here, "values") and hasattr(here, "keys"):
            stack.extend(here.values())
        elif dataclasses.is_dataclass(here) and type(here).__module__.startswith("routebook.check"):
            if id(here) not in seen:
                seen.add(id(here))
                stack.extend(
                    getattr(here, each.name) for each in dataclasses.fields(here) if each.name != "program"
                )
        elif isinstance(here, Arithmetic):
            stack.extend([here.first, *(operand for _, operand in here.rest)])


# --- Values of each type -------------------------------------------------------------------------------------


def values(type_: Type, near: Constants | None = None) -> st.SearchStrategy[Value]:
    """Known values of a type, as intake leaves them."""
    near = near or Constants()
    match type_:
        case BoolType():
            return st.booleans()
        case NumberType():
            return _numbers(type_, near)
        case OneOfType(members):
            return st.sampled_from(members)
        case CountryType():
            return st.sampled_from(sorted({*COUNTRIES, *filter(is_country, near.texts)}))
        case RepType():
            return st.sampled_from([*REPS, *(text for text in near.texts if text and text == clean(text))])
        case TextType() | IdType():
            return _texts(near)
        case EmailType():
            return _emails(near)
        case DateType():
            return _moved(near.days, st.dates(date(2020, 1, 1), date(2030, 12, 31)), timedelta(days=1))
        case TimeType():
            return st.one_of(st.sampled_from([*near.clocks, time(9), time(23, 59), time(0)]), _clocks)
        case DateTimeType():
            return _moved(near.moments, _moments, timedelta(hours=1))
        case SetType(element):
            # intake keeps one of the texts that are the same but for capitals
            members = st.lists(
                values(element, near).map(str), max_size=3, unique_by=lambda text: key_of(element, text)
            )
            return members.map(frozenset)
        case _:
            assert_never(type_)


_clocks = st.times().map(lambda moment: moment.replace(fold=0))
_zones = st.sampled_from([UTC, timezone(timedelta(hours=2)), timezone(timedelta(hours=-9, minutes=-30))])
_moments = st.builds(
    lambda moment, zone: moment.replace(tzinfo=zone, fold=0),
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 12, 31)),
    _zones,
)


def _moved(constants: list[Any], others: st.SearchStrategy[Any], step: timedelta) -> st.SearchStrategy[Any]:
    """A constant, its neighbours, or anything else."""
    if not constants:
        return others
    return (
        st.builds(_step, st.sampled_from(constants), st.sampled_from([-1, 0, 0, 1]), st.just(step)) | others
    )


def _step(value: Any, steps: int, step: timedelta) -> Any:
    # at the ends of the calendar there is no neighbour
    return value + steps * step if 2 <= value.year <= 9998 else value


def _numbers(type_: NumberType, near: Constants) -> st.SearchStrategy[Value]:
    low = Fraction(type_.low) if type_.low is not None else None
    high = Fraction(type_.high) if type_.high is not None else None
    kept = [bound for bound in (low, high) if bound is not None]
    step = 1 if type_.integer else Fraction(1, 100)
    kept += [constant + move for constant in near.numbers for move in (-step, 0, step)]
    if low is not None and high is not None and not kept:
        kept.append(low)
    fitting = sorted({_rounded(number, type_.integer) for number in kept})
    fitting = [n for n in fitting if (low is None or n >= low) and (high is None or n <= high)]
    start = low if low is not None else (high - 100 if high is not None else Fraction(-100))
    end = high if high is not None else start + 200
    whole = math.ceil(start), math.floor(end)
    any_other = st.integers(*whole).map(Fraction) if whole[0] <= whole[1] else st.just(start)
    chosen = st.one_of(st.sampled_from(fitting), any_other) if fitting else any_other
    return chosen.map(lambda number: int(number) if type_.integer else _decimal(number))


def _rounded(number: Fraction, integer: bool) -> Fraction:
    return Fraction(round(number)) if integer else Fraction(round(number * 100), 100)


def _decimal(number: Fraction) -> Decimal:
    return Decimal(show_number(number))


_ALPHABET: Final = "aAbBzZsSßéE\u0301İıﬁ日 .@-_0Σσς"


def _variants(text: str) -> list[str]:
    return [text, text.upper(), text.lower(), f"x{text}y", f"{text} more", f"my {text}"]


def _texts(near: Constants) -> st.SearchStrategy[str]:
    known = [*TEXTS, *near.texts]
    varied = st.sampled_from(known).flatmap(lambda text: st.sampled_from(_variants(text)))
    return st.one_of(varied, st.text(_ALPHABET, min_size=1, max_size=6)).map(clean).filter(bool)


def _emails(near: Constants) -> st.SearchStrategy[str]:
    local = st.sampled_from(["ana", "Ana", "info", "x.y+z"])
    fragments = [
        text.strip(" .@") for text in near.texts if "@" not in text and not any(map(str.isspace, text))
    ]
    domain = st.sampled_from(
        [*DOMAINS, *(f"{text}.example" for text in fragments if text), *filter(None, fragments)]
    )
    whole = [text for text in near.texts if text.count("@") == 1 and text.strip("@") == text]
    made = st.builds(lambda before, after: f"{before}@{after}", local, domain)
    return (st.one_of(st.sampled_from(whole), made) if whole else made).map(clean)


# --- Leads ---------------------------------------------------------------------------------------------------


def records(schema: Schema, near: Constants | None = None) -> st.SearchStrategy[dict[str, Value]]:
    """Valid leads of a schema as plain mappings: every required field, any of the optional ones."""

    def gather(drawn: Iterable[tuple[Field, Value | None]]) -> dict[str, Value]:
        return {declared.name: value for declared, value in drawn if value is not None}

    def one(declared: Field) -> st.SearchStrategy[tuple[Field, Value | None]]:
        known = values(declared.type, near)
        # missing is drawn as often as all known values together: much hinges on it
        drawn = st.one_of(st.none(), known) if declared.optional else known
        return st.tuples(st.just(declared), drawn)

    return st.tuples(*(one(declared) for declared in schema)).map(gather)


def leads(schema: Schema, near: Constants | None = None) -> st.SearchStrategy[Lead]:
    """Valid leads of a schema, as intake gives them."""
    id_field = schema.id_field

    def lead(record: dict[str, Value]) -> Lead:
        return Lead(record, str(record[id_field]) if id_field is not None and id_field in record else None)

    return records(schema, near).map(lead)


def leads_of(policy: Policy) -> st.SearchStrategy[Lead]:
    """Valid leads of a policy, near to what it compares them with."""
    return leads(policy.tree.schema, constants_of(policy))


def reps_of(policy: Policy) -> st.SearchStrategy[dict[str, Value]]:
    """The fields of a rep, as `where` asks of them, near to what the policy compares them with."""
    return records(policy.tree.rep_schema, constants_of(policy))


def moments_of(policy: Policy) -> st.SearchStrategy[datetime]:
    """Moments to decide at, near to what the policy compares `now` with."""
    return _moved(constants_of(policy).moments, _moments, timedelta(hours=1))
