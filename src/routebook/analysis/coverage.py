"""What tests cover, and the tests that are missing.

A rule is covered by a test whose lead it takes. A part of a condition is covered (masking MC/DC: Chilenski and
Miller 1994) by two leads that come to it, one for which it holds and one for which it does not, and for both of
which the whole condition would be the other way round if the part were. What no lead can show is left out of the
count, because it is proved; what was not decided counts as not covered.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from routebook.analysis.clock import OUT_OF_TIME
from routebook.analysis.formula import FALSE, Literal
from routebook.analysis.lower import Lowering
from routebook.analysis.model import Entry, Progress
from routebook.analysis.ordinary import nearest
from routebook.analysis.prove import TestProver
from routebook.analysis.redundant import Place, places, without
from routebook.analysis.search import Covered, Found, Unknown
from routebook.analysis.space import NOW
from routebook.analysis.terms import Ids, TermIndex, bits
from routebook.analysis.written import written
from routebook.check.cases import TestCase
from routebook.check.conditions import AllOf, AnyOf, Condition, Not
from routebook.decision import Lead
from routebook.plan.testing import LeafOf, walking
from routebook.plan.tree import Leaf, Tree
from routebook.source import Span


@dataclass(frozen=True, slots=True)
class Obligation:
    """Something that a test is to show: a rule that takes a lead, or a part that decides by being true (false)."""

    rule: str
    part: str | None
    value: bool | None
    span: Span
    literal: Literal
    avoid: Ids

    @property
    def text(self) -> str:
        if self.part is None:
            return f"`{self.rule}` takes a lead"
        return f"`{self.rule}` is decided by `{self.part}` being {'true' if self.value else 'false'}"


@dataclass(frozen=True, slots=True)
class Missing:
    """What no test shows. `lead` would, with `now` in it; None where it was not decided whether any lead can."""

    obligation: Obligation
    lead: Mapping[str, Any] | None


@dataclass(frozen=True)
class Coverage:
    """How many rules and sides of conditions are covered, of those that any lead can show."""

    rules_covered: int
    rules: int
    sides_covered: int
    sides: int
    missing: tuple[Missing, ...]

    @property
    def percent(self) -> int:
        """Of all obligations, in whole per cent, rounded down."""
        total = self.rules + self.sides
        return 100 * (self.rules_covered + self.sides_covered) // total if total else 100


class _Survey:
    """What tests are to show, in the order of the rules, and what of it is shown so far.

    What a lead shows is read off an index of the formulas, so that thousands of tests of thousands of rules are not
    compared one with another.
    """

    def __init__(self, prover: TestProver, tests: Sequence[TestCase]) -> None:
        self.prover = prover
        self._model = prover.model
        self._duties = tuple(obligations(prover))
        self._before = [duty.avoid.bit_length() for duty in self._duties]
        self._index = TermIndex(self._model.formulas)
        self._terms = [self._index.add_formula(duty.literal) for duty in self._duties]
        self._owner = [number for number, ids in enumerate(self._terms) for _ in bits(ids)]
        self._open: Ids = (1 << len(self._owner)) - 1
        self._shown: set[int] = set()
        for test in tests:
            lead = prover.lead(test)
            if lead is not None:
                self.show(lead)

    @property
    def shown(self) -> list[Obligation]:
        """What some lead has shown."""
        return [self._duties[number] for number in sorted(self._shown)]

    def show(self, lead: Mapping[str, Any]) -> None:
        """Note what a lead, with `now` in it, shows: of the rules that it comes to, what holds for it."""
        model = self._model
        point = model.space.place(lead, lead[NOW])
        taking = model.holding(point, model.policies[0].terms)
        first = (taking & -taking).bit_length() if taking else len(model.index.boxes) + 1
        come = bisect_left(self._before, first)
        within = (1 << bisect_left(self._owner, come)) - 1
        for number in {self._owner[term] for term in bits(self._index.holding(point, self._open & within))}:
            self._shown.add(number)
            self._open &= ~self._terms[number]

    def missing(self) -> Iterator[tuple[Obligation, Found | Unknown]]:
        """What no lead has shown by the time that it is come to, and that is not proved to be shown by none."""
        for number, duty in enumerate(self._duties):
            self._model.tell("coverage", number, len(self._duties))
            if number in self._shown:
                continue
            if self._model.out_of_time():
                yield duty, Unknown((OUT_OF_TIME,))
                continue
            answer = self._model.find([duty.literal], duty.avoid)
            if not isinstance(answer, Covered):
                yield duty, answer

    def lead(self, duty: Obligation, found: Found) -> Mapping[str, Any]:
        """The most ordinary lead that shows it, with `now` in it."""
        point = nearest(self._model, duty.literal, duty.avoid, found.point)
        return self._model.space.values(point)


def coverage(
    tree: Tree, tests: Sequence[TestCase], budget: float | None = None, progress: Progress | None = None
) -> Coverage:
    """What the tests cover. What is not decided, or not within `budget` seconds, is missing without a lead."""
    survey = _Survey(TestProver(tree, tests, budget, progress), tests)
    missing = tuple(
        Missing(duty, survey.lead(duty, answer) if isinstance(answer, Found) else None)
        for duty, answer in survey.missing()
    )
    shown = survey.shown
    total = [*shown, *(each.obligation for each in missing)]
    return Coverage(_rules(shown), _rules(total), _sides_of(shown), _sides_of(total), missing)


def _rules(duties: Iterable[Obligation]) -> int:
    return sum(duty.part is None for duty in duties)


def _sides_of(duties: Iterable[Obligation]) -> int:
    return sum(duty.part is not None for duty in duties)


def obligations(prover: TestProver) -> Iterator[Obligation]:
    """All that tests are to show, in the order of the rules."""
    model = prover.model
    for entry in model.policies[0].entries:
        if isinstance(entry.node, Leaf):
            yield Obligation(entry.node.rule, None, None, entry.node.span, entry.whole, entry.before)
        if entry.node.condition is not None:
            yield from _sides(model.lowerings[0], entry, entry.node.condition)


def _sides(lowering: Lowering, entry: Entry, condition: Condition) -> Iterator[Obligation]:
    formulas = lowering.space.formulas
    for place in places(condition):
        if isinstance(place.part, AllOf | AnyOf | Not):
            continue
        decides, own = FALSE, FALSE  # once the time is up nothing is looked for that would show it
        if not lowering.space.clock.is_up():
            on = without(lowering, condition, {place.path: True})
            off = without(lowering, condition, {place.path: False})
            decides = formulas.disj([formulas.conj([on, -off]), formulas.conj([-on, off])])
            own = lowering.condition(place.part)
        for value in (True, False):
            literal = formulas.conj([entry.inside, decides, own if value else -own])
            yield Obligation(entry.node.rule, _text(place), value, place.part.span, literal, entry.before)


def _text(place: Place) -> str:
    return " ".join(place.part.span.text.split())


@dataclass(frozen=True, slots=True)
class Generated:
    """Tests in the language, and how much besides was not decided: whether any lead can show it."""

    tests: tuple[str, ...]
    undecided: int


def missing_tests(
    tree: Tree,
    tests: Sequence[TestCase],
    leaf_of: LeafOf | None = None,
    budget: float | None = None,
    progress: Progress | None = None,
) -> Generated:
    """Tests, as few as come easily, that show all that is missing and that any lead can show.

    Each expects the rule that takes its lead: by `leaf_of`, a compiled policy, where it is given, else by the walk.
    `budget` is in seconds.
    """
    survey = _Survey(TestProver(tree, tests, budget, progress), tests)
    names = {test.name for test in tests}
    found: list[str] = []
    undecided: list[Obligation] = []
    for duty, answer in survey.missing():
        if isinstance(answer, Unknown):
            undecided.append(duty)
            continue
        lead = survey.lead(duty, answer)
        survey.show(lead)
        name = _fresh(duty.text.replace("`", ""), names)
        found.append(_written(survey.prover, lead, leaf_of or walking(tree), name))
    # what was not decided may be shown by a lead that was looked for to show something else
    shown = set(map(id, survey.shown))
    return Generated(tuple(found), sum(id(duty) not in shown for duty in undecided))


def _fresh(name: str, taken: set[str]) -> str:
    """The name, with a number after it where it is taken."""
    number, fresh = 1, name
    while fresh in taken:
        number += 1
        fresh = f"{name} ({number})"
    taken.add(fresh)
    return fresh


def _written(prover: TestProver, lead: Mapping[str, Any], leaf_of: LeafOf, name: str) -> str:
    space = prover.model.space
    values = {name: value for name, value in lead.items() if name != NOW}
    leaf = leaf_of(Lead(values, None), lead[NOW])
    fields = [f"    {name}: {written(value)}" for name, value in values.items()]
    lines = [f"test {written(name)} {{", "  lead {", *fields, "  }"]
    if space.uses_now:
        lines.append(f"  now {written(lead[NOW].astimezone(UTC))}")
    lines.append("  expect no rule" if leaf is None else f"  expect rule {_rule(leaf.rule)}")
    return "\n".join([*lines, "}"]) + "\n"


def _rule(rule: str) -> str:
    return rule if rule.isidentifier() and rule != "else" else written(rule)
