"""What the strategies promise, held by routers whatever the weights, absences, caps and moments are."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routebook.roster import Roster
from routebook.runtime.router import Router
from routebook.runtime.stores.memory import MemoryStore
from routebook.runtime.strategies import Contender, Question, Record
from routebook.runtime.strategies.performance import EXPLORED, choose
from support.after import happens, rotation
from support.routing import NOON, assigned, lead, pool, reps, roster_of, router_of, tree_of

DAY = timedelta(days=1)
TURNS = "else round_robin smb then queue triage"
weights = st.lists(st.integers(1, 4), min_size=3, max_size=3)


def team(weights: list[int], on_return: str, away: str = "", more: str = "") -> str:
    """Three reps; ana is away on the days that are said."""
    ids = ("ana", "bogdan", "carla")
    people = {id: {"weight": weight} for id, weight in zip(ids, weights, strict=True)}
    if away:
        people["ana"]["away"] = f'["{away}"]'  # type: ignore[assignment]
    declared = pool("smb", *ids, on_return=on_return)
    return declared + more + reps(**people)


# --- rotations -------------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(weights, st.integers(1, 3), st.integers(0, 25), st.sampled_from([1, 3, 6]))
def test_law_catch_up_gives_what_was_missed_and_at_most_k(
    weights: list[int], before: int, during: int, most: int
) -> None:
    """Over whole cycles after an absence ana gets her weight, and as many more as she missed, up to k."""
    total = sum(weights)
    roster = team(weights, "catch_up", "2026-03-03", f"catch_up = {most}\n")
    router = router_of(TURNS, roster)
    assigned(router, before * total, "mon", NOON)
    assigned(router, during, "tue", NOON + DAY)
    cycles = most + 3
    got = assigned(router, cycles * total, "wed", NOON + 2 * DAY)
    missed = during * weights[0] // total
    extra = Counter(got)["ana"] - cycles * weights[0]
    assert min(missed, most) - 1 <= extra <= min(missed, most) + 1
    assert sum(rotation(router, "pool smb").credits.values()) == 0
    # what was given back is over by then
    assert abs(Counter(assigned(router, total, "thu", NOON + 3 * DAY))["ana"] - weights[0]) <= 1


@settings(max_examples=40, deadline=None)
@given(weights, st.integers(0, 12), st.integers(1, 25), st.sampled_from(["resume", "average"]))
def test_law_nobody_is_flooded_on_coming_back(
    weights: list[int], before: int, during: int, on_return: str
) -> None:
    total = sum(weights)
    router = router_of(TURNS, team(weights, on_return, "2026-03-03"))
    assigned(router, before, "mon", NOON)
    away = Counter(assigned(router, during, "tue", NOON + DAY))
    assert away["ana"] == 0
    back = Counter(assigned(router, 2 * total, "wed", NOON + 2 * DAY))
    for id, weight in zip(("ana", "bogdan", "carla"), weights, strict=True):
        assert abs(back[id] - 2 * weight) <= 2
    assert sum(rotation(router, "pool smb").credits.values()) == 0


IDS = ("ana", "bogdan", "carla", "dan")
crews = st.dictionaries(st.sampled_from(IDS), st.integers(0, 3), min_size=1)
"""A roster: who is there, with what weight; 0 is paused."""


def crew(members: dict[str, int], scope: str = "pool") -> Roster:
    people = reps(**{id: {"weight": weight} for id, weight in members.items()})
    return roster_of(pool("smb", *members, scope=scope) + people)


def router_with(roster: Roster, store: MemoryStore) -> Router:
    return Router(tree_of(TURNS), roster, store)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(crews, st.integers(0, 7)), min_size=1, max_size=6),
    st.sampled_from(["pool", "rule", "global"]),
)
def test_law_rosters_may_change_at_any_time(script: list[tuple[dict[str, int], int]], scope: str) -> None:
    """Credits sum to zero, a newcomer starts at 0, and who is gone, or paused, keeps theirs."""
    store = MemoryStore()
    key = {"pool": "pool smb", "rule": "rule else pool smb", "global": "global"}[scope]
    for place, (members, count) in enumerate(script):
        router = router_with(crew(members, scope), store)
        drawn = {id for id, weight in members.items() if weight}
        before = rotation(router, key).credits
        got = assigned(router, count, f"{place}-")
        after = rotation(router, key).credits
        assert sum(after.values()) == 0
        assert set(got) <= drawn or (not drawn and set(got) <= {None})
        for id in set(IDS) - drawn:
            assert after.get(id, 0) == before.get(id, 0)
        if count == 1 and drawn:
            total = sum(members.values())
            for id in drawn:
                assert after[id] - before.get(id, 0) == members[id] - total * (got == [id])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 3), min_size=2, max_size=4), st.integers(0, 20), st.data())
def test_law_a_turn_given_back_is_as_if_not_taken(
    weights: list[int], count: int, data: st.DataObject
) -> None:
    """Whichever lead turns out to be no lead, the credits are those before plus what the other turns came to."""
    router = router_with(crew(dict(zip(IDS, weights, strict=False))), MemoryStore())
    got = assigned(router, count + 1)
    which = data.draw(st.integers(0, count))
    before = dict(rotation(router, "pool smb").credits)
    happens(router, f"L{which}", "junk", reason="duplicate")
    after = rotation(router, "pool smb").credits
    total = sum(weights)
    for id, weight in zip(IDS, weights, strict=False):
        assert after[id] - before[id] == total * (got[which] == id) - weight
    happens(router, f"L{which}", "junk", reason="duplicate")
    assert rotation(router, "pool smb").credits == after, "once for an assignment"


# --- caps ------------------------------------------------------------------------------------------------

ZONES = ("Pacific/Auckland", "America/Los_Angeles", "Europe/Berlin", "UTC")


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(0, 21 * 24 * 4), min_size=1, max_size=40),
    st.sampled_from(ZONES), st.integers(1, 3), st.integers(1, 8),
)  # fmt: skip
def test_law_caps_are_of_the_reps_own_days_and_weeks(
    quarters: list[int], zone: str, day: int, week: int
) -> None:
    """Across changes of the clock too: a lead is turned away exactly where its rep's day or week is full."""
    person = {"timezone": f'"{zone}"', "caps": f"{{ day = {day}, week = {week} }}"}
    router = router_of(TURNS, pool("smb", "ana") + reps(ana=person))
    days: Counter[date] = Counter()
    weeks: Counter[tuple[int, int]] = Counter()
    for place, quarter in enumerate(sorted(quarters)):
        moment = NOON + quarter * timedelta(minutes=15)
        today = moment.astimezone(ZoneInfo(zone)).date()
        full = days[today] >= day or weeks[today.isocalendar()[:2]] >= week
        (got,) = assigned(router, 1, f"{place}-", moment)
        assert (got is None) == full
        if got is not None:
            days[today] += 1
            weeks[today.isocalendar()[:2]] += 1


# --- sticky ----------------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 40)), max_size=25), st.integers(1, 30))
def test_law_sticky_lasts_as_long_as_it_says(script: list[tuple[str, int]], hours: int) -> None:
    """From the last lead with the value, and not a second longer."""
    router = router_of(f"else round_robin smb sticky by email for {hours}h", team([1, 1, 1], "resume"))
    kept: dict[str, tuple[str | None, datetime]] = {}
    moment = NOON
    for place, (who, later) in enumerate(script):
        moment += later * timedelta(hours=1)
        step = rotation(router, "pool smb").step
        (got,) = assigned(router, 1, f"{place}-", moment, email=f"{who}@x.com")
        turned = rotation(router, "pool smb").step - step
        holds = who in kept and moment - kept[who][1] <= timedelta(hours=hours)
        assert turned == (not holds)
        if holds:
            assert got == kept[who][0]
        kept[who] = got, moment


# --- performance -----------------------------------------------------------------------------------------

counts = st.integers(0, 3000)
records = st.builds(lambda won, lost, here, away: Record(won + here, lost + away, here, away), *[counts] * 4)


@settings(max_examples=10, deadline=None)
@given(st.lists(records, min_size=2, max_size=4))
def test_law_everybody_keeps_a_share(known: list[Record]) -> None:
    """One lead in ten goes to any of n, so each has one in 10 n, give or take chance, however bad the record."""
    contenders = [Contender(f"r{place}") for place in range(len(known))]
    said = {each.rep: record for each, record in zip(contenders, known, strict=True)}
    leads = 800
    got = Counter(choose(Question(contenders, records=said, lead=f"L{n}")).rep for n in range(leads))
    share = 1 / (EXPLORED * len(known))
    spread = (share * (1 - share) / leads) ** 0.5
    for each in contenders:
        assert got[each.rep] / leads > share - 5 * spread


def test_new_results_are_heard_whatever_is_known() -> None:
    """Nobody is written off: with thousands lost, hundreds that are won turn the estimate."""
    contenders = [Contender("ana"), Contender("bogdan")]
    steady = Record(300, 700, 300, 700)
    for won, favoured in ((0, "ana"), (9000, "bogdan")):
        said = {"ana": steady, "bogdan": Record(won, 9000, won, 9000)}
        got = Counter(choose(Question(contenders, records=said, lead=f"L{n}")).rep for n in range(400))
        assert got[favoured] > 350


# --- hash, in a router -----------------------------------------------------------------------------------


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 3), min_size=2, max_size=4), st.data())
def test_law_who_joins_or_leaves_moves_their_own_values_alone(
    weights: list[int], data: st.DataObject
) -> None:
    members = dict(zip(IDS, weights, strict=False))
    gone = data.draw(st.sampled_from(sorted(members)))
    how = data.draw(st.sampled_from(["removed", "paused"]))
    less = {id: weight for id, weight in members.items() if id != gone} | (
        {gone: 0} if how == "paused" else {}
    )
    where: dict[str, dict[str, str | None]] = defaultdict(dict)
    for name, crew_ in (("all", members), ("less", less)):
        router = Router(tree_of("else hash of email smb then queue triage"), crew(crew_), MemoryStore())
        for n in range(25):
            (where[name][f"p{n}"],) = (
                router.route(lead(router.tree, f"L{n}", email=f"p{n}@x.com"), NOON).rep,
            )
    for value, rep in where["all"].items():
        assert rep == gone or where["less"][value] == rep
        assert where["less"][value] != gone


@pytest.mark.parametrize("scope", ["pool", "rule", "global"])
def test_a_newcomer_is_not_flooded(scope: str) -> None:
    store = MemoryStore()
    old = {"ana": 1, "bogdan": 1}
    assigned(router_with(crew(old, scope), store), 101, "old")
    got = assigned(router_with(crew({**old, "carla": 1}, scope), store), 30, "new")
    assert 9 <= Counter(got)["carla"] <= 11
