"""The canonical layout, case by case: golden files, and what is asked of each of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from routebook.diagnostics import PolicyError
from routebook.source import Source
from routebook.syntax.comments import scan
from routebook.syntax.format import format_file, format_source
from routebook.syntax.parse import parse

CASES = Path(__file__).parents[1] / "cases" / "syntax" / "format"
FILES = sorted(CASES.glob("*.route"))


def formatted(text: str) -> str:
    return format_source(Source("p.route", text))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_layout(path: Path, golden: Callable[[Path, str], None]) -> None:
    text = path.read_text(encoding="utf-8")
    after = formatted(text)
    assert formatted(after) == after
    assert parse(Source("p.route", after)).file == parse(Source("p.route", text)).file
    assert sorted(c.text for c in scan(after).comments) == sorted(c.text for c in scan(text).comments)
    golden(path.with_suffix(".formatted"), after)


def test_the_reference_policy_is_in_the_canonical_layout() -> None:
    whole = (CASES.parent / "whole.route").read_text(encoding="utf-8")
    assert formatted(whole) == whole


def test_one_line_and_many_lines_are_the_same_policy() -> None:
    whole = (CASES.parent / "whole.route").read_text(encoding="utf-8")
    one_line = (CASES / "one_line.formatted").read_text(encoding="utf-8")
    assert whole.replace("  # the rep who owns the matched account", "").startswith(one_line)


@pytest.mark.parametrize("text", ["", "\n", "  \n\t\r\n", "\ufeff", "\f"])
def test_nothing_stays_nothing(text: str) -> None:
    assert formatted(text) == ""


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("# only a comment", "# only a comment\n"),
        ("\n\n  # a\n\n\n# b  \n\n", "# a\n\n# b\n"),
        ("#a\r\n#b\r\n", "#a\n#b\n"),
        ("\ufeff# marked\n", "# marked\n"),
        ("# last\nelse queue q", "# last\nelse queue q\n"),
    ],
)
def test_comments_alone(text: str, after: str) -> None:
    assert formatted(text) == after


def test_a_comment_may_hold_anything() -> None:
    text = '# "open, { and \\ and \u2028 and # more\nelse queue q  # \' " }\n'
    assert formatted(text) == text


def test_what_looks_like_a_comment_in_a_text_is_none() -> None:
    text = 'else reject "# not a comment"  # but this is\n'
    assert formatted(text) == text


def test_text_keeps_its_letters_and_shows_what_cannot_be_seen() -> None:
    text = r'else reject "\u00fc \u20ac \ud83d\ude00 \/ \t \u0000 \u202e \u007f \u2028"' + "\n"
    assert formatted(text) == 'else reject "ü € 😀 / \\t \\u0000 \\u202e \\u007f \\u2028"\n'


def test_what_cannot_be_read_is_not_formatted() -> None:
    with pytest.raises(PolicyError) as caught:
        formatted("when score = 3 queue a\n")
    assert [finding.message for finding in caught.value.findings] == ["`=` does not compare"]


def test_a_tree_is_written_without_its_source() -> None:
    text = 'list a = ["x"]\n\nelse queue q\n'
    assert format_file(parse(Source("p.route", f"# gone\n{text}")).file) == text


@pytest.mark.parametrize(
    ("begin", "end"), [("define d = a or ", ""), ("when a or ", " queue q"), ("list l = a + ", "")]
)
def test_a_hundred_columns_are_one_line_and_one_more_are_two(begin: str, end: str) -> None:
    room = 100 - len(begin + end)
    for width, lines in ((room, 1), (room + 1, 2)):
        assert len(formatted(f"{begin}{'b' * width}{end}").splitlines()) == lines


def test_no_line_is_longer_than_it_must_be() -> None:
    for path in FILES:
        for line in path.with_suffix(".formatted").read_text(encoding="utf-8").splitlines():
            code = line.partition("  #")[0]
            assert len(code) <= 100 or "described_at_length" in code or "far_between" in code, line
