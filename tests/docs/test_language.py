"""The language reference says what is so: its examples check, its tables are in step with the code."""

from __future__ import annotations

import re
from typing import Final

import pytest

from conftest import Golden
from routebook import api
from routebook.check.definitions import MAX_DEPTH
from routebook.check.imports import MAX_FILES
from routebook.check.schema import REP_FIELDS
from routebook.diagnostics import PolicyError
from routebook.operators import OPERATORS, Operator, Takes
from routebook.source import Source
from routebook.syntax.format import format_source
from routebook.syntax.literals import MAX_DURATION
from routebook.syntax.parse import MAX_NESTING, MAX_SYNTAX_ERRORS
from routebook.syntax.vocabulary import RESERVED
from routebook.types import MAX_DIGITS
from support.documents import ROOT, Block, blocks, section

PAGE: Final = ROOT / "docs" / "language.md"
BLOCKS: Final = [block for block in blocks(PAGE) if block.info.partition(" ")[0] == "route"]
WHOLE: Final = [block for block in BLOCKS if block.info == "route"]
ITEMS: Final = [block for block in BLOCKS if block.info == "route items"]
(REFERENCE,) = (block for block in BLOCKS if block.info == "route reference")


def _lead() -> str:
    found = re.search(r"^lead \{.*?^\}$", WHOLE[0].text, re.MULTILINE | re.DOTALL)
    assert found is not None
    return f'policy "Examples"\n\n{found[0]}\n\n{REFERENCE.text}'


def _lines(info: str) -> list[str]:
    return [line for block in BLOCKS if block.info == info for line in block.text.splitlines()]


def _name(block: Block) -> str:
    return f"line {block.line}"


def test_every_example_is_of_a_kind_that_is_checked() -> None:
    known = {"route", "route items", "route reference", "route conditions", "route refused"}
    assert {block.info for block in BLOCKS} == known


@pytest.mark.parametrize("block", WHOLE, ids=_name)
def test_whole_policies_check(block: Block) -> None:
    assert not api.check(block.text)


@pytest.mark.parametrize("block", ITEMS, ids=_name)
def test_items_check_with_the_lead_and_reps_of_the_page(block: Block) -> None:
    found = [f"{finding.code} {finding.message}" for finding in api.check(f"{_lead()}\n{block.text}")]
    assert not [finding for finding in found if not finding.startswith("RB2")]


@pytest.mark.parametrize("block", [*WHOLE, *ITEMS, REFERENCE], ids=_name)
def test_examples_are_laid_out_canonically(block: Block) -> None:
    assert format_source(Source("page", block.text)) == block.text


@pytest.mark.parametrize("condition", _lines("route conditions"))
def test_conditions_check(condition: str) -> None:
    api.loads(f"{_lead()}\nwhen {condition} queue q\n\nelse queue r\n")


@pytest.mark.parametrize("line", _lines("route refused"))
def test_what_the_page_says_is_refused_is_refused_for_that_reason(line: str) -> None:
    condition, code, words = (part.strip() for part in re.split(r"\s#\s|(?<=RB\d{3}):", line))
    with pytest.raises(PolicyError) as caught:
        api.loads(f"{_lead()}\nwhen {condition} queue q\n\nelse queue r\n")
    (finding,) = caught.value.findings
    assert finding.code == code
    assert words in f"{finding.message} / {finding.label} / {finding.help}"


# --- Tables -----------------------------------------------------------------------------------------------

_TAKES: Final[dict[Takes, str]] = {
    Takes.ALIKE: "two values of one type",
    Takes.ORDERED: "numbers, dates, times or moments",
    Takes.RANGE: "a number, date, time or moment, and two bounds",
    Takes.MEMBER: "a text, country, id or rep, and a list or a set",
    Takes.SET_MEMBER: "a set, and one text",
    Takes.SET_MEMBERS: "a set, and a list or another set",
    Takes.SUBSTRING: "a text, email or id, and a text in quotes",
    Takes.PATTERN: "a text, email or id, and a pattern in quotes",
    Takes.PRESENCE: "any field",
    Takes.TRUTH: "a `bool`",
}

_EXAMPLE_LEAD: Final = """
lead {
  score: integer 0..100
  industry: one of ["health", "finance"]
  country: country
  company: text
  title: text
  email: email
  products: set of ["crm", "voice"]
  deal_value: decimal 0.. optional
  employees: integer 1.. optional
  is_customer: bool
}
"""


def _row(row: Operator) -> str:
    written = "the bare name" if row.takes is Takes.TRUTH else f"`{row.name}`"
    return f"| {written} | {_TAKES[row.takes]} | {row.doc} | `{row.example.replace('|', chr(92) + '|')}` |\n"


def test_the_table_of_operators_is_the_table_of_operators(golden: Golden) -> None:
    head = "| operator | between | holds when | for example |\n| --- | --- | --- | --- |\n"
    text = PAGE.read_text(encoding="utf-8")
    start, end = section(text, "operators")
    golden(PAGE, text[:start] + head + "".join(map(_row, OPERATORS.values())) + text[end:])


@pytest.mark.parametrize("row", OPERATORS.values(), ids=lambda row: row.name)
def test_the_examples_of_operators_check(row: Operator) -> None:
    api.loads(f"{_EXAMPLE_LEAD}\nwhen {row.example} queue q\n\nelse queue r\n")


def test_the_reserved_words_are_the_reserved_words(golden: Golden) -> None:
    text = PAGE.read_text(encoding="utf-8")
    start, end = section(text, "reserved words")
    golden(PAGE, text[:start] + " ".join(f"`{word}`" for word in sorted(RESERVED)) + "\n" + text[end:])


_LIMITS: Final = (
    ("digits of a number", f"{MAX_DIGITS} before the point and {MAX_DIGITS} after it"),
    ("durations", f"from `1m` to `{MAX_DURATION.days}d`"),
    ("brackets inside each other, with each `not` and `-` before them", str(MAX_NESTING)),
    ("conditions inside each other, through defines, derives and points", str(MAX_DEPTH)),
    ("files that a policy imports", f"{MAX_FILES:,}"),
    ("syntax errors reported for one file", str(MAX_SYNTAX_ERRORS)),
)


def test_the_limits_are_the_limits(golden: Golden) -> None:
    text = PAGE.read_text(encoding="utf-8")
    start, end = section(text, "limits")
    rows = "".join(f"| {what} | {limit} |\n" for what, limit in _LIMITS)
    golden(PAGE, f"{text[:start]}| what | limit |\n| --- | --- |\n{rows}{text[end:]}")


def test_every_field_that_all_reps_have_is_named() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for field in REP_FIELDS:
        assert f"`rep.{field.name}`" in text
