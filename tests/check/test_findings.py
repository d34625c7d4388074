"""Every finding of the checker, as people read it: sources in tests/cases/check and what is said of them.

A case is a text, `NAME.route`, or a folder with a `policy.route` and what it imports. Every message that the
checker can give has a place in one of them.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import Golden
from routebook import files
from routebook.check.policy import check
from routebook.diagnostics import Diagnostic
from routebook.render.findings_text import render
from routebook.render.paint import Style
from routebook.render.report import CheckReport

CASES = Path(__file__).parent.parent / "cases" / "check"
TEXTS = sorted(CASES.glob("*.route"))
FOLDERS = sorted(path.parent for path in CASES.glob("*/policy.route"))


def rendered(findings: tuple[Diagnostic, ...]) -> str:
    return render(CheckReport(findings, ()), Style())


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_the_findings_of_a_text(path: Path, golden: Golden) -> None:
    loaded = files.load_text(path.read_text(encoding="utf-8"), path.name)
    golden(path.with_suffix(".txt"), rendered(check(loaded.program, loaded.tests).findings))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_the_findings_of_files(folder: Path, golden: Golden, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    loaded = files.load(files.the_policy(Path("policy.route")))
    golden(folder.with_suffix(".txt"), rendered(check(loaded.program, loaded.tests).findings))
