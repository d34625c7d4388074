"""The parser's tables are kept between runs, and what is kept can never do harm."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from routebook.syntax import kept

GRAMMAR = 'start: "a" NAME\nNAME: /[a-z]+/\n%ignore " "'
OPTIONS: dict[str, Any] = {
    "parser": "lalr",
    "lexer": "contextual",
    "keep_all_tokens": True,
    "transformer": None,
}


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ROUTEBOOK_CACHE", str(tmp_path / "routebook"))
    return tmp_path / "routebook"


def test_what_is_kept_parses_as_what_was_made(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = kept.load(GRAMMAR, OPTIONS).parse("a bc")
    monkeypatch.setattr(kept.lark.Lark, "__init__", None)
    assert kept.load(GRAMMAR, OPTIONS).parse("a bc") == made


@pytest.mark.parametrize(
    "text", ["", "{", "{}", '{"data": {}, "memo": {}}', '{"data": {"parser": {"parser": 1}}, "memo": {}}']
)
def test_a_broken_file_is_passed_over_and_mended(cache: Path, text: str) -> None:
    kept.load(GRAMMAR, OPTIONS)
    (path,) = cache.iterdir()
    path.write_text(text)
    assert kept.load(GRAMMAR, OPTIONS).parse("a bc").children[1] == "bc"
    assert kept._read(path, OPTIONS) is not None


def test_a_file_that_others_can_write_is_passed_over(cache: Path) -> None:
    kept.load(GRAMMAR, OPTIONS)
    (path,) = cache.iterdir()
    path.chmod(0o666)
    assert kept._read(path, OPTIONS) is None


def test_another_grammar_has_a_file_of_its_own(cache: Path) -> None:
    kept.load(GRAMMAR, OPTIONS)
    kept.load(GRAMMAR.replace("[a-z]", "[A-Z]"), OPTIONS)
    assert len(list(cache.iterdir())) == 2


def test_a_folder_that_cannot_be_written_does_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ROUTEBOOK_CACHE", str(tmp_path / "file"))
    assert kept.load(GRAMMAR, OPTIONS).parse("a bc").children[1] == "bc"
