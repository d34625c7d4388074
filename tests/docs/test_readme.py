"""The README says what is so: its policy is the worked one, its commands print what it shows, its sample runs."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from conftest import Golden
from support.documents import ROOT, Block, blocks

PAGE: Final = ROOT / "README.md"
BLOCKS: Final = blocks(PAGE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the worked policies in it, and what else the page says to write."""
    (tmp_path / "policies").symlink_to(ROOT / "policies")
    for block in BLOCKS:
        kind, _, name = block.info.partition(" ")
        if kind == "route" and not name.startswith("policies/"):
            (tmp_path / name).write_text(block.text, encoding="utf-8")
    return tmp_path


def test_the_policy_shown_is_the_worked_one() -> None:
    (shown,) = (block for block in BLOCKS if block.info == "route policies/card/policy.route")
    assert shown.text == (ROOT / "policies/card/policy.route").read_text(encoding="utf-8")


def test_the_commands_print_what_the_page_shows(folder: Path, golden: Golden) -> None:
    page = PAGE.read_text(encoding="utf-8")
    for block in reversed([block for block in BLOCKS if block.info.startswith("console")]):
        page = page[: block.start] + _done(block, folder) + page[block.start + len(block.text) :]
    golden(PAGE, page)


def _done(block: Block, folder: Path) -> str:
    """The block as it should stand on the page: its command, and what that prints as its result."""
    command = block.text.splitlines()[0]
    environment = {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "HOME": str(folder),
        "LC_ALL": "C.UTF-8",
        "COLUMNS": "100",
    }
    done = subprocess.run(
        shlex.split(command.removeprefix("$ ")),
        capture_output=True,
        text=True,
        cwd=folder,
        env=environment,
        check=False,
    )
    wanted = int(block.info.partition("exit=")[2] or 0)
    assert done.returncode == wanted, done.stderr
    return f"{command}\n{done.stdout}"


def test_the_python_sample_runs(folder: Path) -> None:
    (sample,) = (block.text for block in BLOCKS if block.info == "python")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", sample], capture_output=True, text=True, cwd=folder, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(
        "#1 ('pool senior_health by availability', 'else: round_robin all')\nassigned "
    )
    assert "rule #1" in done.stdout


def test_its_links_lead_somewhere() -> None:
    text = PAGE.read_text(encoding="utf-8")
    links = [part.partition(")")[0] for part in text.split("](")[1:]]
    assert links
    missing = [link for link in links if not (ROOT / link).exists()]
    assert not missing
