"""`test --coverage` and `--generate`: what tests cover, and the tests that are missing."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from routebook import api
from routebook.analysis.coverage import coverage, missing_tests
from routebook.analysis.model import Progress
from routebook.cli.options import Budget
from routebook.cli.outputs import text_to
from routebook.cli.stdin import STDIN_NAME
from routebook.cli.streams import emit, say
from routebook.codegen.compiled import asks_now
from routebook.files import ENDING, TEST_ENDING
from routebook.plan.testing import TestResult
from routebook.render import coverage as render
from routebook.render.coverage import Covered
from routebook.render.paint import style_for
from routebook.render.visible import visible
from routebook.source import Source
from routebook.syntax.format import format_source
from routebook.text import counted


def covered(policies: Sequence[api.Policy], least: int, time: Budget, progress: Progress) -> list[Covered]:
    """What the tests of each policy cover. `least` is the percentage asked for."""
    return [
        Covered(
            policy.checked.files[0].name,
            coverage(policy.tree, policy.checked.tests, time.left(), progress),
            least,
            asks_now(policy.tree),
        )
        for policy in policies
    ]


def show(results: Sequence[TestResult], found: Sequence[Covered], format_: str, shown: str) -> None:
    """Write results, `shown` as their format has them, with the coverage where that format has a place for it."""
    style = style_for(sys.stdout)
    match format_:
        case "json":
            emit(render.json(results, found))
        case "sarif":
            emit(render.sarif_log(results, found))
        case "text":
            emit(shown + render.text(found, style))
        case "github":
            emit(shown + render.github(found))
        case _:
            emit(shown)
            say(render.text(found, style_for(sys.stderr)).strip("\n"))


def generate(policy: api.Policy, time: Budget, progress: Progress) -> bool:
    """Write the tests that are missing to the file of tests beside the policy; whether there were any.

    For a policy on standard input they go to standard output. Raises `OutputError`.
    """
    found = missing_tests(policy.tree, policy.checked.tests, policy.leaf, time.left(), progress)
    name = policy.checked.files[0].name
    tests = found.tests
    if found.undecided:
        lacking = counted(found.undecided, "rule or side of a condition", "rules or sides of conditions")
        say(f"note: {visible(name)} has no test of {lacking}, for which no lead was found or ruled out")
    if not tests:
        return False
    text = format_source(Source(name, "\n".join(tests)))
    if name == STDIN_NAME:
        emit(text)
        return False
    path = Path(name.removesuffix(ENDING).removesuffix("_test") + TEST_ENDING)
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    with text_to(path) as stream:
        stream.write(f"{before.rstrip()}\n\n{text}" if before.strip() else text)
    say(f"{counted(len(tests), 'test')} written to {visible(str(path))}")
    return True
