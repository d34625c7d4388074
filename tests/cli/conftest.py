"""Every test of a command works in a copy of the inputs, which is the current folder."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from support.cli import INPUTS


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: a copy of the inputs, with nothing above it that could set anything."""
    place = tmp_path / "work"
    shutil.copytree(INPUTS, place)
    monkeypatch.chdir(place)
    for name in ("NO_COLOR", "FORCE_COLOR", "ROUTEBOOK_DEBUG", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    return place
