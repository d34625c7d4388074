"""Routers whose leads are looked after, in few words."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from routebook.runtime.after.clerk import Clerk
from routebook.runtime.after.events import Event, Recorded
from routebook.runtime.after.history import History, history_of
from routebook.runtime.after.offices import Office, office_of
from routebook.runtime.after.sweeping import Sweeper
from routebook.runtime.log import PLACINGS, Digests
from routebook.runtime.router import Router
from routebook.runtime.state import RepState, Result, ResultKey, Rotation
from support.routing import NOON


def office(router: Router) -> Office:
    """The router's own policy and people."""
    said = next(json.loads(row.body) for row in router.store.log() if row.kind in PLACINGS)
    return office_of(router.tree, router.roster, Digests(said["policy"], said["policy_text"], said["roster"]))


def clerk(router: Router) -> Clerk:
    return Clerk(router.transactions, lambda said: office(router))


def happens(router: Router, id: str, kind: str, at: datetime = NOON, **more: Any) -> Recorded:
    """An event of a lead, recorded."""
    return clerk(router).record(Event(id, kind, at, **more))


def history(router: Router, id: str) -> History:
    found = history_of(router.store.log(id))
    assert found is not None
    return found


def rep(router: Router, id: str) -> RepState:
    with router.store.session() as session:
        return session.reps([id]).get(id, RepState())


def rotation(router: Router, key: str) -> Rotation:
    with router.store.session() as session:
        return session.rotations([key]).get(key, Rotation())


def result(router: Router, id: str, segment: str = "") -> Result:
    key = ResultKey(id, segment)
    with router.store.session() as session:
        return session.results([key]).get(key, Result(0, 0))


def swept(router: Router, now: datetime) -> list[tuple[str, str, str | None, str | None]]:
    """What a sweep does: lead, why, and who or what has the lead then."""
    found = Sweeper(router.transactions, lambda said: office(router)).sweep(now)
    return [
        (each.lead, each.why, each.assignment.rep, each.assignment.queue or each.assignment.nurture)
        for each in found
        if each.assignment is not None
    ]
