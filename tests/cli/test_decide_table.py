"""Large files are decided by columns: what comes out is, byte for byte, what comes out one lead after the other."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routebook.cli import decide, decide_table
from routebook.intake.readers import blocks
from support.cli import run

pl = pytest.importorskip("polars")
pytest.importorskip("numpy")

FIELDS = """
lead {
  %s
  score: integer 0..100
  country: country
  email: email optional
  tags: set of text
  account.owner: rep optional
}
rule hot when score > 50 and country in ["DE"] assign pool a then pool b
when email.domain == "x.example" queue mails
when tags has "vip" nurture vips
"""
CELLS = st.sampled_from(
    ["", " ", "5", "60", "60.0", "200", "DE", "germany", "nowhere", "a@x.example", "a@b", "A@X.EXAMPLE", "vip", "a;VIP",
     "é", '"quoted"', '"a,b"', '"a ""b"""', '"two\nlines"', '"open', 'mid"dle', "::set x", "\x1b[1m", "=1", "\0"]
)  # fmt: skip
IDS = st.sampled_from(["L1", "L-2", "", "a b", '"x,y"', "é", "x0", "::warning", "##[error]x", "[31m"])
SCORES = st.sampled_from(["5", "60", "99", "200", ""])
COUNTRIES = st.sampled_from(["DE", "germany", "FR", "nowhere"])
GOOD = st.tuples(
    IDS, SCORES, COUNTRIES, st.sampled_from(["", "a@x.example", "b@c"]), st.sampled_from(["", "vip"])
)
ROWS = st.lists(
    GOOD.map(list) | st.lists(CELLS, min_size=5, max_size=5) | st.lists(CELLS, max_size=7), max_size=25
)
ENDS = st.sampled_from(["\n", "\n", "\r\n", "\r"])
HEADER = ["id", "score", "Country", "email", "tags"]


def outcome(folder: Path, leads: Path, ending: str, by_columns: bool, small: bool = True) -> list[Any]:
    """Everything that a run leaves behind."""
    output, rejects = folder / f"out{ending}", folder / "rejects.jsonl"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decide_table, "LARGE", 0)
        if not by_columns:
            patch.setattr(decide, "is_worth_it", lambda _: False)
        elif small:
            patch.setattr(blocks, "BYTES", 64)
        line = f"decide {folder / 'p.route'} --leads {leads} --now=2026-03-02T10:00Z"
        kept = run(f"{line} --output {output} --rejects {rejects}")
        streamed = run(line)
    files: list[Any] = [path.read_bytes() if path.exists() else None for path in (output, rejects)]
    if ending == ".parquet" and files[0] is not None:
        files[0] = pl.read_parquet(output).rows()
    for path in (output, rejects):
        path.unlink(missing_ok=True)
    ways = [(each.exit_code, each.stdout, each.stderr, repr(each.exception)) for each in (kept, streamed)]
    return [*ways, *files]


@settings(deadline=None, max_examples=60)
@given(
    ROWS, ENDS, st.sampled_from([b"", b"", b"\xef\xbb\xbf"]), st.sampled_from([",", ",", ";"]),
    st.sampled_from([b"", b"", b"\xe9,1,2,3,4\n"]), st.booleans(), st.sampled_from([".jsonl", ".csv"]),
)  # fmt: skip
def test_csv_is_decided_alike(
    rows: list[list[str]], end: str, bom: bytes, delimiter: str, tail: bytes, has_id: bool, ending: str
) -> None:
    lines = [delimiter.join(row) for row in (HEADER, *rows)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "p.route").write_text(FIELDS % ("id: id" if has_id else "id: text optional"))
        leads = folder / "leads.csv"
        leads.write_bytes(bom + end.join(lines).encode() + (end.encode() + tail if tail else b""))
        assert outcome(folder, leads, ending, by_columns=True) == outcome(
            folder, leads, ending, by_columns=False
        )


@settings(deadline=None, max_examples=25)
@given(
    st.lists(
        st.tuples(
            IDS, st.none() | st.integers(-5, 105), COUNTRIES, st.none() | CELLS, st.lists(st.just("vip"))
        )
    ),
    st.sampled_from([".jsonl", ".csv", ".parquet"]),
)
def test_parquet_is_decided_alike(rows: list[tuple[Any, ...]], ending: str) -> None:
    kinds = [pl.String, pl.Int64, pl.String, pl.String, pl.List(pl.String)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "p.route").write_text(FIELDS % "id: id")
        leads = folder / "leads.parquet"
        pl.DataFrame(rows, schema=dict(zip(HEADER, kinds, strict=True)), orient="row").write_parquet(leads)
        assert outcome(folder, leads, ending, by_columns=True) == outcome(
            folder, leads, ending, by_columns=False
        )


def test_many_blocks_are_decided_alike(tmp_path: Path) -> None:
    (tmp_path / "p.route").write_text(FIELDS % "id: id")
    leads = tmp_path / "leads.csv"
    plain = [f"L{n},{n % 120},{'DE' if n % 3 else 'FR'},,vip" for n in range(4_000)]
    leads.write_text("\n".join([",".join(HEADER), *plain, 'L,60,DE,,"a;vip"', *plain]) + "\n")
    assert outcome(tmp_path, leads, ".jsonl", True, small=False) == outcome(tmp_path, leads, ".jsonl", False)


def test_nested_parquet_is_left_to_the_rows(tmp_path: Path) -> None:
    (tmp_path / "p.route").write_text(FIELDS % "id: id")
    leads = tmp_path / "leads.parquet"
    row = {"id": "1", "score": 60, "country": "DE", "tags": ["vip"], "account": {"owner": "ana"}}
    pl.DataFrame([row]).write_parquet(leads)
    assert outcome(tmp_path, leads, ".csv", True) == outcome(tmp_path, leads, ".csv", False)
