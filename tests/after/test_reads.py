"""What the sweep and the clerk read of a store, over every kind."""

from __future__ import annotations

from routebook.runtime.stores import Store
from support.after import happens
from support.routing import NOON, lead, pool, reps, router_of


def test_a_leads_rows_and_the_leads_of_a_status_come_in_order(store: Store) -> None:
    router = router_of(
        "when score >= 50 queue triage else round_robin smb", pool("smb", "ana") + reps("ana"), store
    )
    for id, score in (("L2", 10), ("L1", 10), ("L3", 90)):
        router.route(lead(router.tree, id, score=score), NOON)
    happens(router, "L2", "touch")
    happens(router, "L1", "accepted")
    logged = list(store.log("L2"))
    with store.session() as session:
        assert session.history("L2") == logged
        assert [row.kind for row in session.history("L1")] == ["assignment", "event"]
        assert session.history("L9") == []
    assert [each.id for each in store.standing(["assigned", "accepted"])] == ["L2", "L1"]
    assert [each.id for each in store.standing(["queued"])] == ["L3"]
    assert store.standing([]) == []
