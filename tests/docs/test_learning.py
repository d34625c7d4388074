"""The page about learning: its files, and what the commands on it print."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from conftest import Golden
from support.cli import run, steady
from support.documents import ROOT, blocks

PAGE: Final = ROOT / "docs" / "learning.md"


def test_the_example_prints_what_the_page_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, golden: Golden
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    text = PAGE.read_text(encoding="utf-8")
    shown = text
    for block in blocks(PAGE):
        word, _, name = block.info.partition(" ")
        if word != "console":
            Path(name).write_text(block.text, encoding="utf-8")
            continue
        command = block.text.splitlines()[0]
        result = run(command.removeprefix("$ routebook "))
        assert result.exit_code == 0, result.output
        shown = shown.replace(block.text, f"{command}\n{steady(result.output)}")
    golden(PAGE, shown)


def test_what_the_page_says_of_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from routebook import Router

    monkeypatch.chdir(tmp_path)
    for block in blocks(PAGE):
        if not block.info.startswith("console"):
            Path(block.info.partition(" ")[2]).write_text(block.text, encoding="utf-8")
    with Router("policy.route", "roster.toml") as router:
        supposed = router.explain({"id": "L", "industry": "health"}, history=router.history("history.csv"))
        found = router.learn("history.csv")
        assert (found.counted, dict(found.strangers)) == (5, {"erika": 1})
        assert router.explain({"id": "L", "industry": "health"}).candidates == supposed.candidates
