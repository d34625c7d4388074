"""Files of leads: what comes out of each, in order, and what is said of those that cannot be read."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from conftest import Golden
from routebook.check.targets import SourceMap
from routebook.diagnostics import RoutebookError
from routebook.intake.leads import Incoming, Leads, Reject, read_leads
from routebook.intake.problems import InputError
from routebook.intake.readers.formats import FORMATS
from support.intake import SCHEMA, ZONE, source_field, source_map

CASES = Path(__file__).parents[1] / "cases" / "intake"
NAMES = sorted(path.name for path in CASES.iterdir() if path.suffix != ".txt")
SOURCE = source_map(
    source_field("id", "id"),
    source_field("industry", "industry"),
    source_field("score", "score"),
    source_field("company", "company.name"),
)


def render(path: str, source: SourceMap | None = None, format: str | None = None) -> str:
    """What comes out of a file, one line each, then what is said of it."""
    said: list[str] = []
    try:
        leads = read_leads(path, SCHEMA, ZONE, source, format)
        for item in leads:
            shown: dict[str, Any] = item.as_json() if isinstance(item, Reject) else item.lead.as_json()
            words = f"lead {item.row} {item.id}" if isinstance(item, Incoming) else "reject"
            said.append(f"{words}: {json.dumps(shown, ensure_ascii=False, allow_nan=False)}")
        said += [f"note: {note}" for note in leads.notes]
    except InputError as error:
        said.append(f"error: {error}")
    return "".join(f"{line}\n" for line in said)


@pytest.mark.parametrize("name", NAMES)
def test_case(name: str, golden: Golden, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CASES)
    golden(CASES / f"{name}.txt", render(name))


@pytest.mark.parametrize("name", ["plain.csv", "plain.jsonl", "missing-column.csv", "unknown-columns.csv"])
def test_case_with_a_source(name: str, golden: Golden, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CASES)
    golden(CASES / f"{name}.source.txt", render(name, SOURCE))


# --- Files that cannot be opened -----------------------------------------------------------------------


def error(path: str | Path, format: str | None = None) -> str:
    with pytest.raises(InputError) as caught:
        read_leads(path, SCHEMA, ZONE, format=format)
    assert isinstance(caught.value, RoutebookError)
    return str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "leads.csv").write_text("")
    path = tmp_path / "leeds.csv"
    assert error(path) == f"there is no file `{path}`; did you mean `{tmp_path / 'leads.csv'}`?"
    assert error(tmp_path / "no" / "x.csv") == f"there is no file `{tmp_path / 'no' / 'x.csv'}`"


def test_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "leads.csv"
    folder.mkdir()
    assert error(folder) == f"`{folder}` is a folder: name one file of leads"


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "leads.csv"
    path.write_text("id\n")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    # a test that runs as root may read everything, so the refusal is made up
    monkeypatch.setattr(Path, "open", refuse)
    assert error(path) == f"`{path}` may not be read: its permissions do not allow it"


@pytest.mark.parametrize("path", ["a\0b.csv", "x" * 5000 + ".csv"])
def test_a_path_that_cannot_be(path: str) -> None:
    assert "cannot be opened: " in error(path)


def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    assert r"b\xe9d.csv" in error(str(tmp_path / "b\udce9d.csv"))


def test_an_ending_that_says_nothing(tmp_path: Path) -> None:
    path = tmp_path / "leads.xlsx"
    path.write_text("id,industry,score\nL-1,health,80\n")
    endings = "`.parquet`, `.json`, `.jsonl`, `.ndjson` or `.csv`"
    assert error(path) == (
        f"`{path}` does not say what format it has: end it in {endings}, or name the format"
    )
    assert len(list(read_leads(path, SCHEMA, ZONE, format="csv"))) == 1


def test_a_format_that_is_none() -> None:
    assert error("leads.csv", "cvs") == "`cvs` is no format of leads; did you mean `csv`?"
    assert error("leads.csv", "excel") == (
        "`excel` is no format of leads; there are `parquet`, `json`, `jsonl` and `csv`"
    )


def test_endings_and_names_are_unique() -> None:
    endings = [ending for row in FORMATS for ending in row.endings]
    assert len(set(endings)) == len(endings)
    assert len({row.name for row in FORMATS}) == len(FORMATS)


def test_a_file_that_fails_halfway(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Failing(io.RawIOBase):
        def __init__(self) -> None:
            self.left = [b"id,industry,score\nL-1,health,80\n"]

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            if not self.left:
                raise OSError(5, "Input/output error")
            data = self.left.pop()
            buffer[: len(data)] = data
            return len(data)

    stream = io.BufferedReader(Failing())
    monkeypatch.setattr(Path, "open", lambda *_, **__: stream)
    leads = read_leads(tmp_path / "leads.csv", SCHEMA, ZONE)
    with pytest.raises(InputError, match="cannot be read on: Input/output error"):
        list(leads)
    assert stream.closed


# --- Standard input ------------------------------------------------------------------------------------


class Stdin:
    def __init__(self, data: bytes) -> None:
        self.buffer = io.BufferedReader(io.BytesIO(data))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("data", "format"),
    [
        (b"id,industry,score\nL-1,health,80\n", None),
        (b'\xef\xbb\xbf \n[{"id": "L-1", "industry": "health", "score": 80}]', None),
        (b'{"id": "L-1", "industry": "health", "score": 80}\n', None),
        (b'{"id": "L-1",\n"industry": "health", "score": 80}', "json"),
    ],
)
def test_standard_input(data: bytes, format: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    stdin = Stdin(data)
    monkeypatch.setattr("sys.stdin", stdin)
    (item,) = read_leads("-", SCHEMA, ZONE, format=format)
    assert isinstance(item, Incoming)
    assert item.lead.id == "L-1"
    assert not stdin.buffer.closed


def test_empty_standard_input_is_an_empty_csv(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", Stdin(b""))
    assert error("-").startswith("`standard input` is empty")


# --- What comes out ------------------------------------------------------------------------------------


def test_the_shape_of_a_reject(tmp_path: Path) -> None:
    path = tmp_path / "leads.jsonl"
    path.write_text('{"id": "L-18", "industry": "health", "score": "abc", "x": [1.5, null]}\n')
    (item,) = read_leads(path, SCHEMA, ZONE)
    assert isinstance(item, Reject)
    assert item.as_json() == {
        "row": 1,
        "lead": "L-18",
        "problems": [
            {"field": "score", "value": "abc", "message": "`abc` is not a whole number from 0 to 100"}
        ],
        "raw": {"id": "L-18", "industry": "health", "score": "abc", "x": [1.5, None]},
    }


def test_leads_without_an_id_go_by_their_row(tmp_path: Path) -> None:
    from routebook.types import Field, NumberType, Schema

    path = tmp_path / "leads.csv"
    path.write_text("score\n1\nx\n3\n")
    items = list(read_leads(path, Schema.of(Field("score", NumberType(True))), ZONE))
    assert [(item.row, item.id if isinstance(item, Incoming) else item.lead) for item in items] == [
        (1, "1"),
        (2, "2"),
        (3, "3"),
    ]
    assert isinstance(items[0], Incoming)
    assert items[0].lead.id is None


def test_leaving_early_closes_the_file(tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    path.write_text("id,industry,score\n" + "L,health,1\n" * 10)
    with read_leads(path, SCHEMA, ZONE) as leads:
        next(leads)
    assert list(leads) == []
    leads.close()


def test_files_are_read_in_constant_memory(tmp_path: Path) -> None:
    import tracemalloc

    def peak(leads: Leads) -> int:
        tracemalloc.start()
        try:
            for _ in leads:
                pass
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    rows = 20_000
    csv = tmp_path / "leads.csv"
    csv.write_text("id,industry,score,company\n" + f"L,health,1,{'x' * 100}\n" * rows)
    jsonl = tmp_path / "leads.jsonl"
    line = {"id": "L", "industry": "health", "score": 1, "company": "x" * 100}
    jsonl.write_text(f"{json.dumps(line)}\n" * rows)
    for path in (csv, jsonl):
        assert path.stat().st_size > 2_000_000
        assert peak(read_leads(path, SCHEMA, ZONE)) < 1_000_000
