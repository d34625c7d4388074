"""Policies of any size and shape: no traceback, no hang, and time in proportion to their length."""

from __future__ import annotations

from time import process_time

import pytest

from routebook.source import Source
from routebook.syntax import kinds
from routebook.syntax import tree as t
from routebook.syntax.format import format_source
from routebook.syntax.parse import MAX_NESTING, Parsed, parse

MANY = 10_000
RULE = """rule r{0} "Rule number {0}"
  when industry in ["health", "finance"] and score >= {0} and country in ["DE", "AT", "CH"]
  assign pool senior_health by availability
    where rep.languages has language
    then pool health by round_robin
  under fast_response
"""


def read(text: str) -> Parsed:
    return parse(Source("p.route", text))


DEEP = {
    "round brackets": "when " + "(" * MANY + "x" + ")" * MANY + " queue a",
    "square brackets": "list a = " + "[" * MANY + "]" * MANY,
    "blocks": "when a {" * MANY + "}" * MANY,
    "blocks that are never closed": "when a {\n" * MANY,
    "splits": "else " + 'split "s" by id { 100% ' * MANY + "queue a" + "}" * MANY,
    "not": "define a = " + "not " * MANY + "x",
    "not, with comments": "define a = " + "not # why\n" * MANY + "x",
    "not and brackets in turns": "define a = " + "not (" * MANY + "x" + ")" * MANY,
    "signs": "define a = " + "- " * MANY + "x > 3",
    "operators of all levels": "define a = " + "a or b and not c == d + e * -(" * MANY + "x" + ")" * MANY,
}


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP.keys())
def test_what_is_nested_too_deeply_is_one_finding(text: str) -> None:
    (finding,) = read(text).findings
    assert finding.kind is kinds.NESTED_TOO_DEEPLY
    assert finding.message == f"this is nested more than {MAX_NESTING} levels deep"


@pytest.mark.parametrize("case", DEEP)
def test_blocks_are_not_to_be_given_names(case: str) -> None:
    (finding,) = read(DEEP[case]).findings
    assert finding.help is not None
    assert ("define" in finding.help) == (case not in ("blocks", "blocks that are never closed", "splits"))


@pytest.mark.parametrize("level", ["(", "a or b and c == d + e * (", "not (", "-(", "a + (b and (c or "])
def test_what_is_nested_as_deeply_as_can_be_is_formatted(level: str) -> None:
    deepest = None
    for times in range(1, MAX_NESTING + 2):
        text = f"define d = {level * times}x{')' * (level.count('(') * times)}\n"
        if not read(text).findings:
            deepest = text
    assert deepest is not None
    after = format_source(Source("p.route", deepest))
    assert read(after).file == read(deepest).file
    broken = read(deepest.replace("x", "x $"))
    assert [finding.kind for finding in broken.findings] == [kinds.SYNTAX_ERROR]


LONG = {
    "or": "define a = " + " or ".join(f"f{i} == {i}" for i in range(MANY)),
    "and": "define a = " + " and ".join(f"f{i}" for i in range(MANY)),
    "sums": "define a = " + " + ".join(f"f{i}" for i in range(MANY)) + " > 3",
    "products": "define a = " + " * ".join(f"f{i}" for i in range(MANY)) + " > 3",
    "lists": "list a = [" + ", ".join(f'"{i:05}"' for i in range(MANY)) + "]",
    "sums of lists": "list a = " + " + ".join(f'["{i}"]' for i in range(MANY)),
    "fields": "lead {" + " ".join(f"f{i}: integer optional" for i in range(MANY)) + "}",
    "then": "else queue a" + " then queue b" * MANY,
    "arms": 'else split "s" by id {' + " 1% queue a" * MANY + "}",
    "maps": 'source s { a from "a" map {' + ", ".join(f'"{i}" to {i}' for i in range(MANY)) + "} }",
    "expectations": 'test "t" {' + " expect reject" * MANY + "}",
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG.keys())
def test_what_is_long_is_read_and_formatted(text: str) -> None:
    parsed = read(text)
    assert not parsed.findings
    after = format_source(parsed.source)
    assert read(after).file == parsed.file


@pytest.mark.slow
def test_ten_thousand_rules() -> None:
    text = "\n".join(RULE.format(i) for i in range(MANY))
    begin = process_time()
    parsed = read(text)
    read_in = process_time() - begin
    assert not parsed.findings
    assert len(parsed.file.items) == MANY
    assert format_source(parsed.source) == text
    formatted_in = process_time() - begin - read_in
    assert read_in < 30
    assert formatted_in < 45


@pytest.mark.slow
def test_five_megabytes() -> None:
    text = "\n".join(RULE.format(i) for i in range(5_000_000 // (len(RULE) + 10)))
    begin = process_time()
    parsed = read(text)
    assert process_time() - begin < 50
    assert not parsed.findings
    assert all(isinstance(item, t.RuleItem) for item in parsed.file.items)


ODD = {
    "lines of words": "foo bar baz\n" * 200_000,
    "words on a line": "foo bar baz " * 200_000,
    "a text": 'policy "' + "x" * 3_000_000 + '"',
    "a text that is never closed": 'policy "' + "x" * 3_000_000,
    "backslashes": 'list a = "' + "\\" * 300_000,
    "quotes": '"' * 300_001,
    "opening braces": "{" * 2_000_000,
    "closing braces": "}" * 2_000_000,
    "pairs of braces": "{}" * 500_000,
    "comments": "# comment\n" * 300_000,
    "NUL characters": "\0" * 2_000_000,
    "spaces": " " * 3_000_000,
    "digits": "list a = " + "1" * 2_000_000,
    "a name": "define " + "x" * 2_000_000 + " = y",
    "members without commas": "list a = [" + '"x" ' * 100_000 + "]",
    "rules with a mistake each": "".join(f"rule r{i}\n  when a = {i}\n  queue b\n\n" for i in range(30_000)),
    "a block of rules with a mistake each": "when a {\n" + "  when a = 1 queue b\n" * 30_000 + "}",
    "mistakes at the end of a block": "when a {\n"
    + "  when a == 1 queue b\n" * 3_000
    + "  when a = 1 queue b\n" * 30
    + "}",
    "a block that is never closed": "lead {\n a: id\n" + "when a == 1 queue b\n" * 10_000,
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD.keys())
def test_what_is_odd_takes_no_longer(text: str) -> None:
    begin = process_time()
    parsed = read(text)
    assert process_time() - begin < 20
    assert len(parsed.findings) <= 21
