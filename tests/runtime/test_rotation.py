"""What coming back means for a rotation."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routebook.roster import OnReturn, Pool
from routebook.runtime.rotation import welcomed
from routebook.runtime.router import Router
from routebook.runtime.state import Rotation
from support.routing import NOON, assigned, pool, reps, router_of

AVERAGE = Pool(members=("a", "b", "c"), on_return=OnReturn.AVERAGE)
CATCH_UP = Pool(members=("a", "b", "c"), on_return=OnReturn.CATCH_UP, catch_up=2)
WEIGHTS = {"a": 1, "b": 1, "c": 2}


def test_resume_changes_nothing() -> None:
    rotation = Rotation(9, {"a": 5, "b": -5}, {}, {"a": 2})
    assert welcomed(Pool(members=("a", "b", "c")), rotation, WEIGHTS, ["b"]) == ({}, {"a": 2})


def test_average_starts_at_the_mean() -> None:
    rotation = Rotation(9, {"a": -7, "b": 3, "c": 4}, {}, {"a": 2})
    changed, gone = welcomed(AVERAGE, rotation, WEIGHTS, [])
    assert changed == {"a": 0, "b": -1, "c": 1}
    assert gone == {}


def test_who_is_still_away_is_left_alone() -> None:
    rotation = Rotation(9, {"a": -7, "b": 3, "c": 4}, {}, {"a": 2})
    assert welcomed(AVERAGE, rotation, WEIGHTS, ["a", "b"]) == ({}, {"a": 2, "b": 9})


def test_catch_up_gives_what_was_missed_and_no_more_than_its_most() -> None:
    three_missed = Rotation(14, {"a": 0, "b": 0, "c": 0}, {}, {"a": 2})
    changed, _ = welcomed(CATCH_UP, three_missed, WEIGHTS, [])
    assert changed == {"a": 8, "b": -4, "c": -4}  # two leads' worth of credit, of four to the lead
    one_missed = Rotation(7, {"a": 0, "b": 0, "c": 0}, {}, {"a": 2})
    changed, _ = welcomed(CATCH_UP, one_missed, WEIGHTS, [])
    assert changed == {"a": 4, "b": -2, "c": -2}
    none_missed = Rotation(5, {"a": 0, "b": 0, "c": 0}, {}, {"a": 2})
    assert welcomed(CATCH_UP, none_missed, WEIGHTS, []) == ({}, {})


def test_nothing_is_owed_for_days_without_leads() -> None:
    rotation = Rotation(2, {"a": -3, "b": 3}, {}, {"a": 2})
    for declared in (AVERAGE, CATCH_UP):
        assert welcomed(declared, rotation, WEIGHTS, []) == ({}, {})


credits = st.lists(st.integers(-20, 20), min_size=2, max_size=2).map(
    lambda two: {"a": two[0], "b": two[1], "c": -sum(two)}
)
absences = st.lists(st.sampled_from("abc"), unique=True, max_size=2)


@given(st.sampled_from([AVERAGE, CATCH_UP]), credits, st.integers(0, 30), absences, absences)
def test_law_credits_still_sum_to_zero(
    declared: Pool, credits: dict[str, int], step: int, gone: list[str], absent: list[str]
) -> None:
    rotation = Rotation(step, credits, {}, dict.fromkeys(gone, step // 2))
    changed, still = welcomed(declared, rotation, WEIGHTS, absent)
    assert sum({**credits, **changed}.values()) == 0
    assert set(still) == set(absent)


# --- as the router plays it ------------------------------------------------------------------------------

TUESDAY = NOON + timedelta(days=1)
WEDNESDAY = NOON + timedelta(days=2)


def _router(on_return: str) -> Router:
    people = reps("bogdan", "carla", ana={"away": '["2026-03-03"]'})
    return router_of(
        "else round_robin smb", pool("smb", "ana", "bogdan", "carla", on_return=on_return) + people
    )


def _shares(router: Router, count: int, prefix: str, now: datetime) -> Counter[str | None]:
    return Counter(assigned(router, count, prefix, now))


@pytest.mark.parametrize("on_return", ["resume", "average"])
def test_nobody_is_flooded_on_coming_back(on_return: str) -> None:
    router = _router(on_return)
    assert _shares(router, 30, "mon", NOON) == {"ana": 10, "bogdan": 10, "carla": 10}
    assert _shares(router, 30, "tue", TUESDAY) == {"bogdan": 15, "carla": 15}
    assert _shares(router, 30, "wed", WEDNESDAY) == {"ana": 10, "bogdan": 10, "carla": 10}


def test_catching_up_is_limited() -> None:
    router = _router("catch_up")
    assert _shares(router, 30, "mon", NOON) == {"ana": 10, "bogdan": 10, "carla": 10}
    assert _shares(router, 30, "tue", TUESDAY) == {"bogdan": 15, "carla": 15}
    # of the ten that were missed three come back, which is the most; then all is as it was
    assert _shares(router, 30, "wed", WEDNESDAY) == {"ana": 13, "bogdan": 8, "carla": 9}
    assert _shares(router, 30, "thu", WEDNESDAY) == {"ana": 10, "bogdan": 10, "carla": 10}


def test_average_takes_back_what_was_owed() -> None:
    """Whoever leaves with credit, or in debt, starts again at the mean; with `resume` they go on from there."""
    kept, levelled = _router("resume"), _router("average")
    for router in (kept, levelled):
        assert assigned(router, 1, "mon", NOON) == ["ana"]  # ana is two thirds of a turn in debt
        assigned(router, 4, "tue", TUESDAY)
    assert assigned(kept, 2, "wed", WEDNESDAY) == ["bogdan", "carla"]
    assert "ana" in assigned(levelled, 2, "wed", WEDNESDAY)


# --- whose rotation it is --------------------------------------------------------------------------------

TWO_RULES = "when score >= 50 round_robin smb else round_robin smb"


def _alternating(scope: str) -> tuple[list[str | None], list[str | None]]:
    router = router_of(TWO_RULES, pool("smb", "ana", "bogdan", scope=scope) + reps("ana", "bogdan"))
    high, low = [], []
    for number in range(4):
        high += assigned(router, 1, f"high{number}-", score=80)
        low += assigned(router, 1, f"low{number}-", score=20)
    return high, low


def test_a_pools_rotation_is_shared_by_its_rules() -> None:
    assert _alternating("pool") == (["ana"] * 4, ["bogdan"] * 4)


def test_a_rotation_for_each_rule_gives_no_rule_the_same_rep_twice_running() -> None:
    high, low = _alternating("rule")
    for reps_of_one in (high, low):
        assert all(one != after for one, after in pairwise(reps_of_one))


def test_a_global_rotation_is_shared_by_pools() -> None:
    rules = "when score >= 50 round_robin one else round_robin two"
    people = reps("ana", "bogdan")
    split = router_of(rules, pool("one", "ana", "bogdan") + pool("two", "bogdan", "ana") + people)
    shared = router_of(
        rules,
        pool("one", "ana", "bogdan", scope="global") + pool("two", "bogdan", "ana", scope="global") + people,
    )
    for router, expected in (
        (split, ["ana", "bogdan", "bogdan", "ana"]),
        (shared, ["ana", "bogdan", "ana", "bogdan"]),
    ):
        got = [*assigned(router, 1, "a", score=80), *assigned(router, 1, "b", score=20)]
        got += [*assigned(router, 1, "c", score=80), *assigned(router, 1, "d", score=20)]
        assert got == expected


@given(st.integers(0, 5), st.integers(1, 4), st.integers(1, 4))
def test_law_other_pools_do_not_shift_a_rotation(skip: int, ana: int, bogdan: int) -> None:
    """Any full cycle of one pool is exact, whatever another pool gives the same reps in between."""
    people = reps("carla", ana={"weight": ana}, bogdan={"weight": bogdan})
    rules = "when score >= 50 round_robin one else round_robin two"
    router = router_of(rules, pool("one", "ana", "bogdan") + pool("two", "carla", "bogdan", "ana") + people)
    got: list[str | None] = []
    for number in range(2 * (ana + bogdan)):
        assigned(router, (number * 7 + skip) % 4, f"between{number}-", score=10)
        got += assigned(router, 1, f"one{number}-", score=90)
    for start in range(ana + bogdan):
        assert Counter(got[start : start + ana + bogdan]) == {"ana": ana, "bogdan": bogdan}
