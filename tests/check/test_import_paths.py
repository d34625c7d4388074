"""Where an import may lead: a policy's text reaches nothing outside its own folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from routebook import api
from routebook.diagnostics import Diagnostic, PolicyError

REST = "lead { id: id  country: country }\nwhen country in dach queue q\nelse queue r\n"
LIST = 'list dach = ["DE"]\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """`project/policies`, beside it what a policy there must not see."""
    (tmp_path / "secret.route").write_text(LIST)
    policies = tmp_path / "project" / "policies"
    policies.mkdir(parents=True)
    return policies


def findings(folder: Path, path: str) -> tuple[Diagnostic, ...]:
    policy = folder / "policy.route"
    policy.write_text(f'import "{path}"\n{REST}')
    try:
        api.load(policy)
    except PolicyError as error:
        return error.findings
    return ()


@pytest.mark.parametrize(
    "path", ["lists.route", "./lists.route", "sub/../lists.route", "sub/./../lists.route"]
)
def test_files_beside_and_below_can_be_imported(folder: Path, path: str) -> None:
    (folder / "sub").mkdir()
    (folder / "lists.route").write_text(LIST)
    assert findings(folder, path) == ()


@pytest.mark.parametrize("path", ["../lists.route", "../../secret.route", "sub/../../../secret.route"])
def test_dots_do_not_lead_out(folder: Path, path: str) -> None:
    (folder / "sub").mkdir()
    (folder.parent / "lists.route").write_text(LIST)
    (finding,) = findings(folder, path)
    assert finding.name == "forbidden-import"
    assert "it lies outside `policies`" in finding.message


def test_settings_further_up_widen_the_folder(folder: Path) -> None:
    (folder.parent / "routebook.toml").write_text("")
    (folder.parent / "lists.route").write_text(LIST)
    assert findings(folder, "../lists.route") == ()
    (finding,) = findings(folder, "../../secret.route")
    assert "it lies outside `project`" in finding.message


def test_links_do_not_lead_out_either(folder: Path) -> None:
    (folder / "linked.route").symlink_to(folder.parent.parent / "secret.route")
    (folder / "linked").symlink_to(folder.parent.parent, target_is_directory=True)
    for path in ("linked.route", "linked/secret.route"):
        (finding,) = findings(folder, path)
        assert finding.name == "forbidden-import", path


def test_a_link_inside_is_the_file_that_it_leads_to(folder: Path) -> None:
    (folder / "lists.route").write_text(LIST)
    (folder / "again.route").symlink_to(folder / "lists.route")
    (folder / "both.route").write_text('import "lists.route"\nimport "again.route"\n')
    assert findings(folder, "both.route") == ()


def test_a_policy_behind_a_link_imports_what_is_beside_itself(folder: Path) -> None:
    (folder / "lists.route").write_text(LIST)
    assert findings(folder, "lists.route") == ()
    (folder.parent / "link.route").symlink_to(folder / "policy.route")
    assert api.load(folder.parent / "link.route").tree == api.load(folder / "policy.route").tree


def test_links_in_a_circle(folder: Path) -> None:
    (folder / "round.route").symlink_to(folder / "trip.route")
    (folder / "trip.route").symlink_to(folder / "round.route")
    (finding,) = findings(folder, "round.route")
    assert finding.name in ("unreadable-file", "forbidden-import")


@pytest.mark.parametrize("path", ["folder.route", "x" * 5000 + ".route", "a/" * 2000 + "b.route"])
def test_what_is_no_file(folder: Path, path: str) -> None:
    (folder / "folder.route").mkdir(exist_ok=True)
    (finding,) = findings(folder, path)
    assert finding.name == "unreadable-file"
    assert finding.span is not None


def test_one_file_by_two_ways_is_read_once(folder: Path) -> None:
    (folder / "lists.route").write_text(LIST)
    (folder / "one.route").write_text('import "lists.route"\n')
    (folder / "two.route").write_text('import "./lists.route"\nimport "one.route"\n')
    (folder / "all.route").write_text('import "one.route"\nimport "two.route"\nimport "lists.route"\n')
    assert findings(folder, "all.route") == ()
