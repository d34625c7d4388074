"""What the analyser is held to, with counts: every law over random policies, and how many leads were walked for it.

    python tests/analysis/trust.py [--rounds N]

Every test of this folder that is run for a `seed` draws a random policy and compares what a proof says about it with
what its leads show, or with what another proof says of an edit that changes nothing. Here they run as in
`make test`, and are counted. A policy of which the proof left the question open is counted apart (`not decided`),
and one that has nothing to ask about (no two rules after one another, for a law about two such rules) as nothing.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
COLUMNS = ("policies", "leads walked", "not decided", "disagreements")


class Counts:
    """A plugin of pytest that counts, for each test that is run for seeds, what came of it."""

    def __init__(self) -> None:
        self.of: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Iterator[None]:
        outcome: Any = yield
        report: pytest.TestReport = outcome.get_result()
        if report.when != "call":
            return
        from support import small_policies

        walked, small_policies.DRAWN = small_policies.DRAWN, 0
        if "seed" not in getattr(getattr(item, "callspec", None), "params", {}):
            return
        count = self.of[item.path.stem, _law(item)]
        if report.skipped:
            reason = str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else ""
            count["not decided"] += small_policies.NOT_DECIDED in reason
            return
        count["policies"] += 1
        count["leads walked"] += walked
        count["disagreements"] += report.failed


def _law(item: pytest.Item) -> str:
    """The first line of the test's docstring, or its name in words."""
    function: Any = getattr(item, "function", None)
    words = item.name.split("[")[0].removeprefix("test_").replace("_", " ")
    text = (function.__doc__ or words).strip().split("\n")[0]
    return f"{text[0].upper()}{text[1:]}".rstrip(".").replace("|", "\\|")


def table(counts: Counts) -> str:
    """The counts as a table in markdown."""
    lines = [f"| law | {' | '.join(COLUMNS)} |", "| --- |" + " ---: |" * len(COLUMNS)]
    for (_, law), count in sorted(counts.of.items()):
        lines.append(f"| {law} | {' | '.join(f'{count[name]:,}' for name in COLUMNS)} |")
    total = sum(counts.of.values(), Counter[str]())
    lines.append(f"| **all** | {' | '.join(f'**{total[name]:,}**' for name in COLUMNS)} |")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description="Count what the analyser is held to.")
    parser.add_argument("--rounds", type=int, default=150, help="policies a law, at most (default: 150)")
    options = parser.parse_args()
    os.environ["ROUTEBOOK_ROUNDS"] = str(options.rounds)
    os.environ["CI"] = "true"  # the same examples every time
    counts = Counts()
    arguments = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", str(HERE)]
    began = time.process_time()
    code = pytest.main(arguments, plugins=[counts])
    print(f"\n{table(counts)}\n\n{time.process_time() - began:.0f} s of processor time")
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
