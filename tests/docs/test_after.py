"""The page on what comes after the assignment: its files written, its commands run, what they print compared."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from conftest import Golden
from routebook.source import Source
from routebook.syntax.format import format_source
from support.documents import ROOT, Block, blocks

PAGE: Final = ROOT / "docs" / "after-the-assignment.md"


def _printed(words: list[str], folder: Path, wanted: int) -> str:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {"PATH": path, "HOME": str(folder), "LC_ALL": "C.UTF-8", "COLUMNS": "100"}
    done = subprocess.run(words, capture_output=True, text=True, cwd=folder, env=environment, check=False)
    assert done.returncode == wanted, done.stdout + done.stderr
    return done.stdout + done.stderr


def _done(block: Block, folder: Path) -> str:
    kind, _, rest = block.info.partition(" ")
    if kind == "python":
        assert _printed([sys.executable, "-c", block.text], folder, 0) == "L-4 contacted carla\nL-5 5\n"
        return block.text
    if kind != "console":
        (folder / rest).write_text(block.text, encoding="utf-8")
        return block.text
    commands = [line.removeprefix("$ ") for line in block.text.splitlines() if line.startswith("$ ")]
    wanted = int(rest.removeprefix("exit=") or 0)
    return "".join(f"$ {command}\n{_printed(shlex.split(command), folder, wanted)}" for command in commands)


@pytest.mark.slow
def test_the_page_is_so(tmp_path: Path, golden: Golden) -> None:
    text = PAGE.read_text(encoding="utf-8")
    done, upto = "", 0
    for block in blocks(PAGE):
        done += text[upto : block.start] + _done(block, tmp_path)
        upto = block.start + len(block.text)
    golden(PAGE, done + text[upto:])


def test_the_policy_is_laid_out_as_fmt_does() -> None:
    (shown,) = (block for block in blocks(PAGE) if block.info.startswith("route "))
    assert format_source(Source("page", shown.text)) == shown.text
