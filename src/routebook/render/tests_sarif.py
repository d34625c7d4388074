"""Failed tests, and what no test shows, as SARIF 2.1.0."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from routebook.diagnostics import Severity
from routebook.plan.testing import TestResult
from routebook.render import sarif
from routebook.render.paint import Style

FAILED: Final = sarif.rule("failed-test", "failed-test", Severity.ERROR)


def render(results: Sequence[TestResult], style: Style) -> str:  # noqa: ARG001  # one signature for every format
    """A result for each failed test."""
    return document(results, (), ())


def document(
    results: Sequence[TestResult], rules: Sequence[dict[str, Any]], found: Sequence[dict[str, Any]]
) -> str:
    """Failed tests, and further results of further rules, which come behind that of failed tests."""
    files = dict.fromkeys(result.file for result in results)
    failed = [_result(result) for result in results if not result.passed]
    return sarif.document((FAILED, *rules), files, (*failed, *found))


def _result(result: TestResult) -> dict[str, Any]:
    text = "\n".join((f"test failed: {result.name}", *result.failures))
    place = sarif.location(result.file, {"startLine": result.line})
    return sarif.result((FAILED,), FAILED["id"], Severity.ERROR, text, (place,))
