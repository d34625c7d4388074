"""The smallest change that sends a lead to a rep or a pool, against every change there is.

Among the ways are fields that name the rep, conditions on reps and leads together, splits, and targets that are only
tried after others.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

import pytest

from routebook import api
from routebook.analysis.ways import Goal
from routebook.analysis.whynot import why_not
from routebook.plan.walk import walk
from routebook.runtime.fit import fit
from support.routing import roster_of
from support.small_policies import NOW, ROUNDS, count_drawn
from support.steps import distance

RANGES: Final = {"score": 6, "size": 3}
LEVELS: Final = {"ana": 1, "bo": 2, "cy": 3}
ROSTER: Final = roster_of("""
[pools.p]
members = ["ana", "bo"]
[pools.q]
members = ["bo", "cy"]
[reps.ana]
level = 1
[reps.bo]
level = 2
[reps.cy]
level = 3
""")
Lead = dict[str, Any]


@dataclass(frozen=True)
class Kind:
    """A target: how it is written, its pool, and whether it can be for a rep, of that level, with a lead."""

    text: str
    pool: str | None
    takes: Callable[[Lead, str], bool]
    is_split: bool = False


KINDS: Final = (
    Kind("pool p", "p", lambda lead, rep: rep in ("ana", "bo")),
    Kind("pool q", "q", lambda lead, rep: rep in ("bo", "cy")),
    Kind(
        "pool p where score >= rep.level * 2",
        "p",
        lambda lead, rep: rep in ("ana", "bo") and lead["score"] >= LEVELS[rep] * 2,
    ),
    Kind(
        "pool q where rep.level <= size or vip",
        "q",
        lambda lead, rep: rep in ("bo", "cy") and (LEVELS[rep] <= lead["size"] or lead["vip"]),
    ),
    Kind(
        "pool p where score >= 5 or rep.level == 1",
        "p",
        lambda lead, rep: rep in ("ana", "bo") and (lead["score"] >= 5 or LEVELS[rep] == 1),
    ),
    Kind("rep owner", None, lambda lead, rep: lead.get("owner") == rep),
    Kind('rep "cy"', None, lambda lead, rep: rep == "cy"),
    Kind("queue z", None, lambda lead, rep: False),
    Kind(
        'split "s" by size { 50% pool q  50% queue z }', "q", lambda lead, rep: rep in ("bo", "cy"), is_split=True
    ),
)  # fmt: skip
CONDITIONS: Final = (
    "score >= 4", "score < 2", "size == score", "size + score >= 6", "vip", "not vip", "owner is known",
    "size > 1", "owner is missing", "score - size == 2", 'owner == "bo"',
)  # fmt: skip


@dataclass(frozen=True)
class Drawn:
    """A policy, and the targets of each of its rules in order."""

    text: str
    plans: tuple[tuple[Kind, ...], ...]


def drawn(seed: int) -> Drawn:
    rng = random.Random(seed)
    rules, plans = [], []
    for _ in range(rng.randint(2, 5)):
        plan = [rng.choice(KINDS)]
        if plan[0].text != "queue z" and rng.random() < 0.4:
            plan.append(rng.choice(KINDS))
        words = [
            kind.text if kind.text.startswith(("queue", "split")) else f"assign {kind.text}" for kind in plan
        ]
        condition = " and ".join(rng.sample(CONDITIONS, rng.choice((1, 2))))
        rules.append(f"when {condition} {' then '.join(words)}")
        plans.append(tuple(plan))
    head = "lead {\n  score: integer 0..6\n  size: integer 0..3\n  vip: bool\n  owner: rep optional\n}\n"
    text = "\n".join([head, "rep { level: integer 1..3 }", *rules, "else queue end\n"])
    return Drawn(text, (*plans, ()))


def leads() -> list[Lead]:
    """Every lead, as far as a policy can tell them apart."""
    owners = (None, "ana", "bo", "cy", "nobody")
    found = [
        {"score": score, "size": size, "vip": vip} | ({"owner": owner} if owner else {})
        for score, size, vip, owner in product(range(7), range(4), (False, True), owners)
    ]
    count_drawn(len(found))
    return found


@pytest.mark.parametrize("goal", ["ana", "bo", "cy", "p", "q"])
@pytest.mark.parametrize("seed", range(0, ROUNDS, 4))
def test_no_smaller_change_would_do_for_any_way_to_it(seed: int, goal: str) -> None:
    """Why not a rep, why not a pool: of the ways that depend on the least else, the smallest change."""
    policy = drawn(470_000 + seed)
    tree = api.loads(policy.text).tree
    everything = leads()
    lead = everything[(seed * 7919) % len(everything)]
    rules = list(tree.leaves())
    sent: dict[int, list[Lead]] = {0: [], 1: [], 2: []}
    for other in everything:
        leaf = walk(tree, other, NOW).leaf
        plan = policy.plans[rules.index(leaf)] if leaf is not None else ()
        for place, kind in enumerate(plan):
            if kind.pool == goal or (goal in LEVELS and kind.takes(other, goal)):
                sent[2 if place else int(kind.is_split)].append(other)
            if kind.text == "queue z":
                break
    people = fit(tree, ROSTER).values
    wanted = Goal(rep=goal) if goal in LEVELS else Goal(pool=goal)
    answer = why_not(tree, lead, NOW, wanted, ROSTER, people)
    closest = next((found for _, found in sorted(sent.items()) if found), None)
    assert (answer.nearest is None) == (closest is None) == (answer.impossible is not None)
    assert not answer.doubts
    if answer.nearest is None or closest is None:
        return
    near = dict(answer.nearest.lead)
    if near.get("owner") not in (None, *LEVELS):
        near["owner"] = "nobody"
    assert near in sent[answer.nearest.way.remoteness]
    assert answer.nearest.is_fewest
    assert answer.nearest.is_least
    assert sent[answer.nearest.way.remoteness] is closest
    assert distance(lead, near, RANGES) == pytest.approx(
        min(distance(lead, other, RANGES) for other in closest)
    )
