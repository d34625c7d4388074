"""Pages of the documentation whose files are written and whose commands are run."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from support.documents import Block, blocks


def replayed(page: Path, folder: Path) -> str:
    """The page with what its console blocks print now. A block that is named after its kind is a file of `folder`."""
    text = page.read_text(encoding="utf-8")
    done, upto = "", 0
    for block in blocks(page):
        done += text[upto : block.start] + _done(block, folder)
        upto = block.start + len(block.text)
    return done + text[upto:]


def _done(block: Block, folder: Path) -> str:
    kind, _, rest = block.info.partition(" ")
    if kind == "console":
        commands = [line.removeprefix("$ ") for line in block.text.splitlines() if line.startswith("$ ")]
        return "".join(f"$ {command}\n{_printed(command, folder)}" for command in commands)
    if rest:
        (folder / rest).write_text(block.text, encoding="utf-8")
    return block.text


def _printed(line: str, folder: Path) -> str:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {"PATH": path, "HOME": str(folder), "LC_ALL": "C.UTF-8", "COLUMNS": "100"}
    done = subprocess.run(
        shlex.split(line), capture_output=True, text=True, cwd=folder, env=environment, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    # keys are hashes of rows, which hold more than these pages are about
    return re.sub(r"\b[0-9a-f]{32}\b", "5d41402abc4b2a76b9719d911017c592", done.stdout + done.stderr)
