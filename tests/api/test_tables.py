"""Frames and files of leads decided whole: the same as one by one, misfits set apart."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from routebook.api import loads
from routebook.diagnostics import RoutebookError
from routebook.intake.problems import LeadError

pl = pytest.importorskip("polars")
pytest.importorskip("numpy")
tables = pytest.importorskip("routebook.tables")

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
TEXT = """
lead {
  id: id
  score: integer 0..100
  value: decimal optional
  country: country
  title: text optional
  email: email optional
  tags: set of text
  day: date optional
}
points heat 0..50 { add 10 when score > 50 add 5 when title contains "vp" }
when country in ["DE"] and score >= 70 queue a
when value > 10.5 and email.domain == "acme.example" queue b
when tags has any ["x"] or day > 2026-01-01 queue c
when title matches "^chief" and value + score > 20 queue d
"""
ROWS: list[dict[str, Any]] = [
    {"id": "1", "score": 80, "country": "DE"},
    {"id": "2", "score": 80, "country": "Germany", "tags": "x; y"},
    {"id": "3", "score": 180, "country": "DE"},
    {"id": "4", "score": 1, "country": "US", "value": "12.5", "email": "A@ACME.example"},
    {"id": "5", "score": 1, "country": "nowhere"},
    {"id": "6", "score": 3, "country": "FR", "day": "2026-02-01"},
    {"id": "7", "score": 30, "country": "FR", "title": "Chief of all", "value": "3"},
    {"id": "8", "score": 30, "country": "FR", "title": " "},
    {"id": "", "score": 30, "country": "FR"},
]


def one_by_one(text: str, rows: list[dict[str, Any]]) -> list[tuple[bool, str | None, list[str]]]:
    policy = loads(text)
    found: list[tuple[bool, str | None, list[str]]] = []
    for row in rows:
        try:
            decision = policy.decide(row, NOW)
        except LeadError:
            found.append((False, None, []))
        else:
            found.append((True, decision.rule, list(decision.plan)))
    return found


@pytest.mark.parametrize("more", ["", "when heat > 9 queue e"], ids=["by column", "by row"])
def test_a_frame_is_decided_as_its_rows_are(more: str) -> None:
    frame = pl.DataFrame(
        ROWS, schema_overrides={"tags": pl.String, "title": pl.String}, infer_schema_length=None
    )
    result = tables.Table(loads(TEXT + more)).decide(frame, NOW)
    assert result.rows() == one_by_one(TEXT + more, ROWS)


def test_typed_columns_are_taken_as_they_are() -> None:
    rows = [
        {"id": str(n), "score": n % 101, "value": Decimal(n) / 8, "country": "DE", "tags": ["x"] * (n % 2),
         "day": date(2025, 12, 25 + n % 7)}
        for n in range(300)
    ]  # fmt: skip
    frame = pl.DataFrame(rows, schema_overrides={"value": pl.Decimal(20, 3)})
    assert tables.Table(loads(TEXT)).decide(frame, NOW).rows() == one_by_one(TEXT, rows)


def test_a_row_says_what_is_wrong_with_it() -> None:
    (problem,) = tables.Table(loads(TEXT)).problems(ROWS[2])
    assert problem.startswith("score: ")


@pytest.mark.parametrize("kinds", [("csv", "parquet"), ("parquet", "csv")])
def test_files_are_decided_a_block_at_a_time(
    kinds: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "ROWS", 4)
    leads, output = tmp_path / f"leads.{kinds[0]}", tmp_path / f"decided.{kinds[1]}"
    frame = pl.DataFrame(
        ROWS, schema_overrides={"tags": pl.String, "title": pl.String}, infer_schema_length=None
    )
    frame.write_csv(leads) if kinds[0] == "csv" else frame.write_parquet(leads)
    seen: list[int] = []
    assert tables.Table(loads(TEXT)).decide_file(leads, output, NOW, seen.append) == len(ROWS)
    assert sum(seen) == len(ROWS)
    got = pl.read_csv(output, infer_schema=False) if kinds[1] == "csv" else pl.read_parquet(output)
    assert got["rule"].to_list() == [rule for _, rule, _ in one_by_one(TEXT, ROWS)]
    assert got["lead"].to_list() == [row["id"] for row in ROWS]


def test_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RoutebookError, match="neither"):
        tables.Table(loads(TEXT)).decide_file(tmp_path / "leads.xlsx", tmp_path / "out.csv")


def test_an_unknown_source_is_refused() -> None:
    with pytest.raises(RoutebookError, match="no source `x`"):
        tables.Table(loads(TEXT), "x")
