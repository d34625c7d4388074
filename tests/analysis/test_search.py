"""What a search keeps, and how it is looked up."""

from __future__ import annotations

from routebook import api
from routebook.analysis.search import Covered, Search
from support.proofs import modelled


def test_boxes_of_a_single_field_are_not_gone_through_one_by_one() -> None:
    """Two hundred values taken one by one: each is a box to be left, and a point is compared with none of them."""
    rules = "\n".join(f"when n == {number} queue a" for number in range(200))
    text = f"lead {{\n  n: integer\n}}\n{rules}\nwhen n between 0 and 199 queue b\nelse queue z\n"
    model = modelled(api.loads(text).tree)
    entry = model.policies[0].leaves[200]
    start = model.formulas.hull(entry.whole)
    assert start is not None
    search = Search(model.space, model.index, start, entry.before)
    answer = search.run()
    assert isinstance(answer, Covered)
    assert answer.terms.bit_count() == 200
    assert len(search.clauses) >= 200
    assert len(search._broad) <= 1
