"""Values of leads and reps, and what a rep fails of `where`, in the words of an explanation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction
from typing import Any

from routebook.check.conditions import Arithmetic, Comparison, Condition, FieldRef, Scope, fields_in, tests_in
from routebook.decision import Reason, show_moment
from routebook.plan.walk import Environment
from routebook.types import show_number


def shown(value: Any) -> str:
    """A lead's or a rep's value in the words of an explanation."""
    match value:
        case None:
            return "missing"
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case int() | Decimal() | Fraction():
            return show_number(value)
        case datetime():
            return show_moment(value)
        case date() | time():
            return value.isoformat()
        case frozenset() if not value:
            return "empty"
        case frozenset():
            return ", ".join(sorted(value))
        case Mapping():
            return ", ".join(f"{key} {shown(item)}" for key, item in value.items())
        case _:
            return str(value)


def refusal(where: Condition, environment: Environment) -> str | None:
    """What of a condition on reps the environment's rep fails, with the values met; None where it passes."""
    verdict = environment.judge(where)
    if verdict.holds:
        return None
    if not verdict.because:
        return "false"
    tests = {(test.text, test.span.line, test.span.column): test for test in tests_in(where)}
    failed = ((reason, tests[reason.condition, reason.line, reason.column]) for reason in verdict.because)
    return "; ".join(_failed(reason, test, environment) for reason, test in failed)


def _failed(reason: Reason, test: Comparison, environment: Environment) -> str:
    values = dict.fromkeys(f"{_name(ref)} is {shown(environment.value(ref))}" for ref in fields_of(test))
    return f"{'not ' if reason.holds else ''}{reason.condition}: {', '.join(values)}"


def fields_of(test: Comparison) -> list[FieldRef]:
    """The fields that a comparison reads, those in its calculations among them."""
    operands = [operand for operand in (test.left, *test.right) if isinstance(operand, FieldRef | Arithmetic)]
    return [ref for operand in operands for ref in fields_in(operand)]


def _name(ref: FieldRef) -> str:
    if ref.scope is Scope.REP:
        return ref.name.removeprefix("rep.")
    return ref.name if ref.scope is Scope.NOW else f"the lead's {ref.name}"
