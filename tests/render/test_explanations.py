"""Explanations: on one screen, for programs, as a page."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from lxml import etree, html

from routebook import api
from routebook.decision import Assignment, Candidate, Decision, Explanation, Outcome, Reason, Step
from routebook.render.explanation_view import headline, short_digest
from routebook.render.explanations import FORMATS
from routebook.render.formats import named
from routebook.render.paint import Style
from routebook.render.visible import width_of
from support.rendering import HOSTILE, NOON, assert_tame, explanations

CASES = Path(__file__).parent.parent / "cases" / "render"
GOLDEN = CASES / "explanations"


def explained(lead: Mapping[str, Any], case: str = "webinar") -> Explanation:
    policy = api.loads((CASES / f"{case}.route").read_text(encoding="utf-8"), f"policies/{case}.route")
    found = policy.explain(lead, NOON)
    # The digest changes with what a policy can mean; these files are about how it is shown.
    return dataclasses.replace(
        found, decision=dataclasses.replace(found.decision, policy="sha256:" + "5f" * 32)
    )


def placed(found: Explanation, outcome: Outcome, target: int | None, **parts: Any) -> Explanation:
    """The explanation with an assignment as a router would make it."""
    named_parts: dict[str, Any] = dict.fromkeys(("pool", "rep", "queue", "nurture", "reason", "until", "sla"))
    decision = found.decision
    assignment = Assignment(
        lead=decision.lead or "1",
        outcome=outcome,
        rule=decision.rule,
        target=target,
        plan=decision.plan,
        at=NOON,
        policy=decision.policy,
        **(named_parts | {"sla": decision.sla} | parts),
    )
    return dataclasses.replace(found, assignment=assignment)


SECURITY = {
    "id": "L-17",
    "country": "de",
    "seats": 80,
    "budget": "12000.50",
    "interests": ["sso", "api"],
}


def assigned() -> Explanation:
    found = placed(explained(SECURITY), Outcome.ASSIGNED, 1, pool="solutions", rep="ana", again=True)
    candidates = (
        Candidate(0, "bogdan", False, "off shift until 2026-03-02T15:00+02:00"),
        Candidate(0, "čarna", False, "full: 25 of 25 leads are open"),
        Candidate(1, "dan", True, "more load", standing={"load": 0.5, "active": 10, "capacity": 20}),
        *(Candidate(1, f"rep{n}", False, "away until 2026-03-09") for n in range(12)),
        Candidate(1, "ana", True, "least load", True, {"load": 0.25, "active": 5, "capacity": 20}),
    )
    return dataclasses.replace(
        found,
        candidates=candidates,
        arithmetic="ana 5 / 20 = 0.25 is less than dan 10 / 20 = 0.5",
        notes=("the account was matched by the domain `example.de`",),
    )


def many() -> Explanation:
    """More of everything than a screen holds."""
    reasons = tuple(Reason(f"score >= {n}", n - 1, False, "p.route", n, 3) for n in range(9))
    steps = tuple(Step(f"rule_{n}", None, False, False, reasons, "p.route", n) for n in range(40))
    lead = {f"field_{n}": f"value {n}" for n in range(30)} | {"long": [str(n) for n in range(50)]}
    return Explanation(lead, Decision("L-1", None, (), "sha256:" + "0" * 64), steps)


CASES_BY_NAME: dict[str, Callable[[], Explanation]] = {
    "assigned": assigned,
    "decided": lambda: explained({"id": "L-2", "country": "SE", "seats": 30, "interests": ["api"]}),
    "in_a_block": lambda: placed(
        explained({"id": "L-2", "country": "SE", "seats": 30, "interests": ["api"]}),
        Outcome.QUEUED,
        2,
        queue="inbox",
    ),
    "passed_a_block": lambda: placed(
        explained({"id": "L-3", "country": "FI", "seats": 30, "budget": 3}), Outcome.UNASSIGNED, None
    ),
    "held": lambda: placed(
        explained({"id": "7", "kind": "::error::x"}, "hostile"),
        Outcome.HELD,
        0,
        pool="p",
        until=NOON + timedelta(hours=2),
    ),
    "undecided": lambda: explained(
        {"id": "8", "kind": "日本語の産業 👩\u200d👧", "title": "\x1b[31m"}, "hostile"
    ),
    "many": many,
}


@pytest.mark.parametrize("case", CASES_BY_NAME)
@pytest.mark.parametrize("name", [row.name for row in FORMATS])
def test_golden(case: str, name: str, golden: Callable[[Path, str], None]) -> None:
    golden(GOLDEN / f"{case}.{name}", named(FORMATS, name).render(CASES_BY_NAME[case](), Style()))


@pytest.mark.parametrize("case", CASES_BY_NAME)
def test_everything_leaves_nothing_out(case: str) -> None:
    found = CASES_BY_NAME[case]()
    text = named(FORMATS, "text").render(found, Style(everything=True))
    assert not re.search(r"^ *… and", text, re.MULTILINE)
    for step in found.steps:
        assert step.rule in text
    for candidate in found.candidates:
        assert candidate.rep in text


@pytest.mark.parametrize("case", CASES_BY_NAME)
def test_one_screen(case: str) -> None:
    rows = named(FORMATS, "text").render(CASES_BY_NAME[case](), Style()).splitlines()
    assert len(rows) <= 45


def test_the_chosen_one_is_listed_however_long_the_list() -> None:
    text = named(FORMATS, "text").render(assigned(), Style())
    assert re.search(r"^  ana +chosen +load 0.25, active 5, capacity 20$", text, re.MULTILINE)
    assert "… and 3 more candidates" in text


def test_columns_are_aligned() -> None:
    text = named(FORMATS, "text").render(assigned(), Style())
    ends = {width_of(row[: row.index("not eligible")]) for row in text.splitlines() if "not eligible" in row}
    assert len(ends) <= 2  # one for each target's table


@pytest.mark.parametrize(
    ("outcome", "parts", "words"),
    [
        (Outcome.ASSIGNED, {"rep": "ana"}, "lead L-17 went to ana, by rule security"),
        (Outcome.ASSIGNED, {"rep": "ana", "pool": "p"}, "lead L-17 went to ana of pool p, by rule security"),
        (Outcome.HELD, {"pool": "p"}, "lead L-17 waits for somebody of pool p, by rule security"),
        (Outcome.QUEUED, {"queue": "q"}, "lead L-17 went to queue q, by rule security"),
        (Outcome.NURTURED, {"nurture": "n"}, "lead L-17 went to nurture n, by rule security"),
        (Outcome.REJECTED, {"reason": "spam"}, "lead L-17 was rejected, by rule security: spam"),
        (
            Outcome.UNASSIGNED,
            {},
            "lead L-17 went to nobody: rule security took it, and every target of its plan declined it",
        ),
        (Outcome.UNDECIDED, {}, "lead L-17 is undecided: no rule takes it"),
    ],
)
def test_headlines(outcome: Outcome, parts: dict[str, Any], words: str) -> None:
    assert headline(placed(explained(SECURITY), outcome, 0, **parts)) == words


def test_digests_are_short() -> None:
    assert short_digest("sha256:0123456789abcdef") == "sha256:0123456789ab"
    assert short_digest("0123456789abcdef") == "0123456789ab"


def test_json_has_the_documented_shape() -> None:
    value = json.loads(named(FORMATS, "json").render(assigned(), Style()))
    assert {"lead", "rule", "steps", "candidates", "assignment"} <= set(value)
    assert value["lead"]["budget"] == 12000.5
    reason = value["steps"][1]["because"][0]
    assert (reason["condition"], reason["value"], reason["holds"]) == (
        'interests has "sso"',
        ["api", "sso"],
        True,
    )
    assert value["candidates"][0]["reason"] == "off shift until 2026-03-02T15:00+02:00"
    assert value["assignment"]["rep"] == "ana"
    assert value["assignment"]["again"] is True


# --- What a lead or a policy may not do --------------------------------------------------------------------


def page_of(found: Explanation) -> Any:
    return html.fromstring(named(FORMATS, "html").render(found, Style()))


TAGS = {
    *("html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "strong", "span", "code"),
    *("table", "tr", "th", "td", "details", "summary", "dl", "dt", "dd"),
}
ATTRIBUTES = {"lang", "charset", "http-equiv", "content", "name", "class"}


@given(explanations)
def test_every_format_is_tame(found: Explanation) -> None:
    for row in FORMATS:
        assert_tame(row.render(found, Style()))
        assert_tame(row.render(found, Style(everything=True)))
    json.loads(named(FORMATS, "json").render(found, Style()))
    for element in page_of(found).iter():
        assert element.tag in TAGS
        assert set(element.attrib) <= ATTRIBUTES


@pytest.mark.parametrize("text", HOSTILE)
def test_a_page_shows_texts_and_does_nothing(text: str) -> None:
    step = Step(text, text, True, False, (Reason(text, text, True, text, 1, 1),), text, 1)
    found = Explanation({text: text}, Decision(text, text, (text,), text), (step,), notes=(text,))
    page = page_of(found)
    assert not page.xpath("//script | //img | //a | //comment() | //@onerror | //@href | //@src")
    assert len(page.xpath("//style")) == 1


def test_the_page_needs_nothing_from_elsewhere() -> None:
    text = named(FORMATS, "html").render(assigned(), Style())
    assert "default-src 'none'" in text
    assert not re.search(r"https?:|url\(|@import|<script|src=|href=", text)
    parser = etree.HTMLParser(recover=False)
    etree.fromstring(text.encode(), parser)


@given(explanations)
def test_colour_adds_colour_and_nothing_else(found: Explanation) -> None:
    coloured = named(FORMATS, "text").render(found, Style(colour=True))
    plain = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    rows = [row.rstrip() for row in plain.removesuffix("\n").split("\n")]
    assert "".join(f"{row}\n" for row in rows) == named(FORMATS, "text").render(found, Style())
