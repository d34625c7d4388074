"""A million leads in a frame: seconds, and memory as the rows grow."""

from __future__ import annotations

import random
import resource
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

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


WHOLE_LANGUAGE = """
lead {
  id: id
  score: integer 0..100
  size: integer 0.. optional
  value: decimal 0.. optional
  country: country
  title: text optional
  vip: bool
  tags: set of text
  email: email optional
  made: datetime
}
define big = value / size > 250 or size >= 1000
points heat 0..90 { add 20 when score > 50 add 3 per size up to 30 subtract 5 when country in ["FR"] add 9 when big }
derive band: text { when heat > 50 and not vip then "hot" when heat > 20 then "warm" else "cold" }
when band == "hot" and email.domain ends with "7.example" queue hot
when tags has any ["x"] and (vip or big) queue tagged
when value - score * 10 > 99_000 queue worth
when title matches "^(chief|head) .*sales" and not vip queue chiefs
when made.hour < 3 and made.weekday in ["sat", "sun"] queue early
when band == "warm" and country not in ["DE", "AT"] queue warm
when title contains "vp" or title starts with "dir" queue seniors
else queue rest
"""


def whole_language(rows: int = 30_000) -> tuple[float, float, float]:
    """CPU seconds over leads that hardly repeat, by a policy that uses the whole language.

    By columns; by the compiled policy in a loop over validated leads; and with validation in the loop.
    """
    chance = random.Random(5)
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    leads = [
        {
            "id": f"L{place}",
            "score": chance.randrange(101),
            "size": chance.choice([None, chance.randrange(3_000)]),
            "value": chance.choice([None, chance.randrange(200_000)]),
            "country": chance.choice(w.COUNTRIES),
            "title": chance.choice(
                [None, "VP Sales", "Head of sales", "Director", f"Engineer {place % 500}"]
            ),
            "vip": chance.random() < 0.2,
            "tags": chance.choice([[], ["x"], ["y", "z"]]),
            "email": f"user{place}@company{chance.randrange(200)}.example",
            "made": begin + timedelta(minutes=chance.randrange(200_000)),
        }
        for place in range(rows)
    ]
    policy = loads(WHOLE_LANGUAGE)
    table, frame = Table(policy), pl.DataFrame(leads, infer_schema_length=None)
    valid = [policy.lead(lead) for lead in leads]

    def by_columns() -> list[str | None]:
        return table.decide(frame, begin)["rule"].to_list()

    def decided() -> list[str | None]:
        return [None if (leaf := policy.leaf(lead, begin)) is None else leaf.rule for lead in valid]

    def validated() -> list[str | None]:
        return [policy.decide(lead, begin).rule for lead in frame.iter_rows(named=True)]

    assert by_columns() == decided()
    return cpu(by_columns), cpu(decided), cpu(validated)


def cpu(action: Callable[[], object], rounds: int = 3) -> float:
    """CPU seconds, the best of some rounds."""
    times = []
    for _ in range(rounds):
        began = time.process_time()
        action()
        times.append(time.process_time() - began)
    return min(times)


if __name__ == "__main__":
    sys.stdout.write(
        "whole language: {:.2f} s by columns, {:.2f} s in a loop, {:.2f} s with validation\n".format(
            *whole_language()
        )
    )
    for size in SIZES:
        seconds, memory = measure(size)
        sys.stdout.write(f"{size:>6} rules: {seconds:.2f} s, {memory} MB\n")
