"""Files of decisions, assignments and rejects, and the counts at the end of a run."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routebook.decision import Assignment, Decision, Outcome
from routebook.render.json_text import dumps
from routebook.render.paint import Style
from routebook.render.parquet_rows import ParquetRows
from routebook.render.rows import (
    ASSIGNMENT_COLUMNS,
    DECISION_COLUMNS,
    FORMATS,
    REJECT_COLUMNS,
    REJECT_FORMATS,
    HasJson,
    RowFormat,
    UnknownEnding,
    format_for,
)
from routebook.render.summary_text import Tally, render
from support.rendering import HOSTILE, NOON, assert_tame, assignments, decisions, texts

GOLDEN = Path(__file__).parent.parent / "cases" / "render" / "rows"

PLAN = ('pool senior by load where rep.team == "a | b"', "else: queue inbox")
FIRST = Assignment(
    lead="L-1",
    outcome=Outcome.ASSIGNED,
    rule="health",
    target=0,
    pool="senior",
    rep="ana",
    queue=None,
    nurture=None,
    reason=None,
    until=None,
    sla="quick",
    plan=PLAN,
    at=NOON,
    policy="sha256:5f",
)
NOWHERE: dict[str, Any] = {"target": None, "pool": None, "rep": None, "sla": None}
ASSIGNMENTS = (
    FIRST,
    dataclasses.replace(
        FIRST,
        **NOWHERE | {"lead": "L-2", "outcome": Outcome.QUEUED, "target": 1, "queue": "inbox", "again": True},
    ),
    dataclasses.replace(
        FIRST,
        **NOWHERE | {"lead": "L,3", "outcome": Outcome.REJECTED, "rule": "spam", "reason": 'says "buy\nnow"'},
    ),
    dataclasses.replace(
        FIRST, **NOWHERE | {"lead": "=1+1", "outcome": Outcome.UNDECIDED, "rule": None, "plan": ()}
    ),
)
DECISIONS = (Decision("L-1", "health", PLAN, "sha256:5f", "quick"), Decision(None, None, (), "sha256:5f"))


@dataclasses.dataclass
class Reject:
    """A lead that does not fit, as intake keeps it."""

    row: int
    lead: str | None
    problems: list[dict[str, Any]]
    raw: Any

    def as_json(self) -> Mapping[str, Any]:
        return {"row": self.row, "lead": self.lead, "problems": self.problems, "raw": self.raw}


def written(format: RowFormat, columns: Sequence[str], rows: Sequence[HasJson]) -> str:
    stream = io.StringIO(newline="")
    write = format.opened(stream, columns)
    for row in rows:
        write(row)
    return stream.getvalue()


@pytest.mark.parametrize("format", [row for row in FORMATS if not row.binary], ids=lambda row: row.name)
def test_golden(format: RowFormat, golden: Callable[[Path, str], None]) -> None:
    golden(GOLDEN / f"assignments.{format.name}", written(format, ASSIGNMENT_COLUMNS, ASSIGNMENTS))
    golden(GOLDEN / f"decisions.{format.name}", written(format, DECISION_COLUMNS, DECISIONS))
    golden(GOLDEN / f"nothing.{format.name}", written(format, ASSIGNMENT_COLUMNS, ()))


def test_rejects(golden: Callable[[Path, str], None]) -> None:
    problem = {"field": "score", "value": "abc", "message": "`abc` is not a whole number"}
    rejects = [
        Reject(12, "L-18", [problem], {"id": "L-18", "score": "abc", "Größe": "\x1b[31m"}),
        Reject(
            13, None, [], {"n": math.nan, "d": Decimal("Infinity"), "at": NOON, "b": b"\xff", "s": {"b", "a"}}
        ),
    ]
    golden(GOLDEN / "rejects.jsonl", written(REJECT_FORMATS[0], REJECT_COLUMNS, rejects))


@pytest.mark.parametrize(
    ("path", "name"),
    [(None, "jsonl"), ("-", "jsonl"), ("a.jsonl", "jsonl"), ("a.NDJSON", "jsonl"), ("out/a.csv", "csv")],
)
def test_the_ending_says_the_format(path: str | None, name: str) -> None:
    assert format_for(path).name == name


@pytest.mark.parametrize("path", ["a.json", "a", "csv", "a.csv.gz", ""])
def test_other_endings_are_refused_with_those_there_are(path: str) -> None:
    with pytest.raises(UnknownEnding, match=r"`\.jsonl`, `\.ndjson`, `\.csv` or `\.parquet`"):
        format_for(path)


def test_parquet_holds_what_json_holds(tmp_path: Path) -> None:
    pl = pytest.importorskip("polars")
    rows = (*ASSIGNMENTS, dataclasses.replace(FIRST, lead="half \ud800"))
    with (tmp_path / "rows.parquet").open("w", encoding="utf-8") as stream:
        write = ParquetRows(stream, ASSIGNMENT_COLUMNS)
        for row in rows:
            write(row)
        write.close()
    found = pl.read_parquet(tmp_path / "rows.parquet").rows(named=True)
    expected = [{name: row.as_json().get(name) for name in ASSIGNMENT_COLUMNS} for row in rows]
    expected[-1]["lead"] = "half \\ud800"
    assert found == expected


def test_a_disk_that_is_full_stops_parquet() -> None:
    pytest.importorskip("polars")

    class Full(io.BytesIO):
        def write(self, data: Any, /) -> int:
            raise OSError(28, "No space left on device")

    write = ParquetRows(io.TextIOWrapper(Full()), DECISION_COLUMNS)
    write(DECISIONS[0])
    with pytest.raises(OSError, match="No space left"):
        write.close()
    write.abandon()


def test_rejects_are_not_csv() -> None:
    with pytest.raises(UnknownEnding):
        format_for("a.csv", REJECT_FORMATS)


@given(st.lists(assignments, max_size=3))
def test_json_lines_hold_everything(rows: list[Assignment]) -> None:
    text = written(FORMATS[0], ASSIGNMENT_COLUMNS, rows)
    assert_tame(text)
    lines = text.split("\n")
    assert lines.pop() == ""
    assert [_utf16(json.loads(line)) for line in lines] == [_utf16(row.as_json()) for row in rows]
    assert all(list(json.loads(line)) == list(ASSIGNMENT_COLUMNS) for line in lines)


def _utf16(value: Any) -> Any:
    return json.dumps(value).encode("utf-16-le", "surrogatepass") if value else value


@given(st.lists(decisions, max_size=3))
def test_csv_comes_back_as_it_was(rows: list[Decision]) -> None:
    text = written(FORMATS[1], DECISION_COLUMNS, rows)
    header, *cells = csv.reader(io.StringIO(text, newline=""))
    assert header == list(DECISION_COLUMNS)
    expected = [
        [
            row.lead or "",
            "undecided" if row.rule is None else "",
            row.rule or "",
            " | ".join(row.plan),
            row.policy,
        ]
        for row in rows
    ]
    assert cells == [[cell.encode(errors="backslashreplace").decode() for cell in row] for row in expected]
    text.encode()


@given(st.recursive(st.one_of(st.none(), st.floats(), st.integers(), texts, st.binary()), st.lists))
def test_json_always_parses(value: Any) -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    text = dumps({"x": value})
    json.loads(text, parse_constant=refuse)
    assert_tame(text + "\n")


# --- Counts ------------------------------------------------------------------------------------------------


def tally(*rows: Assignment | Decision) -> Tally:
    counts = Tally()
    for row in rows:
        counts.add(row)
    return counts


def test_summary_of_assignments(golden: Callable[[Path, str], None]) -> None:
    counts = tally(*ASSIGNMENTS, *[ASSIGNMENTS[0]] * 1200)
    counts.rejects = 3
    golden(GOLDEN / "summary.txt", render(counts, Style()))


def test_summary_of_decisions(golden: Callable[[Path, str], None]) -> None:
    golden(GOLDEN / "summary_decisions.txt", render(tally(*DECISIONS), Style()))


def test_summary_of_nothing() -> None:
    assert render(Tally(), Style()) == "0 leads\n"


def test_long_tables_are_clipped_unless_everything_is_asked_for() -> None:
    rows = [Decision(None, f"rule_{n:02}", (), "") for n in range(20)]
    text = render(tally(*rows), Style())
    assert "… and 5 more rules" in text
    assert "rule_15" not in text
    assert "rule_19" in render(tally(*rows), Style(everything=True))


def test_only_all_is_a_hundred_percent() -> None:
    rows = [Decision(None, "big", (), "")] * 9999 + [Decision(None, "small", (), "")]
    assert re.search(r"big +9,999 +99\.9 %", render(tally(*rows), Style()))


@given(st.lists(assignments, max_size=5))
def test_any_summary_is_tame_in_both_looks(rows: list[Assignment]) -> None:
    counts = tally(*rows)
    assert_tame(render(counts, Style()))
    stripped = re.sub(r"\x1b\[[0-9;]*m", "", render(counts, Style(colour=True)))
    assert_tame(stripped)


def test_a_terminal_gets_a_table() -> None:
    text = re.sub(r"\x1b\[[0-9;]*m", "", render(tally(*ASSIGNMENTS), Style(colour=True, width=80)))
    assert "─" in text
    assert re.search(r"ana +1 +100\.0 %", text)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_in_a_table(text: str) -> None:
    row = dataclasses.replace(ASSIGNMENTS[0], rep=text, pool=text, rule=text)
    assert_tame(re.sub(r"\x1b\[[0-9;]*m", "", render(tally(row), Style(colour=True))))


def test_moments_keep_their_offset() -> None:
    moment = datetime.fromisoformat("2026-03-02T10:00:00+02:00")
    row = dataclasses.replace(ASSIGNMENTS[0], at=moment)
    assert "2026-03-02T10:00:00+02:00" in written(FORMATS[1], ASSIGNMENT_COLUMNS, [row])
