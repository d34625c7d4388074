"""Tests proved: that what a test expects holds whatever the fields that it leaves out, or a lead that breaks it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from routebook.analysis.clock import OUT_OF_TIME, clock_for
from routebook.analysis.formula import TRUE, Box
from routebook.analysis.model import Entry, Model, Progress
from routebook.analysis.search import Covered, Found, Unknown
from routebook.analysis.space import NOW
from routebook.check.cases import TestCase
from routebook.plan.tree import Leaf, Tree
from routebook.plan.walk import walk


@dataclass(frozen=True, slots=True)
class Proved:
    """The expectation holds for every lead that the test stands for."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A lead that the test stands for and of which the expectation does not hold; `rule` takes it, or none does."""

    lead: Mapping[str, Any]
    now: datetime
    rule: str | None


@dataclass(frozen=True, slots=True)
class NotProved:
    """It was not decided, for these reasons."""

    reasons: tuple[str, ...]


Outcome: TypeAlias = Proved | Broken | NotProved

Meets: TypeAlias = Callable[[Leaf | None], bool | None]
"""Whether the expectations hold of the leads that a rule takes; None where that depends on the lead."""


class TestProver:
    """Proves tests of one policy; what they fix is told apart from all other values. `budget` is in seconds."""

    __test__ = False  # pytest takes what is called Test… for a test

    def __init__(
        self,
        tree: Tree,
        tests: Sequence[TestCase],
        budget: float | None = None,
        progress: Progress | None = None,
    ) -> None:
        self.tree = tree
        given = [_given(test) for test in tests]
        self.model = Model([tree], given, clock_for(budget), progress)
        self.model.freeze()

    def box(self, test: TestCase) -> Box:
        """The leads that a test stands for: fields that it names as they are, other optional ones missing."""
        space = self.model.space
        point = space.place(_given(test), test.now)
        box: Box = {}
        for name, domain in space.domains.items():
            fixed = test.now is not None if name == NOW else name in test.given or space.schema[name].optional
            if fixed:
                box.update((dimension, 1 << point[dimension]) for dimension in domain.dimensions())
        return box

    def lead(self, test: TestCase) -> dict[str, Any] | None:
        """An ordinary lead among those that the test stands for, with `now`; None where none could be made."""
        answer = self.model.find([TRUE], 0, self.box(test))
        return self._values(test, answer.point) if isinstance(answer, Found) else None

    def _values(self, test: TestCase, point: Sequence[int]) -> dict[str, Any]:
        """The lead at a point, the fields that the test names with the very values that it gives."""
        values = {**self.model.space.values(point), **_given(test)}
        if test.now is not None:
            values[NOW] = test.now
        return values

    def prove(self, test: TestCase, meets: Meets) -> Outcome:
        """Whether every lead that the test stands for goes to a rule of which the expectations hold."""
        model = self.model
        if model.out_of_time():
            return NotProved((OUT_OF_TIME,))
        rules = model.policies[0]
        box = self.box(test)
        reasons: list[str] = []
        touched = model.index.touching(box, rules.terms)
        for entry in model.entries_of(touched):
            assert isinstance(entry.node, Leaf)
            verdict = meets(entry.node)
            if verdict is True:
                continue
            outcome = self._taken(test, entry, box)
            if isinstance(outcome, Broken) and verdict is None:
                outcome = NotProved((f"which target of `{entry.node.rule}` a lead comes to first",))
            if isinstance(outcome, Broken):
                return outcome
            if isinstance(outcome, NotProved):
                reasons.extend(outcome.reasons)
        if meets(None) is not True:
            answer = model.find([TRUE], rules.terms, box)
            if isinstance(answer, Found):
                return self._broken(test, answer.point, None)
            if isinstance(answer, Unknown):
                reasons.extend(answer.reasons)
        return NotProved(tuple(dict.fromkeys(reasons))) if reasons else Proved()

    def _taken(self, test: TestCase, entry: Entry, box: Box) -> Outcome:
        answer = self.model.find([entry.whole], entry.before, box)
        match answer:
            case Covered():
                return Proved()
            case Unknown(reasons):
                return NotProved(reasons)
            case Found(point):
                assert isinstance(entry.node, Leaf)
                return self._broken(test, point, entry.node)

    def _broken(self, test: TestCase, point: Sequence[int], leaf: Leaf | None) -> Outcome:
        values = self._values(test, point)
        now = values.pop(NOW)
        if walk(self.tree, values, now).leaf is not leaf:
            return NotProved(("a comparison of fields that the search could not follow",))
        return Broken(values, now, leaf.rule if leaf is not None else None)


def _given(test: TestCase) -> dict[str, Any]:
    given = {name: value for name, value in test.given.items() if value is not None}
    return given if test.now is None else {**given, NOW: test.now}
