"""What `fmt` promises for every policy that can be written, tried on generated ones."""

from __future__ import annotations

import re

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from routebook.source import Source
from routebook.syntax import tree as t
from routebook.syntax import words
from routebook.syntax.comments import scan
from routebook.syntax.format import format_file, format_source
from routebook.syntax.parse import MAX_NESTING, Parsed, parse
from support import trees

NUMBER = re.compile(r'"(?:\\.|[^"\\])*"|\b[0-9][0-9_.]*')


def read(text: str) -> Parsed:
    parsed = parse(Source("p.route", text))
    assert not parsed.findings, (text, parsed.findings)
    return parsed


def numbers(text: str) -> list[str]:
    """The numbers of a text as they are spelt."""
    return sorted(found for found in NUMBER.findall(text) if not found.startswith('"'))


@given(trees.files)
def test_what_is_written_is_read_back(file: t.File) -> None:
    text = format_file(file)
    assert read(text).file == file


@given(trees.files)
def test_a_formatted_file_stays_as_it_is(file: t.File) -> None:
    text = format_file(file)
    assert format_source(Source("p.route", text)) == text


@given(trees.files, st.data())
def test_any_layout_with_any_comments_keeps_meaning_and_comments(file: t.File, data: st.DataObject) -> None:
    source, comments = data.draw(trees.messy(format_file(file)))
    assert read(source).file == file
    text = format_source(Source("p.route", source))
    assert read(text).file == file
    assert sorted(found.text for found in scan(text).comments) == sorted(comments)
    assert format_source(Source("p.route", text)) == text


@given(trees.files, st.data())
def test_the_page_is_clean(file: t.File, data: st.DataObject) -> None:
    source, _ = data.draw(trees.messy(format_file(file)))
    text = format_source(Source("p.route", source))
    lines = text.split("\n")
    assert lines.pop() == ""
    assert all(line == line.rstrip(" \t\r") for line in lines)
    assert lines[:1] != [""]
    assert lines[-1:] != [""]
    assert ["", ""] not in [lines[i : i + 2] for i in range(len(lines))]


@given(trees.files)
def test_numbers_keep_their_spelling(file: t.File) -> None:
    written = format_file(file)
    assert numbers(format_source(Source("p.route", written))) == numbers(written)


@given(trees.expressions)
def test_an_expression_is_read_back_from_its_words(expression: t.Expr) -> None:
    file = read(f"define it = {words.expression(expression)}").file
    assert file.items[0].condition == expression  # type: ignore[union-attr]


@given(trees.expressions)
def test_brackets_change_nothing(expression: t.Expr) -> None:
    written = words.expression(expression)
    assume(written.count("(") + written.count("[") < MAX_NESTING - 2)
    file = read(f"define it = (({written}))").file
    assert file.items[0].condition == expression  # type: ignore[union-attr]


@given(trees.targets)
def test_a_target_is_read_back_from_its_words(target: t.Target) -> None:
    file = read(f"else queue first then {words.target(target)}").file
    rule = file.items[0]
    assert isinstance(rule, t.RuleItem)
    assert isinstance(rule.body, t.Action)
    assert rule.body.targets[1] == target


@settings(max_examples=30)
@given(st.lists(trees.files, min_size=2, max_size=3))
def test_items_do_not_depend_on_their_neighbours(files: list[t.File]) -> None:
    joined = "\n".join(format_file(file) for file in files)
    assert read(joined).file.items == tuple(item for file in files for item in file.items)
