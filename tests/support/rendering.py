"""What tests of renderings share: hostile texts, random results of every kind, and what output may not hold."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from routebook.decision import Assignment, Candidate, Decision, Explanation, Outcome, Reason, Step
from routebook.diagnostics import Diagnostic, Kind, Label, Region, Severity
from routebook.plan.testing import TestResult
from routebook.source import Source, Span

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)

HOSTILE = (
    "\x1b[31mred\x1b[0m",
    "\x1b]8;;http://evil.example\x07link\x1b]8;;\x07",
    "\x9b2J",
    "back\x08\x08\x08\rspace",
    "::error file=x,line=1::injected",
    "%0A::stop-commands::x",
    "##[set-output name=a]b",
    "##vso[task.setvariable variable=a]b",
    "a\n::warning::b",
    "a\r\n##teamcity[buildStatus]",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title></style><!-- ]]> &amp; &#60;",
    "\u202egnp.exe\u2066",
    "zero\u200bwidth\ufeff",
    '"]; evil [label="x',
    '\\" -> b; a [URL="javascript:x"]',
    '"]\n  x --> y\n  click x "javascript:alert(1)"',
    "%%{init: {'theme':'dark'}}%%",
    "[click](http://evil.example) {0}",
    "line\u2028separator\u2029",
    "\ud800half",
    "\U000e0041tag\uffff",
    "日本語 e\u0301 👩\u200d👩\u200d👧 \t tab",
    "=HYPERLINK(1)",
)
"""Texts that try to be more than text, each to some reader of output."""

texts = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.characters(exclude_categories=()), max_size=30),
    st.text("ab# [:\n\t\r", max_size=12),
)

values: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**9), 10**9),
    st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-1000, max_value=1000),
    texts,
    st.frozensets(texts, max_size=3),
    st.just(NOON),
    st.just(NOON.time()),
    st.just(date(2026, 3, 2)),
    st.just(Decimal("12.50")),
)

leads = st.dictionaries(texts, values, max_size=4)
numbers = st.integers(-2, 10_000)
severities = st.sampled_from(Severity)


@st.composite
def spans(draw: st.DrawFn, source: Source) -> Span:
    """A span of the source: most of them inside it, some empty, some outside or upside down."""
    size = len(source.text)
    start = draw(st.integers(-3, size + 3))
    return Span(source, start, draw(st.one_of(st.just(start), st.integers(-3, size + 5))))


@st.composite
def findings(draw: st.DrawFn) -> Diagnostic:
    """A finding with anything in any of its parts."""
    sources = [Source(draw(texts), draw(policy_texts)) for _ in range(draw(st.integers(1, 2)))]
    span = st.sampled_from(sources).flatmap(spans)
    label = st.builds(Label, span, texts, st.none() | texts, st.none() | leads)
    regions = st.lists(st.builds(Region, texts, leads), max_size=7).map(tuple)
    return Diagnostic(
        Kind(draw(texts), draw(texts), draw(severities)),
        draw(texts),
        draw(st.none() | spans(sources[0])),
        draw(texts),
        tuple(draw(st.lists(label, max_size=4))),
        draw(st.none() | texts),
        draw(st.none() | texts),
        draw(st.none() | texts),
        draw(st.none() | leads),
        draw(st.none() | regions),
        fix_at=draw(st.none() | spans(sources[0])),
    )


policy_texts = st.lists(
    st.one_of(texts, st.just("when score >= 70 queue q"), st.just("x" * 300)), max_size=9
).map("\n".join)

reasons = st.builds(Reason, texts, values, st.booleans(), texts, numbers, numbers)
steps = st.builds(
    Step,
    texts,
    st.none() | texts,
    st.booleans(),
    st.booleans(),
    st.lists(reasons, max_size=8).map(tuple),
    texts,
    numbers,
)
candidates = st.builds(
    Candidate, st.integers(-1, 3), texts, st.booleans(), texts, st.booleans(), st.none() | leads
)
plans = st.lists(texts, max_size=4).map(tuple)
decisions = st.builds(Decision, st.none() | texts, st.none() | texts, plans, texts, st.none() | texts)
assignments = st.builds(
    Assignment,
    texts,
    st.sampled_from(Outcome),
    st.none() | texts,
    st.none() | st.integers(-1, 4),
    *[st.none() | texts] * 5,
    st.none() | st.just(NOON),
    st.none() | texts,
    plans,
    st.just(NOON),
    texts,
    st.booleans(),
)
explanations = st.builds(
    Explanation,
    leads,
    decisions,
    st.lists(steps, max_size=6).map(tuple),
    st.lists(candidates, max_size=14).map(tuple),
    st.none() | assignments,
    st.none() | texts,
    st.lists(texts, max_size=2).map(tuple),
)
results = st.builds(
    TestResult,
    texts,
    texts,
    st.integers(1, 10_000),
    st.booleans(),
    st.lists(texts, max_size=3).map(tuple),
    st.sampled_from(["tried", "proved", "refuted", "exact"]),
    st.integers(0, 5000),
    st.floats(0, 100),
)

_LOG_COMMAND = re.compile(r"##\w*\[")


def assert_tame(output: str, commands: bool = False) -> None:
    """The output holds nothing that acts: no controls, no turned text, no log commands; UTF-8 can hold it.

    `commands` allows lines that are commands to GitHub, for the formats that consist of them.
    """
    output.encode()
    assert output == "" or output.endswith("\n")
    for char in set(output) - {"\n"}:
        category = unicodedata.category(char)
        assert category not in ("Cc", "Cs", "Zl", "Zp"), repr(char)
        assert category != "Cf" or char in "\u200c\u200d", repr(char)
    assert not _LOG_COMMAND.search(output)
    for row in output.split("\n"):
        assert commands or not row.lstrip().startswith("::"), row
