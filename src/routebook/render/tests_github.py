"""Failed tests as annotations on the changed files of a pull request."""

from __future__ import annotations

from collections.abc import Sequence

from routebook.diagnostics import Severity
from routebook.plan.testing import TestResult
from routebook.render.github import annotation, lines_of
from routebook.render.paint import Style


def render(results: Sequence[TestResult], style: Style) -> str:  # noqa: ARG001  # one signature for every format
    """One command a failed test; nothing where all passed."""
    return "".join(f"{_annotation(result)}\n" for result in results if not result.passed)


def _annotation(result: TestResult) -> str:
    properties = lines_of(result.file, result.line) | {"title": f"test failed: {result.name}"}
    return annotation(Severity.ERROR, "\n".join(result.failures) or "the test failed", properties)
