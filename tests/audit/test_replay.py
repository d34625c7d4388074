"""Everything that is recorded replays: strategies, holds, events, sweeps, duplicates, several versions of a policy."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import timedelta
from threading import Thread

from hypothesis import given, settings
from hypothesis import strategies as st

from routebook.aftercare import Aftercare
from routebook.auditing import audit
from routebook.diagnostics import RoutebookError
from routebook.runtime.presence import mark
from routebook.runtime.router import Router
from routebook.runtime.stores import Store
from routebook.runtime.stores.memory import MemoryStore
from support.routing import NOON, lead, pool, reps, router_of

RULES = """
rule spam when score == 0 reject "spam"
rule news when score == 1 nurture news
rule named when owner is known assign rep owner then queue triage
rule gap when score between 2 and 6 and country is missing assign pool nobody by round_robin
rule turns when score between 3 and 20 assign pool smb by round_robin then queue triage under prompt
rule loaded when score between 21 and 30 assign pool smb by load then hold pool smb up to 1h then queue triage
rule there when score between 31 and 40 assign pool smb by availability then queue triage
rule first when score between 41 and 45 assign pool few by priority then queue triage
rule hashed when score between 46 and 55 assign pool all by hash of email then queue triage
rule known when score between 56 and 65 assign pool few by performance per country then queue triage
rule held when score between 66 and 75 hold pool late up to 2h then queue triage under prompt
rule kept when score between 76 and 85 assign pool back by round_robin sticky by email for 3h then queue triage
rule halves when score between 86 and 95
  split "halves" by id { 50% assign pool smb by round_robin  50% queue triage }
sla prompt {
  respond within 30m then reassign 1 times then queue managers
  touches 2 within 3h then queue managers
}
"""
TEAM = (
    pool("smb", "ana", "bogdan", "carla")
    + pool("few", "carla", "dan")
    + pool("back", "ana", "dan", "eva", on_return="average")
    + pool("late", "eva")
    + pool("nobody", "fred")
    + reps(
        "bogdan",
        ana={"weight": 2, "capacity": 9, "caps": "{ day = 12, week = 14 }"},
        carla={"capacity": 20, "languages": '["en"]'},
        dan={"away": '["2026-03-03..2026-03-04"]'},
        eva={"hours": '{ "mon-fri" = "13:00-17:00" }', "timezone": '"Europe/Bucharest"'},
        fred={"active": "false"},
    )
)


def live(router: Router, days: int, seed: int, prefix: str = "L") -> None:
    """Days of leads, with all that may happen to them."""
    chance = random.Random(seed)
    after = Aftercare(router.store, roster=router.roster)
    known: list[str] = []
    for day in range(days):
        for hour in range(0, 6, 2):
            now = NOON + timedelta(days=day, hours=hour, seconds=chance.randrange(60))
            leads = []
            for _ in range(chance.randrange(1, 12)):
                known.append(f"{prefix}{len(known)}")
                fields = {"score": chance.randrange(101), "email": f"p{chance.randrange(9)}@x.y"}
                if chance.random() < 0.5:
                    fields["country"] = chance.choice(["RO", "DE", "US"])
                if chance.random() < 0.1:
                    fields["owner"] = chance.choice(["ana", "dan", "fred"])
                leads.append(lead(router.tree, known[-1], **fields))
            leads += [lead(router.tree, id, score=chance.randrange(101)) for id in chance.sample(known, 1)]
            list(router.route_many(leads, batch=chance.choice([1, 3, 50]), now=now))
            for id in chance.sample(known, min(4, len(known))):
                kind = chance.choice(
                    ["touch", "contacted", "converted", "recycled", "junk", "unreachable", "return", "assign"]
                )
                more = {"rep": chance.choice(["ana", "bogdan"])} if kind == "assign" else {}
                if kind == "assign" and chance.random() < 0.5:
                    more["turn"] = "smb"
                with suppress(RoutebookError):
                    after.record(id, kind, at=now + timedelta(minutes=1), reason="as it was", **more)
            if chance.random() < 0.5:
                online = chance.random() < 0.5
                with suppress(RoutebookError):
                    mark(router.transactions, chance.choice(["ana", "bogdan"]), online, now)
            list(after.sweep(now + timedelta(minutes=chance.choice([10, 45, 200]))))


def told(store: Store) -> list[str]:
    return [f"{each.row} {each.message} {each.recorded} {each.replayed}" for each in audit(store).differences]


def test_all_that_happens_replays(store: Store) -> None:
    router = router_of(RULES, TEAM, store)
    live(router, 4, seed=1)
    found = audit(store)
    assert told(store) == []
    assert found.is_well
    assert found.rows == found.replayed > 100
    assert not found.unknown
    kinds = {row.kind for row in store.log()}
    assert kinds == {"assignment", "handover", "event", "presence"}
    outcomes = {row.outcome for row in store.log() if row.kind == "assignment"}
    assert outcomes >= {"assigned", "held", "queued", "nurtured", "rejected", "unassigned", "undecided"}


def test_versions_share_a_store(store: Store) -> None:
    live(router_of(RULES, TEAM, store), 2, seed=2)
    changed = RULES.replace("between 3 and 20", "between 3 and 25").replace("between 21", "between 26")
    live(router_of(f"# later\n{changed}", TEAM, store), 2, seed=3, prefix="M")
    live(router_of(changed, TEAM.replace("weight = 2", "weight = 1"), store), 2, seed=4, prefix="N")
    assert told(store) == []


def test_routers_at_the_same_time(store: Store) -> None:
    threads = [
        Thread(target=live, args=(router_of(RULES, TEAM, store), 2, number, f"T{number}-"))
        for number in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told(store) == []


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10**6))
def test_whatever_happens_replays(seed: int) -> None:
    store = MemoryStore()
    live(router_of(RULES, TEAM, store), 2, seed)
    assert told(store) == []


def test_an_empty_store_is_well(store: Store) -> None:
    found = audit(store)
    assert (found.is_well, found.rows) == (True, 0)
