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
from support.proofs import modelled
from support.small_policies import NOW, ROUNDS, small_policy


@pytest.mark.parametrize("seed", range(0, ROUNDS, 3))
def test_no_lead_is_nearer_than_the_nearest(seed: int) -> None:
    """Leads that are shown: no other lead of the set has fewer fields off an ordinary one."""
    policy = small_policy(1_100_000 + seed, finite=True)
    tree = api.loads(policy.text).tree
    model = modelled(tree)
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
    model = modelled(f"lead {{ {fields} }}\n{rules}")
    last = model.policies[0].leaves[1]
    far = tuple(model.space.place({"a": True, "b": True, "c": False}, NOW))
    assert pulled_back(model, last.whole, last.before, far) == far
    found = hunt(model, last.whole, last.before, far)
    assert found.is_proved
    assert (fields_off(model.space, far), fields_off(model.space, found.point)) == (2, 1)
    assert model.space.values(found.point)["c"] is True


def test_without_steps_nothing_is_proved_nearest() -> None:
    model = modelled("lead { id: id\n vip: bool }\nwhen not vip queue a\nelse queue b")
    last = model.policies[0].leaves[1]
    answer = model.find([last.whole], last.before)
    assert isinstance(answer, Found)
    for steps in (0, 1):
        assert hunt(model, last.whole, last.before, answer.point, steps=steps) == (answer.point, False)
    assert hunt(model, last.whole, last.before, answer.point, steps=5) == (answer.point, True)


@pytest.mark.parametrize("kind", ["mixed", "dense"])
def test_what_is_taken_back_stays_in_the_set(kind: str) -> None:
    model = modelled(big_policy(150, kind).text)
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


def test_an_ordinary_lead_is_as_people_know_them() -> None:
    texts = {
        "first_name": "Maria", "last_name": "Novak", "company": "Northwind Traders", "account": "Northwind Traders",
        "job_title": "Operations manager", "job": "Operations manager", "name": "Maria Novak",
        "domain": "northwind.example", "website": "northwind.example", "city": "Springfield", "state": "Ohio",
        "campaign": "spring_webinar", "source": "website", "phone": "+1 555 0100", "language": "English",
        "product": "crm", "remark": "sample",
    }  # fmt: skip
    numbers = {
        "employees": 120, "headcount": 120, "team_size": 120, "deal": 12_000, "value": 12_000, "amount": 12_000,
        "revenue": 1_000_000, "budget": 12_000, "seats": 20, "score": 50,
    }  # fmt: skip
    others = {
        "id": ("id", "L-1"), "mail": ("email", "maria@northwind.example"), "owner": ("rep", "ana"),
        "land": ("country", "US"), "vip": ("bool", False), "kind": ('one of ["b", "a"]', "b"),
        "tags": ("set of text", frozenset()), "at": ("datetime", NOW), "on": ("date", NOW.date()),
        "slot": ("time", NOW.time()), "spare": ("text optional", "sample"), "below": ("decimal -5..-1", -3),
    }  # fmt: skip
    lines = [f"{name}: {declared}" for name, (declared, _) in others.items()]
    lines += [f"{name}: text" for name in texts] + [f"{name}: integer 1.." for name in numbers]
    model = modelled("lead {\n" + "\n".join(lines) + "\n}\nelse queue z")
    expected = {name: value for name, (_, value) in others.items()} | texts | numbers | {"now": NOW}
    assert model.space.values(model.space.ordinary()) == expected


@pytest.mark.parametrize(
    ("declared", "condition", "value"),
    [
        ("decimal", "x > 60", "61"),
        ("decimal", "x < 0", "-1"),
        ("decimal", "x < 0.5", "0.4"),
        ("decimal", "x > 60 and x < 61", "60.1"),
        ("decimal", "x > 60.01 and x < 60.02", "60.011"),
        ("decimal 0..", "x > 99999.99", "100000"),
        ("integer", "x > 60", "61"),
        ("integer", "x < -3", "-4"),
        ("integer", "x > 9999998", "9999999"),
        ("integer", "x > 123456789", "130000000"),
        ("integer", "x < -123456789", "-130000000"),
        ("integer", "x > 123456789 and x < 123456799", "123456790"),
        ("time", "x > 17:00", "18:00:00"),
        ("time", "x > 17:00 and x < 18:00", "17:01:00"),
        ("time", "x < 09:30", "09:00:00"),
        ("time", "x < 00:01", "00:00:00"),
        ("date", "x > 2026-03-02", "2026-03-03"),
        ("date", "x < 2026-03-02", "2026-03-01"),
        ("date", 'x.weekday == "sun"', "2026-03-08"),
        ("datetime", "x > 2026-03-02T10:00Z", "2026-03-03 10:00:00+00:00"),
        ("datetime", "x < 2026-03-02T10:00Z", "2026-03-01 10:00:00+00:00"),
        ("datetime", "x > 2026-03-02T10:00Z and x < 2026-03-02T10:00:02Z", "2026-03-02 10:00:01+00:00"),
        ("datetime", "x > 2027-01-01T00:00Z", "2027-01-01 10:00:00+00:00"),
        ("datetime", "x.time > 17:00", "2026-03-02 18:00:00+00:00"),
        ("datetime", 'x.weekday == "sun" and x.hour < 4', "2026-03-08 03:00:00+00:00"),
    ],
)
def test_a_value_that_is_shown_reads_well(declared: str, condition: str, value: str) -> None:
    model = Model(
        [api.loads(f"lead {{ id: id\n x: {declared} }}\nwhen {condition} queue a\nelse queue z").tree]
    )
    model.freeze()
    answer = model.find([model.policies[0].leaves[0].whole], 0)
    assert isinstance(answer, Found)
    assert str(model.space.shown(model.space.values(answer.point))["x"]) == value
