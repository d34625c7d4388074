"""What is offered to continuous integration is what GitHub, pre-commit and the command line take."""

from __future__ import annotations

import json
import re
import shlex
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import click
import pytest
from jsonschema import Draft7Validator
from pre_commit.clientlib import load_config, load_manifest
from ruamel.yaml import YAML

from routebook.cli.main import cli
from routebook.starter.project import sample_project
from support.documents import ROOT, blocks

PAGE: Final = ROOT / "docs" / "ci.md"
WORKFLOW: Final = next(block.text for block in blocks(PAGE) if "runs-on" in block.text)
STARTER: Final = sample_project()[".github/workflows/routebook.yml"]


def yaml(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)


def hooks() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("text", [WORKFLOW, STARTER], ids=["page", "init"])
def test_workflows_are_as_github_describes_them(text: str) -> None:
    schema = json.loads(
        files("check_jsonschema").joinpath("builtin_schemas/vendor/github-workflows.json").read_text("utf-8")
    )
    workflow = yaml(text)
    assert workflow["jobs"]
    Draft7Validator(schema).validate(workflow)


def lines() -> list[str]:
    """Every line of a workflow or hook that runs the program, without what the shell does with it."""
    steps = [step for text in (WORKFLOW, STARTER) for step in yaml(text)["jobs"]["policy"]["steps"]]
    scripts = [
        *(step.get("run", "") for step in steps),
        *re.findall(r"`(routebook [^`]+)`", PAGE.read_text("utf-8")),
    ]
    ran = [line.strip() for script in scripts for line in script.splitlines()]
    given = [" ".join([hook["entry"], *hook.get("args", ["a.route"])]) for hook in hooks()]
    return [*(line for line in ran if line.startswith("routebook ")), *given]


@pytest.mark.parametrize("line", lines())
def test_every_command_is_one_that_there_is(line: str) -> None:
    words = shlex.split(re.split(r" (?:>>?|\|\|?) ", line)[0])
    command = cli.get_command(click.Context(cli), words[1])
    assert command is not None
    parent = click.Context(cli, info_name="routebook", help_option_names=["-h", "--help"])
    assert command.make_context(words[1], words[2:], parent=parent).params


def test_no_expression_of_the_workflow_is_within_a_command() -> None:
    """What others name, such as branches, would become part of the shell's text."""
    for step in yaml(WORKFLOW)["jobs"]["policy"]["steps"]:
        assert "${{" not in step.get("run", "")


def test_hooks_are_as_pre_commit_describes_them(tmp_path: Path) -> None:
    assert [hook["id"] for hook in load_manifest(ROOT / ".pre-commit-hooks.yaml")] == [
        h["id"] for h in hooks()
    ]
    for hook in hooks():
        assert {"id", "name", "entry", "language"} <= set(hook)
        assert set(hook) <= {
            "id",
            "name",
            "description",
            "entry",
            "language",
            "args",
            "files",
            "pass_filenames",
        }
        assert hook["language"] == "python"
        assert re.search(hook["files"], "policies/card/policy.route")
        assert not re.search(hook["files"], "README.md")
    page = next(block.text for block in blocks(PAGE) if "repos:" in block.text)
    (tmp_path / "config.yaml").write_text(page, encoding="utf-8")
    load_config(tmp_path / "config.yaml")
    configured = yaml(page)
    named = {hook["id"] for repo in configured["repos"] for hook in repo["hooks"]}
    assert named == {hook["id"] for hook in hooks()}


def test_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", PAGE.read_text(encoding="utf-8"))
    assert [link for link in links if not (PAGE.parent / Path(link)).exists()] == []
