"""Every worked policy is proved, laid out canonically, tested by its own tests and run on its own leads."""

from __future__ import annotations

import shlex
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from conftest import Golden
from routebook import api, files
from routebook.diagnostics import Severity
from routebook.source import Source
from routebook.syntax.format import format_source
from support.documents import blocks
from support.worked import FOLDERS, POLICIES, Row, decided, leads_file, routed, run

CASES: Final = Path(__file__).parent.parent / "cases" / "policies"
NOW: Final = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
"""A Tuesday on which every desk of the worked policies has, had or will have somebody at work."""

policies = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


def test_the_worked_policies_cover_what_sales_teams_route_by() -> None:
    assert {folder.name for folder in FOLDERS} >= {
        "card", "territory", "company_hierarchy", "use_case", "industry", "deal_value", "lead_score", "availability",
        "weighted_rotation", "language_and_skills", "in_the_usual_order", "online_courses",
    }  # fmt: skip


def test_the_list_of_them_is_whole() -> None:
    text = (POLICIES / "README.md").read_text(encoding="utf-8")
    assert all(f"[{folder.name}]({folder.name}/README.md)" in text for folder in FOLDERS)
    assert text.count("/README.md)") == len(FOLDERS)


@policies
def test_check_finds_nothing_worth_a_warning(folder: Path) -> None:
    found = api.check(folder, roster=folder / "roster.toml")
    heavy = [finding for finding in found if finding.severity.rank <= Severity.WARNING.rank]
    assert not heavy, [f"{f.file}:{f.span.line if f.span else ''}: {f.code} {f.message}" for f in heavy]


@policies
def test_the_layout_is_the_canonical_one(folder: Path) -> None:
    for path in files.find_all([folder]):
        text = path.read_text(encoding="utf-8")
        assert format_source(Source(path.name, text)) == text, f"run routebook fmt {path}"


@policies
def test_the_last_rule_takes_every_lead_that_reaches_it(folder: Path) -> None:
    assert api.load(folder).tree.rules[-1].condition is None


@policies
def test_every_rule_has_a_test_and_a_lead(folder: Path) -> None:
    policy = api.load(folder)
    leaves = {leaf.rule for leaf in policy.tree.leaves()}
    expected = {
        expectation.what
        for test in policy.checked.tests
        for expectation in test.expectations
        if expectation.kind.value == "rule"
    }
    assert leaves == expected
    moments = {
        "availability": (NOW, datetime(2026, 3, 3, 4, 0, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC))
    }
    taken = {row.rule for now in moments.get(folder.name, (NOW,)) for row in decided(folder, now)}
    assert leaves <= taken


@policies
def test_no_lead_is_lost_between_the_file_and_the_decisions(folder: Path, golden: Golden) -> None:
    rows = decided(folder, NOW)
    given = leads_file(folder).read_text(encoding="utf-8").splitlines()
    assert len(rows) == len(given) - (leads_file(folder).suffix == ".csv")
    assert all(row.rule is not None or row.problems for row in rows)
    golden(CASES / f"{folder.name}.txt", _told(folder, rows))


@policies
def test_its_own_tests_pass(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("test", folder) == 0, capsys.readouterr().out


@policies
def test_every_lead_ends_assigned_waiting_or_refused_for_a_reason(folder: Path, tmp_path: Path) -> None:
    rows = decided(folder, NOW)
    assignments, rejects = routed(folder, leads_file(folder), NOW, tmp_path)
    assert [(one["lead"], one["rule"]) for one in assignments] == [
        (row.lead, row.rule) for row in rows if row.rule is not None
    ]
    assert len(rejects) == sum(row.rule is None for row in rows)
    assert all(reject["problems"] and reject["raw"] for reject in rejects)
    assert {one["outcome"] for one in assignments} <= {"assigned", "held", "queued", "nurtured", "rejected"}


@policies
def test_why_can_be_asked_of_its_first_lead(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    leads = leads_file(folder)
    first = decided(folder, NOW)[0]
    assert run("explain", folder, "--lead", leads, "--lead-id", first.lead, "--now", NOW.isoformat()) == 0
    assert f"by rule {first.rule}" in capsys.readouterr().out


@policies
def test_what_its_page_says_to_run_runs(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(POLICIES.parent)
    lines = "".join(block.text for block in blocks(folder / "README.md")).splitlines()
    assert lines
    for line in lines:
        program, *words = shlex.split(line)
        assert program == "routebook"
        assert run(*words) == 0, f"{line}\n{capsys.readouterr()}"


def _told(folder: Path, rows: list[Row]) -> str:
    plans = {leaf.rule: leaf.plan.texts for leaf in api.load(folder).tree.leaves()}
    counts = Counter(row.rule for row in rows)
    lines = [f"as of {NOW:%A %Y-%m-%d %H:%M} UTC", ""]
    for rule, plan in plans.items():
        lines.append(f"{rule}: {counts[rule]} of {len(rows)}")
        lines += [f"  {number}. {text}" for number, text in enumerate(plan, start=1)]
    lines.append(f"rejected: {counts[None]} of {len(rows)}")
    lines.append("")
    for row in rows:
        lines.append(f"{row.lead}: {row.rule}" if row.rule is not None else f"{row.lead}: rejected")
        lines += [f"  {problem}" for problem in row.problems]
    return "\n".join(lines) + "\n"
