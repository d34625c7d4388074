"""The findings of the lints, as people read them: policies in tests/cases/lint and what is said of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import Golden
from routebook import files
from routebook.check.policy import check
from routebook.lint.model import Subject
from routebook.lint.registry import LINTS
from routebook.lint.run import lint
from routebook.plan.build import build
from routebook.render.findings_text import render
from routebook.render.paint import Style
from routebook.render.report import CheckReport
from routebook.roster import Roster
from routebook.runtime.fit import fit

CASES = Path(__file__).parent.parent / "cases" / "lint"
PROOFS = sorted((CASES / "proofs").glob("*.route"))


@pytest.mark.parametrize("path", sorted(CASES.glob("*.route")), ids=lambda path: path.stem)
def test_the_findings_of_a_policy(path: Path, golden: Golden) -> None:
    loaded = files.load_text(path.read_text(encoding="utf-8"), path.name)
    policy = check(loaded.program, loaded.tests).policy
    assert policy is not None
    roster = Roster.load(CASES / "roster.toml")
    off = {row.kind.name: "off" for row in LINTS if row.proof}
    findings = lint(Subject(policy, build(policy), roster), off)  # type: ignore[arg-type]
    golden(path.with_suffix(".txt"), render(CheckReport(findings, ()), Style()))


@pytest.mark.parametrize("path", PROOFS, ids=lambda path: path.stem)
def test_the_findings_of_proofs(path: Path, golden: Golden, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    loaded = files.load_text(path.read_text(encoding="utf-8"), path.name)
    policy = check(loaded.program, loaded.tests).policy
    assert policy is not None
    tree = build(policy)
    roster = Roster.load(Path("roster.toml"))
    findings = lint(Subject(policy, tree, roster, people=fit(tree, roster).values))
    golden(path.with_suffix(".txt"), render(CheckReport(findings, ()), Style()))


def test_every_finding_of_a_proof_has_a_case() -> None:
    shown = "".join(path.with_suffix(".txt").read_text(encoding="utf-8") for path in PROOFS)
    assert [row.kind.code for row in LINTS if row.proof and f"[{row.kind.code}]" not in shown] == []
