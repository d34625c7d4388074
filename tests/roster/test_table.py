"""Reps as a CSV table, alone or named by a roster."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routebook.diagnostics import Diagnostic, PolicyError
from routebook.roster import DayRange, Roster
from routebook.roster.table import read_table
from routebook.source import Source

_ANA = {
    "id": "ana",
    "name": '"Pop, Ana"',
    "email": "ana@example.com",
    "timezone": "Europe/Bucharest",
    "hours": "mon-fri 09:00-17:30; sat 10:00-14:00",
    "holidays": "RO",
    "away": "2026-12-22..2027-01-02; 2026-05-01",
    "weight": "2",
    "capacity": "25",
    "caps.day": "10",
    "caps.week": "40",
    "active": "yes",
    "pools": "senior; smb",
    "languages": "ro;en",
}
TABLE = f"{','.join(_ANA)}\n{','.join(_ANA.values())}\nbogdan,,,,always,,,0,5.0,,,no,smb,\n"


def _load(tmp_path: Path, text: str, name: str = "reps.csv") -> Roster:
    path = tmp_path / name
    path.write_text(text, newline="")
    return Roster.load(path)


def _findings(tmp_path: Path, text: str) -> list[Diagnostic]:
    with pytest.raises(PolicyError) as raised:
        _load(tmp_path, text)
    return list(raised.value.findings)


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_everything_that_a_table_says(tmp_path: Path, line_end: str) -> None:
    roster = _load(tmp_path, TABLE.replace("\n", line_end))
    ana, bogdan = roster.reps.values()
    assert (ana.name, ana.email, ana.weight, ana.capacity) == ("Pop, Ana", "ana@example.com", 2, 25)
    assert (ana.caps.day, ana.caps.week, ana.active, ana.holidays) == (10, 40, True, "RO")
    assert ana.hours is not None
    assert ana.hours.days[5] == ((600, 840),)
    assert DayRange(date(2026, 5, 1), date(2026, 5, 1)) in ana.away
    assert dict(ana.fields) == {"languages": "ro;en"}
    assert (bogdan.active, bogdan.weight, bogdan.capacity, bogdan.name) == (False, 0, 5, None)
    assert roster.pools["smb"].members == ("ana", "bogdan")
    assert roster.pools["senior"].members == ("ana",)
    assert Roster.loads(roster.text).digest == roster.digest


def test_a_roster_that_names_a_table(tmp_path: Path) -> None:
    (tmp_path / "reps.csv").write_text(TABLE)
    roster = _load(
        tmp_path,
        'timezone = "Europe/Berlin"\nreps = "reps.csv"\n[pools.smb]\nmembers = ["bogdan"]\n',
        "roster.toml",
    )
    assert list(roster.reps) == ["ana", "bogdan"]
    assert roster.pools["smb"].members == ("bogdan",)
    assert roster.pools["senior"].members == ("ana",)
    # the text stands alone: the store keeps it, and nobody keeps the table
    assert Roster.loads(roster.text).digest == roster.digest


def test_a_table_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "roster.toml"
    path.write_text('reps = "none.csv"\n')
    with pytest.raises(PolicyError) as raised:
        Roster.load(path)
    (finding,) = raised.value.findings
    assert finding.message == f"the table of reps `{tmp_path / 'none.csv'}` does not exist"
    assert finding.span is not None
    assert finding.span.text == '"none.csv"'


def test_mistakes_have_their_cells(tmp_path: Path) -> None:
    found = _findings(
        tmp_path,
        "id,weight,hours,away,active,timezone\n"
        "ana,two,mon 9-5,2026-02-30,perhaps,Europe/Berln\n"
        ",1,,,,\n"
        "bogdan,1,,,,\n"
        'bogdan,1,"mon 09:00-12:00,11:00-13:00",,,\n'
        "carla,1,,,,,,\n",
    )
    assert [(f.span.line, f.span.text, f.message) for f in found if f.span] == [
        (2, "two", '`weight` of the rep `ana` cannot be `"two"`'),
        (2, "mon 9-5", "`9-5` is not a range of hours (rep `ana`)"),
        (2, "2026-02-30", "there is no day `2026-02-30` (rep `ana`)"),
        (2, "perhaps", '`active` of the rep `ana` cannot be `"perhaps"`'),
        (2, "Europe/Berln", "there is no time zone `Europe/Berln` (rep `ana`)"),
        (3, ",1,,,,", "the rep of this row has no id"),
        (5, "bogdan", "the rep `bogdan` stands twice in the table"),
        (6, "carla,1,,,,,,", "the row has 8 cells, but the header names 6 columns"),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the table of reps has no column `id`"),
        ("name,weight\nana,1\n", "the table of reps has no column `id`"),
        ("id,name,name\nana,1,2\n", "the column `name` stands twice"),
        ("id\n", "the roster has no reps: nobody could be given a lead"),
    ],
)
def test_tables_that_say_nothing(tmp_path: Path, text: str, message: str) -> None:
    assert _findings(tmp_path, text)[0].message == message


@given(st.text('",;\r\n abid', max_size=60))
def test_law_every_text_is_read(text: str) -> None:
    table = read_table(Source("t", "id,b\n" + text))
    for id in table.reps:
        assert id.strip()
