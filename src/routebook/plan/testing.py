"""Running the `test` blocks of a policy, each over every lead that it stands for, as far as they can be tried."""

from __future__ import annotations

import itertools
import random
import time as clock
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias, assert_never

from routebook.check.cases import Expectation, TestCase
from routebook.check.conditions import Scope
from routebook.check.targets import (
    HoldTarget,
    NurtureTarget,
    PoolTarget,
    QueueTarget,
    RejectTarget,
    RepTarget,
    SplitTarget,
    Target,
)
from routebook.decision import Lead
from routebook.plan.boundaries import ORDINARY_NOW, Mentioned, field_values, mentioned, moments
from routebook.plan.split import pick_arm
from routebook.plan.spreading import spreading
from routebook.plan.tree import Leaf, Tree
from routebook.plan.walk import Environment, walk
from routebook.plan.wording import shown
from routebook.syntax.tree import ExpectKind

Proof: TypeAlias = Literal["tried", "proved", "refuted", "exact"]

RepOf: TypeAlias = Callable[[Lead, datetime], str | None]
"""Who gets a lead at a moment, by a roster and no history; None where nobody does."""

LeafOf: TypeAlias = Callable[[Lead, datetime], Leaf | None]
"""Which leaf of a tree takes a lead at a moment: the walk, or what a policy was compiled to."""

MAX_TRIED: Final = 5_000
"""At most so many leads are tried for one test: all combinations of boundary values, or a fixed sample of them."""


@dataclass(frozen=True, slots=True)
class TestResult:
    """What came of one test.

    `failures` are complete sentences, each with what was expected and what happened. `proof` says how the
    fields that the test leaves out were dealt with: it leaves out none (`exact`), the expectation was
    `proved` for all their values, or `refuted` by a lead that a proof found after the `tried` ones had held, or it
    was only `tried` on as many leads as `tried` counts.
    """

    __test__ = False  # pytest takes what is called Test… for a test

    name: str
    file: str
    line: int
    passed: bool
    failures: tuple[str, ...]
    proof: Proof
    tried: int
    seconds: float


@dataclass(frozen=True, slots=True)
class _Try:
    """One lead and moment that a test stands for."""

    lead: Lead
    now: datetime


@dataclass(frozen=True, slots=True)
class _Subject:
    """What is tested: a policy, what its conditions ask about (see `mentioned`), and who answers for it.

    `spread` are further values by field, those that splits and hashes tell apart (see `spreading`).
    """

    tree: Tree
    asked: Mentioned
    spread: Mapping[str, Sequence[Any]]
    leaf_of: LeafOf
    rep_of: RepOf | None


def run_tests(
    tree: Tree, tests: Sequence[TestCase], rep_of: RepOf | None = None, leaf_of: LeafOf | None = None
) -> list[TestResult]:
    """Run every test; `rep_of` says who gets a lead, and is needed by those that expect a rep.

    Leads are decided by `leaf_of`, where it is given, else by the walk of the tree.
    """
    subject = _Subject(tree, mentioned(tree), spreading(tree), leaf_of or walking(tree), rep_of)
    return [_run(subject, test) for test in tests]


def walking(tree: Tree) -> LeafOf:
    """The walk of a tree, as what says which leaf takes a lead."""
    return lambda lead, now: walk(tree, lead, now).leaf


def _run(subject: _Subject, test: TestCase) -> TestResult:
    began = clock.perf_counter()
    free = _free_fields(subject, test)
    tried = 0
    failures: tuple[str, ...] = ()
    for attempt in _tries(test, free):
        tried += 1
        failures = tuple(_failures(subject, test, attempt, free))
        if failures:
            break
    proof: Proof = "tried" if free else "exact"
    seconds = clock.perf_counter() - began
    span = test.span
    return TestResult(test.name, span.file, span.line, not failures, failures, proof, tried, seconds)


def failures_of(tree: Tree, test: TestCase, lead: Mapping[str, Any], now: datetime) -> tuple[str, ...]:
    """What of a test fails for one lead that it stands for; expectations of a rep are left out."""
    valid = Lead(lead, str(lead["id"]) if "id" in lead else None)
    subject = _Subject(tree, mentioned(tree), {}, walking(tree), None)
    asked = tuple(each for each in test.expectations if each.kind is not ExpectKind.REP)
    free = {name: [None, None] for name in lead if name not in test.given and name != "id"}
    if test.now is None:
        free[_NOW] = [None, None] if (Scope.NOW, _NOW) in subject.asked else [None]
    return tuple(_failures(subject, replace(test, expectations=asked), _Try(valid, now), free))


_NOW: Final = "now"


def _free_fields(subject: _Subject, test: TestCase) -> dict[str, list[Any]]:
    """The fields that the test leaves open and that the policy asks of, with the values to try."""
    tree, asked = subject.tree, subject.asked
    free: dict[str, list[Any]] = {}
    for declared in tree.schema:
        if declared.name in test.given or declared.optional:
            continue
        parts = asked.get((Scope.LEAD, declared.name))
        spread = subject.spread.get(declared.name, ())
        values = field_values(declared, parts or {}, tree.timezone)
        known = values if parts is not None else values[:1]
        free[declared.name] = list(dict.fromkeys([*known, *spread]))
    if test.now is None and (Scope.NOW, _NOW) in asked:
        free[_NOW] = moments(asked[Scope.NOW, _NOW], tree.timezone)
    return {name: values for name, values in free.items() if values}


def _tries(test: TestCase, free: Mapping[str, Sequence[Any]]) -> Iterator[_Try]:
    given = {name: value for name, value in test.given.items() if value is not None}
    for combination in _combinations(list(free.values())):
        values = dict(zip(free, combination, strict=True))
        now = values.pop(_NOW, test.now or ORDINARY_NOW)
        lead = given | values
        yield _Try(Lead(lead, str(lead["id"]) if "id" in lead else None), now)


def _combinations(values: list[Sequence[Any]]) -> Iterator[tuple[Any, ...]]:
    """Every combination where they are few; else each value in turn with the rest ordinary, and a fixed sample."""
    total = 1
    for choices in values:
        total *= len(choices)
    if total <= MAX_TRIED:
        yield from itertools.product(*values)
        return
    ordinary = [choices[0] for choices in values]
    for place, choices in enumerate(values):
        for choice in choices:
            yield (*ordinary[:place], choice, *ordinary[place + 1 :])
    chance = random.Random(0)
    for _ in range(MAX_TRIED - sum(map(len, values))):
        yield tuple(chance.choice(choices) for choices in values)


def _failures(
    subject: _Subject, test: TestCase, attempt: _Try, free: Mapping[str, Sequence[Any]]
) -> Iterator[str]:
    leaf = subject.leaf_of(attempt.lead, attempt.now)
    with_values = _with_values(subject, attempt, free)
    for expected in test.expectations:
        got = _mismatch(subject, expected, leaf, attempt)
        if got is not None:
            wanted = (
                expected.kind.value if expected.what is None else f"{expected.kind.value} {expected.what}"
            )
            yield f"expected {wanted}, but {got}{with_values}"


def _with_values(subject: _Subject, attempt: _Try, free: Mapping[str, Sequence[Any]]) -> str:
    """The values of the fields that the test left open, where they could have mattered."""
    values = [
        f"{name}: {shown(attempt.now if name == _NOW else attempt.lead[name])}"
        for name, values in free.items()
        if len(values) > 1 or (Scope.LEAD, name) in subject.asked
    ]
    return f" (with {', '.join(values)})" if values else ""


def _mismatch(subject: _Subject, expected: Expectation, leaf: Leaf | None, attempt: _Try) -> str | None:
    """What happened instead, or None where the expectation is met."""
    took = f"rule {leaf.rule} took the lead" if leaf is not None else "no rule took the lead"
    match expected.kind:
        case ExpectKind.NO_RULE:
            return took if leaf is not None else None
        case ExpectKind.RULE:
            return None if leaf is not None and leaf.rule == expected.what else took
        case ExpectKind.REP:
            return _other_rep(expected, leaf, attempt, subject.rep_of)
        case _:
            if leaf is None:
                return took
            first = first_target(subject.tree, leaf, attempt.lead, attempt.now)
            if first is not None and is_target(expected, first):
                return None
            went = (
                f"its first target is `{first.text}`"
                if first is not None
                else "none of its targets could place it"
            )
            return f"{took} and {went}"


def _other_rep(expected: Expectation, leaf: Leaf | None, attempt: _Try, rep_of: RepOf | None) -> str | None:
    if leaf is None:
        return "no rule took the lead"
    if rep_of is None:
        return "there is no roster: give one with `--roster`"
    rep = rep_of(attempt.lead, attempt.now)
    if rep == expected.what:
        return None
    return f"rule {leaf.rule} took the lead and " + (f"{rep} got it" if rep is not None else "nobody got it")


def first_target(tree: Tree, leaf: Leaf, lead: Mapping[str, Any], now: datetime) -> Target | None:
    """The first target of the plan that the lead itself does not rule out.

    A rep whom a missing field should name is passed over, and a split stands for the arm that the lead takes.
    """
    environment = Environment(tree, lead, now)
    for planned in leaf.plan.targets:
        target = planned.target
        while isinstance(target, SplitTarget):
            target = pick_arm(target, environment, str(lead.get("id", "")))[0].target
        if not (isinstance(target, RepTarget) and _names_nobody(target, environment)):
            return target
    return None


def _names_nobody(target: RepTarget, environment: Environment) -> bool:
    return not isinstance(target.rep, str) and environment.value(target.rep) is None


def is_target(expected: Expectation, target: Target) -> bool:
    """Whether a target is the pool, queue and so on that a test expects."""
    match target:
        case PoolTarget(pool=name) | HoldTarget(pool=name):
            return expected.kind is ExpectKind.POOL and expected.what == name
        case QueueTarget(name=name):
            return expected.kind is ExpectKind.QUEUE and expected.what == name
        case NurtureTarget(name=name):
            return expected.kind is ExpectKind.NURTURE and expected.what == name
        case RejectTarget():
            return expected.kind is ExpectKind.REJECT
        case RepTarget() | SplitTarget():
            return False
        case _:
            assert_never(target)
