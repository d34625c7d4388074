"""`routebook decide` over whole files: CPU seconds and peak memory of a process, next to peers, and as files grow.

Leads have ids and addresses of their own; the output is JSON Lines. The peers write the same decisions: a polars
`when/then` chain, and a hand-written function in a loop over the rows of Python's CSV reader. Neither validates a
lead, the loop turns numbers into integers.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

SIZES = (10, 100, 1_000)
ROWS = 1_000_000
HERE = Path(__file__).parent

LOOP = """
import csv, json, sys
sys.path.insert(0, {here!r})
import workload as w
space = {{}}
exec(w.python_source(w.rules({size})), space)
with open({leads!r}, newline="") as stream, open({output!r}, "w") as out:
    for row in csv.DictReader(stream):
        for name in ("score", "employees", "deal_value"):
            row[name] = int(row[name]) if row[name] else None
        row["email"] = row["email"] or None
        out.write(json.dumps({{"lead": row["id"], "rule": f"r{{space['decide'](row)}}"}}) + "\\n")
"""
CHAIN = """
import sys
import polars as pl
sys.path.insert(0, {here!r})
import workload as w
def test(name, asked):
    if name == "score":
        return pl.col(name).is_between(*asked)
    if name in ("employees", "deal_value"):
        return pl.col(name) >= asked
    if name == "domain":
        return pl.col("email").str.to_lowercase().str.ends_with("@" + asked)
    return pl.col(name).is_in(asked) if isinstance(asked, list) else pl.col(name) == asked
rule = pl.lit(None, dtype=pl.String)
for number, conjunction in reversed(list(enumerate(w.rules({size})))):
    name = pl.lit(f"r{{number}}")
    tests = [test(*each) for each in conjunction]
    rule = pl.when(pl.all_horizontal(tests)).then(name).otherwise(rule) if tests else name
scan = pl.scan_parquet if {leads!r}.endswith("parquet") else pl.scan_csv
scan({leads!r}).select(pl.col("id").alias("lead"), rule.alias("rule")).sink_ndjson({output!r})
"""


def write(size: int, rows: int, folder: Path) -> tuple[Path, Path]:
    """The policy and the leads, as Parquet; the CSV of the same name stands beside it."""
    import polars as pl
    import tables
    import workload as w

    rules = w.rules(size)
    policy = folder / f"{size}.route"
    policy.write_text(w.policy_text(rules))
    number = pl.int_range(pl.len()).cast(pl.String)
    own = pl.col("email").str.replace("someone", "x").str.strip_prefix("x")
    leads = tables.frame(rules, rows).with_columns(
        pl.concat_str(pl.lit("L"), number).alias("id"),
        pl.concat_str(pl.lit("user"), number, own).alias("email"),
    )
    place = folder / f"{size}-{rows}.parquet"
    leads.write_parquet(place)
    leads.write_csv(place.with_suffix(".csv"))
    return policy, place


def spent(*words: str) -> tuple[float, int]:
    """CPU seconds and the peak of memory in MB of a process."""
    silent = os.open(os.devnull, os.O_WRONLY)
    actions = [(os.POSIX_SPAWN_DUP2, silent, 1), (os.POSIX_SPAWN_DUP2, silent, 2)]
    child = os.posix_spawn(sys.executable, [sys.executable, *words], os.environ, file_actions=actions)
    _, status, used = os.wait4(child, 0)
    os.close(silent)
    if status:
        raise RuntimeError(f"{words[:4]} failed")
    return used.ru_utime + used.ru_stime, used.ru_maxrss // 1024


def shown(*words: str) -> str:
    seconds, memory = spent(*words)
    return f"{seconds:.1f} s, {memory} MB"


def lines() -> Iterator[str]:
    """A table of a million leads, and one of how memory grows."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        output = folder / "out.jsonl"
        yield "| rules | from | routebook decide | polars when/then | hand-written loop |"
        yield "| --- | --- | --- | --- | --- |"
        for size in SIZES:
            policy, place = write(size, ROWS, folder)
            for leads in (place, place.with_suffix(".csv")):
                names = {"here": str(HERE), "size": size, "leads": str(leads), "output": str(output)}
                ours = shown(
                    "-m", "routebook", "decide", str(policy), "--leads", str(leads), "--output", str(output)
                )
                chain = shown("-c", CHAIN.format(**names)) if size <= 100 else "–"
                loop = shown("-c", LOOP.format(**names)) if leads.suffix == ".csv" and size <= 100 else "–"
                yield f"| {size:,} | {leads.suffix[1:]} | {ours} | {chain} | {loop} |"
        yield "\n| leads, 100 rules | Parquet | CSV |"
        yield "| --- | --- | --- |"
        for rows in (ROWS, 2 * ROWS, 4 * ROWS):
            policy, place = write(100, rows, folder)
            both = [
                shown(
                    "-m", "routebook", "decide", str(policy), "--leads", str(leads), "--output", str(output)
                )
                for leads in (place, place.with_suffix(".csv"))
            ]
            yield f"| {rows:,} | {both[0]} | {both[1]} |"


if __name__ == "__main__":
    for line in lines():
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
