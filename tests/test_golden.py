"""The golden-file fixture itself: a check that cannot fail checks nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

CONFTEST = Path(__file__).with_name("conftest.py")


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    """A suite of one test, which renders two lines and compares them with case.txt."""
    pytester.makeconftest(CONFTEST.read_text(encoding="utf-8"))
    pytester.makepyfile(
        """
        from pathlib import Path

        def test_case(golden):
            golden(Path(__file__).parent / "case" / "case.txt", "one\\ntwo\\n")
        """
    )
    return pytester


def write(suite: pytest.Pytester, text: str) -> Path:
    path = suite.path / "case" / "case.txt"
    path.parent.mkdir()
    path.write_bytes(text.encode())
    return path


def test_an_equal_file_passes(suite: pytest.Pytester) -> None:
    write(suite, "one\ntwo\n")
    suite.runpytest("-p", "no:xdist").assert_outcomes(passed=1)


def test_a_missing_file_fails_and_is_not_written(suite: pytest.Pytester) -> None:
    result = suite.runpytest("-p", "no:xdist")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*case.txt is missing: run pytest --update-golden*"])
    assert not (suite.path / "case").exists()


def test_a_difference_fails_with_a_diff(suite: pytest.Pytester) -> None:
    path = write(suite, "one\n2")
    result = suite.runpytest("-p", "no:xdist")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*(golden)", "*(now)", " one", "-2", "*no newline*", "+two"])
    assert path.read_bytes() == b"one\n2"


def test_line_endings_count(suite: pytest.Pytester) -> None:
    write(suite, "one\r\ntwo\r\n")
    suite.runpytest("-p", "no:xdist").assert_outcomes(failed=1)


@pytest.mark.parametrize("before", [None, "something else\n"], ids=["missing", "different"])
def test_updating_writes_the_file(suite: pytest.Pytester, before: str | None) -> None:
    if before is not None:
        write(suite, before)
    suite.runpytest("-p", "no:xdist", "--update-golden").assert_outcomes(passed=1)
    assert (suite.path / "case" / "case.txt").read_bytes() == b"one\ntwo\n"
