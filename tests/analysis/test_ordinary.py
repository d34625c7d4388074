"""Leads that are shown are as near to an ordinary one as any lead of the set, counted by brute force."""

from __future__ import annotations

import pytest

from routebook import api
from routebook.analysis.model import Model
from routebook.analysis.ordinary import fields_off, hunt, nearest, pulled_back
from routebook.analysis.proof import prove
from routebook.analysis.reach import Reached, reach
from routebook.analysis.search import Found
from routebook.plan.walk import walk
from support.big_policies import big_policy
from support.small_policies import NOW, ROUNDS, small_policy


@pytest.mark.parametrize("seed", range(0, ROUNDS, 3))
def test_no_lead_is_nearer_than_the_nearest(seed: int) -> None:
    """Leads that are shown: no other lead of the set has fewer fields off an ordinary one."""
    policy = small_policy(1_100_000 + seed, finite=True)
    tree = api.loads(policy.text).tree
    model = Model([tree])
    model.freeze()
    least: dict[int, int] = {}
    some: dict[int, tuple[int, ...]] = {}
    for number, lead in enumerate(policy.leads(limit=20_000)):
        leaf = walk(tree, lead, NOW).leaf
        placed = model.space.place(lead, NOW)
        off = fields_off(model.space, placed)
        least[id(leaf)] = min(off, least.get(id(leaf), off))
        if id(leaf) not in some or (number * 7919 + seed) % 5 == 0:
            some[id(leaf)] = tuple(placed)
    for verdict in reach(model, model.policies[0]):
        if isinstance(verdict, Reached) and verdict.entry.is_leaf:
            entry = verdict.entry
            found = nearest(model, entry.whole, entry.before, verdict.point)
            assert model.taker(found, model.policies[0]) is entry
            assert fields_off(model.space, found) == least[id(entry.node)]
            assert hunt(model, entry.whole, entry.before, verdict.point) == (found, True)
            # wherever it begins
            elsewhere = hunt(model, entry.whole, entry.before, some[id(entry.node)])
            assert elsewhere.is_proved
            assert model.taker(elsewhere.point, model.policies[0]) is entry
            assert fields_off(model.space, elsewhere.point) == least[id(entry.node)]


def test_a_nearer_lead_is_found_where_no_field_can_be_taken_back() -> None:
    fields = "a: bool\n b: bool\n c: bool\n"
    rules = "when not (a and b) and not c queue x\nelse queue y"
    model = Model([api.loads(f"lead {{ {fields} }}\n{rules}").tree])
    model.freeze()
    last = model.policies[0].leaves[1]
    far = tuple(model.space.place({"a": True, "b": True, "c": False}, NOW))
    assert pulled_back(model, last.whole, last.before, far) == far
    found = hunt(model, last.whole, last.before, far)
    assert found.is_proved
    assert (fields_off(model.space, far), fields_off(model.space, found.point)) == (2, 1)
    assert model.space.values(found.point)["c"] is True


def test_without_steps_nothing_is_proved_nearest() -> None:
    model = Model([api.loads("lead { id: id\n vip: bool }\nwhen not vip queue a\nelse queue b").tree])
    model.freeze()
    last = model.policies[0].leaves[1]
    answer = model.find([last.whole], last.before)
    assert isinstance(answer, Found)
    for steps in (0, 1):
        assert hunt(model, last.whole, last.before, answer.point, steps=steps) == (answer.point, False)
    assert hunt(model, last.whole, last.before, answer.point, steps=5) == (answer.point, True)


@pytest.mark.parametrize("kind", ["mixed", "dense"])
def test_what_is_taken_back_stays_in_the_set(kind: str) -> None:
    model = Model([api.loads(big_policy(150, kind).text).tree])
    model.freeze()
    rules = model.policies[0]
    for entry in rules.leaves:
        answer = model.find([entry.whole], entry.before)
        point = getattr(answer, "point", None)
        if point is not None:
            back = pulled_back(model, entry.whole, entry.before, point)
            near = nearest(model, entry.whole, entry.before, point)
            offs = [fields_off(model.space, each) for each in (near, back, point)]
            assert offs == sorted(offs)
            assert model.taker(back, rules) is model.taker(near, rules) is entry


def test_a_proof_says_how_far_it_is() -> None:
    told: list[tuple[str, int, int]] = []
    prove(api.loads(big_policy(60).text).tree, progress=lambda *each: told.append(each))
    assert list(dict.fromkeys(phase for phase, _, _ in told)) == [
        "reachability",
        "fewest blockers",
        "gap",
        "conditions",
        "spare rules",
    ]
    assert all(0 <= done < total for _, done, total in told)
