"""`make bench`: measures everything and writes docs/performance.md."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import one_lead
import startup
import tables
from engines import ENGINES

DOC = Path(__file__).resolve().parents[2] / "docs" / "performance.md"
SIZES = one_lead.SIZES
PACKAGES = (
    "polars", "numpy", "datalogic-py", "zen-engine", "common-expression-language", "rule-engine", "cel-python",
)  # fmt: skip
HEAD = """# How fast it is

`make bench` measures all of this and writes this page; `routebook bench` measures a policy of yours.

The workload is `tests/bench/workload.py`: N ordered rules, each a conjunction of one to four tests over nine fields,
the last the default; the first rule that takes a lead is anywhere, or for most leads in the last fifth (`deep`).
5 % of the optional fields are missing. It suits an index: tests of one field each, joined by `and`. Every figure is
taken after checking that all engines decide the first hundred leads alike.
"""


def row(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def lines() -> Iterator[str]:
    """The page, line by line, as its measurements come in."""
    yield HEAD
    yield machine()
    yield "\n## One lead: microseconds (ratio to hand-written Python in the same round)\n"
    yield "A decision is the rule with its plan, of a validated lead. Peers get the record in the form they like best,"
    yield "made ready outside of what is timed; all but the decision tables try their rules one after the other.\n"
    yield row("", *(f"{size:,} rules" for size in SIZES))
    yield row(*["---"] * (len(SIZES) + 1))
    kept: dict[str, float] = {}
    for deep in (False, True):
        for engine in ENGINES if not deep else ENGINES[:1]:
            cells = []
            for size in SIZES:
                found = one_lead.measure(engine, size, deep)
                cells.append("–" if found is None else f"{found[0]:,.2f} ({found[2]:.3g})")
                if engine.name == "routebook" and not deep and found is not None:
                    kept[str(size)] = round(found[2], 4)
                    hand = f"{found[1]:.2f}"
                    HANDS.append(hand)
            yield row(f"{engine.name}{', deep' if deep else ''}", *cells)
    yield row("hand-written", *(f"{hand} (1)" for hand in HANDS))
    one_lead.BASELINE.write_text(json.dumps({size: kept[size] for size in ("10", "100", "1000")}) + "\n")
    yield "\n`Policy.decide` adds about a microsecond: it makes the `Decision` that host apps see.\n"
    yield "## A million leads in a frame: seconds, from the frame to a frame of decisions\n"
    yield "Reading and validating every value is included; each distinct value of a column is validated once.\n"
    yield row("rules", "seconds", "peak of memory, the frames included")
    yield row("---", "---", "---")
    for size in SIZES:
        seconds, memory = tables.measure(size)
        yield row(f"{size:,}", f"{seconds:.2f}", f"{memory} MB")
    yield "\n## From text to the first decision\n"
    yield row("rules", "milliseconds", "peak of memory")
    yield row("---", "---", "---")
    for size in SIZES:
        yield row(f"{size:,}", f"{startup.text_to_decision(size):,.0f}", f"{startup.memory(size):.1f} MB")
    yield "\nThe parser's tables are kept between runs in the user's cache folder; without them the first load takes"
    yield "some 0.15 s longer.\n"
    yield "## Commands, from a cold start\n"
    yield row("", "milliseconds")
    yield row("---", "---")
    for name, spent in startup.commands().items():
        yield row(name, f"{spent:.0f}")


HANDS: list[str] = []


def machine() -> str:
    found = []
    for package in PACKAGES:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            found.append(f"{package} not installed")
    load = os.getloadavg()[0]
    return (
        f"Measured on {datetime.now(UTC):%Y-%m-%d} with Python {platform.python_version()} on "
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, "
        f"load {load:.1f} at the start; {', '.join(found)}."
    )


if __name__ == "__main__":
    page = []
    for line in lines():
        page.append(line)
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
    DOC.write_text("\n".join(page) + "\n")
