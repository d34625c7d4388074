"""Fields with more values than can be counted: what is said of all leads, held to a pool of telling ones.

Each pool has the values next to all that the comparisons name: every word of a few letters, every hour around a
change of the clock, numbers on both sides of each bound. What is said to be reached is walked, and what is said
not to be must not happen in the pool.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import combinations, product
from math import prod
from typing import Any, Final

import pytest

from routebook import api
from routebook.analysis.change import difference
from routebook.analysis.proof import prove
from routebook.analysis.reach import Blocked, Contradictory, NotDecided
from routebook.plan.tree import Tree
from routebook.plan.walk import walk
from support.edits import edited
from support.proofs import walked_verdicts
from support.regions import condition, without_now
from support.small_policies import NOW, ROUNDS, SmallPolicy, count_drawn, not_decided

LEADS: Final = 1_500
"""How many leads of a pool are walked at most."""


@dataclass(frozen=True)
class Pool:
    """Fields with their declarations and values, what is computed of them, and how a comparison is drawn."""

    fields: Mapping[str, tuple[str, tuple[Any, ...]]]
    comparison: Callable[[random.Random], str]
    computed: str = ""


def _pool(
    name: str, declared: str, values: tuple[Any, ...], comparison: Callable[[random.Random], str]
) -> Pool:
    return Pool({name: (declared, values)}, comparison)


def _word(rng: random.Random, longest: int = 3) -> str:
    return "".join(rng.choice("ab") for _ in range(rng.randint(1, longest)))


def _listed(values: Iterator[str]) -> str:
    return ", ".join(dict.fromkeys(f'"{value}"' for value in values))


def _words(rng: random.Random) -> str:
    op = rng.choice(
        ("starts with", "starts with", "ends with", "ends with", "contains", "==", "in", "matches")
    )
    if op == "in":
        return f"word in [{_listed(_word(rng, 4) for _ in range(rng.randint(1, 4)))}]"
    if op == "matches":
        parts = [f"{_word(rng, 2)}{rng.choice(('', '', '+', '?', '{2,}', '{1,2}'))}" for _ in range(2)]
        return f'word matches "{rng.choice(("", "^"))}{rng.choice(("", "|", ".")).join(parts)}{rng.choice(("", "$"))}"'
    return f'word {op} "{_word(rng)}"'


def _mails(rng: random.Random) -> str:
    part = rng.choice(("mail", "mail.domain", "mail.domain"))
    op = rng.choice(("starts with", "ends with", "contains", "=="))
    if op == "==":
        where = f"{_word(rng, 1)}.{_word(rng, 1)}"
        return f'{part} == "{where if part != "mail" else f"{_word(rng, 2)}@{where}"}"'
    return f'{part} {op} "{_word(rng, 1)}{rng.choice(("", ".a", ".b"))}"'


def _moments(rng: random.Random) -> str:
    hour = rng.choice((0, 1, 2, 3, 4, 9, 22, 23))
    match rng.randrange(5):
        case 0:
            return f"at.hour {rng.choice(('<', '>=', '==', '!='))} {hour}"
        case 1:
            return f"at.weekday in [{_listed(rng.choice(('sat', 'sun', 'mon', 'fri')) for _ in range(2))}]"
        case 2:
            return f"at.date {rng.choice(('==', '<', '>='))} 2026-03-{rng.randint(28, 31)}"
        case 3:
            return f"at.time {rng.choice(('<', '>=', '<=', '>'))} {hour:02}:{rng.choice((0, 30)):02}"
        case _:
            return f"at {rng.choice(('<', '>=', '<=', '>'))} 2026-03-{rng.randint(28, 30)}T{hour:02}:00Z"


def _days(rng: random.Random) -> str:
    if rng.random() < 0.4:
        return f"day.weekday in [{_listed(rng.choice(('sat', 'sun', 'mon', 'wed')) for _ in range(2))}]"
    first = rng.randint(2, 12)
    if rng.random() < 0.3:
        return f"day between 2026-03-{first:02} and 2026-03-{first + rng.randint(0, 8):02}"
    return f"day {rng.choice(('<', '>=', '<=', '>', '==', '!='))} 2026-03-{first:02}"


def _slots(rng: random.Random) -> str:
    hour = rng.choice((0, 8, 9, 17, 23))
    if rng.random() < 0.4:
        return f"slot.hour {rng.choice(('<', '>=', '==', '!='))} {hour}"
    return f"slot {rng.choice(('<', '>=', '<=', '>', '=='))} {hour:02}:{rng.choice((0, 30)):02}"


def _integers(rng: random.Random) -> str:
    low = rng.randint(-4, 4)
    return rng.choice(
        (f"count {rng.choice(('<', '>=', '<=', '>', '==', '!='))} {low}", f"count between {low} and {low + 2}",
         f"count * 2 > {low}", "count is missing")
    )  # fmt: skip


def _decimals(rng: random.Random) -> str:
    bound = rng.choice(("0", "0.5", "-1.5", "1", "2.5"))
    return rng.choice(
        (f"price {rng.choice(('<', '>=', '<=', '>', '==', '!='))} {bound}", f"price between {bound} and 3",
         f"price / 2 <= {bound}")
    )  # fmt: skip


def _sets(rng: random.Random) -> str:
    op = rng.choice(("has any", "has all", "has none"))
    if rng.random() < 0.4:
        return f'tags has "{rng.choice("abc")}"'
    return f"tags {op} [{_listed(rng.choice('abc') for _ in range(2))}]"


def _countries(rng: random.Random) -> str:
    codes = _listed(rng.choice(("DE", "AT", "CH", "US", "FR")) for _ in range(3))
    return f"land {rng.choice(('in', 'not in'))} [{codes}]"


def _computed(rng: random.Random) -> str:
    bound = rng.randint(0, 12)
    return rng.choice(
        (f"worth {rng.choice(('<', '>=', '=='))} {bound}", f"worth == {bound}", "warm", "warm == vip", "hot != vip",
         "hot == vip", "warm is missing", f'due.weekday {rng.choice(("==", "!="))} "{rng.choice(("sat", "mon"))}"',
         f"due {rng.choice(('<', '>=', '=='))} 2026-03-0{rng.randint(6, 9)}", "due > on", "due is known",
         f"late {rng.choice(('<', '>=', '=='))} {bound}", "level >= worth", "worth > level",
         f"hours >= {bound * 2 + 1}", "hours > 25", "hours == 23", "level == late",
         f"due.weekday in [{_listed(rng.choice(('sat', 'sun', 'mon')) for _ in range(2))}]")
    )  # fmt: skip


COMPUTED: Final = """
derive due: date {
  when on < 2026-03-03 then 2026-03-07 when vip then 2026-03-09 when on.weekday == "wed" then 2026-03-06
}
derive warm: bool { when hot then true when level >= 2 then false when vip and level == 1 then true }
points worth 0..12 { add 3 per level add 2 when vip subtract 1 when hot add 4 when warm }
points late 0..12 { add 1 per start.hour up to 9 add 2 when vip }
points hours 0..30 { add 1 per start.hour add 3 when vip }
"""


def _every(letters: str, longest: int) -> tuple[str, ...]:
    return tuple("".join(each) for size in range(1, longest + 1) for each in product(letters, repeat=size))


CHANGE: Final = datetime(2026, 3, 27, 21, tzinfo=UTC)
"""Two days before the clock is set forward in Berlin."""

POOLS: Final = (
    Pool(
        {
            "vip": ("bool", (False, True)),
            "hot": ("bool optional", (None, False, True)),
            "on": ("date", tuple(date(2026, 3, day) for day in (2, 3, 4, 5, 8, 9))),
            "level": ("integer 0..3", (0, 1, 2, 3)),
            "start": ("time", tuple(time(hour, 30) for hour in (0, 1, 4, 8, 9, 10, 23))),
        },
        _computed,
        COMPUTED,
    ),
    _pool("word", "text optional", (None, *_every("ab", 5), "c", "ac", "cab", "abcba", "bbaabb", "aabbaa"), _words),
    _pool(
        "mail", "email",
        tuple(f"{a}@{b}" for a in ("a", "b", "ab", "c") for b in ("a.a", "b.a", "a.b", "ab.b", "c.c", "b.ab")),
        _mails,
    ),
    _pool("at", "datetime optional", (None, *(CHANGE + timedelta(minutes=30 * n) for n in range(220))), _moments),
    _pool("day", "date", tuple(date(2026, 2, 27) + timedelta(days=n) for n in range(28)), _days),
    _pool("slot", "time", tuple(time(n // 2, 30 * (n % 2), second) for n in range(48) for second in (0, 1)), _slots),
    _pool("count", "integer optional", (None, *range(-7, 9)), _integers),
    _pool("price", "decimal", tuple(Decimal(n) / 4 for n in range(-16, 17)), _decimals),
    _pool("tags", "set of text", tuple(frozenset(each) for n in range(5) for each in combinations("abcd", n)), _sets),
    _pool("land", "country", ("DE", "AT", "CH", "US", "FR", "JP", "BR"), _countries),
)  # fmt: skip


def _condition(rng: random.Random, pools: tuple[Pool, ...]) -> str:
    parts = [
        f"not {text}" if rng.random() < 0.3 else text
        for text in (rng.choice(pools).comparison(rng) for _ in range(rng.choice((1, 2, 2, 3))))
    ]
    return rng.choice((" and ", " and ", " or ")).join(parts)


def drawn(seed: int) -> tuple[SmallPolicy, list[dict[str, Any]]]:
    """A policy about one field or two, and leads of their pools."""
    rng = random.Random(seed)
    first = POOLS[seed % len(POOLS)]
    pools = (first, *(pool for pool in rng.sample(POOLS[1:], rng.choice((0, 1))) if pool is not first))
    fields = {name: field for pool in pools for name, field in pool.fields.items()}
    lines = "\n".join(f"  {name}: {declared}" for name, (declared, _) in fields.items())
    computed = "".join(pool.computed for pool in pools)
    rules = "\n".join(
        f"when {_condition(rng, pools)} queue {rng.choice('pqr')}" for _ in range(rng.randint(2, 5))
    )
    tail = rng.choice(("", "else queue z"))
    leads = list(_leads(rng, {name: values for name, (_, values) in fields.items()}))
    count_drawn(len(leads))
    zone = 'policy "p" timezone "Europe/Berlin"'
    return SmallPolicy(f"{zone}\nlead {{\n{lines}\n}}\n{computed}\n{rules}\n{tail}\n", ()), leads


def _leads(rng: random.Random, values: Mapping[str, tuple[Any, ...]]) -> Iterator[dict[str, Any]]:
    """All leads of these values, or so many of them."""
    if prod(map(len, values.values())) <= LEADS:
        drawn = list(product(*values.values()))
    else:
        drawn = [tuple(map(rng.choice, values.values())) for _ in range(LEADS)]
    for each in drawn:
        yield {name: value for name, value in zip(values, each, strict=True) if value is not None}


def _rule(tree: Tree, lead: dict[str, Any]) -> str | None:
    leaf = walk(tree, lead, NOW).leaf
    return leaf.rule if leaf is not None else None


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_what_is_not_reached_is_not_reached_from_the_pool(seed: int) -> None:
    """Words, moments, numbers: a flagged rule takes no lead of the pool, and what is shown for another it takes."""
    policy, leads = drawn(3_000_000 + seed)
    tree = api.loads(policy.text).tree
    taken = {_rule(tree, lead) for lead in leads}
    for verdict in walked_verdicts(tree):
        match verdict:
            case Blocked() | Contradictory():
                assert verdict.entry.node.rule not in taken
            case NotDecided(_, reasons):
                not_decided(reasons)


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_a_gap_holds_what_the_pool_shows(seed: int) -> None:
    """Words, moments, numbers: a gap's regions hold every lead of the pool that no rule takes, and no other."""
    policy, leads = drawn(3_100_000 + seed)
    loaded = api.loads(policy.text)
    gap = prove(loaded.tree).gap
    regions = gap.regions if gap is not None else ()
    reads = [condition(policy, region.when) for region in regions]
    for lead in leads:
        rule = _rule(loaded.tree, lead)
        inside = [region for region, holds in zip(regions, reads, strict=True) if holds(lead)]
        assert inside if rule is None else not any(region.exact for region in inside)
    for region, holds in zip(regions, reads, strict=True):
        witness = loaded.lead(without_now(region.witness))
        assert holds(witness)
        assert _rule(loaded.tree, dict(witness)) is None


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_a_difference_holds_what_the_pool_shows(seed: int) -> None:
    """Words, moments, numbers: each lead of the pool that changes is in its region, and in an exact one no other."""
    policy, leads = drawn(3_200_000 + seed)
    text = edited(policy.text, seed)
    if "\nwhen" not in text:
        pytest.skip("nothing is left")
    loaded, new = api.loads(policy.text), api.loads(text).tree
    found = difference(loaded.tree, new)
    if found.doubts:
        not_decided(found.doubts)
    pairs = {(change.old.rule, change.new.rule): change.region for change in found.changes}
    reads = {pair: condition(policy, region.when) for pair, region in pairs.items()}
    for lead in leads:
        pair = (_rule(loaded.tree, lead), _rule(new, lead))
        for other, holds in reads.items():
            assert holds(lead) or other != pair
            assert not holds(lead) or other == pair or not pairs[other].exact
    for pair, region in pairs.items():
        witness = loaded.lead(without_now(region.witness))
        assert reads[pair](witness)
        assert (_rule(loaded.tree, dict(witness)), _rule(new, dict(witness))) == pair
