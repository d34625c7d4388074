"""What tests cover, in every format, whatever the texts hold."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routebook.analysis.coverage import Coverage, Missing, Obligation
from routebook.render import coverage as render
from routebook.render.coverage import Covered
from routebook.render.paint import Style
from routebook.source import Source, Span
from support.rendering import HOSTILE, assert_tame, leads, texts
from support.sarif import assert_sarif

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
COMMAND = re.compile(r"::(error|notice) (?:[a-zA-Z]+=[^,:\n]*)(?:,[a-zA-Z]+=[^,:\n]*)*::[^\n\r]*")

spans = st.builds(lambda name, text: Span(Source(name, text), 0, len(text)), texts, texts)
duties = st.builds(Obligation, texts, st.none() | texts, st.booleans(), spans, st.just(0), st.just(0))
missings = st.builds(Missing, duties, st.none() | leads)
covereds = st.builds(
    lambda name, missing, least: Covered(name, Coverage(1, 2, 3, 9, tuple(missing)), least),
    texts,
    st.lists(missings, max_size=3),
    st.integers(0, 100),
)


def covered(text: str, least: int = 0) -> Covered:
    """A policy that lacks one test, with the text wherever a text can be."""
    duty = Obligation(text, text, True, Span(Source(text, text), 0, len(text)), 0, 0)
    return Covered(text, Coverage(1, 2, 3, 4, (Missing(duty, {text: text, "now": NOON}),)), least)


@given(st.lists(covereds, max_size=2))
@settings(max_examples=60, deadline=None)
def test_every_format_of_any_coverage_is_tame(found: list[Covered]) -> None:
    assert_tame(render.text(found, Style()))
    assert_tame(render.json([], found))
    shown = render.github(found)
    assert_tame(shown, commands=True)
    assert all(COMMAND.fullmatch(row) for row in shown.split("\n")[:-1])
    log = render.sarif_log([], found)
    assert_tame(log)
    assert len(assert_sarif(log)["results"]) == sum(len(each.coverage.missing) for each in found)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_stay_texts(text: str) -> None:
    assert_tame(render.text([covered(text)], Style()))
    (command,) = render.github([covered(text, 100)]).splitlines()
    assert COMMAND.fullmatch(command)
    assert command.startswith("::error ")
    (one,) = json.loads(render.json([], [covered(text)]))["coverage"]
    assert len(one["missing"]) == 1
    for least, level in ((0, "note"), (100, "error")):
        (result,) = assert_sarif(render.sarif_log([], [covered(text, least)]))["results"]
        assert (result["ruleId"], result["level"]) == ("not-covered", level)


def test_the_moment_stands_apart_and_only_where_it_matters() -> None:
    shown = covered("x")
    assert 'lead { x: "x" } at 2026-03-02T12:00:00Z' in render.text([shown], Style())
    still = Covered("x", shown.coverage, 0, timed=False)
    assert " at 2026" not in render.text([still], Style())
    (one,) = json.loads(render.json([], [still]))["coverage"]
    assert one["missing"][0]["witness"] == {"lead": {"x": "x"}}
