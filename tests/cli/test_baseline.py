"""Baselines hold while other things change, and only then; budgets end."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from routebook.cli.baseline import Baseline, BaselineError
from routebook.diagnostics import Diagnostic, Kind, Region, Severity
from routebook.lint.rules.unassigned_leads import KIND as UNASSIGNED
from routebook.lint.rules.unused_name import KIND as UNUSED
from routebook.source import Source, Span
from support.big_policies import big_policy
from support.cli import run

HEAD = "lead {\n  id:    id\n  score: integer 0..100\n}\n\n"
OLD = 'list spare = ["DE"]\n\nwhen score >= 50\n  queue hot\n\nwhen score >= 70\n  queue never\n\nelse queue cold\n'


def finding(text: str, at: str, message: str = "nothing uses `x`", kind: Kind = UNUSED) -> Diagnostic:
    start = text.index(at)
    return Diagnostic(kind, message, Span(Source("a.route", text), start, start + len(at)))


def test_lines_come_and_go_and_what_is_known_stays_known(folder: Path) -> None:
    policy = folder / "old.route"
    policy.write_text(HEAD + OLD)
    assert run("check old.route").exit_code == 1
    assert run("check old.route --baseline b.json --write-baseline").exit_code == 0
    policy.write_text(
        "# a remark\n"
        + HEAD
        + OLD.replace("when score >= 50", "when score < 5\n  queue x\n\nwhen score >= 50")
    )
    checked = run("check old.route --baseline b.json --fail-on info")
    assert checked.exit_code == 0, checked.output
    assert "found no more" not in checked.stderr


def test_a_new_mistake_beside_known_ones_is_told(folder: Path) -> None:
    policy = folder / "old.route"
    policy.write_text(HEAD + OLD)
    assert run("check old.route --baseline b.json --write-baseline").exit_code == 0
    policy.write_text(HEAD + OLD.replace("else queue", "when score == 90\n  queue also_never\n\nelse queue"))
    checked = run("check old.route --baseline b.json --format json")
    assert checked.exit_code == 1
    assert [each["code"] for each in json.loads(checked.stdout)["findings"]] == ["RB101"]


def test_the_same_mistake_once_more_is_new() -> None:
    one, other = finding("list x\nlist x", "list x"), finding("list x # again", "list x")
    baseline = Baseline.of(Path("b.json"), [one])
    assert baseline.compare([one], ["a.route"]).new == ()
    assert len(baseline.compare([one, other], ["a.route"]).new) == 1


def test_a_gap_that_grows_is_new() -> None:
    def gap(*regions: str) -> Diagnostic:
        return Diagnostic(
            UNASSIGNED, "some leads", regions=tuple(Region(when, {}) for when in regions), file="a.route"
        )

    baseline = Baseline.of(Path("b.json"), [gap("score <= 3")])
    assert baseline.compare([gap("score <= 3")], []).known == 1
    assert baseline.compare([gap("score <= 4")], []).known == 0
    assert baseline.compare([gap("score <= 3", "score >= 9")], []).known == 0


def test_unnamed_rules_are_not_known_by_their_numbers() -> None:
    baseline = Baseline.of(Path("b.json"), [finding("when x", "when x", "nothing comes after it for `#3`")])
    assert baseline.compare([finding("when x", "when x", "nothing comes after it for `#4`")], []).known == 1


def test_what_keeps_a_policy_from_running_is_never_in_a_baseline() -> None:
    broken = finding("whn x", "whn", "no", Kind("RB001", "syntax-error", Severity.ERROR))
    assert not Baseline.of(Path("b.json"), [broken]).entries


def test_files_are_named_from_the_baselines_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "sub").mkdir()
    (folder / "sub" / "old.route").write_text(HEAD + OLD)
    assert run("check sub --baseline b.json --write-baseline").exit_code == 0
    monkeypatch.chdir(folder / "sub")
    assert run("check old.route --baseline ../b.json").exit_code == 0
    assert run(f"check {folder}/sub/old.route --baseline {folder}/b.json").exit_code == 0


def test_entries_about_files_that_are_not_checked_are_not_called_gone() -> None:
    baseline = Baseline.of(Path("b.json"), [finding("list x", "list x")])
    assert baseline.compare([], ["b.route"]).gone == ()
    assert len(baseline.compare([], ["a.route"]).gone) == 1


def test_what_was_not_looked_for_is_neither_gone_nor_taken_out(folder: Path) -> None:
    policy = folder / "old.route"
    policy.write_text(HEAD + OLD)
    (folder / "fine.route").write_text(HEAD + "else queue cold\n")
    assert run("check old.route --baseline b.json --write-baseline").exit_code == 0
    before = json.loads((folder / "b.json").read_text())
    assert len(before["findings"]) == 2
    policy.write_text(HEAD + OLD.replace("score >= 50", "scor >= 50"))
    checked = run("check old.route fine.route --baseline b.json")
    assert checked.exit_code == 1
    assert "found no more" not in checked.stderr
    written = run("check old.route fine.route --baseline b.json --write-baseline")
    kept = "2 findings kept in the baseline `b.json`: their files were not checked, or not to the end"
    assert kept in written.stderr
    assert json.loads((folder / "b.json").read_text()) == before
    policy.write_text(HEAD + OLD)
    assert run("check old.route fine.route --baseline b.json").exit_code == 0


def test_writing_for_one_policy_keeps_what_is_known_of_others(folder: Path) -> None:
    old = folder / "old"
    old.mkdir()
    for name in ("one.route", "other.route", "removed.route"):
        (old / name).write_text(HEAD + OLD)
    assert run("check old --baseline b.json --write-baseline").exit_code == 0
    (old / "one.route").write_text(HEAD + "else queue cold\n")
    (old / "removed.route").unlink()
    written = run("check old/one.route --baseline b.json --write-baseline")
    assert "note: 2 findings kept in the baseline `b.json`" in written.stderr
    left = json.loads((folder / "b.json").read_text())["findings"]
    assert [each["file"] for each in left] == ["old/other.route", "old/other.route"]
    assert run("check old --baseline b.json").exit_code == 0


def test_a_policy_beside_one_that_does_not_read_is_told_of(folder: Path) -> None:
    (folder / "old.route").write_text(HEAD + OLD)
    (folder / "broken.route").write_text(HEAD + "whn")
    assert run("check old.route --baseline b.json --write-baseline").exit_code == 0
    (folder / "old.route").write_text(HEAD + "else queue cold\n")
    assert "2 findings of the baseline" in run("check old.route broken.route --baseline b.json").stderr


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    baseline = Baseline.of(
        tmp_path / "b.json", [finding("list x", "list x"), finding("list x", "list x", "é\u202e")]
    )
    baseline.write()
    assert Baseline.read(tmp_path / "b.json").entries == baseline.entries


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "routebook baseline 2", "findings": []}', "\0"])
def test_anything_else_is_no_baseline_and_is_not_written_over(tmp_path: Path, text: str) -> None:
    path = tmp_path / "b.json"
    path.write_text(text)
    with pytest.raises(BaselineError):
        Baseline.read(path)
    with pytest.raises(BaselineError):
        Baseline.of(path, []).write()
    assert path.read_text() == text


@pytest.mark.slow
def test_a_budget_ends_and_says_so(folder: Path) -> None:
    (folder / "big.route").write_text(big_policy(300).text)
    began = time.monotonic()
    checked = run("check big.route --budget 50ms --format json")
    assert time.monotonic() - began < 60
    codes = [each["code"] for each in json.loads(checked.stdout)["findings"]]
    assert "RB303" in codes
