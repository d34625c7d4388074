"""The worked policies, routed and looked after for a while, replay from their stores alone."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from routebook.auditing import Audit, audit
from routebook.runtime.stores import open_store
from support.worked import FOLDERS, POLICIES, leads_file, run

CRM: Final = POLICIES / "crm_sales"
DATA: Final = POLICIES.parents[1] / "shared" / "data" / "crm-sales-opportunities"
ENDS: Final = ("contacted", "touch", "converted", "junk", "unreachable", "return")


def looked_after(url: str, roster: Path, now: str, later: str, monkeypatch: pytest.MonkeyPatch) -> Audit:
    """What an audit finds after events and sweeps, by a store that is all that is left."""
    store = open_store(url)
    given = [row.lead for row in store.log() if row.rep is not None][:12]
    store.close()
    for place, lead in enumerate(given):
        run("event", lead, ENDS[place % len(ENDS)], "--at", now, "--reason", "as it was", "--store", url)
    for moment in (later, later.replace("T15", "T18")):
        assert run("sweep", "--now", moment, "--store", url, "--roster", roster) == 0
    monkeypatch.chdir(Path(url.removeprefix("sqlite:///")).parent)
    store = open_store(url)
    found = audit(store)
    store.close()
    return found


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_worked_policy_replays(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path / 'leads.db'}"
    now = "2026-03-03T10:00Z"
    code = run(
        "route", folder, "--leads", leads_file(folder), "--store", url, "--now", now,
        "--output", tmp_path / "assigned.jsonl", "--rejects", tmp_path / "rejects.jsonl",
    )  # fmt: skip
    assert code == 0
    found = looked_after(url, folder / "roster.toml", now, "2026-03-03T15:00Z", monkeypatch)
    assert [each.message for each in found.differences] == []
    assert found.replayed == found.rows > 12


@pytest.mark.skipif(not DATA.exists(), reason="the published opportunities are not beside the checkout")
def test_real_opportunities_replay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = [sys.executable, "-I", "-S", str(CRM / "build.py"), str(DATA), str(tmp_path)]
    subprocess.run(command, capture_output=True, check=True)
    leads, few = next(tmp_path.glob("leads.csv")), tmp_path / "few.csv"
    with (
        leads.open(encoding="utf-8", newline="") as stream,
        few.open("w", encoding="utf-8", newline="") as out,
    ):
        rows = list(csv.reader(stream))
        csv.writer(out).writerows([rows[0], *rows[1::11]])
    url = f"sqlite:///{tmp_path / 'leads.db'}"
    code = run(
        "route", CRM, "--leads", few, "--source", "pipeline", "--roster", tmp_path / "roster.toml",
        "--accounts", tmp_path / "accounts.csv", "--now", "2018-01-02T15:00Z", "--store", url,
        "--output", tmp_path / "assigned.jsonl", "--rejects", tmp_path / "rejects.jsonl",
    )  # fmt: skip
    assert code == 0
    found = looked_after(url, tmp_path / "roster.toml", "2018-01-02T15:05Z", "2018-01-04T15:00Z", monkeypatch)
    assert [each.message for each in found.differences] == []
    assert found.replayed == found.rows > 600
