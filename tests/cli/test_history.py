"""Past leads that the settings name, beside a store that outlives the run."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.cli import NOW, run

POLICY = """lead {
  id:       id
  industry: one of ["health", "finance"]
}

else assign pool sales by performance per industry
"""
ROSTER = '[pools.sales]\nmembers = ["ana", "bogdan"]\n\n[reps.ana]\n\n[reps.bogdan]\n'
PAST = "lead,rep,at,won,industry\n" + "".join(
    f"A-{n},ana,2026-02-02,{'yes' if n < 2 else 'no'},health\nB-{n},bogdan,2026-02-02,yes,health\n"
    for n in range(40)
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    for name, text in {
        "policy.route": POLICY,
        "roster.toml": ROSTER,
        "past.csv": PAST,
        "routebook.toml": 'roster = "roster.toml"\nhistory = "past.csv"\nstore = "sqlite:///leads.db"\n',
        "leads.csv": "id,industry\n" + "".join(f"L-{n},health\n" for n in range(10)),
    }.items():
        (folder / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return folder


def test_settings_name_a_history_that_is_learnt_from_once(project: Path) -> None:
    line = f"route project --leads project/leads.csv --now {NOW}"
    first, second = run(line), run(line)
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert first.stderr.startswith("note: 80 past leads learnt from\n")
    assert second.stderr.startswith("note: 0 past leads learnt from, 80 known before\n")
    assert first.stdout.count('"rep": "bogdan"') >= 8
    assert run("audit --store sqlite:///project/leads.db").exit_code == 0


def test_explaining_supposes_and_records_nothing(project: Path) -> None:
    line = f"explain project --lead project/leads.csv --lead-id L-3 --now {NOW}"
    before = run(line)
    assert "won 40, lost 0" in before.stdout
    assert not (project / "leads.db").exists()
    run(f"route project --leads project/leads.csv --now {NOW} --output out.csv")
    assert "won 40, lost 0" in run(line).stdout
    more = project / "more.csv"
    more.write_text(PAST + "B-40,bogdan,2026-02-03,no,health\n", encoding="utf-8")
    assert "won 40, lost 1" in run(f"{line} --history project/more.csv").stdout
    assert "won 40, lost 0" in run(line).stdout


def test_simulations_learn_too_and_leave_the_store_alone(project: Path) -> None:
    result = run(f"simulate project --leads project/leads.csv --now {NOW} --format json")
    assert result.exit_code == 0
    assert '"given": 0' in result.stdout or '"given": 1' in result.stdout
    assert not (project / "leads.db").exists()
