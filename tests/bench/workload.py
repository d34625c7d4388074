"""The workload of the speed benchmarks: ordered rules over nine fields, and leads for them.

N rules, each a conjunction of one to four predicates (industry in two to five of 20, country in one to six of 60,
bounds of score, thresholds of employees and deal value, product, plan, source in a list of 12, e-mail domain),
the last one the default. `uniform` leads match first anywhere; of `deep` ones 85 % match in the last fifth.
5 % of the optional fields are missing.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

INDUSTRIES = [f"industry_{n}" for n in range(20)]
COUNTRIES = (  # noqa: SIM905 -- sixty quoted codes would hide the rest
    "DE AT CH FR ES IT RO GB IE NL BE LU PT SE NO DK FI IS PL CZ "
    "SK HU SI HR RS BG GR TR UA MD US CA MX BR AR CL CO PE UY AU "
    "NZ JP KR CN IN ID MY SG TH VN PH ZA NG KE EG MA SA AE IL QA"
).split()
PRODUCTS = ["crm", "voice", "email", "chat", "ads", "data"]
PLANS = ["free", "team", "business", "enterprise"]
SOURCES = [f"source_{n}" for n in range(30)]
DOMAINS = [f"company{n}.example" for n in range(200)]

Predicate = tuple[str, Any]


def predicates(chance: random.Random) -> list[Predicate]:
    """One rule's conjunction: field and what it asks, each field once."""
    kinds: list[tuple[str, Callable[[], Any]]] = [
        ("industry", lambda: sorted(chance.sample(INDUSTRIES, chance.randint(2, 5)))),
        ("country", lambda: sorted(chance.sample(COUNTRIES, chance.randint(1, 6)))),
        ("score", lambda: sorted(chance.sample(range(1, 101), 2))),
        ("employees", lambda: chance.choice([10, 50, 100, 200, 500, 1000, 2000, 5000])),
        ("deal_value", lambda: chance.choice([1000, 5000, 10_000, 20_000, 50_000, 100_000])),
        ("product", lambda: chance.choice(PRODUCTS)),
        ("plan", lambda: chance.choice(PLANS)),
        ("source", lambda: sorted(chance.sample(SOURCES, 12))),
        ("domain", lambda: chance.choice(DOMAINS)),
    ]
    return [(name, make()) for name, make in chance.sample(kinds, chance.randint(1, 4))]


def rules(count: int, seed: int = 0) -> list[list[Predicate]]:
    """`count` rules, as people order them: the most specific first, and last the default, with no predicate."""
    chance = random.Random(seed)
    made = [predicates(chance) for _ in range(count - 1)]
    return [*sorted(made, key=len, reverse=True), []]


def policy_text(conjunctions: list[list[Predicate]]) -> str:
    """The rules as a policy."""
    lines = [
        "lead {",
        "  id: id",
        f"  industry: one of [{_members(INDUSTRIES)}]",
        "  country: country",
        "  score: integer 0..100",
        "  employees: integer 0.. optional",
        "  deal_value: decimal 0.. optional",
        f"  product: one of [{_members(PRODUCTS)}]",
        f"  plan: one of [{_members(PLANS)}]",
        f"  source: one of [{_members(SOURCES)}]",
        "  email: email optional",
        "}",
    ]
    for number, conjunction in enumerate(conjunctions):
        test = " and ".join(_condition(*predicate) for predicate in conjunction)
        lines.append(f"rule r{number} {'when ' + test if test else 'else'} round_robin pool_{number % 30}")
    return "\n".join(lines) + "\n"


def _members(values: list[str]) -> str:
    return ", ".join(map(_quoted, [*values, "other"]))


def _quoted(text: str) -> str:
    return f'"{text}"'


def _condition(name: str, asked: Any) -> str:
    match name:
        case "score":
            return f"score between {asked[0]} and {asked[1]}"
        case "employees" | "deal_value":
            return f"{name} >= {asked}"
        case "domain":
            return f'email.domain == "{asked}"'
        case "product" | "plan":
            return f'{name} == "{asked}"'
        case _:
            return f"{name} in [{', '.join(map(_quoted, asked))}]"


def python_source(conjunctions: list[list[Predicate]]) -> str:
    """The rules as somebody would write them by hand: one `if` a rule, fields read from the dict in each."""
    lines = ["def decide(lead):"]
    for number, conjunction in enumerate(conjunctions):
        test = " and ".join(_by_hand(*predicate) for predicate in conjunction)
        lines.append(f"    if {test}: return {number}" if test else f"    return {number}")
    return "\n".join(lines) + "\n"


def _by_hand(name: str, asked: Any) -> str:
    match name:
        case "score":
            return f"{asked[0]} <= lead['score'] <= {asked[1]}"
        case "employees" | "deal_value":
            return f"lead.get('{name}') is not None and lead['{name}'] >= {asked}"
        case "domain":
            return f"lead.get('email') is not None and lead['email'].lower().endswith('@{asked}')"
        case "product" | "plan":
            return f"lead['{name}'] == {asked!r}"
        case _:
            return f"lead['{name}'] in {set(asked)!r}"


_DEAD: dict[str, Any] = {
    "industry": "other",
    "country": "TV",
    "score": 0,
    "employees": 5,
    "deal_value": 500,
    "product": "other",
    "plan": "other",
    "source": "other",
    "email": "someone@nowhere.example",
}
"""Values that no predicate takes."""


def leads(
    conjunctions: list[list[Predicate]], count: int, deep: bool = False, seed: int = 1
) -> list[dict[str, Any]]:
    """Leads as records. Each is made for a rule drawn evenly over all of them, or of the last fifth where `deep`.

    A lead that an earlier rule takes is drawn again, up to 30 times.
    """
    chance = random.Random(seed)
    space: dict[str, Any] = {}
    exec(python_source(conjunctions), space)
    return [_lead_for(conjunctions, chance, number, deep, space["decide"]) for number in range(count)]


def _lead_for(
    conjunctions: list[list[Predicate]],
    chance: random.Random,
    number: int,
    deep: bool,
    decide: Callable[[dict[str, Any]], int],
) -> dict[str, Any]:
    total = len(conjunctions)
    first = total * 4 // 5 if deep and chance.random() < 0.85 else 0
    lead: dict[str, Any] = {}
    for _ in range(30):
        target = chance.randrange(first, total)
        lead = {
            "id": f"L{number}",
            **_DEAD,
            **dict(_met(name, asked, chance) for name, asked in conjunctions[target]),
        }
        for name in ("employees", "deal_value", "email"):
            if lead[name] == _DEAD[name] and chance.random() < 0.05:
                del lead[name]
        if decide(lead) == target:
            break
    return lead


def _met(name: str, asked: Any, chance: random.Random) -> tuple[str, Any]:
    """A field and a value that meets a predicate."""
    match name:
        case "score":
            return name, chance.randint(*asked)
        case "employees" | "deal_value":
            return name, asked + chance.randint(0, 3)
        case "domain":
            return "email", f"someone@{asked}"
        case "product" | "plan":
            return name, asked
        case _:
            return name, chance.choice(asked)
