"""Pictures of policies: what they hold, and that no policy gets out of its labels."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from routebook import api
from routebook.plan.tree import Tree
from routebook.render.formats import named
from routebook.render.graph_view import UNDECIDED, every_box, outline, ways
from routebook.render.graphs import FORMATS
from routebook.render.paint import Style
from support.rendering import HOSTILE, assert_tame, texts

CASES = Path(__file__).parent.parent / "cases" / "render"
POLICIES = ("webinar", "hostile")


def tree_of(case: str) -> Tree:
    return api.loads((CASES / f"{case}.route").read_text(encoding="utf-8"), f"{case}.route").tree


def drawn(tree: Tree, name: str, style: Style | None = None) -> str:
    return named(FORMATS, name).render(tree, style or Style())


def policy(name: str, description: str, value: str) -> str:
    """A policy with three texts in it, as a person would write them."""
    from routebook.render.literals import quoted

    return (
        f"policy {quoted(name)} lead {{ id: id  note: text }} "
        f'rule one {quoted(description)} when note contains "x" or note == {quoted(value)} reject {quoted(value)} '
        f"when note starts with {quoted(value)} {{ else queue q }}"
    )


def loaded(*parts: str) -> Tree | None:
    """The tree of a policy with these texts, None where they cannot stand in a policy."""
    try:
        return api.loads(policy(*parts)).tree
    except api.PolicyError:
        return None


@pytest.mark.parametrize("case", POLICIES)
@pytest.mark.parametrize("name", [row.name for row in FORMATS])
def test_golden(case: str, name: str, golden: Callable[[Path, str], None]) -> None:
    golden(CASES / "graphs" / f"{case}.{name}", drawn(tree_of(case), name))


def test_the_ways_of_a_lead() -> None:
    picture = outline(tree_of("webinar"))
    named_ways = {(way.source, way.target, way.holds) for way in ways(picture)}
    assert (None, "r1", None) in named_ways
    assert ("r1", "r2", False) in named_ways
    assert ("r3", "r3_1", True) in named_ways
    assert ("r3", "r4", False) in named_ways
    # The last rule of an inner block goes on after that block, the last of the outer one after the outer.
    assert ("r3_2_1", "r3_3", False) in named_ways
    assert ("r3_3", "r4", False) in named_ways
    assert ("r4", "r5", False) in named_ways
    assert not any(way.source == "r5" or way.target == UNDECIDED for way in ways(picture))


def test_leads_that_pass_every_rule_are_shown() -> None:
    without_else = api.loads("lead { score: integer } when score > 3 queue q").tree
    for row in FORMATS:
        assert "undecided" in row.render(without_else, Style())
        assert "undecided" not in row.render(tree_of("webinar"), Style())


def test_everything_cuts_no_condition() -> None:
    words = " or ".join(f"score == {number}" for number in range(90))
    tree = api.loads(f"lead {{ score: integer }} when {words} queue q").tree
    for row in FORMATS:
        brief, whole = row.render(tree, Style()), row.render(tree, Style(everything=True))
        assert "…" in brief
        assert "…" not in whole


@pytest.mark.parametrize("rules", [1, 50, 400])
def test_any_number_of_rules(rules: int) -> None:
    text = "\n".join(f"rule r{n} when score == {n} queue q" for n in range(rules))
    tree = api.loads(f"lead {{ score: integer }} {text}").tree
    for row in FORMATS:
        output = row.render(tree, Style())
        assert all(f"r{n}" in output for n in range(rules))


# --- What a policy may not do ------------------------------------------------------------------------------

MERMAID = re.compile(
    r"""flowchart\ TD | \s*start\(\[L\]\) | \s*\w+[(\[]L[)\]] | \s*\w+\ -->(\|yes\||\|no\|)?\ \w+
    | \s*classDef\ (assign\ stroke-width:2px|away\ stroke-dasharray:4) | \s*class\ [\w,]+\ (assign|away)""",
    re.VERBOSE,
)
MERMAID_LABEL = re.compile(r'"((?:<br/>|#\d+;|[^"#<>&`:;{}\[\]|%\\*~@^$\'!?])*)"')

DOT = re.compile(
    r"""digraph\ policy\ \{ | \} | \s*(rankdir=TB|node\ \[[^\]]*\]|edge\ \[[^\]]*\]);
    | \s*\w+\ \[label=L(,\ (shape|style|color)=(\w+|L))*\]; | \s*\w+\ ->\ \w+(\ \[label=L\])?;
    | \s*\{\ rank=same;\ \w+;\ \w+;\ \}""",
    re.VERBOSE,
)
DOT_LABEL = re.compile(r'"((?:[^"\\]|\\.)*)"')

SVG_TAGS = {"svg", "title", "style", "defs", "marker", "path", "rect", "g", "text", "polyline"}
SVG_ATTRIBUTES = {
    *("width", "height", "viewBox", "role", "id", "refX", "refY", "markerWidth", "markerHeight", "orient"),
    *("class", "d", "x", "y", "rx", "points", "marker-end"),
}


def assert_closed(tree: Tree, extra: Style | None = None) -> None:
    """Whatever the policy holds is inside labels."""
    for line in MERMAID_LABEL.sub("L", drawn(tree, "mermaid", extra)).splitlines():
        assert MERMAID.fullmatch(line), line
    for line in DOT_LABEL.sub("L", drawn(tree, "dot", extra)).splitlines():
        assert DOT.fullmatch(line), line
    for element in etree.fromstring(drawn(tree, "svg", extra).encode()).iter():
        assert isinstance(element.tag, str)
        assert etree.QName(element).localname in SVG_TAGS
        assert set(map(str, element.attrib)) <= SVG_ATTRIBUTES
    for row in FORMATS:
        assert_tame(row.render(tree, extra or Style()))


@pytest.mark.parametrize("case", POLICIES)
def test_golden_policies_stay_in_their_labels(case: str) -> None:
    assert_closed(tree_of(case))
    assert_closed(tree_of(case), Style(everything=True))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_stay_in_their_labels(text: str) -> None:
    tree = loaded(text, text, text)
    assert tree is not None or "\ud800" in text
    if tree is not None:
        assert_closed(tree)


@settings(max_examples=40)
@given(texts, texts, texts)
def test_any_text_stays_in_its_label(name: str, description: str, value: str) -> None:
    tree = loaded(name, description, value)
    if tree is not None:
        assert_closed(tree)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20))
def test_mermaid_labels_say_what_the_policy_says(text: str) -> None:
    from routebook.render.graph_mermaid import _safe
    from routebook.render.visible import visible

    shown = visible(text)
    assert re.sub(r"#(\d+);", lambda match: chr(int(match[1])), _safe(shown)) == shown


def test_svg_says_what_the_policy_says() -> None:
    root = etree.fromstring(drawn(tree_of("hostile"), "svg", Style(everything=True)).encode())
    words = " ".join(str(text) for text in root.xpath("//*[local-name()='text']/text()"))
    for box in every_box(outline(tree_of("hostile")).boxes):
        assert box.name in words
        assert (box.condition or "").split(" ")[0] in words
