"""The formats of test results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from routebook.plan.testing import TestResult
from routebook.render import tests_github, tests_json, tests_junit, tests_sarif, tests_text
from routebook.render.formats import Format

FORMATS: Final[tuple[Format[Sequence[TestResult]], ...]] = (
    Format("text", tests_text.render, "for people: the failures in full"),
    Format("json", tests_json.render, "for programs"),
    Format("sarif", tests_sarif.render, "SARIF 2.1.0, for code scanning and editors"),
    Format("github", tests_github.render, "annotations on a pull request"),
    Format("junit", tests_junit.render, "JUnit XML, for CI servers"),
)
