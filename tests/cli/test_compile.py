"""`compile` and `bench` as they are typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

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


def test_a_query_is_written_with_the_rows_that_it_reads(tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    rows, query = tmp_path / "leads.parquet", tmp_path / "card.sql"
    result = run(
        f"compile {CARD} --to sql --dialect duckdb --leads {CARD / 'leads.csv'} --rows {rows} --output {query}"
    )
    assert result.exit_code == 0, result.stderr
    assert f"rows written to {rows}" in result.stderr
    assert "3 leads do not fit" in result.stderr
    connection = duckdb.connect()
    connection.execute(f"CREATE TABLE leads AS FROM '{rows}'")
    found = {lead: rule for lead, rule, *_ in connection.execute(query.read_text()).fetchall()}
    decided = run(f"decide {CARD} --leads {CARD / 'leads.csv'}").stdout.splitlines()
    assert found == {row["lead"]: row["rule"] for row in map(json.loads, decided)}


def test_sql_needs_a_dialect() -> None:
    result = run(f"compile {CARD} --to sql")
    assert result.exit_code == 2
    assert "--to sql needs --dialect: duckdb, postgres," in result.stderr


def test_options_of_sql_go_with_sql() -> None:
    result = run(f"compile {CARD} --to json --table leads")
    assert result.exit_code == 2
    assert "go with --to sql" in result.stderr


def test_rows_need_leads(tmp_path: Path) -> None:
    result = run(f"compile {CARD} --to sql --dialect duckdb --rows {tmp_path / 'x.parquet'}")
    assert result.exit_code == 2
    assert "--leads and --rows go together" in result.stderr


def test_rows_are_parquet(tmp_path: Path) -> None:
    result = run(
        f"compile {CARD} --to sql --dialect duckdb --leads {CARD / 'leads.csv'} --rows {tmp_path / 'x.csv'}"
    )
    assert result.exit_code == 2
    assert "has to end in .parquet" in result.stderr


def test_a_policy_without_an_id_needs_a_column(tmp_path: Path) -> None:
    (tmp_path / "p.route").write_text("lead { n: integer }\nwhen n > 1 queue q else queue r\n")
    result = run(f"compile {tmp_path / 'p.route'} --to sql --dialect sqlite")
    assert result.exit_code == 2
    assert "by --id" in result.stderr
    result = run(f"compile {tmp_path / 'p.route'} --to sql --dialect sqlite --id 'my \"id' --table a.b.c")
    assert result.exit_code == 0, result.stderr
    assert '"my ""id"' in result.stdout
    assert '"a"."b"."c"' in result.stdout


def test_what_a_dialect_cannot_keep_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "p.route").write_text('lead { id: id t: text }\nwhen t matches "a" queue q else queue r\n')
    result = run(f"compile {tmp_path / 'p.route'} --to sql --dialect sqlite")
    assert result.exit_code == 2
    assert '`t matches "a"`: it has no regular expressions' in result.stderr
    assert "p.route, line 2" in result.stderr
