"""Tests and proofs together: what holds for every lead that a test stands for is proved, not only tried."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from routebook.analysis.domains.base import Undecided
from routebook.analysis.model import Progress
from routebook.analysis.prove import Broken, Meets, Proved, TestProver
from routebook.check.cases import TestCase
from routebook.check.targets import RepTarget, SplitTarget
from routebook.plan.testing import TestResult, failures_of, is_target
from routebook.plan.tree import Leaf, Tree
from routebook.syntax.tree import ExpectKind


def proved(
    tree: Tree,
    tests: Sequence[TestCase],
    results: Sequence[TestResult],
    budget: float | None = None,
    progress: Progress | None = None,
) -> list[TestResult]:
    """The results, of which those that were only tried are proved, or refuted with a lead, where that can be.

    What was not decided, or not within `budget` seconds, stays as it was tried.
    """
    if not any(result.passed and result.proof == "tried" for result in results):
        return list(results)
    try:
        prover = TestProver(tree, tests, budget, progress)
    except Undecided:
        return list(results)
    found: list[TestResult] = []
    for test, result in zip(tests, results, strict=True):
        prover.model.tell("tests", len(found), len(tests))
        found.append(_one(prover, test, result))
    return found


def _one(prover: TestProver, test: TestCase, result: TestResult) -> TestResult:
    if not result.passed or result.proof != "tried":
        return result
    outcome = prover.prove(test, _meets(test))
    if isinstance(outcome, Proved):
        return replace(result, proof="proved")
    if isinstance(outcome, Broken):
        failures = failures_of(prover.tree, test, outcome.lead, outcome.now)
        if failures:
            return replace(result, passed=False, failures=failures, proof="refuted")
    return result


def _meets(test: TestCase) -> Meets:
    """What the expectations come to for all leads that a rule takes; None where that depends on the lead."""

    def meets(leaf: Leaf | None) -> bool | None:
        verdicts = [_expected(expected.kind, expected.what, leaf) for expected in test.expectations]
        known = [
            is_target(expected, leaf.plan.targets[0].target)
            if verdict is None and leaf is not None and _is_fixed(expected.kind, leaf)
            else verdict
            for expected, verdict in zip(test.expectations, verdicts, strict=True)
        ]
        if any(verdict is False for verdict in known):
            return False
        return None if any(verdict is None for verdict in known) else True

    return meets


def _expected(kind: ExpectKind, what: str | None, leaf: Leaf | None) -> bool | None:
    """Whether the rule alone settles an expectation, and how."""
    if kind is ExpectKind.NO_RULE:
        return leaf is None
    if leaf is None:
        return False
    return leaf.rule == what if kind is ExpectKind.RULE else None


def _is_fixed(kind: ExpectKind, leaf: Leaf) -> bool:
    """Whether every lead of a rule comes to the same first target."""
    first = leaf.plan.targets[0].target
    by_field = isinstance(first, RepTarget) and not isinstance(first.rep, str)
    return kind is not ExpectKind.REP and not isinstance(first, SplitTarget) and not by_field
