"""What tests cover, and the tests that are missing.

A rule is covered by a test whose lead it takes. A part of a condition is covered (masking MC/DC: Chilenski and
Miller 1994) by two leads that come to it, one for which it holds and one for which it does not, and for both of
which the whole condition would be the other way round if the part were. What no lead can show is left out of the
count, because it is proved; what was not decided counts as not covered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from routebook.analysis.formula import Literal
from routebook.analysis.lower import Lowering
from routebook.analysis.model import Entry
from routebook.analysis.ordinary import nearest
from routebook.analysis.prove import TestProver
from routebook.analysis.redundant import Place, places, without
from routebook.analysis.search import Covered, Found
from routebook.analysis.space import NOW
from routebook.analysis.terms import Ids
from routebook.analysis.written import written
from routebook.check.cases import TestCase
from routebook.check.conditions import AllOf, AnyOf, Condition, Not
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


def coverage(tree: Tree, tests: Sequence[TestCase], deadline: float | None = None) -> Coverage:
    """What the tests cover."""
    return _covered(TestProver(tree, tests, deadline), tests)


def _covered(prover: TestProver, tests: Sequence[TestCase]) -> Coverage:
    model = prover.model
    leads = [lead for lead in map(prover.lead, tests) if lead is not None]
    points = [model.space.place(lead, lead[NOW]) for lead in leads]
    counts = {True: [0, 0], False: [0, 0]}
    missing: list[Missing] = []
    for duty in obligations(prover):
        count = counts[duty.part is None]
        if any(_shows(prover, duty, point) for point in points):
            count[0] += 1
            count[1] += 1
            continue
        answer = model.find([duty.literal], duty.avoid)
        if isinstance(answer, Covered):
            continue
        count[1] += 1
        lead = None
        if isinstance(answer, Found):
            lead = model.space.values(nearest(model, duty.literal, duty.avoid, answer.point))
        missing.append(Missing(duty, lead))
    rules, sides = counts[True], counts[False]
    return Coverage(rules[0], rules[1], sides[0], sides[1], tuple(missing))


def _shows(prover: TestProver, duty: Obligation, point: Sequence[int]) -> bool:
    model = prover.model
    return not model.holding(point, duty.avoid) and model.formulas.holds(duty.literal, point)


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
        on = without(lowering, condition, {place.path: True})
        off = without(lowering, condition, {place.path: False})
        decides = formulas.disj([formulas.conj([on, -off]), formulas.conj([-on, off])])
        own = lowering.condition(place.part)
        for value in (True, False):
            literal = formulas.conj([entry.inside, decides, own if value else -own])
            yield Obligation(entry.node.rule, _text(place), value, place.part.span, literal, entry.before)


def _text(place: Place) -> str:
    return " ".join(place.part.span.text.split())


def missing_tests(tree: Tree, tests: Sequence[TestCase]) -> list[str]:
    """Tests in the language, as few as come easily, that show all that is missing and that any lead can show."""
    found: list[str] = []
    prover = TestProver(tree, tests)
    points: list[list[int]] = []
    names = {test.name for test in tests}
    for each in _covered(prover, tests).missing:
        if each.lead is None or any(_shows(prover, each.obligation, point) for point in points):
            continue
        points.append(prover.model.space.place(each.lead, each.lead[NOW]))
        found.append(_written(prover, each, _fresh(each.obligation.text.replace("`", ""), names)))
    return found


def _fresh(name: str, taken: set[str]) -> str:
    """The name, with a number after it where it is taken."""
    number, fresh = 1, name
    while fresh in taken:
        number += 1
        fresh = f"{name} ({number})"
    taken.add(fresh)
    return fresh


def _written(prover: TestProver, missing: Missing, name: str) -> str:
    assert missing.lead is not None
    space = prover.model.space
    leaf = space.walk(prover.tree, missing.lead).leaf
    fields = [f"    {name}: {written(value)}" for name, value in missing.lead.items() if name != NOW]
    lines = [f"test {written(name)} {{", "  lead {", *fields, "  }"]
    if space.uses_now:
        lines.append(f"  now {written(missing.lead[NOW].astimezone(UTC))}")
    lines.append("  expect no rule" if leaf is None else f"  expect rule {_rule(leaf.rule)}")
    return "\n".join([*lines, "}"]) + "\n"


def _rule(rule: str) -> str:
    return rule if rule.isidentifier() and rule != "else" else written(rule)
