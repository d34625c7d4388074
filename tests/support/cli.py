"""Running commands as tests see them: what was typed, the exit code, and both outputs."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner, Result

from routebook.cli.main import cli

INPUTS = Path(__file__).parents[1] / "cases" / "cli" / "inputs"
"""Policies, rosters and leads that tests of commands work on, in a copy."""

SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"

NOW = "2026-03-02T10:00:00+01:00"
"""A Monday, in working hours."""

PROGRAM = (sys.executable, "-m", "routebook")


def run(line: str, stdin: str | bytes = "") -> Result:
    """Run `routebook` with these words, in this process; nothing is a terminal."""
    return CliRunner().invoke(cli, shlex.split(line), input=stdin, prog_name="routebook")


def process(line: str, stdin: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
    """Run `routebook` with these words as a process of its own."""
    return subprocess.run(
        [*PROGRAM, *shlex.split(line)],
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        env=os.environ | environ,
        check=False,
    )


def steady(text: str) -> str:
    """The text without what differs from run to run: digests, durations, the folder that it ran in."""
    text = text.replace(str(Path.cwd()), "…").replace("\r\n", "\n")
    text = re.sub(r"sha256:[0-9a-f]{64}", "sha256:…", text)
    text = re.sub(r"sha256:[0-9a-f]{12}\b", "sha256:…", text)
    text = re.sub(r"\bin \d+\.\d\d s\b", "in … s", text)
    text = re.sub(r' time="\d+\.\d{3}"', ' time="…"', text)
    return re.sub(r'"seconds": [0-9.e-]+', '"seconds": …', text)


def transcript(line: str, result: Result) -> str:
    """What a person would see, one stream after the other."""
    parts = [f"$ routebook {line}\n", f"exit code {result.exit_code}\n"]
    for name, text in (("stdout", result.stdout), ("stderr", result.stderr)):
        if text:
            parts.append(f"--- {name}\n{text if text.endswith(chr(10)) else text + chr(10)}")
    return steady("".join(parts))
