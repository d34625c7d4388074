"""`compile` and `bench` as they are typed."""

from __future__ import annotations

import json
from pathlib import Path

from support.cli import run

CARD = Path(__file__).resolve().parents[2] / "policies" / "card"


def test_a_module_is_written(tmp_path: Path) -> None:
    result = run(f"compile {CARD} --to python --output {tmp_path / 'card.py'}")
    assert result.exit_code == 0, result.stderr
    compile((tmp_path / "card.py").read_text(), "card.py", "exec")


def test_a_tree_goes_to_standard_output() -> None:
    result = run(f"compile {CARD} --to json")
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["version"] == 1


def test_what_cannot_be_kept_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "p.route").write_text('lead { t: text }\nwhen t matches "(a+)+" queue q else queue r\n')
    result = run(f"compile {tmp_path / 'p.route'} --to python")
    assert result.exit_code == 2
    assert '`matches "(a+)+"` cannot be exported' in result.stderr


def test_bench_measures() -> None:
    result = run(f"bench {CARD} --leads {CARD / 'leads.csv'} --format json")
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    assert found["rules"] == 2
    assert 0 < found["decision_us_low"] <= found["decision_us"] <= found["decision_us_high"]


def test_bench_needs_a_lead_that_fits(tmp_path: Path) -> None:
    (tmp_path / "leads.csv").write_text("id\n")
    result = run(f"bench {CARD} --leads {tmp_path / 'leads.csv'}")
    assert result.exit_code == 2
    assert "nothing to measure" in result.stderr
