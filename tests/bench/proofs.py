"""Times the proofs on policies of 50 to 5,000 rules: `python tests/bench/proofs.py [SIZE …]`.

Processor seconds on one core, and memory over the interpreter's own; the policies are those of
`support.big_policies`, with their planted faults, all of which must be found.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).parents[1]))

from routebook import api
from routebook.analysis.change import difference
from routebook.analysis.gaps import find_gap
from routebook.analysis.model import Model
from routebook.analysis.reach import Blocked, Contradictory, Reached, reach
from routebook.analysis.redundant import redundant_parts, redundant_rules
from support.big_policies import big_policy

T = TypeVar("T")


def timed(name: str, work: Callable[[], T]) -> T:
    start = process_time()
    result = work()
    print(f"  {name:<32}{process_time() - start:8.2f} s")
    return result


def run(size: int, kind: str) -> None:
    planted = big_policy(size, kind)
    policy = api.loads(planted.text)
    tree = policy.tree
    print(f"{size} rules, {kind}")
    model = Model([tree])
    timed("model", model.freeze)
    rules = model.policies[0]
    verdicts = timed("reachability, fewest blockers", lambda: reach(model, rules))
    timed("gap outline", lambda: find_gap(model, rules))
    reached = {id(v.entry): v.point for v in verdicts if isinstance(v, Reached)}
    entries = [v.entry for v in verdicts if isinstance(v, Reached)]
    timed(
        "redundant conditions (MC/DC)", lambda: redundant_parts(model, model.lowerings[0], entries, reached)
    )
    timed("redundant rules", lambda: redundant_rules(model, rules, reached))
    lines = planted.text.split("\n")
    places = [n for n, line in enumerate(lines) if line.startswith("rule r")][5 :: max(1, size // 4)][:4]
    for number in places:
        lines[number] = lines[number].replace("then queue q", "then queue other")
    edited = api.loads("\n".join(lines)).tree
    changes = timed("difference of four edits", lambda: difference(tree, edited)).changes
    blocked = {v.entry.node.rule: v for v in verdicts if isinstance(v, Blocked)}
    lost = {v.entry.node.rule for v in verdicts if isinstance(v, Contradictory)} | set(blocked)
    assert planted.unreachable | planted.contradictory <= lost
    proved = sum(v.fewest for v in blocked.values())
    odd = [
        sum(model.space.oddity(d, c) for d, c in enumerate(v.point))
        for v in verdicts
        if isinstance(v, Reached)
    ]
    print(f"  {len(blocked)} blocked ({proved} proved fewest), {len(changes)} changes, ", end="")
    print(f"{sum(odd) / len(odd):.1f} classes off an ordinary lead")


if __name__ == "__main__":
    for wanted in [int(argument) for argument in sys.argv[1:]] or [50, 200, 1000, 5000]:
        for shape in ("territory", "mixed", "dense"):
            run(wanted, shape)
