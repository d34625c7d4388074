"""A frame's rows come to what each of them comes to by itself."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routebook.api import loads
from routebook.intake.validate import Intake, Invalid

pl = pytest.importorskip("polars")
pytest.importorskip("numpy")
codes = pytest.importorskip("routebook.intake.codes")
frames = pytest.importorskip("routebook.intake.frames")

SCHEMA = loads(
    """
lead {
  id: id
  title: text
  owner: rep optional
  email: email
  other: email optional
  kind: one of ["a", "B c"]
  score: integer 0..100
  size: integer optional
  value: decimal -5..1e3 optional
  vip: bool optional
  tags: set of text
  more: set of country optional
  day: date optional
}
else queue q
""".replace("1e3", "1000")
).tree.schema

TEXTS = st.sampled_from(
    ["", " ", "\x1c", " ", "x", " x ", "a\0b", "~", "é", "　", "b C", "A", "5", "5.0", "05", "-3", "1e2", "200",
     "a@b.example", "A@B.example ", "é@b.example", "@b", "a@@b", "a @b", "yes", "TRUE", "x;DE", "Germany; at", ";",
     "2026-01-31", "2026-02-31", str(2**70), "99999999999999999999.5"]
)  # fmt: skip
CELLS = st.none() | TEXTS
NAMES = [field.name for field in SCHEMA]
GOOD = {"id": "1", "title": " X ", "email": "A@b.example", "kind": "b C", "score": "5"}
ROWS = st.lists(
    st.fixed_dictionaries({name: st.just(GOOD[name]) | CELLS if name in GOOD else CELLS for name in NAMES})
    | st.fixed_dictionaries({name: st.just(GOOD.get(name)) for name in NAMES}),
    max_size=12,
)


def check(rows: list[dict[str, Any]], frame: Any, needed: set[str], domains: set[str]) -> None:
    intake = Intake(SCHEMA, UTC)
    expected = [intake.validate(row) for row in rows]
    leads = frames.read_frame(frame, intake, needed, domains)
    assert leads.fits.tolist() == [not isinstance(each, Invalid) for each in expected]
    valid = [each for each in expected if not isinstance(each, Invalid)]
    for name in needed:
        column = leads.columns[name]
        found = [column.value(key) for key in column.row_keys()]
        wanted = [each.get(name) for each in valid]
        if name in domains:
            found, wanted = (
                [value and value.rpartition("@")[2] for value in each] for each in (found, wanted)
            )
        assert found == wanted


@settings(deadline=None, max_examples=80)
@given(ROWS, st.sets(st.sampled_from(NAMES)), st.booleans())
def test_texts_are_read_as_row_by_row(rows: list[dict[str, Any]], needed: set[str], few: bool) -> None:
    frame = pl.DataFrame(rows, schema=dict.fromkeys(NAMES, pl.String))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(codes, "_FEW", 4_096 if few else 2)
        patch.setattr(codes, "_SAMPLE", 3)
        check(rows, frame, needed, needed & {"email", "other"})


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.tuples(
            st.none() | st.integers(-3, 120),
            st.none() | st.integers(-(2**63), 2**63 - 1),
            st.none() | st.floats(),
            st.none() | st.booleans(),
        ),
        max_size=12,
    )
)
def test_typed_values_are_read_as_row_by_row(cells: list[tuple[Any, ...]]) -> None:
    fixed = {"id": "1", "title": "t", "email": "a@b.example", "kind": "a", "tags": ["x"]}
    rows = [
        {**fixed, "score": score, "size": size, "value": value, "vip": vip}
        for score, size, value, vip in cells
    ]
    kinds = {"score": pl.Int64, "size": pl.Int64, "value": pl.Float64, "vip": pl.Boolean}
    frame = pl.DataFrame(
        rows,
        schema={
            **dict.fromkeys(("id", "title", "email", "kind"), pl.String),
            "tags": pl.List(pl.String),
            **kinds,
        },
    )
    check(rows, frame, {"score", "size", "value", "vip", "kind"}, set())


def test_values_that_the_sample_did_not_show_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codes, "_SAMPLE", 2)
    series = pl.Series([None, *(f"v{n % 300}" for n in range(2_000)), "rare"])
    values, places = codes.coded(series)
    assert [values[place] for place in places] == series.to_list()
