"""What stores are measured with: a policy of sixteen pools, eight people in each, and leads for one pool or for all.

Run as a program it is one process among several: it makes its leads ready, waits to be told, routes them, and says
how long that took.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from routebook.api import loads
from routebook.decision import Lead
from routebook.roster import Roster
from routebook.routing import Router

NOON: Final = datetime(2026, 3, 2, 12, tzinfo=UTC)  # a Monday
REGIONS: Final = tuple(f"r{number}" for number in range(16))
INDUSTRIES: Final = ("education", "finance", "health", "retail", "other")


def policy_text() -> str:
    """A rule for each region, which draws from its pool whoever is on shift."""
    regions = ", ".join(f'"{region}"' for region in REGIONS)
    industries = ", ".join(f'"{industry}"' for industry in INDUSTRIES)
    lead = (
        f"lead {{\n  id: id\n  email: email optional\n  company: text optional\n  region: one of [{regions}]\n"
        f"  industry: one of [{industries}]\n  employees: integer optional\n  score: integer 0..100\n}}\n"
    )
    rules = "".join(
        f'when region == "{region}" and score >= 10 round_robin pool_{region} on shift then queue triage\n'
        for region in REGIONS
    )
    return lead + rules + "else queue triage\n"


def roster_text() -> str:
    """Eight reps a pool, of two weights, with working hours, a capacity and a cap, which nobody reaches."""
    pools, people = [], []
    for region in REGIONS:
        ids = [f"{region}_{number}" for number in range(8)]
        pools.append(f"[pools.pool_{region}]\nmembers = {json.dumps(ids)}\n")
        for number, id in enumerate(ids):
            limits = "capacity = 1000000\ncaps = { day = 1000000 }\n"
            people.append(
                f'[reps.{id}]\nhours = {{ "mon-fri" = "08:00-18:00" }}\nweight = {1 + number % 2}\n{limits}'
            )
    return "\n".join(['timezone = "Europe/Berlin"\n', *pools, *people])


def records(count: int, many: bool, prefix: str = "L") -> Iterator[dict[str, Any]]:
    """Leads as they come in: for all pools at random, or for the first."""
    dice = random.Random(prefix)
    for number in range(count):
        yield {
            "id": f"{prefix}{number}",
            "email": f"person{number}@company{number % 997}.example",
            "company": f"Company {number % 997}",
            "region": dice.choice(REGIONS) if many else REGIONS[0],
            "industry": dice.choice(INDUSTRIES),
            "employees": dice.randrange(1, 5000),
            "score": dice.randrange(10, 101),
        }


def router_of(url: str) -> Router:
    """The router of the policy on this store."""
    return Router(loads(policy_text()), Roster.loads(roster_text(), "roster.toml"), url, prove=False)


def route(router: Router, leads: Sequence[Lead], batches: bool) -> None:
    """Route them all, in batches or each in a transaction of its own."""
    if batches:
        for _ in router.route_many(leads, now=NOON):
            pass
    else:
        for lead in leads:
            router.route(lead, NOON)


def main(url: str, name: str, count: str, many: str, way: str) -> None:
    """One of several processes: how long it took by the clock, and in CPU, in seconds."""
    with router_of(url) as router:
        leads = [router.policy.lead(record) for record in records(int(count), many == "many", name)]
        # what is opened or made once is not what is measured
        warm = [router.policy.lead(record) for record in records(20, True, f"{name}-warm-")]
        route(router, warm, batches=True)
        print("ready", flush=True)
        sys.stdin.readline()
        began, spent = time.time(), time.process_time()
        route(router, leads, way == "batches")
        print(json.dumps([began, time.time(), time.process_time() - spent]), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
