"""Text made safe to show, its width, and values as policies write them."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routebook.render.literals import brief, lead_of, literal, quoted
from routebook.render.visible import clipped, padded, visible, visible_lines, width_of
from routebook.render.wrap import wrapped
from support.rendering import HOSTILE, assert_tame, leads, texts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("Zürich 東京 👩\u200d👧", "Zürich 東京 👩\u200d👧"),
        ("a\nb\tc\r", "a\\nb\\tc\\r"),
        ("\x1b[31m", "\\u001b[31m"),
        ("\x7f\x9b", "\\u007f\\u009b"),
        ("\u202eabc", "\\u202eabc"),
        ("\U000e0041", "\\udb40\\udc41"),
        ("\ud800", "\\ud800"),
        ("::error::x", "\\u003a:error::x"),
        ("  ::error::x", "  \\u003a:error::x"),
        ("a ::b", "a ::b"),
        ("##[group]", "#\\u0023[group]"),
        ("###vso[x]", "##\\u0023vso[x]"),
        ("## heading", "## heading"),
        ("a\u00a0b", "a\u00a0b"),
    ],
)
def test_visible(text: str, expected: str) -> None:
    assert visible(text) == expected


@given(texts)
def test_visible_text_does_nothing_and_stays_as_it_is(text: str) -> None:
    shown = visible(text)
    assert_tame(shown + "\n")
    assert "\n" not in shown
    assert visible(shown) == shown


@given(texts)
def test_visible_lines_are_visible(text: str) -> None:
    for row in visible_lines(text):
        assert visible(row) == row


@pytest.mark.parametrize(
    ("text", "width"),
    [("abc", 3), ("日本", 4), ("e\u0301", 1), ("ｗ", 2), ("👍", 2), ("a\u200db", 2), ("é", 1)],
)
def test_width(text: str, width: int) -> None:
    assert width_of(text) == width


@given(st.text("ab日\u0301é", max_size=30), st.integers(1, 20))
def test_clipped_text_fits(text: str, width: int) -> None:
    assert width_of(clipped(text, width)) <= width
    assert clipped(text, width_of(text)) == text
    assert width_of(padded(clipped(text, width), width)) == width


@given(st.text("ab日 é", max_size=60), st.integers(4, 20), st.integers(1, 4))
def test_wrapped_text_fits_and_loses_nothing_unless_cut(text: str, width: int, most: int) -> None:
    rows = wrapped(text, width, most)
    assert len(rows) <= most
    assert all(width_of(row) <= width for row in rows)
    if not rows or not rows[-1].endswith("…"):
        assert "".join(rows).replace(" ", "") == "".join(text.split())


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "missing"),
        (True, "true"),
        (50_000, "50000"),
        (Decimal("12.50"), "12.5"),
        (Fraction(-1, 4), "-0.25"),
        (Fraction(1, 3), "1/3"),
        (0.25, "0.25"),
        (Decimal("NaN"), "NaN"),
        ("health", '"health"'),
        ('a "b" \\ \x1b\u202e\U000e0041', '"a \\"b\\" \\\\ \\u001b\\u202e\\udb40\\udc41"'),
        ("##[error]", '"#\\u0023[error]"'),
        (frozenset({"voice", "crm"}), '["crm", "voice"]'),
        ([], "[]"),
        (date(2026, 1, 31), "2026-01-31"),
        (time(9, 30), "09:30"),
        (time(9, 30, 5), "09:30:05"),
        (datetime(2026, 1, 31, 9, 30, tzinfo=UTC), "2026-01-31T09:30:00Z"),
        (datetime(2026, 1, 31, 9, 30, tzinfo=timezone(timedelta(hours=2))), "2026-01-31T09:30:00+02:00"),
        ({"a": 1}, "{ a: 1 }"),
    ],
)
def test_literal(value: Any, expected: str) -> None:
    assert literal(value) == expected


@given(texts)
def test_quoted_text_is_json_and_tame(text: str) -> None:
    assert_tame(quoted(text) + "\n")
    # Two halves of a pair, each on its own, are one character in JSON.
    assert _utf16(json.loads(quoted(text))) == _utf16(text)


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")


@given(leads)
def test_a_lead_to_paste_is_one_tame_line(lead: dict[str, Any]) -> None:
    assert_tame(lead_of(lead) + "\n")
    assert "\n" not in lead_of(lead)


def test_a_lead_to_paste() -> None:
    assert lead_of({}) == "lead {}"
    shown = lead_of(
        {"industry": "health", "score": 80, "account.owner": "ana", "products": frozenset({"crm"})}
    )
    assert shown == 'lead { industry: "health", score: 80, account.owner: "ana", products: ["crm"] }'


def test_long_collections_are_brief() -> None:
    assert brief([f"{n}" for n in range(10)]) == '["0", "1", "2", "3", "4", "5", "6", "7", … 2 more]'
    assert brief(frozenset("ab")) == '["a", "b"]'


def test_every_hostile_text_is_changed_or_harmless() -> None:
    for text in HOSTILE:
        assert_tame(visible(text) + "\n")
