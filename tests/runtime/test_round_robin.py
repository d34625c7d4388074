"""Smooth weighted round robin, and its laws."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from routebook.runtime.strategies import Contender, Question
from routebook.runtime.strategies.round_robin import choose


class Rotation:
    """The strategy, turn after turn, with the bookkeeping that the router does."""

    def __init__(self) -> None:
        self.credits: dict[str, int] = {}
        self.turns: dict[str, int] = {}
        self.seq = 0

    def turn(self, weights: dict[str, int]) -> str:
        contenders = [Contender(rep, weight) for rep, weight in weights.items()]
        choice = choose(Question(contenders, self.credits, self.turns))
        self.seq += 1
        assert choice.credits is not None
        self.credits = {**self.credits, **choice.credits}
        self.turns[choice.rep] = self.seq
        return choice.rep

    def run(self, weights: dict[str, int], count: int) -> list[str]:
        return [self.turn(weights) for _ in range(count)]


def test_the_sequence_that_is_known_for_it() -> None:
    # the example of the commit that brought the algorithm to nginx
    assert "".join(Rotation().run({"a": 5, "b": 1, "c": 1}, 7)) == "aabacaa"
    assert Rotation().run({"ana": 2, "bogdan": 1}, 6) == ["ana", "bogdan", "ana", "ana", "bogdan", "ana"]


def test_arithmetic_and_standing() -> None:
    choice = choose(Question([Contender("ana", 2), Contender("bogdan", 1)], {"ana": 1, "bogdan": -1}))
    assert choice.rep == "ana"
    assert choice.arithmetic == "ana has the largest credit: 3 of [ana 3, bogdan 0], weights 2:1"
    assert choice.standing == {"ana": {"credit": 3, "weight": 2}, "bogdan": {"credit": 0, "weight": 1}}
    assert choice.credits == {"ana": 0, "bogdan": 0}


def test_ties_go_to_the_longest_without_a_turn() -> None:
    three = [Contender("ana"), Contender("bogdan"), Contender("carla")]
    assert choose(Question(three)).rep == "ana"
    assert choose(Question(three, {}, {"ana": 4, "bogdan": 2, "carla": 3})).rep == "bogdan"
    assert choose(Question(three, {}, {"ana": 4, "bogdan": 2})).rep == "carla"
    tied = choose(Question(three, {}, {"ana": 4, "bogdan": 2}))
    assert tied.arithmetic.endswith("; 3 are equal, and carla is the longest without a turn")
    first = choose(Question(three))
    assert first.arithmetic.endswith("; 3 are equal, and ana is the first in the pool's order")


def test_ties_of_a_fresh_rotation_look_at_the_whole_log() -> None:
    had_one = [Contender("ana", last=7), Contender("bogdan", last=3), Contender("carla", last=5)]
    assert choose(Question(had_one)).rep == "bogdan"
    # a lead from elsewhere is no turn: it does not shift a rotation that is under way
    assert choose(Question(had_one, {}, {"ana": 1, "bogdan": 2, "carla": 3})).rep == "ana"


weights = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 9), min_size=1, max_size=8)


@given(weights, st.integers(0, 60))
def test_law_a_full_cycle_gives_each_its_weight(weights: dict[str, int], start: int) -> None:
    total = sum(weights.values())
    given = Rotation().run(weights, start + total)
    assert Counter(given[start:]) == weights


@given(st.lists(weights, min_size=1, max_size=40))
def test_law_credits_always_sum_to_zero(pools: list[dict[str, int]]) -> None:
    rotation = Rotation()
    for eligible in pools:
        rotation.turn(eligible)
        assert sum(rotation.credits.values()) == 0


@given(weights, st.permutations("abcdefgh"), st.integers(1, 50))
def test_law_only_declared_order_breaks_ties(weights: dict[str, int], order: list[str], count: int) -> None:
    """With weights that differ, whoever stands where gets the same."""
    distinct = {rep: place * 10 + 1 for place, rep in enumerate(sorted(weights))}
    moved = {rep: distinct[rep] for rep in order if rep in distinct}
    total = sum(distinct.values())
    assert Counter(Rotation().run(distinct, total)) == Counter(Rotation().run(moved, total))


@given(weights, st.lists(st.booleans(), min_size=1, max_size=60))
def test_law_who_is_skipped_shifts_nobody_else(weights: dict[str, int], present: list[bool]) -> None:
    """While `x` is skipped the others go on among themselves, and `x` keeps its credit."""
    rotation = Rotation()
    everybody = {"x": 3, **weights}
    for here in present:
        before = dict(rotation.credits)
        rotation.turn(everybody if here else weights)
        if not here:
            assert rotation.credits.get("x", 0) == before.get("x", 0)
    total = sum(weights.values())
    # the others' credits relative to each other decide, and nothing else
    alone = Rotation()
    alone.credits = {rep: credit for rep, credit in rotation.credits.items() if rep != "x"}
    alone.turns = {rep: turn for rep, turn in rotation.turns.items() if rep != "x"}
    alone.seq = rotation.seq
    assert rotation.run(weights, total) == alone.run(weights, total)


@given(weights, st.integers(0, 40), st.integers(1, 9))
def test_law_a_newcomer_resets_nobody(weights: dict[str, int], before: int, weight: int) -> None:
    rotation = Rotation()
    rotation.run(weights, before)
    credits = dict(rotation.credits)
    grown = {rep: credits.get(rep, 0) + weights[rep] for rep in weights}
    rotation.turn({**weights, "new": weight})
    for rep in weights:
        assert rotation.credits[rep] in (grown[rep], grown[rep] - sum(weights.values()) - weight)
    assert rotation.credits["new"] in (weight, -sum(weights.values()))


@given(weights, st.integers(1, 200))
def test_law_nobody_is_ever_more_than_a_turn_ahead_of_fair(weights: dict[str, int], count: int) -> None:
    """Smooth: after any number of turns each has its fair share, give or take less than one turn for each other."""
    total = sum(weights.values())
    given = Counter(Rotation().run(weights, count))
    for rep, weight in weights.items():
        assert abs(given[rep] * total - count * weight) < total * len(weights)
