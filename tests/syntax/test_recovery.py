"""One mistake is one finding: damage is done to a good policy, token by token, and what is said is counted."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routebook.source import Source
from routebook.syntax import tree as t
from routebook.syntax.parse import MAX_SYNTAX_ERRORS, parse
from support.trees import TOKEN

POLICY = (Path(__file__).parents[1] / "cases" / "syntax" / "whole.route").read_text(encoding="utf-8")
TOKENS = [found.span() for found in TOKEN.finditer(POLICY)]


def findings_after(start: int, end: int, instead: str) -> int:
    return len(parse(Source("p.route", POLICY[:start] + instead + POLICY[end:])).findings)


def test_the_policy_is_good() -> None:
    assert not parse(Source("p.route", POLICY)).findings


@pytest.mark.parametrize(
    ("instead", "alone"),
    [("", 0.98), ("§", 0.98), (" and ", 0.98), ("}", 0.9)],
    ids=["left out", "a stray sign", "a stray word", "a stray brace"],
)
def test_one_mistake_is_one_finding(instead: str, alone: float) -> None:
    counts = [findings_after(start, end, instead) for start, end in TOKENS[::2]]
    assert max(counts) <= 2
    assert sum(count <= 1 for count in counts) / len(counts) >= alone


@given(
    st.lists(
        st.tuples(st.sampled_from(TOKENS), st.sampled_from(["", "{", "}", "(", '"', "when", "§"])), max_size=9
    )
)
def test_no_damage_is_too_much(damage: list[tuple[tuple[int, int], str]]) -> None:
    text = POLICY
    for (start, end), instead in sorted(damage, reverse=True):
        text = text[:start] + instead + text[end:]
    parsed = parse(Source("p.route", text))
    assert len(parsed.findings) <= MAX_SYNTAX_ERRORS + 1
    for item in parsed.file.items:
        assert 0 <= item.span.start <= item.span.end <= len(text)


@given(st.text(alphabet='{}()[]"\\#=<>.,:;-+ \n%§whenlsqu_09', max_size=60))
def test_no_text_is_too_odd(text: str) -> None:
    for finding in parse(Source("p.route", text)).findings:
        assert finding.span is not None
        assert 0 <= finding.span.start <= finding.span.end <= len(text)


def kept(text: str) -> list[str]:
    """The items of a text by their kinds, what is broken left out."""
    items = parse(Source("p.route", text)).file.items
    return [type(item).__name__ for item in items if not isinstance(item, t.BrokenItem)]


def test_a_broken_field_does_not_lose_its_lead() -> None:
    text = "lead {\n  a: id\n  b: intt\n  c: text\n}\nelse queue q\n"
    items = parse(Source("p.route", text)).file.items
    leads = [item for item in items if isinstance(item, t.LeadItem)]
    assert [field.name.text for field in leads[0].fields] == ["a", "c"]
    broken = [item for item in items if isinstance(item, t.BrokenItem)]
    assert [sorted(item.words) for item in broken] == [["b", "intt"]]


def test_a_missing_brace_loses_nothing() -> None:
    text = 'lead {\n  a: id\n\nlist l = ["x"]\n\nwhen a in l {\n  else queue q\n\nsla s {\n  respond within 2h\n}\n'
    assert kept(text) == ["LeadItem", "ListItem", "RuleItem", "SlaItem"]


def test_an_item_before_a_stray_word_is_kept() -> None:
    assert kept('list l = ["x"]\nhmm\nelse queue q\n') == ["ListItem", "RuleItem"]


def test_a_name_may_be_the_word_of_an_item() -> None:
    text = (
        'lead {\nlist: text\nrule: id\ntest: integer\n}\nsource source {\nsource from "x"\nlist from "y"\n}\n'
    )
    assert not parse(Source("p.route", text)).findings
