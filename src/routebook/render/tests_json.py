"""Test results as JSON: the shape of `test --format json`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from routebook.plan.testing import TestResult
from routebook.render.json_text import dumps
from routebook.render.paint import Style


def render(results: Sequence[TestResult], style: Style) -> str:  # noqa: ARG001  # one signature for every format
    """`{"tests": […], "summary": {"tests", "passed", "failed", "seconds"}}`."""
    return dumps(as_json(results)) + "\n"


def as_json(results: Sequence[TestResult]) -> dict[str, Any]:
    """The results as JSON values."""
    passed = sum(result.passed for result in results)
    return {
        "tests": [_result(result) for result in results],
        "summary": {
            "tests": len(results),
            "passed": passed,
            "failed": len(results) - passed,
            "seconds": round(sum(result.seconds for result in results), 6),
        },
    }


def _result(result: TestResult) -> dict[str, Any]:
    return {
        "name": result.name,
        "file": result.file,
        "line": result.line,
        "passed": result.passed,
        "failures": list(result.failures),
        "proof": result.proof,
        "tried": result.tried,
        "seconds": round(result.seconds, 6),
    }
