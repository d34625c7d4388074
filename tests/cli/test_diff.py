"""`diff` against git, and with leads."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from support.cli import NOW, run

LIBRARY = 'list near = ["DE"]\n'
POLICY = (
    'import "lists.route"\nlead {\n  id: id\n  country: country\n  score: integer 0..100\n}\n'
    "rule near when country in near queue near\nrule hot when score >= 70 queue hot\nelse queue cold\n"
)


def git(*words: str) -> None:
    identity = [
        "-c",
        "user.name=Reader",
        "-c",
        "user.email=reader@example.com",
        "-c",
        "init.defaultBranch=main",
    ]
    subprocess.run(["git", *identity, *words], check=True, capture_output=True)


@pytest.fixture
def repository(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one commit, in a folder of its own, which is the current one."""
    root = folder / "repo"
    (root / "sub").mkdir(parents=True)
    monkeypatch.chdir(root)
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    git("init", "-q")
    (root / "sub" / "lists.route").write_text(LIBRARY)
    (root / "sub" / "policy.route").write_text(POLICY)
    git("add", ".")
    git("commit", "-qm", "first")
    return root


def found(line: str) -> dict[str, object]:
    result = run(f"{line} --format json")
    report = json.loads(result.stdout)
    assert result.exit_code == (0 if report["same"] else 1)
    assert isinstance(report, dict)
    return report


def test_what_was_committed_is_compared_with_what_stands_there(repository: Path) -> None:
    assert found("diff HEAD:sub/policy.route sub/policy.route")["same"]
    (repository / "sub" / "policy.route").write_text(POLICY.replace("70", "60"))
    report = found("diff main:sub/policy.route sub/policy.route")
    (change,) = report["changes"]  # type: ignore[misc]
    assert (change["old"]["rule"], change["new"]["rule"]) == ("else", "hot")
    assert 60 <= change["witness"]["lead"]["score"] <= 69


def test_imports_are_those_of_the_revision(repository: Path) -> None:
    (repository / "sub" / "lists.route").write_text('list near = ["FR"]\n')
    assert not found("diff HEAD:sub sub")["same"]
    git("commit", "-qam", "second")
    assert found("diff HEAD:sub sub")["same"]
    assert not found("diff HEAD~1:sub HEAD:sub")["same"]


def test_paths_from_here(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository / "sub")
    assert found("diff HEAD:./policy.route policy.route")["same"]
    assert found("diff HEAD:sub/policy.route policy.route")["same"]
    result = run("diff HEAD:policy.route policy.route")
    assert result.exit_code == 2
    assert "from here it is `HEAD:./policy.route`" in result.stderr


def test_a_file_whose_name_has_a_colon_is_a_file(repository: Path) -> None:
    (repository / "HEAD:x.route").write_text("lead { id: id }\nelse queue q\n")
    assert found("diff HEAD:x.route HEAD:x.route")["same"]


def test_findings_are_named_as_git_names_them(repository: Path) -> None:
    (repository / "sub" / "policy.route").write_text(POLICY.replace("score >= 70", "scor >= 70"))
    git("commit", "-qam", "broken")
    result = run("diff HEAD:sub/policy.route HEAD~1:sub/policy.route")
    assert result.exit_code == 2
    assert "--> HEAD:sub/policy.route:8:" in result.stderr
    assert "routebook-" not in result.stderr


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nope:sub", "git knows no revision `nope`"),
        ("--output=x:sub", "no such option"),
        ("HEAD:../outside", "outside the repository"),
        ("HEAD:no/such.route", "there is no `no/such.route`"),
        ("HEAD:", "is no policy"),
        ("HEAD^{tree}:sub", "git knows no revision"),
    ],
)
def test_what_git_does_not_have(repository: Path, text: str, words: str) -> None:
    result = run(f"diff '{text}' sub")
    assert result.exit_code == 2
    assert words in result.stderr.lower() or words in result.stderr
    assert "Traceback" not in result.stderr


def test_a_revision_is_never_an_option(repository: Path) -> None:
    result = run("diff -- --output=stolen:sub sub")
    assert result.exit_code == 2
    assert "is no revision" in result.stderr
    assert not (repository / "stolen").exists()


def test_leads_are_counted_and_handed_over(folder: Path) -> None:
    edited = (folder / "good.route").read_text().replace("score >= 70", "score >= 100")
    (folder / "edited.route").write_text(edited)
    report = found(f"diff good.route edited.route --leads leads.csv --roster roster.toml --now {NOW}")
    leads = report["leads"]
    assert isinstance(leads, dict)
    assert leads["changed"] == sum(change["leads"] for change in report["changes"])  # type: ignore[union-attr,attr-defined]
    assert leads["changed"] >= 1
    moved = sum(row["leads"] for row in leads["handed"])
    gained = sum(max(0, row["new"] - row["old"]) for row in leads["reps"])
    assert gained <= moved


def test_policies_that_read_leads_differently_read_them_twice(folder: Path) -> None:
    (folder / "wide.route").write_text((folder / "good.route").read_text().replace("0..100", "0..1000"))
    report = found("diff good.route wide.route --leads dirty.csv")
    assert report["notes"]
    leads = report["leads"]
    assert isinstance(leads, dict)
    assert leads["unfit"] >= 1


SOURCED = """lead {
  id:    id
  stage: one of ["open", "won"]
}
source crm {
  id    from "Id"
  stage from "Stage" map { "Closed" to "won", else "open" }
}
when stage == "won" queue a
else queue b
"""


def test_a_source_that_was_changed_is_named_and_its_records_are_compared_by_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "old.route").write_text(SOURCED)
    (tmp_path / "new.route").write_text(SOURCED.replace('"Closed"', '"Done"'))
    (tmp_path / "leads.csv").write_text("Id,Stage\nA,Closed\nB,Done\nC,New\n")
    result = run("diff old.route new.route")
    note = "the source `crm` was changed: what its records become was not compared"
    assert f"note: {note}, except with --leads and --source crm\n" in result.stdout
    assert result.exit_code == 0
    counted = run("diff old.route new.route --leads leads.csv --source crm --format json")
    assert counted.exit_code == 1
    assert json.loads(counted.stdout)["leads"]["changed"] == 2
