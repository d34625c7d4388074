"""Rotations laid out over a batch are the rotations that a router takes lead by lead."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routebook.api import loads
from routebook.diagnostics import RoutebookError
from routebook.roster import Roster
from routebook.routing import Router
from routebook.spark.endings import endings_of
from routebook.spark.rotations import Rotations

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
REPS = "abcde"


@st.composite
def rosters(draw: st.DrawFn) -> str:
    text = ""
    for rep in REPS:
        weight = draw(st.sampled_from([1, 1, 1, 2, 3, 0]))
        away = draw(st.sampled_from(["", "", "", 'away = ["2026-03-01..2026-03-05"]\n']))
        text += f"[reps.{rep}]\nweight = {weight}\n{away}active = {draw(st.sampled_from(['true', 'true', 'false']))}\n"
    scopes = ["pool", "rule"] if draw(st.booleans()) else ["pool"]
    for pool in ("p", "q", "r"):
        members = draw(st.lists(st.sampled_from(REPS), max_size=4, unique=True))
        text += f'[pools.{pool}]\nmembers = {members}\nscope = "{draw(st.sampled_from(scopes))}"\n'
    return text


TARGETS = st.sampled_from(
    [
        *(f"round_robin {pool}" for pool in ("p", "q", "r", "all")),
        "round_robin r on shift",
        'assign rep "a"',
        "assign pool q by priority",
        "queue w",
    ]
)


@settings(deadline=None, max_examples=60)
@given(rosters(), st.lists(TARGETS, min_size=4, max_size=4), st.lists(st.integers(0, 3), max_size=60))
def test_turns_are_those_of_a_router(roster: str, targets: list[str], kinds: list[int]) -> None:
    rules = "\n".join(
        f"rule r{n} when kind == {n} {target} then queue left" for n, target in enumerate(targets)
    )
    policy = loads(f"lead {{\n  kind: integer 0..9\n}}\n{rules}\nelse queue rest")
    people = Roster.loads(roster)
    with Router(policy, people, prove=False) as router:
        expected = [
            (each.outcome, each.target, each.rep)
            for each in router.route_many([{"kind": kind} for kind in kinds], NOW)
        ]
    endings = endings_of(policy.tree, people, NOW)
    try:
        rotations = Rotations(endings, people)
    except RoutebookError:
        # `r` is drawn from with and without its reps off shift
        if "round_robin r on shift" not in targets:
            raise
        return
    numbers = [rotations.number(endings[kind]) for kind in kinds]
    named = [rotations.named(endings[kind]) for kind in kinds]
    events = [number if number is not None else name for number, name in zip(numbers, named, strict=True)]
    rounds = rotations.settled([event for event in events if event is not None])
    counts = dict.fromkeys(rounds, 0)
    found = []
    for kind, number in zip(kinds, numbers, strict=True):
        end = endings[kind]
        rep = end.rep
        if number is not None:
            rep = rounds[number][counts[number] % rotations.length(number)]
            counts[number] += 1
        found.append((end.outcome, end.target, rep))
    assert found == expected


def test_a_round_that_is_too_long_is_refused() -> None:
    roster = Roster.loads("[reps.a]\nweight = 999983\n[reps.b]\nweight = 1\n")
    policy = loads("lead {\n  kind: integer\n}\nelse round_robin all")
    with pytest.raises(RoutebookError, match="use smaller weights"):
        Rotations(endings_of(policy.tree, roster, NOW), roster)


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("assign pool p by load", "`load` goes by the leads"),
        ("round_robin p where rep.weight > kind", "`where` asks"),
        ("round_robin p sticky by kind", "`sticky` remembers"),
        ("assign pool p by hash of kind", "another for every lead"),
        ("assign rep owner", "another for every lead"),
        ('split "x" by kind { 50% queue a  50% queue b }', "arm"),
    ],
)
def test_what_depends_on_leads_is_refused_with_its_place(target: str, why: str) -> None:
    policy = loads(
        f"lead {{\n  kind: integer\n  owner: rep\n}}\nwhen kind > 3\n  {target}\nelse queue rest", "p.route"
    )
    roster = Roster.loads('[reps.a]\n[reps.b]\n[pools.p]\nmembers = ["a", "b"]\n')
    with pytest.raises(RoutebookError, match=r"p\.route:6") as caught:
        endings_of(policy.tree, roster, NOW)
    assert why in str(caught.value)
