"""What the formats' readers give, on top of the golden cases."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from routebook.intake.leads import Incoming, Reject, read_leads
from routebook.intake.problems import InputError
from routebook.intake.readers.csv_file import read_csv
from routebook.intake.readers.json_lines import read_json_lines
from routebook.intake.readers.json_values import JsonError, parse
from routebook.intake.readers.lines import MAX_LINE
from routebook.intake.readers.records import BadRecord, Input, Record
from support.intake import SCHEMA, ZONE, source_field, source_map


def records(read: Any, data: bytes) -> list[Record | BadRecord]:
    return list(read(Input("leads", io.BytesIO(data), None)).rows)


def values(read: Any, data: bytes) -> list[Any]:
    return [item.values if isinstance(item, Record) else item.message for item in records(read, data)]


# --- CSV -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
def test_line_ends(end: str, last: bool) -> None:
    data = end.join(["a,b", "1,2", '"x,""y""",4']) + (end if last else "")
    assert values(read_csv, data.encode()) == [{"a": "1", "b": "2"}, {"a": 'x,"y"', "b": "4"}]


def test_line_ends_inside_quotes_are_kept_as_newlines() -> None:
    assert values(read_csv, b'a,b\r\n"1\r\n2",3\r\n') == [{"a": "1\n2", "b": "3"}]


@pytest.mark.parametrize(
    ("header", "delimiter"),
    [
        ("a,b", ","),
        ("a;b", ";"),
        ("a\tb", "\t"),
        ('"x;y;z",b', ","),
        ("a;b,c;d", ";"),
        ("a;b,c", ","),
        ("a", ","),
    ],
)
def test_the_header_tells_the_delimiter(header: str, delimiter: str) -> None:
    columns = read_csv(Input("leads", io.BytesIO(header.encode()), None)).columns
    assert columns == tuple(next(csv.reader([header], delimiter=delimiter)))


def test_an_unclosed_quote_spoils_its_own_line_only() -> None:
    data = b'a,b\n1,"x\n' + b"2,y\n" * 50_000
    items = records(read_csv, data)
    assert isinstance(items[0], BadRecord)
    assert items[0].raw == {"text": '1,"x'}
    assert "its quote is never closed" in items[0].message
    assert len(items) == 50_001
    assert [item.row for item in items] == list(range(1, 50_002))
    assert all(isinstance(item, Record) for item in items[1:])


def test_many_unclosed_quotes_take_no_longer() -> None:
    data = b"a,b\n" + b'1,"x\n2,y\n' * 20_000
    items = records(read_csv, data)
    assert len(items) == 40_000
    assert sum(isinstance(item, BadRecord) for item in items) == 20_000


def test_a_cell_that_is_too_long() -> None:
    data = b"a,b\n1," + b"x" * 200_000 + b"\n2,y\n"
    first, second = values(read_csv, data)
    assert first == "a cell on line 2 has over 131,072 characters, or its quote is never closed"
    assert second == {"a": "2", "b": "y"}


def test_a_line_that_is_too_long() -> None:
    data = b"a,b\n1," + b"x," * MAX_LINE + b"\n2,y\n"
    first, second = records(read_csv, data)
    assert isinstance(first, BadRecord)
    assert second == Record(2, {"a": "2", "b": "y"})


# --- JSON ----------------------------------------------------------------------------------------------


def test_numbers_are_exact() -> None:
    found = parse('{"a": 0.1, "b": 1e2, "c": 12345678901234567890, "d": 1E-400, "e": ' + "9" * 5000 + "}")
    assert found == {
        "a": Decimal("0.1"),
        "b": Decimal("100"),
        "c": 12345678901234567890,
        "d": Decimal("1E-400"),
        "e": Decimal("9" * 5000),
    }


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"a":' * 100_000, '{"x": ' + "[" * 50_000 + "]" * 50_000 + "}"]
)
def test_endless_nesting_is_no_traceback(text: str) -> None:
    (item,) = records(read_json_lines, text.encode())
    assert isinstance(item, BadRecord)
    assert "is not" in item.message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "it ends too early"),
        ('{"a": 1', "it ends too early"),
        ("{'a': 1}", "expecting property name (line 1, column 2)"),
        ('{"a": 1}\n x', "extra data (line 2, column 2)"),
        ('{"a": "\n"}', "invalid control character (line 1, column 8)"),
    ],
)
def test_what_is_not_json(text: str, words: str) -> None:
    with pytest.raises(JsonError) as caught:
        parse(text)
    assert str(caught.value) == words


def test_a_line_of_json_that_is_too_long() -> None:
    data = b'{"a": "' + b"x" * (2 * MAX_LINE) + b'"}\n{"a": 1}\n'
    first, second = records(read_json_lines, data)
    assert isinstance(first, BadRecord)
    assert first.message == "line 1 is longer than 16 MiB"
    assert second == Record(2, {"a": 1})


# --- Parquet -------------------------------------------------------------------------------------------


@pytest.fixture
def parquet(tmp_path: Path) -> Path:
    polars = pytest.importorskip("polars")
    path = tmp_path / "leads.parquet"
    polars.DataFrame(
        {
            "id": ["L-1", "L-2"],
            "industry": polars.Series(["health", "HEALTH"], dtype=polars.Categorical),
            "score": [80.0, 101.0],
            "products": [["crm"], None],
            "deal_value": polars.Series([Decimal("12.50"), None], dtype=polars.Decimal(10, 2)),
            "is_customer": [True, None],
            "signed_up": [date(2026, 1, 31), None],
            "created_at": [datetime(2026, 1, 31, 9, 30), None],
            "account": [{"owner": "ana"}, {"owner": None}],
            "extra": [b"\xff", b""],
        }
    ).write_parquet(path)
    return path


def test_parquet(parquet: Path) -> None:
    leads = read_leads(parquet, SCHEMA, ZONE)
    first, second = leads
    assert isinstance(first, Incoming)
    assert dict(first.lead) == {
        "id": "L-1",
        "industry": "health",
        "score": 80,
        "products": {"crm"},
        "deal_value": Decimal("12.5"),
        "is_customer": True,
        "signed_up": date(2026, 1, 31),
        "created_at": datetime(2026, 1, 31, 8, 30, tzinfo=UTC),
        "account.owner": "ana",
    }
    assert isinstance(second, Reject)
    assert second.row == 2
    assert [str(problem) for problem in second.problems] == [
        "score: `101.0` is not a whole number from 0 to 100"
    ]
    assert second.as_json()["raw"]["extra"] == ""
    assert leads.notes == (f"`{parquet}`: 1 column is no field of a lead and is ignored: `extra`",)


def test_parquet_on_standard_input(parquet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stdin:
        buffer = io.BufferedReader(io.BytesIO(parquet.read_bytes()))  # type: ignore[arg-type]

    monkeypatch.setattr("sys.stdin", Stdin)
    assert len(list(read_leads("-", SCHEMA, ZONE))) == 2


def test_columns_of_a_source_may_lie_inside_a_struct(parquet: Path) -> None:
    fields = [source_field(name, name) for name in ("id", "industry", "score")]
    good = source_map(*fields, source_field("account.owner", "Account.Owner"))
    (first, _) = read_leads(parquet, SCHEMA, ZONE, good)
    assert isinstance(first, Incoming)
    assert first.lead["account.owner"] == "ana"
    bad = source_map(*fields, source_field("company", "acount.name"))
    with pytest.raises(InputError, match=r"there is no column `acount\.name`"):
        read_leads(parquet, SCHEMA, ZONE, bad)


def test_parquet_in_slices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    polars = pytest.importorskip("polars")
    monkeypatch.setattr("routebook.intake.readers.parquet._SLICE", 10)
    for rows in (0, 9, 10, 25):
        path = tmp_path / f"{rows}.parquet"
        ids = polars.Series([f"L-{row}" for row in range(1, rows + 1)], dtype=polars.String)
        polars.DataFrame({"id": ids, "industry": ["health"] * rows, "score": [1] * rows}).write_parquet(path)
        items = list(read_leads(path, SCHEMA, ZONE))
        assert [(item.row, item.id) for item in items if isinstance(item, Incoming)] == [
            (row, f"L-{row}") for row in range(1, rows + 1)
        ]


@pytest.mark.parametrize("data", [b"", b"PAR1", b"id,score\n1,2\n", b"PAR1" + b"\0" * 100 + b"PAR1"])
def test_what_is_no_parquet(data: bytes, tmp_path: Path) -> None:
    pytest.importorskip("polars")
    path = tmp_path / "leads.parquet"
    path.write_bytes(data)
    with pytest.raises(InputError, match="cannot be read as Parquet: "):
        read_leads(path, SCHEMA, ZONE)


def test_parquet_says_what_it_needs_where_polars_is_not_installed(tmp_path: Path) -> None:
    path = tmp_path / "leads.parquet"
    path.write_bytes(b"PAR1")
    program = (
        "import sys; sys.modules['polars'] = None\n"
        "from routebook.intake.readers.formats import opened\n"
        "from routebook.intake.problems import InputError\n"
        f"try:\n    opened({str(path)!r}).__enter__()\nexcept InputError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == f"`{path}` is Parquet, which needs polars: pip install 'routebook[parquet]'"


def test_polars_and_pycountry_are_loaded_only_where_they_are_needed() -> None:
    program = (
        "import sys, routebook.intake.leads\n"
        "print([name for name in ('polars', 'pycountry', 'lark', 'sqlalchemy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
