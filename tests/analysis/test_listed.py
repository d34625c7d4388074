"""Members of long lists, such as countries, compared with each other and with sets of them."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from itertools import combinations, product
from typing import Any, Final

import pytest

from routebook import api
from routebook.analysis.change import difference
from routebook.analysis.clock import Clock
from routebook.analysis.gaps import find_gap
from routebook.analysis.reach import Contradictory, NotDecided, Reached, reach
from routebook.analysis.tie_members import Asked, Lot, Need, Question
from routebook.analysis.ways import Goal
from routebook.analysis.whynot import why_not
from routebook.plan.tree import Tree
from routebook.plan.walk import walk
from support.proofs import modelled, walked_verdicts
from support.small_policies import NOW, ROUNDS, count_drawn
from support.steps import distance

FIELDS: Final = """lead {
  home: country
  land: country optional
  visits: set of country
  served: set of country optional
  spare: country
  vip: bool
}
"""
POOL: Final = ("DE", "FR", "US", "VU", "ZW")
SETS: Final = tuple(frozenset(each) for size in range(6) for each in combinations(POOL, size))

TESTS: Final = (
    "home == land",
    "home != land",
    "visits has home",
    "home in served",
    "land not in served",
    "land in visits",
    "visits has any served",
    "visits has all served",
    "served has all visits",
    "served has none visits",
    'home == "DE"',
    'land in ["DE", "FR"]',
    'home != "FR"',
    'visits has "DE"',
    'served has any ["DE", "FR"]',
    'not visits has "FR"',
    "served is known",
    "land is missing",
    "spare != home",
    "land == spare",
    "vip",
)


def drawn(rng: random.Random, last: str = "") -> Tree:
    """A policy that compares countries and sets of countries."""
    rules = "\n".join(f"when {condition(rng)} queue q{number}" for number in range(4))
    return api.loads(f"{FIELDS}{rules}\n{last}").tree


def condition(rng: random.Random) -> str:
    tests = rng.sample(TESTS, rng.choice((1, 2, 3)))
    joined = " and ".join(tests[:2]) if rng.random() < 0.7 else f"({' or '.join(tests[:2])})"
    return " and ".join([joined, *tests[2:]])


def leads(rng: random.Random, count: int) -> list[dict[str, Any]]:
    """Leads of five countries: two that the policies mention, and three that none does."""
    count_drawn(count)
    found = [
        {
            "home": rng.choice(POOL),
            "land": rng.choice((None, *POOL)),
            "visits": rng.choice(SETS),
            "served": rng.choice((None, *SETS)),
            "spare": rng.choice(POOL),
            "vip": rng.random() < 0.5,
        }
        for _ in range(count)
    ]
    return [{name: value for name, value in lead.items() if value is not None} for lead in found]


@pytest.mark.parametrize("seed", range(0, ROUNDS, 2))
def test_countries_that_are_compared_are_decided(seed: int) -> None:
    """Countries compared with each other: what is flagged takes no lead of a pool, and what is shown is taken.

    Each lead of the pool is possible where its values put it, and is taken there by the rule that takes it.
    """
    rng = random.Random(810_000 + seed)
    tree, pool = drawn(rng, "else queue z\n"), leads(rng, 1_500)
    taken = {leaf.rule for lead in pool if (leaf := walk(tree, lead, NOW).leaf)}
    for verdict in walked_verdicts(tree):
        assert not isinstance(verdict, NotDecided)
        assert isinstance(verdict, Reached) or verdict.entry.node.rule not in taken
    model = modelled(tree)
    reach(model, model.policies[0])  # what was found to be contradicted holds no lead
    for lead in pool[:200]:
        point = model.space.place(lead, NOW)
        assert model.space.is_possible(point)
        taker = model.taker(point, model.policies[0])
        leaf = walk(tree, lead, NOW).leaf
        assert taker is not None
        assert leaf is not None
        assert taker.node.rule == leaf.rule
        again = model.space.values(point)
        assert model.space.place(again, NOW) == point


@pytest.mark.parametrize("seed", range(0, ROUNDS, 2))
def test_regions_of_countries_hold_the_leads_that_no_rule_takes(seed: int) -> None:
    """Countries compared with each other: the regions of a gap hold the leads that no rule takes, and no others."""
    rng = random.Random(820_000 + seed)
    tree, pool = drawn(rng), leads(rng, 400)
    model = modelled(tree)
    gap, reasons = find_gap(model, model.policies[0])
    assert not reasons
    found = () if gap is None else gap.regions
    within = [api.loads(f"{FIELDS}when {region.when} queue x\n").tree for region in found]
    for lead in pool:
        holding = [r for r, one in zip(found, within, strict=True) if walk(one, lead, NOW).leaf]
        if walk(tree, lead, NOW).leaf is None:
            assert holding
        else:
            assert not any(region.exact for region in holding)


@pytest.mark.parametrize("seed", range(0, ROUNDS, 3))
def test_no_smaller_change_of_countries_would_do(seed: int) -> None:
    """Countries compared with each other: no lead of a pool that a rule takes is nearer than the smallest change."""
    rng = random.Random(830_000 + seed)
    tree, pool = drawn(rng), leads(rng, 2_000)
    lead = pool[0]
    for leaf in tree.leaves():
        answer = why_not(tree, lead, NOW, Goal(rule=leaf.rule))
        sent = [each for each in pool if (found := walk(tree, each, NOW).leaf) and found.rule == leaf.rule]
        assert answer.nearest is not None or (answer.impossible is not None and not sent)
        if answer.nearest is not None:
            moved = walk(tree, answer.nearest.lead, NOW).leaf
            assert moved is not None
            assert moved.rule == leaf.rule
            least = distance(lead, dict(answer.nearest.lead), {})
            assert all(distance(lead, each, {}) >= least for each in sent)


# --- Few steps, and plain words --------------------------------------------------------------------------------

GAPS: Final = [
    (
        'when home in visits and home != "DE" queue a\nwhen vip queue b',
        ["not vip and not home in visits", 'home == "DE" and not vip'],
    ),
    (
        "when home in visits queue a\nwhen visits has any served queue b\nwhen home not in served queue c\n"
        "when visits has all served queue d",
        [
            "served is known and not home in visits and not visits has any served and home in served"
            " and not visits has all served"
        ],
    ),
    ("when home == land queue a\nwhen home != land queue b", []),
    (
        "when home == land and not vip queue a\nwhen home in visits and vip queue b\nwhen land in visits queue c",
        [
            "not vip and not home == land and not land in visits",
            "land is missing and not vip",
            "land is missing and not home in visits",
            "vip and not home in visits and not land in visits",
        ],
    ),
    (
        "when home == land and vip queue a\nwhen land != spare and not vip queue b\nwhen home != spare queue c\n"
        "when home == land and land != spare queue d",
        [
            "land is known and not vip and land == spare and home == spare",
            "land is missing and vip and home == spare",
            "vip and not home == land and home == spare",
        ],
    ),
]


@pytest.mark.parametrize(("rules", "gaps"), GAPS)
def test_what_is_compared_is_told_as_the_policy_has_it_in_few_steps(rules: str, gaps: list[str]) -> None:
    """A comparison of countries is not a case for each of two hundred and fifty of them."""
    model = modelled(f"{FIELDS}{rules}\n")
    reach(model, model.policies[0])
    gap, reasons = find_gap(model, model.policies[0])
    assert not reasons
    assert [region.text for region in (gap.regions if gap else ())] == gaps
    assert model.steps < 60


LISTS: Final = ", ".join(f'"{letter}{number}"' for letter in "abc" for number in range(9))
LISTED: Final = f"""lead {{
  kind: one of [{LISTS}]
  sort: one of [{LISTS}, "other"]
  kinds: set of [{LISTS}]
{"".join(f"  s{number}: set of country{chr(10)}" for number in range(8))}  home: country
  land: country
}}
"""
ALL: Final = " and ".join(f'kinds has "{letter}{number}"' for letter in "abc" for number in range(9))
EIGHT: Final = " and ".join(f"s{number} has any s{number + 1}" for number in range(7))


@pytest.mark.parametrize(
    ("condition", "is_met"),
    [
        ('home == "DE" and s1 has "DE" and home not in s1', False),
        ('home == "DE" and home in s1 and not s1 has "DE"', False),
        ('home == "DE" and s1 has "FR" and home in s1', True),
        ('s1 has "DE" and s2 has "DE" and s1 has none s2', False),
        ('s1 has all s2 and s2 has all s3 and s3 has "DE" and not s1 has "DE"', False),
        ('s1 has any s2 and not s2 has "DE"', True),
        ('home == land and home == "DE" and land in ["FR", "US"]', False),
        ('home != land and home == "DE" and land == "DE"', False),
        ("home in s1 and land in s1 and s1 has none s2 and land in s2", False),
        (f"{EIGHT} and s7 has any s0", True),
        (f"{EIGHT} and s7 has all s0 and s0 has all s1 and s7 has none s1", False),
        ('kind == sort and sort == "other"', False),
        ('kind != sort and sort == "other"', True),
        (f"{ALL} and kind not in kinds", False),
        (f"{ALL} and sort not in kinds", True),
        (f'{ALL} and sort not in kinds and sort != "other"', False),
        ("kind in kinds and sort not in kinds and kind == sort", False),
    ],
)
def test_what_a_comparison_contradicts_is_proved(condition: str, is_met: bool) -> None:
    tree = api.loads(f"{LISTED}rule asked when {condition} queue x\nelse queue z\n").tree
    assert isinstance(walked_verdicts(tree)[0], Reached if is_met else Contradictory)


@pytest.mark.parametrize(("rule", "is_same"), [("kind in kinds", True), ("kind not in kinds", False)])
def test_a_list_that_an_edit_has_made_longer_is_compared_text_by_text(rule: str, is_same: bool) -> None:
    longer = LISTED.replace('"c8"]', '"c8", "c9"]')
    old = api.loads(f"{LISTED}when kind in kinds queue x\nelse queue z\n").tree
    new = api.loads(f"{longer}when {rule} queue x\nelse queue z\n").tree
    found = difference(old, new)
    assert not found.doubts
    assert (not found.changes) is is_same


# --- The members that are chosen -------------------------------------------------------------------------------

SINGLE: Final = ("a", "b", "c")
OWNERS: Final = ("p", "q", "r")
MEMBERS: Final = ("k", "l", "m")


def lots(rng: random.Random) -> list[Lot]:
    """Three members in lots, of which sets are told something."""
    cuts = sorted(rng.sample((1, 2), rng.randrange(3)))
    parts = [MEMBERS[low:high] for low, high in zip([0, *cuts], [*cuts, 3], strict=True)]
    return [
        Lot(
            part,
            frozenset(base for base in SINGLE if rng.random() < 0.7),
            {base: rng.random() < 0.5 for base in OWNERS if rng.random() < 0.4},
            frozenset(base for base in OWNERS if rng.random() < 0.3),
        )
        for part in parts
    ]


def asked(rng: random.Random) -> Asked:
    """Some of what may be asked of three fields and three sets."""
    found = Asked(dict.fromkeys(SINGLE), dict.fromkeys(OWNERS))
    for _ in range(rng.randrange(1, 6)):
        one, other = rng.choice(OWNERS), rng.choice(OWNERS)
        match rng.randrange(7):
            case 0:
                found.same.append((rng.choice(SINGLE), rng.choice(SINGLE)))
            case 1:
                found.differ.append((rng.choice(SINGLE), rng.choice(SINGLE)))
            case 2:
                found.has.append((one, rng.choice(SINGLE), rng.random() < 0.5))
            case 3:
                found.apart.append((one, other))
            case 4:
                found.covers.append((one, other))
            case 5:
                found.needs.append(Need(((one, rng.random() < 0.5), (other, True))))
            case _:
                found.needs.append(Need(((one, True),), one))
    return found


def meets(values: Mapping[str, Any], wanted: Asked, known: list[Lot]) -> bool:
    """Whether values are as asked, by what each thing asked for means; the sets are known to be as is told of them."""
    lot_of = {member: lot for lot in known for member in lot.members}
    needs = all(
        any(
            all((member in values[base]) is want for base, want in need.wants)
            and (need.of is None or need.of in lot.unnamed)
            for member, lot in lot_of.items()
        )
        for need in wanted.needs
    )
    return (
        needs
        and all(base in lot_of[values[base]].may for base in SINGLE)
        and all(values[one] == values[other] for one, other in wanted.same)
        and all(values[one] != values[other] for one, other in wanted.differ)
        and all((values[member] in values[owner]) is want for owner, member, want in wanted.has)
        and all(values[one].isdisjoint(values[other]) for one, other in wanted.apart)
        and all(values[one] >= values[other] for one, other in wanted.covers)
    )


def every_value(known: list[Lot]) -> Iterator[dict[str, Any]]:
    """Every choice of values for the fields, with sets that are as is told of them."""
    told = {member: lot.told for lot in known for member in lot.members}
    sets = [frozenset(each) for size in range(4) for each in combinations(MEMBERS, size)]
    fitting = [
        [some for some in sets if all(told[m].get(base) in (None, m in some) for m in MEMBERS)]
        for base in OWNERS
    ]
    for single in product(MEMBERS, repeat=3):
        for owned in product(*fitting):
            yield {**dict(zip(SINGLE, single, strict=True)), **dict(zip(OWNERS, owned, strict=True))}


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_values_are_found_where_there_are_any(seed: int) -> None:
    """Members of lists for fields and sets: found where any choice of them is as asked, and only there."""
    rng = random.Random(840_000 + seed)
    for _ in range(10):
        known, wanted = lots(rng), asked(rng)
        answer = Question(wanted, known, Clock()).answer()
        if answer is not None:
            assert meets(answer, wanted, known)
        else:
            assert not any(meets(values, wanted, known) for values in every_value(known))
