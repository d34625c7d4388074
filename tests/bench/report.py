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
    own = [one_lead.measured_apart(ENGINES[0], size, deep=False) for size in SIZES]
    yield row(
        "hand-written", *(f"{pace.by_hand:,.2f} (1)" for pace in own if isinstance(pace, one_lead.Pace))
    )
    yield row(ENGINES[0].name, *map(cell, own))
    deep = [one_lead.measured_apart(ENGINES[0], size, deep=True) for size in SIZES]
    yield row(f"{ENGINES[0].name}, deep", *map(cell, deep))
    for engine in ENGINES[1:]:
        yield row(engine.name, *(cell(one_lead.measured_apart(engine, size, deep=False)) for size in SIZES))
    kept = {str(size): round(pace.ratio, 4) for size, pace in zip(SIZES, own, strict=True) if size < 10_000}  # type: ignore[union-attr]
    one_lead.BASELINE.write_text(json.dumps(kept) + "\n")
    yield "\n`Policy.decide` also makes the `Decision` that host apps see. Where a cell names leads, the engine was"
    yield f"given that few of the {one_lead.LEADS}, so that its rounds end within {one_lead.SPENT:.0f} seconds.\n"
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
    yield "Whole processes, their time on the processor; `python tests/bench/startup.py` measures these alone. What a"
    yield "check of a policy came to is kept in the user's cache folder (`ROUTEBOOK_CACHE` names another, or says"
    yield "`off`), under a key that changes with its texts, its settings and the program.\n"
    yield row("", "milliseconds", "ratio to the empty program")
    yield row("---", "---", "---")
    for name, (spent, ratio) in startup.commands().items():
        yield row(name, f"{spent:.0f}", f"{ratio:.1f}")


def cell(pace: one_lead.Pace | str) -> str:
    if isinstance(pace, str):
        return pace
    few = f", {pace.leads} leads" if pace.leads < one_lead.LEADS else ""
    return f"{pace.micros:,.2f} ({significant(pace.ratio)}{few})"


def significant(ratio: float) -> str:
    """Three digits that count, without an exponent."""
    return f"{ratio:,.0f}" if ratio >= 100 else f"{ratio:.3g}"


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
