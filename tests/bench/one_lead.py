"""Decisions one by one: ratios to hand-written Python, taken in the same run.

    python tests/bench/one_lead.py            # the whole table
    python tests/bench/one_lead.py --short    # Routebook only, held to baseline.json: what CI runs

A ratio is the median over rounds of (time of the engine / time of hand-written Python in that round); times are
those of the processor, so that other work on the machine weighs less. All leads of a round are
different ones; an engine that is slow gets fewer of them, and each engine and size a process of its own.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

import workload as w
from engines import ENGINES, Engine, by_hand

SIZES = (10, 100, 1_000, 10_000)
LEADS = 400
ROUNDS = 9
SPENT = 12.0
"""Seconds that the rounds of an engine at one size may take; one for which that is not enough gets fewer leads."""

PATIENCE = 400.0
"""Seconds after which an engine at one size is given up, its preparation included."""

BASELINE = Path(__file__).with_name("baseline.json")
FALLEN = 4 / 3
"""A ratio that grew by more than a third fails."""

TRIES = 6
"""So often is a ratio measured before it counts as fallen: a neighbour on the machine is not a slower program."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Microseconds a lead, those of hand-written Python, the median ratio, and of how many leads."""

    micros: float
    by_hand: float
    ratio: float
    leads: int


def rounds(engine: Engine, rules: Any, leads: list[dict[str, Any]], count: int) -> Pace:
    """The pace of one engine. It is made sure first that it decides as the hand-written function does."""
    hand, _ = by_hand(rules)
    decide, as_taken = engine.prepare(rules)
    number = getattr(decide, "number", lambda found: found)
    few = _affordable(decide, as_taken, leads, count)
    leads = leads[:few]
    taken = [as_taken(lead) for lead in leads]
    for lead, record in zip(leads[:100], taken, strict=False):
        assert number(decide(record)) == hand(lead), (engine.name, lead)
    run, *now = getattr(decide, "direct", (decide,))
    mine, theirs, ratios = [], [], []
    for _ in range(count if few == LEADS else 3):
        spent = _pass_at(run, taken, now[0]) if now else _pass(run, taken)
        by = _pass(hand, leads)
        mine.append(spent / len(taken) * 1e6)
        theirs.append(by / len(leads) * 1e6)
        ratios.append(spent / by)
    return Pace(median(mine), median(theirs), median(ratios), few)


def _affordable(decide: Any, as_taken: Any, leads: list[dict[str, Any]], count: int) -> int:
    """So many leads that all rounds, of two passes each, take no longer than they may."""
    first, *few = (as_taken(lead) for lead in leads[:4])
    decide(first)  # what is made ready for the first lead is no part of a lead's time
    began = time.process_time()
    for record in few:
        decide(record)
    spent = (time.process_time() - began) / len(few)
    if spent * 2 * count * len(leads) <= SPENT:
        return len(leads)
    return max(3, min(len(leads), int(SPENT / (spent * 6))))


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


def measure(engine: Engine, size: int, deep: bool, count: int = ROUNDS) -> Pace | None:
    """None where the engine is not installed."""
    rules = w.rules(size)
    leads = w.leads(rules, LEADS, deep)
    try:
        return rounds(engine, rules, leads, count)
    except ImportError:
        return None


def measured_apart(engine: Engine, size: int, deep: bool) -> Pace | str:
    """The same in a process of its own; a word where there is nothing to measure."""
    words = [sys.executable, __file__, "--one", engine.name, str(size), str(int(deep))]
    try:
        ended = subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        return f"over {PATIENCE:.0f} s to begin"
    if ended.returncode != 0:
        sys.stderr.write(ended.stderr)
        return "fails"
    said = json.loads(ended.stdout)
    return "not installed" if said is None else Pace(**said)


def one(name: str, size: str, deep: str) -> None:
    """Measure one engine at one size, and say it as JSON."""
    engine = next(each for each in ENGINES if each.name == name)
    found = measure(engine, int(size), deep == "1")
    sys.stdout.write(json.dumps(None if found is None else asdict(found)))


def short() -> int:
    """Hold Routebook's ratios to the kept ones: 1 where one grew by more than a third."""
    kept = json.loads(BASELINE.read_text())
    bad = 0
    for size in (10, 100, 1_000):
        limit, found = kept[str(size)] * FALLEN, float("inf")
        for _ in range(TRIES):
            pace = measure(ENGINES[0], size, False, 15)
            assert pace is not None
            found = min(found, pace.ratio)
            if found <= limit:
                break
        sys.stdout.write(f"{size:>6} rules: ratio {found:.4f}, at most {limit:.4f}\n")
        bad |= found > limit
    return int(bad)


if __name__ == "__main__":
    if "--short" in sys.argv:
        sys.exit(short())
    if "--one" in sys.argv:
        one(*sys.argv[2:])
        sys.exit()
    for engine in ENGINES:
        for size in SIZES:
            found = measured_apart(engine, size, deep=False)
            told = (
                found
                if isinstance(found, str)
                else f"{found.micros:.2f} us, by hand {found.by_hand:.2f}, ratio {found.ratio:.4f}, {found.leads} leads"
            )
            sys.stdout.write(f"{engine.name} {size}: {told}\n")
            sys.stdout.flush()
