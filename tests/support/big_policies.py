"""Realistic policies of any size, with faults planted in them: what the proofs are timed on.

`territory` has rules as sales teams write them: countries and sizes, then industries and titles, from the
special to the general. `mixed` draws 3 to 5 conditions over 30 fields for each rule, one or two of which say whom
the rule is for: countries, industries, a company, a title, a product. `dense` draws all of them at random, mostly
flags and thresholds, in no order: of thousands of such rules most leads meet dozens, and far more rules are
covered by many others together than people would write. It is there to be hard.

One rule in ten is a fault: taken by one earlier rule, by two together, or contradictory. One gap is planted, too.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

_MANY = (
    "AT BE BG BR CA CH CN CZ DE DK EE ES FI FR GB GR HR HU IE IN IS IT JP KR LT LU LV MX NL NO NZ PL PT "
    "RO SE SG SI SK TR UA US ZA AE AR AU CL CO EG ID IL KE MA MY NG PE PH PK QA RS SA TH TN TW UY VN"
)
COUNTRIES = _MANY.split()
GAP_COUNTRIES = ("MT", "XK", "MV")
INDUSTRIES = [f"industry_{i}" for i in range(12)]
PRODUCTS = [f"product_{i}" for i in range(6)]
_SOUND = 0.85
"""The part of the rules that are no faults; two faults in six bring two rules of their own."""
TITLES = ("vp", "chief", "head of", "director", "manager", "engineer", "buyer", "founder")
DOMAINS = (".edu", ".gov", ".org", ".ac.uk", ".mil")

LEAD = f"""lead {{
  id:            id
  country:       country
  industry:      one of [{", ".join(f'"{name}"' for name in INDUSTRIES)}] optional
  employees:     integer 1..  optional
  score:         integer 0..100
  deal_value:    decimal 0..  optional
  title:         text optional
  company:       text
  email:         email
  products:      set of [{", ".join(f'"{name}"' for name in PRODUCTS)}]
  is_customer:   bool
  created_at:    datetime
{"".join(f"  flag_{i}: bool{chr(10)}  level_{i}: integer 0..1000 optional{chr(10)}" for i in range(9))}}}
"""


@dataclass(frozen=True)
class BigPolicy:
    """A policy's text, and the names of the rules that are planted faults."""

    text: str
    unreachable: frozenset[str]
    contradictory: frozenset[str]


def big_policy(count: int, kind: str = "territory", seed: int = 7) -> BigPolicy:
    """A policy of about so many rules: `territory`, `mixed` or `dense`."""
    writer = _Writer(random.Random(seed), kind)
    writer.write(count)
    everywhere = ", ".join(f'"{code}"' for code in GAP_COUNTRIES)
    tail = f"when country not in [{everywhere}] queue rest\nwhen score >= 1 and not is_customer queue rest2\n"
    text = LEAD + "\n".join(writer.rules) + "\n" + tail
    return BigPolicy(text, frozenset(writer.unreachable), frozenset(writer.contradictory))


class _Writer:
    def __init__(self, rng: random.Random, kind: str) -> None:
        self.rng, self.kind = rng, kind
        self.rules: list[str] = []
        self.conditions: list[list[str]] = []
        self.unreachable: list[str] = []
        self.contradictory: list[str] = []

    def write(self, count: int) -> None:
        """Rules in their order, faults among them."""
        draw = {"territory": self.territory, "mixed": self.mixed, "dense": self.dense}[self.kind]
        conditions = [draw() for _ in range(round(count * _SOUND))]
        if self.kind == "territory":
            conditions.sort(key=_generality)
        for condition in conditions:
            self.conditions.append(condition)
            self.add(condition)
            # what the sound rules leave of the count is faults, spread evenly
            while len(self.rules) * len(conditions) < count * len(self.conditions):
                self.fault()

    def add(self, condition: list[str]) -> str:
        name = f"r{len(self.rules) + 1}"
        self.rules.append(
            f"rule {name} when {' and '.join(condition)} round_robin pool_{self.rng.randrange(40)} then queue q"
        )
        return name

    def countries(self) -> str:
        chosen = self.rng.sample(COUNTRIES, self.rng.choice((1, 1, 2, 3, 5)))
        return f"country in [{', '.join(f'{c!r}' for c in chosen)}]".replace("'", '"')

    def territory(self) -> list[str]:
        rng = self.rng
        low = _round(10 ** rng.uniform(0, 4))
        size = rng.choice(
            (f"employees between {low} and {low * rng.choice((2, 4, 9))}", f"employees >= {low}")
        )
        condition = [self.countries(), size]
        extra = rng.random()
        if extra < 0.3:
            condition.append(f'industry in ["{rng.choice(INDUSTRIES)}", "{rng.choice(INDUSTRIES)}"]')
        elif extra < 0.45:
            condition.append(f'title contains "{rng.choice(TITLES)}"')
        elif extra < 0.55:
            condition.append(f'email.domain ends with "{rng.choice(DOMAINS)}"')
        elif extra < 0.7:
            condition.append(f"score >= {rng.randrange(1, 100)}")
        elif extra < 0.75:
            condition.append(f'products has any ["{rng.choice(PRODUCTS)}", "{rng.choice(PRODUCTS)}"]')
        elif extra < 0.8:
            condition.append(
                f"(score >= {rng.randrange(50, 100)} or deal_value >= {rng.randrange(1, 50) * 1000})"
            )
        return condition

    def whom(self) -> list[Callable[[], str]]:
        rng = self.rng
        return [
            self.countries,
            lambda: f'industry in ["{rng.choice(INDUSTRIES)}", "{rng.choice(INDUSTRIES)}"]',
            lambda: f'title contains "{rng.choice(TITLES)}"',
            lambda: f'company starts with "{rng.choice("abcdefgh")}{rng.choice("aeiou")}"',
            lambda: f'products has "{rng.choice(PRODUCTS)}"',
        ]

    def what(self) -> list[Callable[[], str]]:
        rng = self.rng
        return [
            lambda: f"employees >= {rng.randrange(1, 3000)}",
            lambda: f"score {rng.choice(('>=', '<'))} {rng.randrange(1, 100)}",
            lambda: f"deal_value >= {rng.randrange(1, 90) * 1000}",
            lambda: "is_customer" if rng.random() < 0.5 else "not is_customer",
            lambda: f"created_at.hour < {rng.randrange(1, 24)}",
            *([lambda: f"{'not ' if rng.random() < 0.5 else ''}flag_{rng.randrange(9)}"] * 6),
            *([lambda: f"level_{rng.randrange(9)} {rng.choice(('>=', '<'))} {rng.randrange(1, 1000)}"] * 8),
        ]

    def mixed(self) -> list[str]:
        rng = self.rng
        whom, count = rng.choice((1, 2)), rng.choice((3, 4, 5))
        drawn = [make() for make in (*rng.sample(self.whom(), whom), *rng.sample(self.what(), count))]
        # nobody asks the same field twice in a rule: that would be a fault that was not planted
        once = {part.removeprefix("not ").split()[0]: part for part in drawn}
        return list(once.values())[:count]

    def dense(self) -> list[str]:
        makers = [*self.whom(), *self.what()]
        return [make() for make in self.rng.sample(makers, self.rng.choice((3, 4, 5)))]

    def fault(self) -> None:
        rng = self.rng
        earlier = rng.choice(self.conditions)
        roll = rng.random()
        if roll < 0.5:
            self.unreachable.append(self.add([*earlier, f"score >= {rng.randrange(1, 60)}"]))
        elif roll < 0.8:
            cut = rng.randrange(20, 80)
            base = [*earlier[:2], f"flag_{rng.randrange(9)}"]
            self.add([*base, f"score < {cut}"])
            self.add([*base, f"score >= {cut - 5}"])
            self.unreachable.append(self.add([*base, "is_customer"]))
        else:
            self.contradictory.append(self.add([*earlier, "score < 20", "score >= 40"]))


def _round(number: float) -> int:
    """To two digits, as people choose thresholds."""
    return int(float(f"{number:.2g}"))


def _generality(condition: list[str]) -> tuple[bool, bool, int, int]:
    """Special rules first: with a further condition, for an interval, for few countries, for large companies."""
    size = condition[1].split()
    return (len(condition) < 3, size[1] == ">=", condition[0].count(","), -int(size[2]))
