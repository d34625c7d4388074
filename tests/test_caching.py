"""What is kept between runs: where, for whom, and that it never does harm."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from routebook import caching


def test_the_variable_moves_the_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ROUTEBOOK_CACHE", str(tmp_path / "here"))
    assert caching.folder() == tmp_path / "here"


@pytest.mark.parametrize("word", ["off", "0", "OFF", "none"])
def test_the_variable_turns_keeping_off(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setenv("ROUTEBOOK_CACHE", word)
    assert caching.folder() is None


@pytest.mark.skipif(os.name == "nt", reason="Unix keeps its caches so")
def test_unix_keeps_it_in_the_users_cache_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("ROUTEBOOK_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert caching.folder() == tmp_path / "routebook"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path))
    found = caching.folder()
    assert found is not None
    assert found.is_relative_to(tmp_path)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "new" / "thing"
    caching.write(path, "a\nb")
    assert caching.read(path) == "a\nb"
    assert [each.name for each in path.parent.iterdir()] == ["thing"]
    assert path.stat().st_mode & 0o077 == 0


def test_what_others_can_write_and_what_is_no_text_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "thing"
    assert caching.read(path) is None
    path.write_bytes(b"\xff\xfe\x00")
    assert caching.read(path) is None
    path.write_text("fine")
    path.chmod(0o666)
    assert caching.read(path) is None
    assert caching.read(tmp_path) is None


def test_a_folder_that_cannot_be_written_does_not_matter(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    caching.write(tmp_path / "file" / "thing", "x")
    assert (tmp_path / "file").read_text() == ""
