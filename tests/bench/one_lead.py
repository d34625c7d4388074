"""Decisions one by one: ratios to hand-written Python, taken in the same run.

    python tests/bench/one_lead.py            # the whole table
    python tests/bench/one_lead.py --short    # Routebook only, held to baseline.json: what CI runs

A ratio is the median over rounds of (time of the engine / time of hand-written Python in that round); times are
those of the processor, so that other work on the machine weighs less. All leads of a round are
different ones.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

import workload as w
from engines import ENGINES, Engine, by_hand

SIZES = (10, 100, 1_000, 10_000)
LEADS = 400
ROUNDS = 9
BASELINE = Path(__file__).with_name("baseline.json")
FALLEN = 4 / 3
"""A ratio that grew by more than a third fails."""


def rounds(engine: Engine, rules: Any, leads: list[dict[str, Any]], count: int) -> tuple[float, float, float]:
    """Of one engine: microseconds a lead, those of hand-written Python, and the median ratio."""
    hand, _ = by_hand(rules)
    decide, as_taken = engine.prepare(rules)
    number = getattr(decide, "number", lambda found: found)
    taken = [as_taken(lead) for lead in leads]
    for lead, record in zip(leads[:100], taken, strict=False):
        assert number(decide(record)) == hand(lead), (engine.name, lead)
    run, *now = getattr(decide, "direct", (decide,))
    mine, theirs, ratios = [], [], []
    for _ in range(count):
        spent = _pass_at(run, taken, now[0]) if now else _pass(run, taken)
        by = _pass(hand, leads)
        mine.append(spent / len(taken) * 1e6)
        theirs.append(by / len(leads) * 1e6)
        ratios.append(spent / by)
    return median(mine), median(theirs), median(ratios)


def _pass(run: Any, taken: list[Any]) -> float:
    """The time of one pass over all leads, after one that fills the processor's caches again."""
    spent = 0.0
    for _ in range(2):
        began = time.process_time()
        for record in taken:
            run(record)
        spent = time.process_time() - began
    return spent


def _pass_at(run: Any, taken: list[Any], now: Any) -> float:
    """As `_pass`, for what takes the moment beside the lead."""
    spent = 0.0
    for _ in range(2):
        began = time.process_time()
        for record in taken:
            run(record, now)
        spent = time.process_time() - began
    return spent


def measure(engine: Engine, size: int, deep: bool, count: int = ROUNDS) -> tuple[float, float, float] | None:
    """None where the engine is not installed, or not asked for so many rules."""
    if size > engine.most:
        return None
    rules = w.rules(size)
    slow = engine.slow or (engine.name != "routebook" and size >= 1_000)
    leads = w.leads(rules, 40 if slow else LEADS, deep)
    try:
        return rounds(engine, rules, leads, 3 if slow else count)
    except ImportError:
        return None


def short() -> int:
    """Hold Routebook's ratios to the kept ones: 1 where one grew by more than a third."""
    kept = json.loads(BASELINE.read_text())
    bad = 0
    for size in (10, 100, 1_000):
        found = min(measured[2] for _ in range(3) if (measured := measure(ENGINES[0], size, False, 15)))
        limit = kept[str(size)] * FALLEN
        sys.stdout.write(f"{size:>6} rules: ratio {found:.4f}, at most {limit:.4f}\n")
        bad |= found > limit
    return int(bad)


if __name__ == "__main__":
    if "--short" in sys.argv:
        sys.exit(short())
    for engine in ENGINES:
        for size in SIZES:
            found = measure(engine, size, deep=False)
            if found is not None:
                sys.stdout.write(
                    f"{engine.name} {size}: {found[0]:.2f} us, by hand {found[1]:.2f}, ratio {found[2]:.4f}\n"
                )
