"""Test results as JUnit XML: a suite a file, a case a test."""

from __future__ import annotations

from collections.abc import Sequence

from routebook.plan.testing import TestResult
from routebook.render.junit import Case, document
from routebook.render.paint import Style


def render(results: Sequence[TestResult], style: Style) -> str:  # noqa: ARG001  # one signature for every format
    """The suites in the order in which their files come."""
    files: dict[str, list[Case]] = {}
    for result in results:
        files.setdefault(result.file, []).append(_case(result))
    return document("routebook test", list(files.items()))


def _case(result: TestResult) -> Case:
    return Case(
        result.name,
        result.file,
        failure=None if result.passed else next(iter(result.failures), "the test failed"),
        kind="expectation",
        detail="\n".join((f"{result.file}:{result.line}", *result.failures)),
        seconds=result.seconds,
    )
