"""Test results in every format."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from junitparser import JUnitXml

from routebook.plan.testing import TestResult
from routebook.render.formats import named
from routebook.render.paint import Style
from routebook.render.tests import FORMATS
from support.junit import assert_junit
from support.rendering import HOSTILE, assert_tame, results
from support.sarif import assert_sarif

GOLDEN = Path(__file__).parent.parent / "cases" / "render" / "test_results"

PASSED = TestResult("seniors get strategic leads", "a_test.route", 3, True, (), "exact", 1, 0.0012)
PROVED = TestResult("100% of the rest", "a_test.route", 9, True, (), "proved", 40, 0.01)
FAILED = TestResult(
    'a "small" lead, anywhere',
    "b_test.route",
    12,
    False,
    (
        "rule `small` was expected to take the lead, and rule `else` takes it",
        "queue `inbox` was expected: the plan is `round_robin all`\nfor lead { seats: 4 }",
    ),
    "tried",
    1200,
    0.5,
)
RESULTS = (PASSED, PROVED, FAILED)


def written(name: str, *found: TestResult, style: Style | None = None) -> str:
    return named(FORMATS, name).render(found, style or Style())


@pytest.mark.parametrize("name", [row.name for row in FORMATS])
def test_golden(name: str, golden: Callable[[Path, str], None]) -> None:
    golden(GOLDEN / f"results.{name}", written(name, *RESULTS))


def test_no_tests() -> None:
    assert written("text") == "no tests\n"
    assert json.loads(written("json"))["summary"] == {"tests": 0, "passed": 0, "failed": 0, "seconds": 0}
    assert written("github") == ""


def test_many_passed_tests_are_only_counted() -> None:
    many = [dataclasses.replace(PASSED, name=f"test {n};") for n in range(30)]
    text = written("text", *many, FAILED)
    assert "test 1;" not in text
    assert FAILED.name in text
    assert text.splitlines()[-1] == "31 tests: 30 passed, 1 failed in 0.54 s"
    assert "test 1;" in written("text", *many, FAILED, style=Style(everything=True))


def test_junit_is_read_by_others() -> None:
    suites = list(
        JUnitXml.fromroot(ElementTree.parse(BytesIO(written("junit", *RESULTS).encode())).getroot())
    )
    assert [(suite.name, suite.tests, suite.failures) for suite in suites] == [
        ("a_test.route", 2, 0),
        ("b_test.route", 1, 1),
    ]


@given(st.lists(results, max_size=4))
@settings(max_examples=40, deadline=None)
def test_junit_of_any_results_is_as_its_published_schema_has_it(found: list[TestResult]) -> None:
    assert_junit(written("junit", *found))


@given(st.lists(results, max_size=4))
@settings(max_examples=40, deadline=None)
def test_sarif_of_any_results_is_as_its_published_schema_has_it(found: list[TestResult]) -> None:
    run = assert_sarif(written("sarif", *found))
    assert len(run["results"]) == sum(not result.passed for result in found)


@given(st.lists(results, max_size=4))
def test_every_format_is_tame_and_parses(found: list[TestResult]) -> None:
    for row in FORMATS:
        assert_tame(row.render(found, Style()), commands=row.name == "github")
    assert len(json.loads(written("json", *found))["tests"]) == len(found)
    assert len(ElementTree.fromstring(written("junit", *found)).findall("testsuite/testcase")) == len(found)
    failed = sum(not result.passed for result in found)
    assert written("github", *found).count("\n") == failed
    assert written("text", *found).count("FAILED ") >= failed


@pytest.mark.parametrize("text", HOSTILE)
def test_a_failure_is_one_command(text: str) -> None:
    (command,) = written("github", TestResult(text, text, 1, False, (text, text), "exact", 1, 0)).splitlines()
    assert re.fullmatch(r"::error (file=[^,:]*,line=1,endLine=1,)title=[^,:]*::[^\n\r]*", command)
