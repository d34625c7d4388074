"""Simulations as text, for programs and as a page; plots. No text of a user gets out of its place."""

from __future__ import annotations

import dataclasses
import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree, html

from routebook.render import plots, simulation_html
from routebook.render.formats import named
from routebook.render.paint import Style
from routebook.render.simulation_view import SimulationReport, duration
from routebook.render.simulations import FORMATS
from routebook.simulating import Assumptions, RepFigures, Simulation, StepFigures, Waits
from support.rendering import HOSTILE, NOON, assert_tame, texts


def simulation(word: str = "ana", **more: Any) -> Simulation:
    """A simulation in which every text is this one."""
    wait = Waits(3, 600.0, 5400.0, 90_000.0, 1)
    rep = RepFigures(word, 4, 3, 2.5, 2, 25, 3, 1, 1, wait)
    assumed = Assumptions(NOON, timedelta(minutes=5), word, wins={word: 30})
    counts = {word: 4, "else": 1}
    return Simulation(
        word, "sha256:" + "5f" * 32, assumed, 5, 1, 2, 3, NOON, NOON + timedelta(days=2),
        counts, {"assigned": 5}, counts, counts, (rep,), (StepFigures(word, "respond", 4, 1),), wait, wait,
        (NOON, NOON + timedelta(days=1)), (1, 0), {word: (1, 4)}, **more,
    )  # fmt: skip


def test_durations() -> None:
    found = [duration(seconds) for seconds in (None, 0, 0.4, 59, 60, 3_660, 86_400, 90_061)]
    assert found == ["–", "0 s", "0 s", "59 s", "1 m", "1 h 1 m", "1 d", "1 d 1 h"]


def test_long_tables_are_cut_and_whole_where_everything_is_asked_for() -> None:
    one = simulation()
    many = dataclasses.replace(
        one, reps=tuple(dataclasses.replace(one.reps[0], rep=f"rep{n}") for n in range(40))
    )
    report = SimulationReport((many,))
    short, whole = (
        named(FORMATS, "text").render(report, Style(everything=everything)) for everything in (False, True)
    )
    assert "… and 25 more rows" in short
    assert "rep39" not in short
    assert "rep39" in whole


@pytest.mark.parametrize("several", [1, 2])
@pytest.mark.parametrize("word", HOSTILE)
def test_hostile_texts_stay_texts(word: str, several: int) -> None:
    report = SimulationReport((simulation(word), simulation(f"{word}2"))[:several])
    assert_tame(named(FORMATS, "text").render(report, Style()))
    assert json.loads(named(FORMATS, "json").render(report, Style()))
    assert_tame(_page(report))


@given(texts, texts)
def test_law_pages_hold_no_more_than_their_texts(one: str, other: str) -> None:
    _page(SimulationReport((simulation(one), simulation(other))))


def _page(report: SimulationReport) -> str:
    """The page, which has the elements that a page without a text of anybody's has, and asks for nothing."""
    page = simulation_html.render(report, Style())
    tree = html.fromstring(page)
    plain = html.fromstring(
        simulation_html.render(
            SimulationReport((simulation(), simulation("bogdan"))[: len(report.simulations)]), Style()
        )
    )
    assert {element.tag for element in tree.iter()} <= {element.tag for element in plain.iter()}
    assert not tree.xpath("//script | //img | //a | //@href | //@src | //@onerror")
    assert "default-src 'none'" in page
    return page


numbers = st.floats(0, 1e9, allow_nan=False)


@given(
    st.lists(st.tuples(texts, st.lists(numbers, min_size=1, max_size=3), st.none() | numbers), max_size=5),
    texts,
)
def test_law_plots_are_svg_whatever_is_in_them(rows: list[Any], title: str) -> None:
    drawn = plots.bars(
        title, [plots.Bar(label, tuple(values), mark) for label, values, mark in rows], [title], title
    )
    beside = plots.lines(title, [title, title], {title: [1.0, 2.0], "else": []}, title, " h")
    for picture in (drawn, beside):
        root = etree.fromstring(picture)
        assert {etree.QName(element).localname for element in root.iter()} <= {
            *("svg", "title", "style", "rect", "text", "path", "polyline"),
        }


def test_bars_are_as_long_as_their_numbers() -> None:
    root = etree.fromstring(plots.bars("x", [plots.Bar("a", (1.0, 4.0), 2.0), plots.Bar("b", (0.0, 2.0))]))
    widths = [float(each.get("width")) for each in root.iter("{*}rect") if each.get("fill")]
    assert widths == pytest.approx([widths[1] / 4, widths[1], 0, widths[1] / 2], abs=0.1)
