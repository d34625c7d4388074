"""What commands print for programs is what docs/schemas says, no more and no less."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from routebook.render.rows import ASSIGNMENT_COLUMNS, DECISION_COLUMNS
from support.cli import NOW, SCHEMAS, run

OPTIONAL = {
    "decision": {"outcome"},
    "explanation": {
        *("goal", "reached", "goals", "conditions", "taken_by"),
        *("because", "nearest", "impossible", "answer", "undecided"),
    },
    "test": {"coverage"},
}
"""The keys that only some results have: those of `undecided`, of `--why-not` and of `--coverage`."""


def validator(name: str) -> Draft202012Validator:
    schema = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def rows(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize(
    "line",
    ["check good.route", "check broken.route", "check warned.route", "check gaps.route", "check library",
     "check team/policy.route --roster roster.toml", "check -"],
)  # fmt: skip
def test_findings(line: str) -> None:
    result = run(f"{line} --format json", "when scor >= 70 and vip round_robin all")
    report = json.loads(result.stdout)
    validator("check").validate(report)
    assert report["summary"]["findings"] == len(report["findings"])
    assert (result.exit_code == 1) == (report["summary"]["errors"] > 0)


@pytest.mark.parametrize("line", ["test good.route", "test failing.route", "test warned.route"])
def test_tests(line: str) -> None:
    result = run(f"{line} --format json")
    report = json.loads(result.stdout)
    validator("test").validate(report)
    assert (result.exit_code == 1) == (report["summary"]["failed"] > 0)


@pytest.mark.parametrize("policy", ["good.route --leads leads.csv", "gaps.route --leads rows.csv"])
def test_decisions(policy: str) -> None:
    found = rows(run(f"decide {policy}").stdout)
    assert len(found) >= 3
    for row in found:
        validator("decision").validate(row)


def test_a_decision_that_says_undecided_has_no_rule() -> None:
    row = {"lead": "1", "rule": "#1", "outcome": "undecided", "plan": [], "policy": "sha256:" + "0" * 64}
    with pytest.raises(ValidationError):
        validator("decision").validate(row)


@pytest.mark.parametrize(
    "line",
    ["good.route --leads leads.csv", "good.route --leads leads.csv --store sqlite:///s.db",
     "gaps.route --leads rows.csv --despite-findings"],
)  # fmt: skip
def test_assignments(line: str) -> None:
    for _ in range(2):
        found = rows(run(f"route {line} --roster roster.toml --now {NOW}").stdout)
        assert len(found) >= 3
        for row in found:
            validator("assignment").validate(row)
            assert tuple(row) == ASSIGNMENT_COLUMNS


def test_rejects() -> None:
    run("decide good.route --leads dirty.csv --output out.csv --rejects bad.jsonl")
    found = rows(Path("bad.jsonl").read_text(encoding="utf-8"))
    assert [row["row"] for row in found] == [2, 3, 5]
    for row in found:
        validator("reject").validate(row)


@pytest.mark.parametrize(
    "line",
    ["good.route --lead lead.json", f"good.route --lead lead.json --roster roster.toml --now {NOW}",
     "gaps.route --lead rows.csv --lead-id 2"],
)  # fmt: skip
def test_explanations(line: str) -> None:
    validator("explanation").validate(json.loads(run(f"explain {line} --format json").stdout))


def test_an_explanation_from_the_log() -> None:
    run(f"route good.route --leads leads.csv --roster roster.toml --now {NOW} --store sqlite:///s.db")
    shown = json.loads(run("explain --lead-id L-4 --store sqlite:///s.db --format json").stdout)
    validator("explanation").validate(shown)
    assert [step["rule"] for step in shown["steps"]] == ["seniors", "large", "too_early", "else"]


def test_csv_holds_the_same_as_json_lines() -> None:
    line = f"good.route --leads leads.csv --roster roster.toml --now {NOW}"
    found = rows(run(f"route {line}").stdout)
    run(f"route {line} --output out.csv")
    table = list(csv.DictReader(io.StringIO(Path("out.csv").read_text(encoding="utf-8"), newline="")))
    assert tuple(table[0]) == ASSIGNMENT_COLUMNS
    for flat, row in zip(table, found, strict=True):
        assert flat["plan"] == " | ".join(row["plan"])
        assert flat["rep"] == (row["rep"] or "")
        assert flat["again"] == "false"
    run("decide good.route --leads leads.csv --output out.csv")
    assert Path("out.csv").read_text(encoding="utf-8").splitlines()[0] == ",".join(DECISION_COLUMNS)


def test_every_lead_in_is_a_row_out_or_a_reject() -> None:
    out = rows(run("decide good.route --leads dirty.csv --rejects bad.jsonl").stdout)
    rejects = rows(Path("bad.jsonl").read_text(encoding="utf-8"))
    assert len(out) + len(rejects) == len(Path("dirty.csv").read_text().splitlines()) - 1


def test_measurements() -> None:
    result = run("bench good.route --leads leads.csv --format json")
    found = json.loads(result.stdout)
    validator("bench").validate(found)
    assert found["decision_us_low"] <= found["decision_us"] <= found["decision_us_high"]
    words = run("bench good.route --leads leads.csv").stdout
    assert [line.split()[0] for line in words.splitlines()] == [
        "rules",
        "decision",
        "load",
        "compile",
        "memory",
    ]


@pytest.mark.parametrize("path", sorted(SCHEMAS.glob("*.json")), ids=lambda path: path.stem)
def test_schemas_are_closed(path: Path) -> None:
    """A key that nobody documented fails."""
    schema = json.loads(path.read_text(encoding="utf-8"))
    assert schema["additionalProperties"] is False
    assert set(schema["properties"]) - set(schema["required"]) == OPTIONAL.get(path.stem, set())


@pytest.mark.parametrize(
    "line", ["good.route good.route", "gaps.route good.route --leads rows.csv", "gaps.route warned.route"]
)
def test_differences(line: str) -> None:
    result = run(f"diff {line} --format json")
    report = json.loads(result.stdout)
    validator("diff").validate(report)
    assert (result.exit_code == 0) == report["same"]


@pytest.mark.parametrize("more", ["", "--against gaps.route --wins ana=10", "--html page.html"])
def test_simulations(more: str) -> None:
    line = f"simulate good.route --leads leads.csv --roster roster.toml --now {NOW} {more} --format json"
    result = run(line)
    report = json.loads(result.stdout)
    validator("simulation").validate(report)
    assert len(report["simulations"]) == (2 if "against" in more else 1)
    assert Path("page.html").exists() == ("html" in more)


@pytest.mark.parametrize("goal", ["seniors", "pool:senior", "rep:bogdan", "rep:chris", "too_early"])
@pytest.mark.parametrize("lead", ["L-1", "L-2", "L-3"])
def test_why_not(goal: str, lead: str) -> None:
    line = f"explain good.route --lead leads.csv --lead-id {lead} --roster roster.toml --now {NOW}"
    found = json.loads(run(f"{line} --why-not {goal} --format json").stdout)
    validator("explanation").validate(found)
    nearest = found["nearest"]
    if nearest is None or not nearest["changes"]:
        return
    changed = run(f"explain good.route --lead - --now {NOW} --format json", json.dumps(nearest["lead"]))
    assert json.loads(changed.stdout)["rule"] == nearest["rule"]


def test_coverage() -> None:
    report = json.loads(run("test good.route --coverage --format json").stdout)
    validator("test").validate(report)
    (covered,) = report["coverage"]
    assert covered["percent"] == 50
    for missing in covered["missing"]:
        lead = missing["witness"]["lead"]
        found = run("explain good.route --lead - --format json", json.dumps(lead))
        assert found.exit_code == 0
