"""A roster held against a policy."""

from __future__ import annotations

from decimal import Decimal

import pytest

from routebook.diagnostics import Diagnostic
from routebook.runtime.fit import fit
from support.routing import pool, reps, roster_of, tree_of

HEAD = """
lead { id: id }
rep {
  languages: set of ["en", "ro"]
  level:     integer 1..5
  quota:     decimal optional
  region:    country optional
  team.name: text optional
}
"""


def findings(roster: str, rules: str = "else round_robin all", head: str = HEAD) -> tuple[Diagnostic, ...]:
    return fit(tree_of(rules, head), roster_of(roster)).findings


def test_values_are_normalised() -> None:
    roster = '[reps.ana]\nname = "Ana"\nlanguages = ["RO"]\nlevel = 3\nquota = 1.5\nregion = "Germany"\ncapacity = 4\n'
    roster += 'team = { name = " North " }\n[reps.bogdan]\nlevel = "2"\nlanguages = "en;ro"\n"team.name" = "South"\n'
    checked = fit(tree_of("else round_robin all", HEAD), roster_of('timezone = "Europe/Berlin"\n' + roster))
    assert checked.findings == ()
    assert checked.values["ana"] == {
        "id": "ana",
        "name": "Ana",
        "time_zone": "Europe/Berlin",
        "weight": 1,
        "capacity": 4,
        "languages": frozenset({"ro"}),
        "level": 3,
        "quota": Decimal("1.5"),
        "region": "DE",
        "team.name": "North",
    }
    assert checked.values["bogdan"]["languages"] == {"en", "ro"}
    assert checked.values["bogdan"]["team.name"] == "South"


def test_every_mistake_has_its_place() -> None:
    roster = '[reps.ana]\nlevel = 9\nlanguages = ["ro", "fr", "xx"]\nregion = "Atlantis"\n\n[reps.bogdan]\nlevl = 3\n'
    found = findings(roster)
    assert [(f.span.line, f.span.text) for f in found if f.span] == [
        (2, "9"),
        (3, '["ro", "fr", "xx"]'),
        (3, '["ro", "fr", "xx"]'),
        (4, '"Atlantis"'),
        (6, "[reps.bogdan]"),
        (7, "levl"),
    ]
    assert all(f.code == "RB205" and f.help for f in found)
    assert found[4].message == "the rep `bogdan` has no `level`, which the policy needs"
    assert found[4].help == "there is `levl`: is that `level`?"
    assert found[5].message == "`levl` of the rep `bogdan` is read by nothing"


def test_misspelt_keys_and_keys_of_other_policies() -> None:
    roster = "[reps.ana]\nlevel = 3\ncapasity = 4\nparking_space = 12\n"
    (found,) = findings(roster)
    assert found.message == "`capasity` of the rep `ana` is read by nothing"
    assert found.help == "did you mean `capacity`?"


@pytest.mark.parametrize(
    ("rules", "missing"),
    [
        ("else assign pool smb by availability", True),
        ("else round_robin smb on shift", True),
        ("else hold pool smb up to 2h then queue q", True),
        ('else split "x" by id { 50% queue q 50% availability smb } then queue q', True),
        ("else queue q under late sla late { respond within 2h then availability smb }", True),
        ("else round_robin smb", False),
        ("else availability other", False),
    ],
)
def test_hours_are_needed_where_shifts_are_asked_for(rules: str, missing: bool) -> None:
    roster = (
        pool("smb", "ana", "dan")
        + pool("other", "bogdan")
        + reps("bogdan")
        + "[reps.ana]\n[reps.dan]\nactive = false\n"
    )
    found = findings(roster, rules, "lead { id: id }\n")
    assert [f.span.text for f in found if f.span] == (["[reps.ana]"] if missing else [])
    if missing:
        assert found[0].message.startswith("the rep `ana` has no `hours`, so `")
