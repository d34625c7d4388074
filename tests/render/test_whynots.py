"""Why a lead did not go somewhere, in every format, whatever the texts hold."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routebook.analysis.nearest import FieldChange, Nearest
from routebook.analysis.ways import Goal, Way
from routebook.analysis.whynot import ConditionTruth, WhyNot
from routebook.check.targets import QueueTarget
from routebook.decision import Assignment, Candidate, Decision, Explanation, Outcome, Reason
from routebook.plan.tree import Leaf, Plan, PlannedTarget
from routebook.render.formats import named
from routebook.render.paint import Style
from routebook.render.whynot_view import WhyNotReport
from routebook.render.whynots import FORMATS
from routebook.source import Source, Span
from support.rendering import HOSTILE, assert_tame, explanations, leads, texts, values

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SPAN = Span(Source("", ""), 0, 0)
TAGS = "html head meta title style body h1 h2 p span strong table tr th td code dl dt dd details summary"


def way_of(text: str, place: int = 0, field: str | None = None) -> Way:
    """A way by the rule of that name, behind a target of its name where the place is 1."""
    first = PlannedTarget(QueueTarget(text, text, SPAN), text, False)
    leaf = Leaf(text, None, None, Plan((first, first), None), SPAN)
    return Way(leaf, place, None, None, field)


goals = st.one_of(
    st.builds(lambda name: Goal(rule=name), texts),
    st.builds(lambda name: Goal(pool=name), texts),
    st.builds(lambda name: Goal(rep=name), texts),
)
reasons = st.builds(Reason, texts, values, st.booleans(), texts, st.integers(1, 9), st.integers(1, 9))
truths = st.builds(
    ConditionTruth,
    texts,
    st.booleans(),
    st.lists(reasons, max_size=3).map(tuple),
    st.booleans(),
    st.builds(lambda name: Span(Source(name, name), 0, len(name)), texts),
)
changes = st.builds(FieldChange, texts, values, values)
nearests = st.builds(
    Nearest, texts, st.lists(changes, max_size=3).map(tuple), st.floats(0, 3), leads, st.just(NOON),
    st.builds(way_of, texts, st.integers(0, 1), st.none() | texts), st.booleans(), st.booleans(),
)  # fmt: skip
whys = st.builds(
    WhyNot,
    st.lists(texts, max_size=3).map(tuple),
    st.none() | texts,
    st.lists(truths, max_size=4).map(tuple),
    st.none() | texts,
    st.none() | nearests,
    st.none() | texts,
    st.lists(texts, max_size=2).map(tuple),
    st.booleans(),
)
reports = st.builds(
    WhyNotReport,
    explanations,
    goals,
    whys,
    st.booleans(),
    st.lists(st.integers(-1, 5), max_size=3).map(tuple),
)


def written(name: str, report: WhyNotReport) -> str:
    return named(FORMATS, name).render(report, Style())


class Page(HTMLParser):
    """The tags of a page and the texts between them; what would act is noted."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.texts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def assert_inert(text: str) -> None:
    page = Page(text)
    assert page.tags <= set(TAGS.split())
    assert page.attributes <= {"lang", "charset", "http-equiv", "content", "name", "class"}


@given(reports)
@settings(max_examples=60, deadline=None)
def test_every_format_of_any_answer_is_tame(report: WhyNotReport) -> None:
    for row in FORMATS:
        assert_tame(row.render(report, Style()))
    json.loads(written("json", report))
    assert_inert(written("html", report))


def everywhere(text: str) -> WhyNotReport:
    """A report that has the text wherever a text can be."""
    assignment = Assignment(
        text,
        Outcome.ASSIGNED,
        text,
        1,
        text,
        text,
        None,
        None,
        None,
        None,
        text,
        (text, text),
        NOON,
        text,
        False,
    )
    candidate = Candidate(0, text, False, text)
    explanation = Explanation(
        {text: text},
        Decision(text, text, (text, text), text, text),
        (),
        (candidate,),
        assignment,
        text,
        (text,),
    )
    nearest = Nearest(text, (FieldChange(text, text, text),), 1.0, {text: text}, NOON, way_of(text, 1))
    reason = Reason(text, text, False, text, 1, 1)
    truth = ConditionTruth(text, False, (reason,), True, Span(Source(text, "x"), 0, 1))
    why = WhyNot((text,), text, (truth,), text, nearest, None, (text,))
    return WhyNotReport(explanation, Goal(pool=f"{text}!"), why, False, (0,))


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("name", [row.name for row in FORMATS])
def test_every_format_is_tame(name: str, text: str) -> None:
    shown = written(name, everywhere(text))
    assert_tame(shown)
    if name == "html":
        assert_inert(shown)
        assert "script" not in Page(shown).tags


def test_a_page_has_the_answer_first_and_the_explanation_behind_it() -> None:
    shown = " ".join(Page(written("html", everywhere("a <b> & c"))).texts)
    places = [
        shown.index(part)
        for part in ("Why not to the pool", "would have to be", "Conditions of rule", "Candidates for")
    ]
    assert places == sorted(places)
    assert "a <b> & c" in shown


# --- What is said ------------------------------------------------------------------------------------------


def asked(goal: Goal, **given: Any) -> str:
    """The answer where rule `r` took a lead whose plan has two targets."""
    assignment = Assignment(
        "L-1", Outcome.ASSIGNED, "r", given.pop("placed", 1), "b", "bo", None, None, None, None, None,
        ("pool a", "pool b"), NOON, "d", False,
    )  # fmt: skip
    explanation = Explanation(
        {"id": "L-1"}, Decision("L-1", "r", ("pool a", "pool b"), "d", None), (),
        given.pop("candidates", ()), assignment, given.pop("choice", None), (),
    )  # fmt: skip
    nearest = Nearest("r", given.pop("changes", ()), 0.0, {"id": "L-1"}, NOON, way_of("r"))
    why = WhyNot(("r",), "r", (), "r", nearest, None, ())
    return written("text", WhyNotReport(explanation, goal, why, False, given.pop("targets", (0,))))


def test_a_pool_that_was_tried_and_declined_is_not_said_to_come_too_late() -> None:
    candidates = (Candidate(0, "ana", False, "off shift until Monday"), Candidate(1, "bo", True, "", True))
    shown = asked(Goal(pool="a"), candidates=candidates)
    assert "`pool a` was tried, and declined it" in shown
    assert "`ana` was not eligible: off shift until Monday" in shown
    assert "`bo`" not in shown


def test_a_pool_behind_the_one_that_placed_it_was_not_tried() -> None:
    shown = asked(Goal(pool="c"), placed=0, targets=(1,))
    assert "another target of its plan placed the lead before that one was tried" in shown


def test_a_split_that_gave_it_to_another_arm_says_so() -> None:
    assert "`pool b` placed it elsewhere" in asked(Goal(pool="c"), targets=(1,))


def test_a_rep_who_fails_a_condition_and_is_away_hears_of_both() -> None:
    changes = (FieldChange("language", "de", "en"),)
    shown = asked(
        Goal(rep="cy"), candidates=(Candidate(0, "cy", False, "away until Monday"),), changes=changes
    )
    assert "`cy` was not eligible: away until Monday" in shown
    assert '`cy` would pass what rule `r` asks of a rep if `language` were "en" instead of "de"' in shown
    assert "takes it first" not in shown


def test_an_eligible_rep_hears_of_the_choice() -> None:
    candidates = (
        Candidate(1, "cy", True, "", False, {"credit": 1}),
        Candidate(1, "bo", True, "", True, {"credit": 2}),
    )
    shown = asked(
        Goal(rep="cy"), candidates=candidates, choice="bo has the largest credit: 2 of [bo 2, cy 1]"
    )
    assert "`cy` was eligible: credit 1" in shown
    assert "the choice: bo has the largest credit" in shown
