"""Policies that declare a field differently are compared over the values that both have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from routebook import api
from routebook.analysis.change import Difference, difference, is_changed
from routebook.intake.problems import Misfit
from routebook.intake.values import reader_for
from routebook.plan.tree import Tree
from routebook.plan.walk import walk
from support.small_policies import NOW

TEXTS = ["Red", "red", "BLUE", "blue", "de", "DE", "AT", "Austria", "a@b.c", "A@B.c", "x@y.z", "17", "é"]
NUMBERS = [0, 1, 2, 3, 5, 6, 7, 9, 0.5, 0.25, 5.5]
SETS = [[], ["a"], ["b"], ["a", "b"], ["A", "b"], ["c"], ["DE"], ["de", "a"], ["DE", "FR"], ["zz"]]

RED = 'one of ["Red", "blue", "DE"]'
MAILS = 'one of ["a@B.c", "x@y.z", "none"]'
CASES = [
    ("text", 'x == "A@b.c" or x contains "Y"', "email", 'x == "a@b.c"'),
    ("text", 'x starts with "a"', "email", 'x.domain == "b.c"'),
    ("text", 'x == "RED"', RED, 'x == "Red"'),
    ("text", 'x starts with "re" or x matches "^b"', RED, 'x in ["blue", "DE"]'),
    (RED, 'x != "blue"', "text", 'not x contains "U"'),
    ("text", "x == y", RED, 'x == "blue"'),
    ("text", 'x in ["de", "at", "fr"]', "country", 'x in ["DE", "FR"]'),
    ("text", 'x == "red"', "id", 'x == "Red"'),
    ("id", 'x == "red"', "rep", 'x == "Red"'),
    ("id", 'x == "DE"', "country", 'x in ["DE", "AT"]'),
    ("country", 'x == "DE"', RED, 'x != "DE"'),
    ("email", 'x.domain == "b.c"', MAILS, 'x == "x@y.z"'),
    ("integer 0..7", "x >= 3", "decimal 0.5..5", "x < 4.5"),
    ("integer 0..5", "x >= 3", "integer 6..9", "x < 8"),
    ("decimal 0.1..0.9", "x + 1 >= 1.25", "integer 0..9", "x < 8"),
    ("integer 0..5", "x > w", "integer 6..9", "x != w"),
    ("integer 0..9", "x >= 1", "decimal 0.2..0.8", "x < 0.5"),
    ('set of ["a", "b"]', 'x has "b"', "set of text", 'x has "B"'),
    ('set of ["a", "b"]', 'x has all ["a", "b"]', 'set of ["a", "c"]', 'x has "c"'),
    ('set of ["a", "b"]', 'not x has "a"', 'set of ["c"]', 'x has "c"'),
    ("set of text", 'x has any ["de", "fr", "zz"]', "set of country", 'x has any ["DE"]'),
    ('one of ["a", "Red"]', 'x != "a"', 'one of ["b"]', 'x != "b"'),
    ("bool", "x", "text", 'x == "true"'),
]  # fmt: skip


def tree_of(type_: str, rule: str, optional: bool) -> Tree:
    field = f"x: {type_}{' optional' if optional else ''}"
    return api.loads(
        f"lead {{ id: id\n y: text\n w: integer\n {field} }}\nwhen {rule} queue a\nelse queue z"
    ).tree


def read_by(tree: Tree, raw: Any) -> Any:
    try:
        return reader_for(tree.schema["x"].type, tree.timezone)(raw)
    except Misfit:
        return Misfit


def leads_of_both(old: Tree, new: Tree, optional: bool) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Leads as each of the two reads them."""
    for y, w in (("red", 0), ("Blue", 4)):
        rest = {"id": "L-1", "y": y, "w": w}
        if optional:
            yield rest, rest
        for raw in (*TEXTS, *NUMBERS, *SETS, True, False):
            values = [read_by(tree, raw) for tree in (old, new)]
            if Misfit not in values:
                yield {**rest, "x": values[0]}, {**rest, "x": values[1]}


def rule_of(tree: Tree, lead: dict[str, Any]) -> str:
    leaf = walk(tree, lead, NOW).leaf
    assert leaf is not None
    return leaf.rule


@pytest.mark.parametrize("optional", [False, True], ids=["required", "optional"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]} to {case[2]}")
@pytest.mark.parametrize("turned", [False, True], ids=["", "turned"])
def test_what_changes_is_told_of_every_value_that_both_read(
    case: tuple[str, str, str, str], optional: bool, turned: bool
) -> None:
    old, new = tree_of(case[0], case[1], optional), tree_of(case[2], case[3], optional)
    if turned:
        old, new = new, old
    found = difference(old, new)
    for change in found.changes:
        assert is_changed(old, new, change.region.witness, NOW) == (change.old, change.new)
        # what is shown fits both: it is read as it stands there
        raw = change.region.witness.get("x")
        assert raw is None or {read_by(old, raw), read_by(new, raw)} == {raw}
    pairs = {(change.old.rule, change.new.rule) for change in found.changes}
    for one, other in leads_of_both(old, new, optional):
        pair = rule_of(old, one), rule_of(new, other)
        assert pair[0] == pair[1] or pair in pairs or found.doubts


def found_between(old: str, rule: str, new: str, other: str, optional: bool = False) -> Difference:
    return difference(tree_of(old, rule, optional), tree_of(new, other, optional))


@pytest.mark.parametrize(
    ("old", "rule", "new", "other"),
    [
        ("text", 'x == "A@b.c"', "email", 'x == "a@b.c"'),
        ("text", 'x == "RED"', RED, 'x == "Red"'),
        ("id", 'x == "a"', "rep", 'x == "a"'),
        ("country", 'x == "DE"', RED, 'x == "DE"'),
        ('set of ["a"]', 'x has "a"', "set of text", 'x has "A"'),
    ],
)
def test_types_that_ask_the_same_of_the_values_they_share_are_the_same(
    old: str, rule: str, new: str, other: str
) -> None:
    assert found_between(old, rule, new, other).same
    assert found_between(new, other, old, rule).same


def test_a_field_without_a_value_that_fits_both_is_missing_or_no_lead_fits() -> None:
    bounds = ("integer 0..5", "x >= 3", "integer 6..9", "x < 8")
    assert found_between(*bounds, optional=True).same
    assert found_between(*bounds).doubts == (
        "anything: no value of `x` fits both, and no lead does without one",
    )
    lists = ('one of ["a"]', 'x == "a"', 'one of ["b"]', 'x != "b"')
    (change,) = found_between(*lists, optional=True).changes
    assert "x" not in change.region.witness


def test_what_the_two_may_read_as_different_values_is_not_decided_where_it_is_asked_of() -> None:
    reason = "what becomes of leads whose `x` the two read as different values"
    assert reason in found_between("text", 'x == "de"', "country", 'x == "DE"').doubts
    assert reason in found_between("bool", "x", "text", 'x == "true"', optional=True).doubts
    assert reason in found_between('one of ["Red"]', 'x == "Red"', 'one of ["red"]', "w > 3", True).doubts
    assert found_between("text", "w > 3", "country", "w > 3").same


def test_texts_that_were_listed_and_are_listed_now_are_named() -> None:
    found = found_between('one of ["a", "b"]', 'x == "a"', 'one of ["c", "a"]', 'x == "a"')
    assert found.notes == ('`x` can no longer be "b"', '`x` can now be "c"')
    listed = ", ".join(f'"{letter}"' for letter in "abcdefghi")
    found = found_between(f"one of [{listed}]", 'x == "a"', 'one of ["a"]', 'x == "a"')
    assert found.notes == ('`x` can no longer be "b", "c", "d", "e", "f", "g" or 2 more texts',)
    found = found_between('set of ["a", "b"]', 'x has "a"', 'set of ["a"]', 'x has "a"')
    assert found.notes == ('`x` can no longer have "b"',)


SOURCE = """source crm {
  id from "Id"
  x from "Stage" map { "won" to "a", "lost" to "b", else "c" } default "c"
  w from "Score" default 3
  missing ["n/a", "-"]
}"""
CHANGED = "the source `crm` was changed: {}, except with --leads and --source crm"


EDITS = (('"Stage"', '"Phase"'), ('"b"', '"c"'), ("else", '"open" to'), (" default 3", ""), (', "-"', ""))


@pytest.mark.parametrize(
    ("old", "new", "notes"),
    [
        *((SOURCE, SOURCE.replace(before, after), [CHANGED]) for before, after in EDITS),
        (SOURCE, "", ["the source `crm` is gone: {}"]),
        ("", SOURCE, ["the source `crm` is new: {}"]),
        (
            SOURCE,
            SOURCE.replace("crm", "erp"),
            ["the source `crm` is gone: {}", "the source `erp` is new: {}"],
        ),
        (SOURCE, SOURCE.replace('"n/a", "-"', '"-",  "n/a"'), []),
        (SOURCE, SOURCE.replace('"won" to "a", "lost" to "b"', '"lost" to "b", "won" to "a"'), []),
    ],
)
def test_sources_that_read_records_otherwise_are_named(old: str, new: str, notes: list[str]) -> None:
    fields = "lead {\n  id: id\n  x: text\n  w: integer\n}\n"
    found = difference(*(api.loads(f"{fields}{text}\nelse queue z\n").tree for text in (old, new)))
    assert found.same
    assert list(found.notes) == [note.format("what its records become was not compared") for note in notes]


SETS_RULES = [
    ("when x is missing queue a", True),
    ("when not (x is known) and w > 3 queue a", True),
    ("when z has all x queue a", True),
    ("when x has all z queue a", True),
    ('when x has none ["a"] queue a', False),
    ('when x has all ["a", "b"] or not (x has any z) queue a', False),
    ("else queue q under s\nsla s { close within 2d then pool p where x is known }", True),
    ("derive d: bool { when x is missing then true else false }\nwhen d queue a", True),
]


@pytest.mark.parametrize(("rules", "is_open"), SETS_RULES)
@pytest.mark.parametrize("turned", [False, True], ids=["", "turned"])
def test_a_set_that_is_empty_to_one_and_missing_to_the_other(rules: str, is_open: bool, turned: bool) -> None:
    """A lead without the set fits both: that it goes the same way is not said where it may not."""

    def tree(optional: str) -> Tree:
        fields = f"id: id\n w: integer\n z: set of text\n x: set of text {optional}"
        return api.loads(
            f"lead {{ {fields} }}\n{rules}" + ("" if "else" in rules[:4] else "\nelse queue z")
        ).tree

    old, new = tree(""), tree("optional")
    bare = {"id": "L-1", "w": 4, "z": frozenset()}
    differs = rule_of(old, {**bare, "x": frozenset()}) != rule_of(new, bare)
    found = difference(new, old) if turned else difference(old, new)
    assert any("without `x`" in doubt for doubt in found.doubts) == is_open
    assert not (differs and found.same)
    assert not found.changes
