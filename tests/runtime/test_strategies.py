"""The other strategies: what they pick, how ties end, and what they say."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routebook.runtime.strategies import BY_NAME, STRATEGIES, Choice, Contender, Question
from routebook.runtime.strategies.availability import choose as available
from routebook.runtime.strategies.hash_of import choose as hashed
from routebook.runtime.strategies.load import choose as lightest
from routebook.runtime.strategies.priority import choose as first


def ask(*contenders: Contender, **more: object) -> Question:
    return Question(contenders, **more)  # type: ignore[arg-type]


def test_availability_is_the_fewest_active_leads_then_idle_the_longest() -> None:
    ana, bogdan, carla = (
        Contender("ana", active=3, last=1),
        Contender("bogdan", active=2, last=9),
        Contender("carla", active=2, last=4),
    )
    assert available(ask(ana, bogdan, carla)).rep == "carla"
    assert available(ask(ana, bogdan)).rep == "bogdan"
    choice = available(ask(ana, bogdan, carla))
    assert choice.arithmetic == (
        "carla has the fewest leads open: 2 of [ana 3, bogdan 2, carla 2]"
        "; of the equal, carla is idle the longest (assigned by row 4 of the log)"
    )
    assert choice.standing["ana"] == {"open": 3, "last in row": 1}
    assert choice.credits is None


def test_who_was_never_assigned_is_idle_the_longest() -> None:
    assert available(ask(Contender("ana", last=1), Contender("bogdan"))).rep == "bogdan"
    assert lightest(ask(Contender("ana", last=1), Contender("bogdan"))).rep == "bogdan"


def test_what_is_left_ends_in_the_declared_order() -> None:
    for choose in (available, lightest, first):
        assert choose(ask(Contender("zoe"), Contender("ana"))).rep == "zoe"


def test_load_is_active_over_capacity() -> None:
    ana, bogdan = Contender("ana", capacity=10, active=4), Contender("bogdan", capacity=30, active=10)
    assert lightest(ask(ana, bogdan)).rep == "bogdan"
    assert (
        lightest(ask(ana, bogdan)).arithmetic
        == "bogdan has the lowest load: 10/30 of [ana 4/10, bogdan 10/30]"
    )


def test_load_compares_exactly() -> None:
    # a third and its nearest float are told apart
    ana = Contender("ana", capacity=3 * 10**8, active=10**8)
    bogdan = Contender("bogdan", capacity=999_999_999, active=333_333_332)
    assert lightest(ask(ana, bogdan)).rep == "bogdan"
    assert lightest(ask(bogdan, ana)).rep == "bogdan"


def test_load_without_a_capacity() -> None:
    ana, bogdan = Contender("ana", active=4), Contender("bogdan", capacity=10, active=5)
    assert lightest(ask(ana, bogdan, roomiest=10)).rep == "ana"
    assert lightest(ask(ana, bogdan, roomiest=7)).arithmetic.startswith(
        "bogdan has the lowest load: 5/10 of [ana 4/7"
    )
    assert lightest(ask(ana, Contender("carla", active=3))).rep == "carla"


def test_priority_is_the_declared_order() -> None:
    choice = first(ask(Contender("zoe", active=100), Contender("ana")))
    assert choice.rep == "zoe"
    assert choice.arithmetic == "zoe is the first of 2 in the pool's order"


def _hash(contenders: list[Contender], value: str | None, lead: str = "L1") -> Choice:
    return hashed(Question(contenders, values=(("company", value),), lead=lead))


reps = st.lists(st.sampled_from("abcdefghij"), min_size=1, unique=True)


def test_hash_is_pinned() -> None:
    """A change of these moves every lead that is routed by hash to another rep: nobody makes it by accident."""
    three = [Contender("ana"), Contender("bogdan"), Contender("carla")]
    weighted = [Contender("ana", 3), Contender("bogdan", 1), Contender("carla", 2)]
    values = ["acme", "globex", "initech", "umbrella", "hooli", "stark"]
    assert [_hash(three, value).rep for value in values] == PINNED
    assert [_hash(weighted, value).rep for value in values] == PINNED_WEIGHTED


PINNED = ["ana", "bogdan", "ana", "ana", "ana", "carla"]
PINNED_WEIGHTED = ["ana", "bogdan", "ana", "ana", "ana", "ana"]


@given(reps, st.text())
def test_law_the_same_value_keeps_its_rep_whatever_the_order(ids: list[str], value: str) -> None:
    chosen = _hash([Contender(id) for id in ids], value).rep
    assert _hash([Contender(id, active=3, last=9) for id in sorted(ids)], value, lead="L2").rep == chosen


@given(
    reps.filter(lambda ids: len(ids) > 1), st.text(), st.lists(st.integers(1, 5), min_size=10, max_size=10)
)
def test_law_only_the_values_of_whoever_leaves_move(ids: list[str], value: str, weights: list[int]) -> None:
    contenders = [Contender(id, weight) for id, weight in zip(ids, weights, strict=False)]
    chosen = _hash(contenders, value).rep
    for gone in ids:
        rest = [contender for contender in contenders if contender.rep != gone]
        if gone != chosen:
            assert _hash(rest, value).rep == chosen


@given(reps, st.text(), st.integers(2, 50))
def test_law_equal_weights_are_no_weights(ids: list[str], value: str, weight: int) -> None:
    """The short way for equal weights is the long way."""
    plain = _hash([Contender(id) for id in ids], value).rep
    assert _hash([Contender(id, weight) for id in ids], value).rep == plain


def test_hash_shares_by_weight() -> None:
    contenders = [Contender("ana", 3), Contender("bogdan", 1)]
    counted = Counter(_hash(contenders, f"company {n}").rep for n in range(4000))
    assert 0.72 < counted["ana"] / 4000 < 0.78


def test_leads_without_the_value_are_shared_out() -> None:
    two = [Contender("ana"), Contender("bogdan")]
    counted = Counter(_hash(two, None, lead=f"L{n}").rep for n in range(1000))
    assert min(counted.values()) > 400
    assert _hash(two, None).arithmetic.startswith("company is missing, so the lead's id `L1` draws ")


anybody = st.builds(
    Contender,
    st.uuids().map(str),
    st.integers(1, 5),
    st.none() | st.integers(1, 9),
    st.integers(0, 9),
    st.integers(0, 9),
)


@given(st.lists(anybody, min_size=1, max_size=8, unique_by=lambda contender: contender.rep))
@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_law_every_strategy_picks_one_of_those_asked_about(name: str, contenders: list[Contender]) -> None:
    question = Question(contenders, values=(("field", "value"),), lead="L1", roomiest=9)
    choice = BY_NAME[name].choose(question)
    assert choice.rep in {contender.rep for contender in contenders}
    assert set(choice.standing) == {contender.rep for contender in contenders}
    assert choice.arithmetic
    assert (choice.credits is not None) == BY_NAME[name].takes_turns
    assert BY_NAME[name].choose(question) == choice


def test_the_table_of_strategies() -> None:
    assert len(BY_NAME) == len(STRATEGIES)
    assert all(row.doc for row in STRATEGIES)


def test_long_pools_have_short_lines() -> None:
    many = [Contender(f"rep{n}") for n in range(1000)]
    for row in STRATEGIES:
        line = row.choose(Question(many, values=(("field", "value"),))).arithmetic
        assert len(line) < 400
