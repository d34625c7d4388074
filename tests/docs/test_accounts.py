"""The page about accounts: its files, and what the commands on it print."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from conftest import Golden
from support.cli import run, steady
from support.documents import ROOT, blocks

PAGE: Final = ROOT / "docs" / "accounts.md"


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
        assert result.exit_code == 0
        shown = shown.replace(block.text, f"{command}\n{steady(result.output)}")
    golden(PAGE, shown)


def test_every_lead_of_the_example_is_told_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for block in blocks(PAGE):
        if not block.info.startswith("console"):
            Path(block.info.partition(" ")[2]).write_text(block.text, encoding="utf-8")
    for lead, said in {
        "L-1": "account `Acme Corporation` (A-1) by its e-mail domain `acme.example`, which `eu.acme.example`",
        "L-2": "account `Acme Austria` (A-2) by its e-mail domain",
        "L-3": "which is 90% like the lead's company `Betasolion, Inc.` (85% is enough); anybody may have a mailbox",
        "L-4": "no account: none has the domain `stranger.example`, and none has the name `Stranger`",
    }.items():
        result = run(f"explain policy.route --lead leads.csv --lead-id {lead} --accounts accounts.csv")
        assert said in result.stdout
