"""Simulations: a stream of leads through a policy and a roster, from nothing, with assumptions about the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from routebook.api import Policy
from routebook.decision import Lead
from routebook.diagnostics import RoutebookError
from routebook.intake.history import History
from routebook.roster import Roster
from routebook.runtime.after.offices import office_of
from routebook.runtime.log import Digests
from routebook.runtime.router import Router
from routebook.runtime.stores.memory import MemoryStore
from routebook.simulating.assumed import Assumptions
from routebook.simulating.measures import RepFigures, Simulation, StepFigures, Waits, measured
from routebook.simulating.world import World
from routebook.text import listed, nearest
from routebook.types import DateTimeType, DateType


def simulate(
    policy: Policy,
    roster: Roster,
    leads: Iterable[Lead | None],
    assumed: Assumptions,
    *,
    name: str = "policy",
    history: History | None = None,
    tell: Callable[[int], None] = lambda done: None,  # noqa: ARG005
) -> Simulation:
    """Play a stream of leads through a policy and a roster from fresh state, in memory.

    `leads` have ids; None is one that did not fit, in whose place nobody comes. `history` is learnt from first, as
    of the first lead's moment; `tell` is told how many leads have come. The same arguments give the same answer.
    Raises `RoutebookError` where the assumptions do not fit policy or roster.
    """
    check_assumed(policy, roster, assumed)
    given = list(leads)
    fitting = [(place, lead) for place, lead in enumerate(given) if lead is not None]
    stream = _stream(policy, fitting, assumed)
    left_out = len(given) - len(fitting), len(fitting) - len(stream)
    settings = policy.settings.model_copy(update={"notify": {}})
    router = Router(
        policy.tree, roster, MemoryStore(), kept=policy.kept, decide=policy.leaf, settings=settings
    )
    digests = Digests(policy.digest, policy.kept.digest, roster.digest)
    office = office_of(policy.tree, roster, digests)
    if history is not None and stream:
        router.learn(history.leads, stream[0][0])
    world = World(router, office, assumed, tell)
    world.run(stream)
    return measured(world, roster, assumed, name, policy.digest, left_out)


def check_assumed(policy: Policy, roster: Roster, assumed: Assumptions) -> None:
    """Raise `RoutebookError` where the assumptions name what is not there."""
    schema = policy.tree.schema
    if assumed.at is not None:
        timed = [field.name for field in schema if isinstance(field.type, DateTimeType | DateType)]
        if assumed.at not in timed:
            close = nearest(assumed.at, timed)
            there = listed(f"`{each}`" for each in timed) or "none"
            hint = f"did you mean `{close}`?" if close else f"such fields of a lead: {there}"
            raise RoutebookError(f"`{assumed.at}` is no date or datetime that leads could come at; {hint}")
    for rep in assumed.wins:
        if rep not in roster.reps:
            close = nearest(rep, roster.reps)
            hint = f": did you mean `{close}`?" if close else ""
            raise RoutebookError(f"there is no rep `{rep}` in the roster to convert leads{hint}")


def _stream(
    policy: Policy, leads: Iterable[tuple[int, Lead]], assumed: Assumptions
) -> list[tuple[datetime, Lead]]:
    """The leads in the order in which they come, without those that say no moment; each has its place in the file."""
    if assumed.at is None:
        return [(assumed.start + place * assumed.every, lead) for place, lead in leads]
    timed = ((_moment(lead.get(assumed.at), policy.tree.timezone), lead) for _, lead in leads)
    return sorted(((moment, lead) for moment, lead in timed if moment is not None), key=lambda item: item[0])


def _moment(value: Any, zone: Any) -> datetime | None:
    if value is None:
        return None
    if isinstance(value, datetime):
        return value
    return datetime.combine(value, datetime.min.time(), zone)


__all__ = [
    "Assumptions",
    "RepFigures",
    "Simulation",
    "StepFigures",
    "Waits",
    "check_assumed",
    "simulate",
]
