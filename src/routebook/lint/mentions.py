"""Where a policy names pools and reps, as its text does: the places that findings about the roster point at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeGuard

from routebook.check.rules import all_rules, rule_items
from routebook.lint.model import Subject
from routebook.syntax import tree as t


def slas_in_use(subject: Subject) -> list[str]:
    """The SLAs of the policy's own file, and those that a rule is under, in order."""
    program = subject.policy.program
    names = [item.name.text for item in program.main.file.items if isinstance(item, t.SlaItem)]
    names += [body.sla.text for body in _actions(subject) if body.sla is not None]
    return list(dict.fromkeys(names))


def _actions(subject: Subject) -> Iterator[t.Action]:
    for rule in all_rules(rule_items(subject.policy.program.main.file.items)):
        if isinstance(rule.body, t.Action):
            yield rule.body


def targets(subject: Subject) -> Iterator[t.Target]:
    """Every target that a lead can meet: of the rules and of the SLAs in use, those inside splits included."""
    stack = [target for action in _actions(subject) for target in action.targets]
    stack += [
        action for sla in _slas(subject) for step in sla.steps for action in step.actions if is_target(action)
    ]
    stack.reverse()
    while stack:
        target = stack.pop()
        yield target
        if isinstance(target, t.SplitTarget):
            stack.extend(arm.target for arm in reversed(target.arms))


def _slas(subject: Subject) -> Iterator[t.SlaItem]:
    program = subject.policy.program
    names = slas_in_use(subject)
    for parsed in (program.main, *program.imported):
        for item in parsed.file.items:
            if isinstance(item, t.SlaItem) and item.name.text in names:
                yield item


def is_target(action: t.Target | t.Reassign) -> TypeGuard[t.Target]:
    """Whether a step of an SLA places the lead, rather than routing it again."""
    return not isinstance(action, t.Reassign)


def pools(subject: Subject) -> dict[str, list[t.Name]]:
    """The pools that targets draw from, each with the places that name it, in order."""
    found: dict[str, list[t.Name]] = {}
    for target in targets(subject):
        if isinstance(target, t.PoolTarget | t.HoldTarget):
            found.setdefault(target.pool.text, []).append(target.pool)
    return found


def reps(subject: Subject) -> dict[str, list[t.Literal]]:
    """The ids of reps that leads are given to, or that tests expect, each with the places that name it.

    A `derive` of reps gives leads to those it lists where some target assigns it.
    """
    found: dict[str, list[t.Literal]] = {}
    derived: set[str] = set()
    for target in targets(subject):
        if not isinstance(target, t.RepTarget):
            continue
        if isinstance(target.rep, t.Name):
            derived.add(target.rep.text)
        else:
            found.setdefault(str(target.rep.value), []).append(target.rep)
    for literal in (*_derived_reps(subject, derived), *_expected_reps(subject)):
        found.setdefault(str(literal.value), []).append(literal)
    return found


def _derived_reps(subject: Subject, names: set[str]) -> Iterator[t.Literal]:
    program = subject.policy.program
    for parsed in (program.main, *program.imported):
        for item in parsed.file.items:
            if isinstance(item, t.DeriveItem) and item.name.text in names:
                values = [*(case.value for case in item.cases), item.otherwise]
                yield from (value for value in values if isinstance(value, t.Literal))


def _expected_reps(subject: Subject) -> Iterator[t.Literal]:
    for case in subject.policy.tests:
        for expectation in case.expectations:
            if expectation.kind is t.ExpectKind.REP and expectation.what is not None:
                yield t.Literal(expectation.span, expectation.what)
