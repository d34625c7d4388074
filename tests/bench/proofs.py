"""Times the proofs on policies of 50 to 5,000 rules: `python tests/bench/proofs.py [--kind KIND]… [SIZE]…`.

Each row is measured in a process of its own: processor seconds on one core, and the most memory that the process
held while it read the policy and proved it, beyond an interpreter that has imported everything. The policies are
those of `support.big_policies`, with their planted faults, all of which must be found. Prints a table in Markdown.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from time import process_time
from typing import Any, TypeVar

sys.path.insert(0, str(Path(__file__).parents[1]))

from routebook import api
from routebook.analysis.change import difference
from routebook.analysis.coverage import missing_tests
from routebook.analysis.gaps import find_gap
from routebook.analysis.model import Entry, Model
from routebook.analysis.ordinary import fields_off, hunt
from routebook.analysis.reach import Blocked, Contradictory, Reached, reach
from routebook.analysis.redundant import redundant_parts, redundant_rules
from routebook.analysis.search import Found
from routebook.plan.tree import Tree
from support.big_policies import BigPolicy, big_policy

T = TypeVar("T")

SIZES = (50, 200, 1000, 5000)
KINDS = ("territory", "mixed", "dense")

NEAREST_STEPS = 20_000
"""How far the nearest lead of a rule is looked for, where `check` does not prove that it shows it."""

COLUMNS = (
    ("rules", "rules"),
    ("model", "model"),
    ("reach", "reachability, fewest blockers, one gap"),
    ("parts", "conditions (MC/DC), spare rules"),
    ("outline", "gap outline"),
    ("change", "diff of four edits"),
    ("tests", "all tests generated"),
    ("memory", "MB"),
    ("blocked", "blocked"),
    ("fewest", "of these proved fewest"),
    ("mean", "fields off, mean"),
    ("most", "most"),
    ("near", "at most 5"),
    ("possible", "possible at most 5"),
)


def peak() -> float:
    """The most memory that this process has held so far, in MB."""
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kilobytes / (1 << 20 if sys.platform == "darwin" else 1 << 10)


class Clock:
    """Adds up processor seconds by name."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def __call__(self, name: str, work: Callable[[], T]) -> T:
        start = process_time()
        result = work()
        self.seconds[name] = self.seconds.get(name, 0.0) + process_time() - start
        return result


def edited(planted: BigPolicy, size: int) -> Tree:
    """The policy with the targets of four rules changed."""
    lines = planted.text.split("\n")
    places = [n for n, line in enumerate(lines) if line.startswith("rule r")][5 :: max(1, size // 4)][:4]
    for number in places:
        lines[number] = lines[number].replace("then queue q", "then queue other")
    return api.loads("\n".join(lines)).tree


def measured(size: int, kind: str) -> dict[str, Any]:
    """One row of the table."""
    before = peak()
    planted = big_policy(size, kind)
    tree = api.loads(planted.text).tree
    clock = Clock()
    model = Model([tree])
    clock("model", model.freeze)
    rules = model.policies[0]
    verdicts = clock("reach", lambda: reach(model, rules))
    assert isinstance(clock("reach", lambda: model.find([1], rules.terms)), Found)
    clock("outline", lambda: find_gap(model, rules))
    reached = {id(v.entry): v.point for v in verdicts if isinstance(v, Reached)}
    entries = [v.entry for v in verdicts if isinstance(v, Reached)]
    clock("parts", lambda: redundant_parts(model, model.lowerings[0], entries, reached))
    clock("parts", lambda: redundant_rules(model, rules, reached))
    memory = peak() - before
    other = edited(planted, size)
    assert clock("change", lambda: difference(tree, other)).changes
    compiled = api.loads(planted.text)
    assert not clock("tests", lambda: missing_tests(compiled.tree, (), compiled.leaf)).undecided
    blocked = [v for v in verdicts if isinstance(v, Blocked)]
    lost = {v.entry.node.rule for v in verdicts if isinstance(v, Contradictory | Blocked)}
    assert planted.unreachable | planted.contradictory <= lost
    sample = entries[:: max(1, len(entries) // 500)]
    shown, possible = zip(*(offs(model, entry, reached[id(entry)]) for entry in sample), strict=True)
    return {
        "rules": f"{size:,} {kind}",
        **{name: f"{seconds:.2f} s" for name, seconds in clock.seconds.items()},
        "memory": f"{memory:.0f}",
        "blocked": f"{len(blocked):,}",
        "fewest": f"{sum(v.fewest for v in blocked):,}",
        "mean": f"{sum(shown) / len(shown):.1f}",
        "most": str(max(shown)),
        "near": near(shown),
        "possible": near(possible),
    }


def offs(model: Model, entry: Entry, point: tuple[int, ...]) -> tuple[int, int]:
    """How many fields the lead has off that `check` shows for a rule, and the fewest that any of its leads has.

    Where no minimum was proved, none counts as off: more must not be said to be impossible than is.
    """
    shown = hunt(model, entry.whole, entry.before, point)
    best = shown if shown.is_proved else hunt(model, entry.whole, entry.before, point, steps=NEAREST_STEPS)
    fewest = fields_off(model.space, best.point) if best.is_proved else 0
    return fields_off(model.space, shown.point), fewest


def near(off: Sequence[int]) -> str:
    """How many of these are at most five."""
    return f"{100 * sum(each <= 5 for each in off) // len(off)} %"


def printed(row: dict[str, str]) -> None:
    print("| " + " | ".join(row[name] for name, _ in COLUMNS) + " |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sizes", metavar="SIZE", type=int, nargs="*", default=SIZES)
    parser.add_argument("--kind", choices=KINDS, action="append")
    parser.add_argument("--row", action="store_true", help="measure one row here, and print it as JSON")
    given = parser.parse_args()
    kinds = given.kind or KINDS
    if given.row:
        print(json.dumps(measured(given.sizes[0], kinds[0])))
        return
    printed(dict(COLUMNS))
    printed({name: "---" for name, _ in COLUMNS})
    for kind in kinds:
        for size in given.sizes:
            command = [sys.executable, __file__, "--row", "--kind", kind, str(size)]
            printed(json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout))


if __name__ == "__main__":
    main()
