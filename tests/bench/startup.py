"""From text to the first decision: seconds and peak memory; and commands from a cold start."""

from __future__ import annotations

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
    """Milliseconds, the grammar being loaded already; the best of three."""
    rules = w.rules(size)
    text, lead = w.policy_text(rules), w.leads(rules, 1)[0]
    loads("lead { id: id }\nelse queue q")
    times = []
    for _ in range(3 if size < 10_000 else 1):
        began = time.perf_counter()
        loads(text).decide(lead)
        times.append(time.perf_counter() - began)
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


def commands(rounds: int = 9) -> dict[str, float]:
    """Median milliseconds of whole processes, the first round being thrown away."""
    card = ROOT / "policies" / "card"
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder) / "empty.py"
        empty.write_text(EMPTY)
        lines = {
            "an empty click program": [str(empty)],
            "routebook --help": ["-m", "routebook", "--help"],
            "routebook decide, one lead": [
                "-m", "routebook", "decide", str(card), "--leads", str(card / "lead.json"),
            ],
        }  # fmt: skip
        found: dict[str, list[float]] = {name: [] for name in lines}
        for _ in range(rounds + 1):
            for name, words in lines.items():
                began = time.perf_counter()
                subprocess.run([sys.executable, *words], capture_output=True, check=True)
                found[name].append((time.perf_counter() - began) * 1000)
    return {name: median(times[1:]) for name, times in found.items()}
