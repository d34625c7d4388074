"""Findings for programs: JSON, SARIF, GitHub annotations, JUnit XML."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from importlib import metadata
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from junitparser import JUnitXml

from routebook.diagnostics import Diagnostic, Kind, Label, Region, Severity
from routebook.render import sarif as sarif_log
from routebook.render.findings import FORMATS
from routebook.render.formats import named
from routebook.render.paint import Style
from routebook.render.report import CheckReport
from routebook.source import Source, Span
from support.junit import assert_junit
from support.rendering import HOSTILE, assert_tame, findings, severities
from support.sarif import SCHEMA, assert_sarif

CASES = Path(__file__).parent.parent / "cases" / "render" / "findings_machine"

SOURCE = Source(
    "policies/a b.route",
    'rule dach when country in ["DE"] queue dach\nrule emea when country in ["DE"]\n  queue emea # 100%, sure\n',
)
UNREACHABLE = Kind("RB101", "unreachable-rule", Severity.ERROR)
UNUSED = Kind("RB302", "unused-name", Severity.WARNING)
NOT_EXACT = Kind("RB303", "not-exact", Severity.INFO)

REPORT = CheckReport(
    (
        Diagnostic(
            UNREACHABLE,
            "no lead reaches `emea`: 100% are taken before, says [this](0) and {0}",
            Span(SOURCE, 44, 100),
            "takes no lead",
            (Label(Span(SOURCE, 0, 32), "takes them all", "dach", {"country": "DE"}),),
            help="move it up, or remove it",
            fix='when country in ["AT"]',
            rule="emea",
            witness={"country": "DE", "score": 3},
            fix_at=Span(SOURCE, 54, 76),
        ),
        Diagnostic(UNUSED, "nothing uses `x`", Span(SOURCE, 5, 9), fix="rule dach"),
        Diagnostic(
            NOT_EXACT,
            "could not decide, line one\nline two",
            file="policies/other.route",
            regions=(Region("score > 3", {"score": 4}),),
        ),
        Diagnostic(NOT_EXACT, "about nothing in particular"),
    ),
    ("policies/a b.route", "policies/other.route", "policies/clean.route"),
)


def written(name: str, report: CheckReport = REPORT) -> str:
    return named(FORMATS, name).render(report, Style())


@pytest.mark.parametrize("name", [row.name for row in FORMATS])
def test_golden(name: str, golden: Callable[[Path, str], None]) -> None:
    text = written(name).replace(f'"version": "{metadata.version("routebook")}"', '"version": "VERSION"')
    golden(CASES / f"report.{name}", text)


@pytest.mark.parametrize("name", [row.name for row in FORMATS])
def test_nothing_found(name: str, golden: Callable[[Path, str], None]) -> None:
    text = written(name, CheckReport((), ("policies/clean.route",)))
    text = text.replace(f'"version": "{metadata.version("routebook")}"', '"version": "VERSION"')
    golden(CASES / f"clean.{name}", text)


def test_json_has_the_documented_shape() -> None:
    value = json.loads(written("json"))
    assert list(value) == ["findings", "summary"]
    first = value["findings"][0]
    assert list(first) == [
        *("code", "name", "severity", "message", "help", "file", "line", "column", "end_line", "end_column"),
        *("rule", "related", "witness", "regions", "fix"),
    ]
    assert (first["line"], first["column"], first["end_line"], first["end_column"]) == (2, 1, 3, 24)
    assert first["witness"] == {"lead": {"country": "DE", "score": 3}}
    assert first["related"][0]["witness"] == {"lead": {"country": "DE"}}
    assert value["findings"][2]["regions"] == [{"when": "score > 3", "witness": {"lead": {"score": 4}}}]
    assert value["summary"] == {"files": 3, "findings": 4, "errors": 1, "warnings": 1, "infos": 2}


@given(st.lists(findings(), max_size=3))
def test_every_format_is_tame_and_parses(found: list[Diagnostic]) -> None:
    report = CheckReport(tuple(found), tuple(finding.file or "" for finding in found[:1]))
    for row in FORMATS:
        assert_tame(row.render(report, Style()), commands=row.name == "github")
    assert len(json.loads(written("json", report))["findings"]) == len(found)
    results = json.loads(written("sarif", report))["runs"][0]["results"]
    assert [_utf16(result["ruleId"]) for result in results] == [_utf16(finding.code) for finding in found]
    commands = written("github", report).split("\n")
    assert len(commands) == len(found) + 1
    assert all(COMMAND.fullmatch(command) for command in commands[:-1])
    cases = ElementTree.fromstring(written("junit", report)).findall("testsuite/testcase")
    assert len(cases) >= len(found)


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")


# --- SARIF -----------------------------------------------------------------------------------------------


def sarif() -> dict[str, Any]:
    run: dict[str, Any] = json.loads(written("sarif"))["runs"][0]
    return run


def test_sarif_is_as_its_published_schema_has_it() -> None:
    assert SCHEMA["id"] == sarif_log.SCHEMA
    assert_sarif(written("sarif"))
    assert_sarif(written("sarif", CheckReport((), ("a.route",))))


@given(st.lists(findings(), max_size=3))
@settings(max_examples=15, deadline=None)
def test_sarif_of_any_findings_is_as_its_schema_has_it(found: list[Diagnostic]) -> None:
    assert_sarif(written("sarif", CheckReport(tuple(found))))


def test_sarif_rules_are_those_that_occur_and_results_point_at_them() -> None:
    run = sarif()
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["RB101", "RB302", "RB303"]
    assert [result["level"] for result in run["results"]] == ["error", "warning", "note", "note"]


def test_sarif_places() -> None:
    first, _, other, nowhere = sarif()["results"]
    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "policies/a%20b.route"
    assert place["region"] == {"startLine": 2, "startColumn": 1, "endLine": 3, "endColumn": 24}
    assert first["relatedLocations"][0]["physicalLocation"]["region"]["endColumn"] == 33
    assert "region" not in other["locations"][0]["physicalLocation"]
    assert nowhere["locations"] == []


def test_sarif_offers_a_fix_only_where_its_place_is_known() -> None:
    first, second, *_ = sarif()["results"]
    (change,) = first["fixes"][0]["artifactChanges"]
    assert change["replacements"][0]["insertedContent"] == {"text": 'when country in ["AT"]'}
    assert change["replacements"][0]["deletedRegion"]["startColumn"] == 11
    assert "fixes" not in second
    assert second["properties"]["fix"] == "rule dach"


def test_sarif_messages_hold_no_links_and_no_placeholders() -> None:
    text = sarif()["results"][0]["message"]["text"]
    assert "](" not in text
    assert "{{0}}" in text


@pytest.mark.parametrize(
    ("name", "uri"),
    [
        ("a b.route", "a%20b.route"),
        ("/srv/ü.route", "file:///srv/%C3%BC.route"),
        ("C:\\policies\\a.route", "file:///C:/policies/a.route"),
        ("<text>", "%3Ctext%3E"),
        ("x:y.route", "x%3Ay.route"),
    ],
)
def test_sarif_uris(name: str, uri: str) -> None:
    report = CheckReport((Diagnostic(UNUSED, "x", file=name),))
    place = json.loads(written("sarif", report))["runs"][0]["results"][0]["locations"][0]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == uri


# --- GitHub ----------------------------------------------------------------------------------------------

COMMAND = re.compile(r"::(error|warning|notice) (?:[a-zA-Z]+=[^,:\n]*)(?:,[a-zA-Z]+=[^,:\n]*)*::[^\n\r]*")


def properties(command: str) -> dict[str, str]:
    """What GitHub reads of a command, its escapes undone."""
    head = command.split("::")[1].partition(" ")[2]
    pairs = (pair.partition("=") for pair in head.split(","))
    return {name: re.sub("%(..)", lambda m: chr(int(m[1], 16)), value) for name, _, value in pairs}


def test_github_columns_only_within_a_line() -> None:
    first, second, *_ = written("github").splitlines()
    assert properties(first) == {
        "file": "policies/a b.route",
        "line": "2",
        "endLine": "3",
        "title": "RB101 unreachable-rule",
    }
    assert properties(second)["col"] == "6"
    assert properties(second)["endColumn"] == "9"


@pytest.mark.parametrize("text", HOSTILE)
def test_github_texts_stay_in_their_command(text: str) -> None:
    kind = Kind("RB001", text, Severity.ERROR)
    report = CheckReport((Diagnostic(kind, text, help=text, fix=text, file=f"{text},line=7::x"),))
    (command,) = written("github", report).splitlines()
    assert COMMAND.fullmatch(command)
    assert set(properties(command)) == {"file", "title"}


# --- JUnit -----------------------------------------------------------------------------------------------


def test_junit_is_read_by_others() -> None:
    suites = list(JUnitXml.fromroot(ElementTree.parse(BytesIO(written("junit").encode())).getroot()))
    assert [(suite.name, suite.tests, suite.failures) for suite in suites] == [
        ("policies/a b.route", 2, 1),
        ("policies/other.route", 1, 0),
        ("policies/clean.route", 1, 0),
        ("", 1, 0),
    ]


@given(st.lists(findings(), max_size=3))
@settings(max_examples=40, deadline=None)
def test_junit_of_any_findings_is_as_its_published_schema_has_it(found: list[Diagnostic]) -> None:
    files = tuple(finding.file or "" for finding in found[:1])
    assert_junit(written("junit", CheckReport(tuple(found), files)))


@given(severities, severities)
def test_junit_fails_what_the_check_fails(severity: Severity, fail_on: Severity) -> None:
    finding = Diagnostic(UNUSED, "x", file="a.route", severity=severity)
    root = ElementTree.fromstring(written("junit", CheckReport((finding,), ("a.route",), fail_on)))
    assert (root.find(".//failure") is not None) == (severity.rank <= fail_on.rank)
