"""Test results for people: the failures in full, and a line that counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, assert_never

from routebook.plan.testing import TestResult
from routebook.render.paint import EMPTY, Ink, Line, Style, line, painted
from routebook.render.visible import visible, visible_lines
from routebook.text import counted

_FEW: Final = 20
"""Up to so many tests, the passed ones are listed too; beyond, only when everything is asked for."""


def render(results: Sequence[TestResult], style: Style) -> str:
    """One line a test, the reasons of each failure, the counts."""
    return painted(_lines(results, style), style)


def _lines(results: Sequence[TestResult], style: Style) -> Iterator[Line]:
    every = style.everything or len(results) <= _FEW
    file = None
    for result in results:
        if result.passed and not every:
            continue
        if result.file != file:
            file = result.file
            yield line((visible(file), Ink.STRONG))
        yield from _result(result)
    if file is not None:
        yield EMPTY
    yield line(*_summary(results))


def _result(result: TestResult) -> Iterator[Line]:
    word = ("ok    ", Ink.GOOD) if result.passed else ("FAILED", Ink.ERROR)
    yield line("  ", word, f" {visible(result.name)} ", (f"(line {result.line}{how(result)})", Ink.FAINT))
    for failure in result.failures:
        first, *rest = visible_lines(failure)
        yield line("         ", first)
        for further in rest:
            yield line("           ", further)


def how(result: TestResult) -> str:
    """What is known of the fields that the test leaves out, as an afterthought to its place."""
    match result.proof:
        case "exact":
            return ""
        case "proved":
            return ", proved for every lead like it"
        case "refuted":
            return f", held for {counted(result.tried, 'lead')} on trial, refuted by a proof"
        case "tried":
            return f", tried on {counted(result.tried, 'lead')}"
        case _:
            assert_never(result.proof)


def _summary(results: Sequence[TestResult]) -> Iterator[str | tuple[str, Ink]]:
    if not results:
        yield "no tests"
        return
    failed = sum(not result.passed for result in results)
    yield f"{counted(len(results), 'test')}: "
    yield f"{len(results) - failed:,} passed", Ink.GOOD if not failed else Ink.PLAIN
    if failed:
        yield ", "
        yield f"{failed:,} failed", Ink.ERROR
    yield f" in {sum(result.seconds for result in results):.2f} s"
