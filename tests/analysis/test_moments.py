"""Dates, times and moments of several fields in an order, with parts of them besides: all of it is decided."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

import pytest

from routebook import api
from routebook.analysis.clock import Clock
from routebook.analysis.domains.calendar import CalendarDomain
from routebook.analysis.domains.moments import moment_step
from routebook.analysis.proof import prove
from routebook.analysis.reach import Reached
from routebook.analysis.tie_moments import Line
from routebook.plan.walk import walk
from support.proofs import modelled, walked_verdicts
from support.small_policies import ROUNDS, count_drawn, not_decided

LEAD: Final = """policy "p" timezone "Europe/Berlin"
lead {
  asked:  datetime
  due:    datetime optional
  born:   date
  joined: date
  opens:  time
  closes: time
}
"""
TESTS: Final = (
    "asked < due", "asked <= now", "due == now", "due != asked", "due >= now", "asked > due",
    "asked.hour < 9", "asked.hour >= 22", "due.hour == 2", "now.hour between 9 and 16", "now.time < 02:30",
    'asked.weekday in ["sat", "sun"]', 'due.weekday == "mon"', "now.date == 2026-03-29", "asked.date <= 2026-03-29",
    "due.date >= 2026-10-25", "asked >= 2026-10-25T00:30Z",
    "born < joined", "born == joined", "joined != born", 'born.weekday == "mon"', 'joined.weekday in ["sat", "sun"]',
    "born between 2026-03-02 and 2026-03-04", "joined <= 2026-03-03",
    "opens < closes", "opens == closes", "closes.hour >= 22", "opens >= 22:00", "opens < 00:00:01",
)  # fmt: skip
MOMENTS: Final = tuple(
    change + timedelta(minutes=minutes)
    for change in (
        datetime(2026, 3, 29, 1, tzinfo=UTC),
        datetime(2026, 10, 25, 1, tzinfo=UTC),
        datetime(2026, 3, 2, 10, tzinfo=UTC),
    )
    for minutes in (-2880, -720, -90, -61, -30, -1, 0, 29, 30, 60, 600, 1440)
)
DAYS: Final = tuple(date(2026, 2, 27) + timedelta(days=n) for n in range(10))
TIMES: Final = (time(0), time(0, 0, 1), time(9), time(21, 59, 59), time(22), time(23, 59, 59, 999_999))


def policy_of(rng: random.Random) -> str:
    def condition() -> str:
        return " and ".join(
            rng.choice(("", "", "not ")) + rng.choice(TESTS) for _ in range(rng.randint(2, 4))
        )

    return LEAD + "\n".join(f"when {condition()} queue q" for _ in range(6)) + "\n"


def leads_of(rng: random.Random) -> Iterator[dict[str, Any]]:
    count_drawn(300)
    for _ in range(300):
        lead = {"asked": rng.choice(MOMENTS), "opens": rng.choice(TIMES), "closes": rng.choice(TIMES)}
        lead |= {"born": rng.choice(DAYS), "joined": rng.choice(DAYS), "now": rng.choice(MOMENTS)}
        yield lead | ({"due": rng.choice(MOMENTS)} if rng.random() < 0.8 else {})


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_moments_in_order(seed: int) -> None:
    """Moments in order: a rule that takes a lead of the pool is reached, whatever is shown is walked, none is open."""
    rng = random.Random(2_500_000 + seed)
    tree = api.loads(policy_of(rng)).tree
    reached = {v.entry.node.rule for v in walked_verdicts(tree) if isinstance(v, Reached)}
    for lead in leads_of(rng):
        leaf = walk(tree, lead, lead["now"]).leaf
        assert leaf is None or leaf.rule in reached
    doubts = [doubt.reason for doubt in prove(tree).doubts]
    if doubts:
        not_decided(doubts)


@pytest.mark.parametrize("moment", MOMENTS[::3])
def test_the_latest_moment_of_a_class_is_the_latest_there_is(moment: datetime) -> None:
    parts = 'asked.hour == 2 or asked.time >= 23:15 or asked.date >= 2026-10-25 or asked.weekday == "sun"'
    model = modelled(f"{LEAD}when asked < due and ({parts}) queue a\n")
    domain = model.space.domains["asked"]
    assert isinstance(domain, CalendarDomain)
    point = list(model.space.ordinary())
    domain.place(moment, point)
    line = Line([domain], point, Clock())
    for days in (0, 1, 3, 9):
        step = moment_step(moment + timedelta(days=days))
        latest = line.latest(step)
        assert latest is not None
        assert latest <= step
        assert domain.may_be(point, latest)
        later = range(latest + 1, step + 1, 60_000_000)
        assert not any(
            domain.may_be(point, each) for each in (*later, *(step - n for n in range(3))) if each > latest
        )
