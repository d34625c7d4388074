"""Names that nothing uses."""

from __future__ import annotations

from pathlib import Path

import pytest

from routebook import api
from routebook.lint.model import Subject
from routebook.lint.rules.unused_name import find

LEAD = "lead { id: id  country: country  score: integer  owner: rep optional  at: datetime }\nrep { team: text }\n"


def unused(rest: str, outside: frozenset[str] = frozenset()) -> dict[str, str]:
    policy = api.loads(LEAD + rest)
    found = find(Subject(policy.checked, policy.tree, None, outside))
    return {finding.span.text: finding.label for finding in found if finding.span is not None}


def test_each_kind_of_name() -> None:
    rest = """
list dach = ["DE"]
define hot = score > 3
derive tier: text { else "a" }
points fit 0..9 {}
sla fast { respond within 2h }
else queue q
"""
    assert set(unused(rest)) == {"dach", "hot", "tier", "fit", "fast"}


def test_what_only_unused_names_use_is_unused_too() -> None:
    rest = 'list dach = ["DE"]\ndefine german = country in dach\ndefine hot = german and score > 3\nelse queue q\n'
    assert unused(rest) == {
        "dach": "used by `german` alone, which nothing uses",
        "german": "used by `hot` alone, which nothing uses",
        "hot": "used nowhere",
    }


@pytest.mark.parametrize(
    "use",
    [
        'when name == "a" queue q',
        'when score > 3 { when not (score > 5 or name in ["a"]) queue q }',
        "assign_it",
        "when score > 3 assign pool p where rep.team == name",
        "when score > 3 hold pool p where rep.team == name up to 2h",
        "when score > 3 round_robin p sticky by name",
        "when score > 3 assign pool p by hash of name",
        "when score > 3 performance per name p",
        'when score > 3 split "s" by name { 50% queue a  50% assign pool p where rep.team == name }',
        "when score > 3 queue q under slow\nsla slow { close within 2d then assign pool p where rep.team == name }",
        'when other == "b" queue q\nderive other: text { when name == "a" then "b" }',
    ],
)
def test_every_place_that_uses_a_name(use: str) -> None:
    if use == "assign_it":
        rest = 'derive name: rep { else "ana" }\nwhen score > 3 assign rep name'
    else:
        rest = f'derive name: text {{ else "a" }}\n{use}'
    assert unused(f"{rest}\nelse queue q\n") == {}


def test_a_part_uses_its_field_and_points_use_what_they_count() -> None:
    rest = "derive start: datetime { else 2026-01-31T09:30Z }\nderive size: integer { else 3 }\n"
    rest += "points fit 0..9 { add 1 per size }\n"
    assert unused(f"{rest}when start.hour > 3 and fit > 2 queue q\nelse queue q\n") == {}


def test_lists_in_lists() -> None:
    rest = 'list dach = ["DE"]\nlist emea = dach + ["FR"]\nlist more = ["US"] - emea\n'
    assert unused(f"{rest}when country in more queue q\nelse queue q\n") == {}


def test_fields_and_sources_are_never_reported_nor_is_what_is_handed_off() -> None:
    source = 'source web { id from "a"  country from "b"  score from "c"  at from "d" }'
    rest = f'derive tier: text {{ else "a" }}\n{source}\nelse queue q\n'
    assert unused(rest, frozenset({"tier"})) == {}
    assert set(unused(rest)) == {"tier"}


def test_what_is_imported_is_not_reported_and_what_it_uses_is_used(tmp_path: Path) -> None:
    (tmp_path / "regions.route").write_text('list spare = ["FR"]\ndefine german = country in dach\n')
    text = f'import "regions.route"\n{LEAD}list dach = ["DE"]\nelse queue q\n'
    (tmp_path / "policy.route").write_text(text)
    assert [finding.name for finding in api.check(tmp_path / "policy.route")] == []


def test_handoff_is_read_from_the_settings(tmp_path: Path) -> None:
    (tmp_path / "policy.route").write_text(f'{LEAD}derive tier: text {{ else "a" }}\nelse queue q\n')
    assert [finding.name for finding in api.check(tmp_path / "policy.route")] == ["unused-name"]
    (tmp_path / "routebook.toml").write_text('handoff = ["score", "tier"]\n')
    assert api.check(tmp_path / "policy.route") == ()
