"""The embedding guide's samples run as they stand, and type-check."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from support.documents import ROOT, Block, blocks

SAMPLES: Final = [block for block in blocks(ROOT / "docs/embedding.md") if block.info == "python"]


def _name(block: Block) -> str:
    return f"line {block.line}"


@pytest.mark.parametrize("sample", SAMPLES, ids=_name)
def test_a_sample_runs(sample: Block, tmp_path: Path) -> None:
    (tmp_path / "policies").symlink_to(ROOT / "policies")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", sample.text],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


@pytest.mark.slow
def test_the_samples_type_check(tmp_path: Path) -> None:
    for number, sample in enumerate(SAMPLES):
        (tmp_path / f"sample_{number}.py").write_text(sample.text, encoding="utf-8")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "mypy",
            "--strict",
            "--config-file=",
            *map(str, sorted(tmp_path.glob("*.py"))),
        ],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stdout
