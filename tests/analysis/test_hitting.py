"""The smallest sets that hit all of some sets, against every set there is."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routebook.analysis.hitting import TooHard, hitting_set

MEMBERS = range(7)
SETS = st.lists(st.frozensets(st.sampled_from(MEMBERS), min_size=1, max_size=4), min_size=1, max_size=7)


def least(sets: list[frozenset[int]]) -> int:
    return next(
        size
        for size in range(len(MEMBERS) + 1)
        if any(all(each & set(chosen) for each in sets) for chosen in combinations(MEMBERS, size))
    )


@given(SETS, st.integers(0, 7))
def test_one_is_found_where_there_is_one(sets: list[frozenset[int]], limit: int) -> None:
    found, left = hitting_set(sets, limit, 1_000)
    assert (found is not None) == (least(sets) <= limit)
    assert 0 <= left <= 1_000
    if found is not None:
        assert len(set(found)) == len(found) <= limit
        assert all(each & set(found) for each in sets)


def test_what_takes_more_nodes_than_there_are_is_too_hard() -> None:
    sets = [frozenset(pair) for pair in combinations(range(6), 2)]
    found, left = hitting_set(sets, 5, 1_000)
    assert found is not None
    used = 1_000 - left
    assert hitting_set(sets, 5, used) == (found, 0)
    with pytest.raises(TooHard):
        hitting_set(sets, 5, used - 1)
