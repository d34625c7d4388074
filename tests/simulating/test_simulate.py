"""Simulations: what is assumed happens, the same each time, and the figures are those of what happened."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routebook import api
from routebook.diagnostics import RoutebookError
from routebook.intake.history import History, PastLead
from routebook.intake.validate import Intake
from routebook.simulating import Assumptions, RepFigures, Simulation, simulate
from support.routing import LEAD, NOON, pool, reps, roster_of

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def played(
    rules: str, people: str, count: int = 12, head: str = LEAD, fields: Any = None, **assumed: Any
) -> Simulation:
    """The simulation of that many leads, one every 10 minutes from a Monday noon on."""
    policy = api.loads(head + rules)
    intake = Intake(policy.tree.schema, policy.tree.timezone)
    make = fields or (lambda place: {})
    leads = [intake.lead({"id": f"L{place}", **make(place)}) for place in range(count)]
    more = {"start": NOON, "every": 10 * MINUTE, **assumed}
    history = more.pop("history", None)
    return simulate(policy, roster_of(people), leads, Assumptions(**more), history=history)


def rep(found: Simulation, id: str) -> RepFigures:
    return next(each for each in found.reps if each.rep == id)


TWO = pool("smb", "ana", "bogdan") + reps("ana", "bogdan")
TURNS = "else assign pool smb by round_robin then queue triage"


def test_turns_and_waits_by_hand() -> None:
    """Two reps, a lead every ten minutes in turn, half an hour each: everybody waits ten minutes longer each time."""
    found = played(TURNS, TWO, 6, handling=30 * MINUTE)
    assert found.outcomes == {"assigned": 6}
    assert [(each.rep, each.given, each.drawn, each.fair) for each in found.reps] == [
        ("ana", 3, 3, 3.0),
        ("bogdan", 3, 3, 3.0),
    ]
    # ana's leads come at 0, 20 and 40, and are begun at 0, 30 and 60
    wait = rep(found, "ana").wait
    assert (wait.count, wait.median, wait.longest, wait.never) == (3, 600, 1200, 0)
    assert rep(found, "ana").most_open == 2
    assert rep(found, "ana").closed == 3
    assert (found.first, found.last) == (NOON, NOON + 50 * MINUTE)
    assert found.unfair == 0


def test_nobody_works_out_of_hours() -> None:
    people = pool("smb", "ana") + reps(ana={"hours": '{ "mon-fri" = "09:00-13:00" }'})
    found = played(TURNS, people, 5, handling=30 * MINUTE)
    # begun at noon and at half past; the others, which came until 12:40, next morning at nine, half past and ten
    longest = (NOON + timedelta(hours=22) - NOON - 40 * MINUTE).total_seconds()
    assert (found.answer.count, found.answer.longest) == (5, longest)


def test_who_never_works_never_answers() -> None:
    people = pool("smb", "ana") + reps(ana={"hours": '{ "mon-fri" = "09:00-13:00" }', "away": "[]"})
    gone = people.replace("away = []", 'away = ["2026-03-03..2030-01-01"]')
    found = played(
        TURNS + " under soon\nsla soon { respond within 1h then queue late }", gone, 8, handling=HOUR
    )
    assert found.slas[0].breaches == 7
    assert found.ends == {"queued": 7, "assigned": 1}
    plain = played(TURNS, gone, 8, handling=HOUR)
    assert (plain.answer.count, plain.answer.never) == (1, 7)


def test_the_moment_may_be_a_field() -> None:
    head = LEAD.replace("owner:", "came: datetime optional\n  owner:")
    moments = ["2026-03-02T12:00Z", "2026-03-02T10:00Z", None, "2026-03-02T11:00Z"]
    found = played(TURNS, TWO, 4, head, lambda place: {"came": moments[place]}, at="came")
    assert (found.leads, found.timeless) == (3, 1)
    assert (found.first, found.last) == (NOON - 2 * HOUR, NOON)


@pytest.mark.parametrize(
    ("assumed", "message"),
    [
        (
            {"at": "scor"},
            "`scor` is no date or datetime that leads could come at; such fields of a lead: none",
        ),
        ({"wins": {"anna": 3}}, "there is no rep `anna` in the roster to convert leads: did you mean `ana`?"),
    ],
)
def test_assumptions_that_do_not_fit(assumed: dict[str, Any], message: str) -> None:
    with pytest.raises(RoutebookError) as error:
        played(TURNS, TWO, **assumed)
    assert str(error.value) == message


def test_held_leads_wait_for_a_shift_and_are_placed_by_the_sweep() -> None:
    people = pool("smb", "ana") + reps(ana={"hours": '{ "mon-fri" = "14:05-18:00" }'})
    found = played("else hold pool smb up to 4h then queue triage", people, 3)
    assert found.outcomes == {"held": 3}
    assert found.ends == {"assigned": 3}
    # the sweep after five past two is that of a quarter past
    assert (found.held.median, found.held.longest) == (125 * 60, 135 * 60)
    late = played("else hold pool smb up to 1h then queue triage", people, 3)
    assert late.ends == {"queued": 3}
    assert late.held.never == 3


def test_held_leads_are_placed_once_somebody_has_room() -> None:
    people = pool("smb", "ana") + reps(ana={"capacity": 1})
    found = played("else hold pool smb up to 5h then queue triage", people, 3, handling=HOUR, sweep=MINUTE)
    assert found.ends == {"assigned": 3}
    assert (found.held.count, found.held.median, found.held.longest) == (2, 50 * 60, 100 * 60)


def test_deadlines_are_missed_and_leads_move_on() -> None:
    rules = f"{TURNS} under soon\nsla soon {{ respond within 1h then reassign 1 times then queue managers }}"
    people = pool("smb", "ana", "bogdan") + reps("bogdan", ana={"hours": '{ sat = "09:00-10:00" }'})
    found = played(rules, people, 4)
    assert [(step.sla, step.step, step.leads, step.breaches) for step in found.slas] == [
        ("soon", "respond", 6, 2)
    ]
    assert rep(found, "ana").breaches == 2
    assert rep(found, "bogdan").given == 4
    assert found.ends == {"assigned": 4}


def test_what_is_met_in_time_is_no_breach() -> None:
    rules = f"{TURNS} under soon\nsla soon {{ respond within 1h then queue late\n close within 2h then queue late }}"
    found = played(rules, TWO, 4)
    assert [(step.step, step.leads, step.breaches) for step in found.slas] == [
        ("close", 4, 0),
        ("respond", 4, 0),
    ]
    slow = played(rules, TWO, 4, handling=3 * HOUR)
    assert {step.step: step.breaches for step in slow.slas} == {"close": 2, "respond": 2}, (
        "two were gone by then"
    )


def test_who_wins_is_learnt_of() -> None:
    rules = "else assign pool smb by performance"
    found = played(rules, TWO, 400, wins={"ana": 60, "bogdan": 10}, handling=MINUTE)
    assert rep(found, "ana").given > 3 * rep(found, "bogdan").given
    assert 0.5 < rep(found, "ana").won / rep(found, "ana").closed < 0.7
    unknown = played(rules, TWO, 400, handling=MINUTE)
    assert abs(rep(unknown, "ana").given - 200) < 50
    past = [
        PastLead(f"P{n}", id, NOON - HOUR, won, {})
        for n in range(100)
        for id, won in (("ana", n % 10 == 0), ("bogdan", n % 10 > 0))
    ]
    knowing = played(rules, TWO, 100, handling=MINUTE, history=History("past", tuple(past)))
    assert rep(knowing, "bogdan").given > 85


def test_leads_that_come_twice_are_counted_once() -> None:
    found = played(TURNS, TWO, 4, fields=lambda place: {"id": f"L{place % 3}"})
    assert (found.leads, found.again) == (3, 1)


def test_without_leads() -> None:
    found = played(TURNS, TWO, 0)
    assert (found.leads, found.first, found.unfair, found.moments) == (0, None, None, ())
    assert found.as_json()["answer"]["median"] is None


hours = st.sampled_from(['"always"', '{ "mon-sun" = "08:00-12:30" }', '{ mon = "11:00-16:00" }'])
RULES = """
rule first when score < 30 assign pool smb by load then hold pool late up to 3h then queue triage under soon
rule then_ when score < 70 assign pool smb by round_robin on shift then hold pool smb up to 90m then nurture news
else assign pool late by availability then queue triage under soon
sla soon { respond within 30m then reassign 1 times then queue managers  close within 4h business then queue managers }
"""


@settings(max_examples=25)
@given(
    st.lists(st.integers(0, 100), max_size=25),
    st.lists(hours, min_size=3, max_size=3),
    st.lists(st.integers(1, 4), min_size=3, max_size=3),
    st.sampled_from([0, 1, 20, 90]),
)
def test_law_every_lead_ends_somewhere_once_and_the_figures_agree(
    scores: list[int], shifts: list[str], numbers: list[int], handling: int
) -> None:
    people = pool("smb", "ana", "bogdan") + pool("late", "carla", "ana", on_return="catch_up")
    for id, shift, number in zip(("ana", "bogdan", "carla"), shifts, numbers, strict=True):
        people += reps(**{id: {"hours": shift, "capacity": number, "weight": number}})
    found, again = (
        played(
            RULES, people, len(scores), fields=lambda place: {"score": scores[place]},
            handling=handling * MINUTE, sweep=7 * MINUTE,
        )
        for _ in range(2)
    )  # fmt: skip
    assert found == again, "the same files and options give the same"
    assert (
        sum(found.outcomes.values()) == sum(found.ends.values()) == sum(found.rules.values()) == len(scores)
    )
    assert "held" not in found.ends, "time ends every wait"
    assert sum(each.drawn for each in found.reps) == sum(found.pools.values())
    assert sum(each.fair for each in found.reps) == pytest.approx(sum(each.drawn for each in found.reps))
    for each in found.reps:
        assert each.capacity is not None
        assert each.most_open <= each.capacity
        assert each.closed <= each.given
    still = found.ends.get("assigned", 0) - sum(each.closed for each in found.reps)
    assert (found.open[-1] if found.open else 0) == still
    for line, each in zip(found.given.values(), (each for each in found.reps if each.given), strict=True):
        assert list(line) == sorted(line)
        assert line[-1] == each.given


@settings(max_examples=25)
@given(st.lists(st.integers(1, 5), min_size=2, max_size=5), st.integers(1, 4))
def test_law_a_rotation_is_as_fair_as_whole_leads_allow(weights: list[int], cycles: int) -> None:
    ids = [f"r{place}" for place in range(len(weights))]
    people = pool("smb", *ids) + reps(
        **{id: {"weight": weight} for id, weight in zip(ids, weights, strict=True)}
    )
    found = played(TURNS, people, cycles * sum(weights), handling=MINUTE)
    assert found.unfair == pytest.approx(0)
    assert Counter({each.rep: each.given for each in found.reps}) == {
        id: cycles * weight for id, weight in zip(ids, weights, strict=True)
    }


def test_moments_are_moments() -> None:
    found = played(TURNS, TWO, 3)
    assert found.moments[0] == NOON
    assert all(isinstance(moment, datetime) for moment in found.moments)
