"""A million leads in a frame: seconds, and memory as the rows grow."""

from __future__ import annotations

import resource
import sys
import time

import polars as pl
import workload as w

from routebook.api import loads
from routebook.tables import Table

SIZES = (10, 100, 1_000, 10_000)


def frame(rules: list[list[w.Predicate]], rows: int) -> pl.DataFrame:
    """So many leads, from some thousands of different ones."""
    leads = w.leads(rules, 10_000 if len(rules) < 5_000 else 2_000)
    whole = {"employees": pl.Int64, "deal_value": pl.Int64}
    few = pl.DataFrame(leads, schema_overrides=whole)
    return pl.concat([few] * (rows // few.height))


def measure(size: int, rows: int = 1_000_000, rounds: int = 3) -> tuple[float, int]:
    """The best of some rounds in seconds, from the frame to its decisions, and the peak of memory in MB."""
    rules = w.rules(size)
    policy = loads(w.policy_text(rules))
    leads = frame(rules, rows)
    table = Table(policy)
    found = table.decide(leads.head(1_000))["rule"].to_list()
    assert found == [policy.decide(lead).rule for lead in leads.head(1_000).iter_rows(named=True)]
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        table.decide(leads)
        times.append(time.perf_counter() - began)
    return min(times), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    for size in SIZES:
        seconds, memory = measure(size)
        sys.stdout.write(f"{size:>6} rules: {seconds:.2f} s, {memory} MB\n")
