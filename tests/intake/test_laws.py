"""The leads in are the leads out plus the rejects, whatever the file holds."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from routebook.decision import Lead
from routebook.intake.leads import Incoming, Reject, read_leads
from routebook.intake.problems import InputError
from routebook.intake.readers.formats import FORMATS
from support.intake import SCHEMA, ZONE

HEADER = ["id", "industry", "score", "products", "company", "account.owner"]
CELLS = st.sampled_from(
    ["L-1", "health", "FINANCE", "80", "1e999", "crm;voice", "", " ", 'a "b"', "x,y", "a\nb"]
)
ROWS = st.lists(st.lists(CELLS | st.text(max_size=5), min_size=len(HEADER), max_size=len(HEADER)), max_size=6)
PIECES = st.sampled_from(
    [
        b"L-1,health,80,crm,Acme,ana\n",
        b"\n",
        b"\r",
        b"\r\n",
        b'"',
        b'""',
        b",",
        b";",
        b"\xff",
        b"\0",
        b"a",
        b'"a\n"',
    ]
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
OBJECTS = st.dictionaries(st.sampled_from(HEADER) | st.text(max_size=4), JSON, max_size=5)


def leads(data: bytes, format: str) -> list[Incoming | Reject]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "leads"
        path.write_bytes(data)
        items = list(read_leads(path, SCHEMA, ZONE, format=format))
    assert [item.row for item in items] == list(range(1, len(items) + 1))
    for item in items:
        if isinstance(item, Reject):
            assert item.problems
            shown = item.as_json()
            assert json.loads(json.dumps(shown, allow_nan=False).encode()) == shown
            json.dumps(shown, ensure_ascii=False).encode()
        else:
            assert isinstance(item.lead, Lead)
            json.dumps(item.lead.as_json(), allow_nan=False, ensure_ascii=False).encode()
    return items


@given(ROWS)
def test_every_row_of_csv_comes_out_once(rows: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([HEADER, *rows])
    items = leads(text.getvalue().encode(errors="replace"), "csv")
    assert len(items) == len(rows)


@given(st.lists(PIECES, max_size=25))
def test_nothing_of_broken_csv_is_lost(pieces: list[bytes]) -> None:
    marked = b"".join(piece + f"mark{number}.".encode() for number, piece in enumerate(pieces))
    items = leads(",".join(HEADER).encode() + b"\n" + marked, "csv")
    kept = "".join(
        str(dict(item.raw)) if isinstance(item, Reject) else str(item.lead.as_json()) for item in items
    )
    assert [number for number in range(len(pieces)) if f"mark{number}." not in kept] == []


@given(st.lists(PIECES, max_size=12))
def test_good_rows_survive_between_bad_ones(pieces: list[bytes]) -> None:
    rubbish = b"".join(piece for piece in pieces if b'"' not in piece and piece.strip(b"\r\n"))
    good = b"L-1,health,80,crm,Acme,ana\n"
    items = leads(",".join(HEADER).encode() + b"\n" + good + rubbish + b"\n" + good + good, "csv")
    assert [isinstance(items[place], Incoming) for place in (0, -2, -1)] == [True, True, True]


@given(st.lists(OBJECTS | JSON, max_size=6))
def test_every_line_of_json_comes_out_once(items: list[Any]) -> None:
    data = "".join(f"{json.dumps(item)}\n" for item in items).encode()
    assert len(leads(data, "jsonl")) == len(items)
    assert len(leads(json.dumps(items).encode(), "json")) == len(items)


@given(st.lists(st.binary(max_size=12) | st.just(b'{"id": 1}'), max_size=8))
def test_every_line_that_is_no_json_comes_out_once(lines: list[bytes]) -> None:
    lines = [line.replace(b"\n", b"").replace(b"\r", b"").replace(b"\0", b"") for line in lines]
    data = b"{}\n" + b"".join(line + b"\n" for line in lines)
    wanted = 1 + sum(bool(line.decode(errors="replace").strip()) for line in lines)
    assert len(leads(data, "jsonl")) == wanted


@given(
    st.sampled_from([row.name for row in FORMATS]),
    st.binary(max_size=60) | st.text(max_size=40).map(str.encode),
)
def test_any_bytes_are_leads_or_rejects_or_an_error_in_words(format: str, data: bytes) -> None:
    with contextlib.suppress(InputError):
        leads(data, format)


PLAIN = st.sampled_from(
    ["health", "FINANCE", "80", "7.0", "1e999", "crm;voice", "fax", "", " ", 'a "b"', "x,y", "ana"]
)


@given(st.lists(st.lists(PLAIN, min_size=len(HEADER), max_size=len(HEADER)), max_size=6))
def test_csv_and_json_lines_of_the_same_records_come_out_alike(rows: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([HEADER, *rows])
    lines = "".join(f"{json.dumps(dict(zip(HEADER, row, strict=True)))}\n" for row in rows)
    assert leads(text.getvalue().encode(), "csv") == leads(lines.encode(), "jsonl")
