"""Misspelt names: the index finds what comparing with every name finds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routebook.intake.accounts.misspelt import Comparer, Misspelt, comparer, most_alike


def compare() -> Comparer:
    found = comparer()
    assert found is not None
    return found


def best(key: str, *others: str, threshold: int = 85) -> list[tuple[str, int]]:
    return [(name, round(100 * score)) for name, score in Misspelt(others, threshold, compare()).nearest(key)]


def test_one_slip_in_seven_letters_is_as_many_as_may_be() -> None:
    assert best("betatech", "betateck") == [("betateck", 88)]
    assert best("betatec", "betatek") == [("betatek", 86)]
    assert best("betate", "betatr") == []
    assert best("betasoloin", "betasolion") == [("betasolion", 90)]
    assert best("betatechsystem", "betatehcsistem") == [("betatehcsistem", 86)]
    assert best("betatechsystems", "batatehcsistems") == []


def test_of_several_the_most_alike_are_found_and_no_others() -> None:
    names = ("massivedynamic", "massivdynamic", "masivedynamic", "massivedynamics")
    assert best("massivedinamic", *names[1:]) == [("massivedynamics", 87)]


def test_names_with_different_numbers_are_different() -> None:
    assert best("studio54berlin", "studio55berlin") == []
    assert best("studio54berlim", "studio54berlin") == [("studio54berlin", 93)]
    assert best("route66travel", "routetravel66") == []


@pytest.mark.parametrize("threshold", [80, 85, 90, 100])
@given(data=st.data())
def test_the_index_loses_nothing(threshold: int, data: st.DataObject) -> None:
    letters = st.text("abc1", min_size=1, max_size=18)
    names = data.draw(st.lists(letters, max_size=12))
    key = data.draw(letters | (st.sampled_from(names).flatmap(slipped) if names else letters))
    if key:
        assert Misspelt(names, threshold, compare()).nearest(key) == most_alike(
            key, names, threshold, compare()
        )


def slipped(name: str) -> st.SearchStrategy[str]:
    """The name with a few letters left out, put in, replaced or swapped."""

    def slip(name: str, where: tuple[int, int]) -> str:
        at, how = where[0] % (len(name) or 1), where[1]
        before, after = name[:at], name[at:]
        return [
            before + after[1:],
            before + "b" + after,
            before + "c" + after[1:],
            before + after[1:2] + after[:1] + after[2:],
        ][how]

    def slips(places: list[tuple[int, int]]) -> str:
        changed = name
        for place in places:
            changed = slip(changed, place)
        return changed

    return st.lists(st.tuples(st.integers(0, 20), st.integers(0, 3)), max_size=3).map(slips)


@given(st.text("abcdé12", min_size=1, max_size=12), st.text("abcdé12", min_size=1, max_size=12))
def test_being_alike_is_mutual(left: str, right: str) -> None:
    there = most_alike(left, [right], 85, compare())
    back = most_alike(right, [left], 85, compare())
    assert [found.score for found in there] == [found.score for found in back]
