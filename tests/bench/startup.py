"""From text to the first decision: seconds and peak memory; and commands from a cold start."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path
from statistics import median

import workload as w

from routebook.api import loads

ROOT = Path(__file__).resolve().parents[2]
EMPTY = "import click\n@click.command()\ndef f(): pass\nf()"


def text_to_decision(size: int) -> float:
    """Milliseconds of the processor's time, the grammar being loaded already; the best of three."""
    rules = w.rules(size)
    text, lead = w.policy_text(rules), w.leads(rules, 1)[0]
    loads("lead { id: id }\nelse queue q")
    times = []
    for _ in range(3 if size < 10_000 else 1):
        began = time.process_time()
        loads(text).decide(lead)
        times.append(time.process_time() - began)
    return min(times) * 1000


def memory(size: int) -> float:
    """The peak in MB of what Python allocates on the way from text to decision."""
    rules = w.rules(size)
    text, lead = w.policy_text(rules), w.leads(rules, 1)[0]
    loads("lead { id: id }\nelse queue q")
    tracemalloc.start()
    loads(text).decide(lead)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


def commands(rounds: int = 11) -> dict[str, tuple[float, float]]:
    """Median milliseconds of the processor's time that whole processes take, and the ratio to an empty click program.

    The first round is thrown away: it writes what later ones find kept.
    """
    card = ROOT / "policies" / "card"
    decide = ["-m", "routebook", "decide", str(card), "--leads", str(card / "lead.json")]
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder) / "empty.py"
        empty.write_text(EMPTY)
        kept = {**os.environ, "ROUTEBOOK_CACHE": str(Path(folder) / "cache")}
        lines: dict[str, tuple[list[str], dict[str, str]]] = {
            "an empty click program": ([str(empty)], kept),
            "routebook --help": (["-m", "routebook", "--help"], kept),
            "routebook decide, one lead": (decide, kept),
            "the same, nothing kept of earlier runs": (decide, {**kept, "ROUTEBOOK_CACHE": "off"}),
        }
        found: dict[str, list[float]] = {name: [] for name in lines}
        for _ in range(rounds + 1):
            for name, (words, environment) in lines.items():
                found[name].append(_processor_time([sys.executable, *words], environment) * 1000)
    first = found["an empty click program"]
    return {
        name: (
            median(times[1:]),
            median(mine / empty for mine, empty in zip(times[1:], first[1:], strict=True)),
        )
        for name, times in found.items()
    }


def _processor_time(words: list[str], environment: dict[str, str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(words, capture_output=True, check=True, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    for name, (spent, ratio) in commands().items():
        sys.stdout.write(f"{name}: {spent:.0f} ms, {ratio:.2f} times the empty program\n")
