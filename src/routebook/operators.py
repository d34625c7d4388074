"""The operators of conditions, one row each: how it is written, what it takes, what it means.

A meaning is given on known values as they compare (`key`s): texts folded, numbers exact, sets as frozensets
of keys. A comparison with a missing value is false whatever the operator, and an operator that `negates`
another is its plain negation, so it holds there: logic stays two-valued. `is missing` and `is known` ask.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final


class Takes(Enum):
    """What stands on the two sides of an operator."""

    ALIKE = auto()  # two values of one type
    ORDERED = auto()  # two numbers, dates, times or moments
    RANGE = auto()  # an ordered value, and two bounds
    MEMBER = auto()  # a text-like value in a collection
    SET_MEMBER = auto()  # a set, and a value that it may have
    SET_MEMBERS = auto()  # a set, and a collection of such values
    SUBSTRING = auto()  # a text, and a literal part of it
    PATTERN = auto()  # a text, and an RE2 pattern
    PRESENCE = auto()  # any field
    TRUTH = auto()  # a bool, bare


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator. `holds(left, *right)` is its meaning, of what it `negates` where it does.

    `template` is the same meaning as a Python expression, from which code is generated: `{x}` stands for the
    left side where it is first asked for and `{again}` for it after that, `{0}` and `{1}` for what is on the right.
    `{x}` comes before the right side, which may need what it works out; `constant` is a quicker form for a right
    side of constants, where that order is free. `bears_missing` says on which sides, left and right, the template
    may meet None and is false then. One that negates another needs none of these.
    """

    name: str
    takes: Takes
    holds: Callable[..., bool]
    doc: str
    example: str
    negates: str | None = None
    template: str = ""
    constant: str = ""
    bears_missing: tuple[bool, bool] = (False, False)

    @property
    def positive(self) -> Operator:
        """The operator that this one negates, else itself."""
        return OPERATORS[self.negates] if self.negates is not None else self


@lru_cache(maxsize=4096)
def pattern(text: str, fold_case: bool) -> Any:
    """The compiled RE2 pattern; raises `re2.error` where RE2 does not take it."""
    import re2  # takes a while to load, and most policies have no patterns

    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = not fold_case
    return re2.compile(text, options)


def _found(value: str, compiled: Any) -> bool:
    return compiled.search(value) is not None


def _between(value: Any, low: Any, high: Any) -> bool:
    return bool(low <= value <= high)


def _in(value: Any, members: frozenset[str]) -> bool:
    return value in members


def _has(members: frozenset[str], value: str) -> bool:
    return value in members


def _has_any(members: frozenset[str], wanted: frozenset[str]) -> bool:
    return not members.isdisjoint(wanted)


def _has_all(members: frozenset[str], wanted: frozenset[str]) -> bool:
    return wanted <= members


def _contains(value: str, part: str) -> bool:
    return part in value


def _is_true(value: bool) -> bool:
    return value


def _known(value: object) -> bool:
    return value is not None


_ROWS: Final[tuple[Operator, ...]] = (
    Operator(
        "==", Takes.ALIKE, operator.eq, "the two are the same", "score == 70",
        template="{x} == {0}", bears_missing=(True, True),
    ),
    Operator("!=", Takes.ALIKE, operator.eq, "the two are not the same, or one is missing", "score != 70", "=="),
    Operator(
        "<", Takes.ORDERED, operator.lt, "less, or earlier", "score < 70",
        template="{x} < {0}",
    ),
    Operator(
        "<=", Takes.ORDERED, operator.le, "less or equal, or no later", "score <= 70",
        template="{x} <= {0}",
    ),
    Operator(
        ">", Takes.ORDERED, operator.gt, "more, or later", "score > 70",
        template="{x} > {0}",
    ),
    Operator(
        ">=", Takes.ORDERED, operator.ge, "more or equal, or no earlier", "score >= 70",
        template="{x} >= {0}",
    ),
    Operator(
        "between", Takes.RANGE, _between, "in the range, both ends included", "score between 40 and 69",
        template="{x} >= {0} and {again} <= {1}", constant="{0} <= {x} <= {1}",
    ),
    Operator(
        "in", Takes.MEMBER, _in, "one of the listed", 'industry in ["health", "finance"]',
        template="{x} in {0}", bears_missing=(True, False),
    ),
    Operator("not in", Takes.MEMBER, _in, "none of the listed, or missing", 'country not in ["DE"]', "in"),
    Operator(
        "has", Takes.SET_MEMBER, _has, "the set has this member", 'products has "crm"',
        template="{x}.__contains__({0})", constant="{0} in {x}",
    ),
    Operator(
        "has any", Takes.SET_MEMBERS, _has_any, "the set has one of these", 'products has any ["crm", "voice"]',
        template="not {x}.isdisjoint({0})",
    ),
    Operator(
        "has all", Takes.SET_MEMBERS, _has_all, "the set has all of these", 'products has all ["crm", "voice"]',
        template="{x} >= {0}",
    ),
    Operator(
        "has none", Takes.SET_MEMBERS, _has_any, "the set has none of these, or is missing",
        'products has none ["crm"]', "has any",
    ),
    Operator(
        "starts with", Takes.SUBSTRING, str.startswith, "the text begins so", 'company starts with "Acme"',
        template="{x}.startswith({0})",
    ),
    Operator(
        "ends with", Takes.SUBSTRING, str.endswith, "the text ends so", 'email.domain ends with ".edu"',
        template="{x}.endswith({0})",
    ),
    Operator(
        "contains", Takes.SUBSTRING, _contains, "the text has this in it", 'title contains "VP"',
        template="{x}.__contains__({0})", constant="{0} in {x}",
    ),
    Operator(
        "matches", Takes.PATTERN, _found, "the RE2 pattern is found in it", 'title matches "(chief|head) .*"',
        template="{0}({x}) is not None",
    ),
    Operator(
        "is known", Takes.PRESENCE, _known, "the field has a value", "deal_value is known",
        template="{x} is not None",
    ),
    Operator("is missing", Takes.PRESENCE, _known, "the field has no value", "employees is missing", "is known"),
    Operator(
        "is true", Takes.TRUTH, _is_true, "the bool is known and true; written bare", "is_customer",
        template="{x}",
    ),
)  # fmt: skip

OPERATORS: Final[Mapping[str, Operator]] = MappingProxyType({row.name: row for row in _ROWS})
