"""Following imports: what comes with them, and what happens where one fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from routebook import api
from routebook.check.imports import MAX_FILES
from routebook.diagnostics import PolicyError

_POLICY = (
    'import "first.route"\nlead { id: id  country: country }\nwhen country in here queue q\nelse queue r\n'
)


def _findings(folder: Path) -> list[tuple[str, str]]:
    with pytest.raises(PolicyError) as caught:
        api.load(folder / "policy.route")
    return [(Path(finding.file or "").name, finding.message) for finding in caught.value.findings]


def test_what_an_import_imports_comes_too(tmp_path: Path) -> None:
    (tmp_path / "policy.route").write_text(_POLICY)
    (tmp_path / "first.route").write_text('import "lists/second.route"\nlist here = there + ["AT"]\n')
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "second.route").write_text('list there = ["DE"]\n')
    policy = api.load(tmp_path / "policy.route")
    assert [policy.decide({"id": "1", "country": code}).rule for code in ("DE", "AT", "CH")] == [
        "#1",
        "#1",
        "else",
    ]


def test_a_missing_import_of_an_import_is_one_finding(tmp_path: Path) -> None:
    (tmp_path / "policy.route").write_text(_POLICY)
    (tmp_path / "first.route").write_text('import "secnd.route"\nlist other = there\n')
    (tmp_path / "second.route").write_text('list there = ["DE"]\nlist here = there\n')
    assert _findings(tmp_path) == [("first.route", "there is no file `secnd.route` to import")]


def test_a_circle_of_imports_is_one_finding(tmp_path: Path) -> None:
    (tmp_path / "policy.route").write_text(_POLICY)
    (tmp_path / "first.route").write_text('import "second.route"\nlist here = ["DE"]\n')
    (tmp_path / "second.route").write_text('import "first.route"\n')
    (finding,) = _findings(tmp_path)
    assert "import each other in a circle" in finding[1]


def test_more_imports_than_anybody_needs_are_said_to_be_left_unread(tmp_path: Path) -> None:
    for number in range(MAX_FILES + 5):
        (tmp_path / f"l{number}.route").write_text(f'list l{number} = ["DE"]\n')
    imports = "".join(f'import "l{number}.route"\n' for number in range(MAX_FILES))
    (tmp_path / "first.route").write_text(imports.replace('import "l0.route"\n', "") + 'list here = ["DE"]\n')
    (tmp_path / "policy.route").write_text(_POLICY)
    assert api.load(tmp_path / "policy.route").tree.rules
    (tmp_path / "first.route").write_text(imports + 'list here = ["DE"]\n')
    (finding,) = _findings(tmp_path)
    assert finding[1].startswith("the policy imports more than 1,000 files")
