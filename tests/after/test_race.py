"""A lead that comes again while an event gives it to somebody ends in one pair of hands."""

from __future__ import annotations

from threading import Thread

from routebook.decision import Assignment
from routebook.runtime.after.clerk import record_event
from routebook.runtime.after.events import Event
from routebook.runtime.ledger import Ledger, Locks
from routebook.runtime.log import lead_chain
from routebook.runtime.stores import Store
from support.after import happens, history, office, rep
from support.routing import NOON, assigned, lead, pool, reps, router_of

RULES = "else round_robin smb then queue triage\n"
TEAM = pool("smb", "ana", "bogdan") + reps("ana", "bogdan", "carla")


def test_an_event_races_a_lead_that_comes_again(store: Store) -> None:
    router = router_of(RULES, TEAM, store)
    assert assigned(router, 1, score=10) == ["ana"]
    happens(router, "L0", "recycled")
    desk = office(router)
    again: list[Assignment] = []

    def comes_again() -> None:
        other = router_of(RULES, TEAM, store)
        again.append(other.route(lead(other.tree, "L0", score=10), NOON))

    thread = Thread(target=comes_again)

    def give(ledger: Ledger) -> None:
        # the lead comes while the event is on its way, and has to wait for what becomes of it
        if not thread.is_alive() and not again:
            thread.start()
            thread.join(1)
        record_event(Event("L0", "assign", NOON, "carla"), desk, ledger)

    router.transactions.run(("L0",), Locks(frozenset({lead_chain("L0")})), give)
    thread.join()
    assert [(each.rep, each.again) for each in again] == [("carla", True)]
    assert (history(router, "L0").owner, history(router, "L0").round) == ("carla", 1)
    assert [rep(router, id).active for id in ("ana", "bogdan", "carla")] == [0, 0, 1]
