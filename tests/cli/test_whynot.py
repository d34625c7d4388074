"""Why not a rep: the condition, the hour, the cap or the absence; and leads pasted from what other commands print."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Final

import pytest

from support.cli import run

POLICY: Final = """lead {
  id:       id
  language: text
  deal:     integer 0..10000
}

rep {
  languages: set of text
}

rule big
  when deal >= 100
  assign pool closers by load on shift where rep.languages has language

else queue low
"""
ROSTER: Final = """timezone = "Europe/Bucharest"

[pools.closers]
members = ["ana", "bo", "cy", "di"]

[reps.ana]
hours = { "mon-fri" = "09:00-17:00" }
languages = ["de"]
caps = { day = 1 }

[reps.bo]
hours = { "mon-fri" = "09:00-17:00" }
languages = ["de"]
away = ["2026-03-02..2026-03-04"]

[reps.cy]
hours = { "mon-fri" = "12:00-20:00" }
languages = ["de"]

[reps.di]
hours = { "mon-fri" = "09:00-17:00" }
languages = ["fr"]
"""
LEAD: Final = 'lead { id: "L-2", language: "de", deal: 500 } at 2026-03-02T08:00:00Z'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.route").write_text(POLICY)
    (tmp_path / "r.toml").write_text(ROSTER)
    first = '{"id": "L-1", "language": "de", "deal": 500}'
    done = run(
        "route p.route --leads - --roster r.toml --store sqlite:///s.db --now 2026-03-02T07:30:00Z", first
    )
    assert done.exit_code == 0, done.stderr
    return tmp_path


def why(goal: str, lead: str = LEAD) -> str:
    result = run(f"explain p.route --roster r.toml --store sqlite:///s.db --why-not {goal} --lead -", lead)
    assert result.exit_code == 0, result.stderr
    return result.stdout


@pytest.mark.parametrize(
    ("rep", "words"),
    [
        ("ana", "1 of 1 leads today"),
        ("bo", "away"),
        ("cy", "off shift until"),
        ("di", "fails where rep.languages has language"),
    ],
)
def test_what_kept_a_rep_out_is_said(folder: Path, rep: str, words: str) -> None:
    shown = why(f"rep:{rep}")
    assert re.search(rf"`{rep}` was not eligible: .*{words}", shown), shown


def test_a_condition_on_reps_says_what_would_have_passed(folder: Path) -> None:
    shown = why("rep:di")
    assert '`di` would pass what rule `big` asks of a rep if `language` were "fr" instead of "de"' in shown


def test_a_pool_that_nobody_could_take_it_for_was_tried(folder: Path) -> None:
    shown = why("pool:closers")
    assert "was tried, and declined it" in shown
    assert "`bo` was not eligible" in shown


def test_the_choice_is_worked_out_for_who_was_eligible(folder: Path) -> None:
    moved = LEAD.replace("T08", "T12").replace("2026-03-02", "2026-03-05")
    assert "the choice: " in why("rep:bo", moved) + why("rep:cy", moved)


# --- Pasting -----------------------------------------------------------------------------------------------

GAPS: Final = """policy "p" timezone "Europe/Berlin"

lead {
  id:      id
  country: country
  title:   text optional
  tags:    set of text
  size:    decimal 0.. optional
  mail:    email optional
  on:      date
  slot:    time
  seen:    datetime
}

when now.hour < 5 queue night
when country == "DE" and title == "a \\"quoted\\" {one}" queue a
when tags has "x" and size > 2.5 queue b
when mail.domain == "x.com" and slot > 09:30 and on > 2026-01-01 queue c
when seen > 2026-03-02T10:00Z and now.hour >= 7 queue d
"""


def test_every_witness_can_be_pasted_and_shows_what_it_should(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "g.route").write_text(GAPS)
    shown = run("check g.route").stdout
    witnesses = re.findall(r"^ +(lead \{.*)$", shown, re.MULTILINE)
    found = json.loads(run("check g.route --format json").stdout)["findings"][0]
    witnesses += [json.dumps(region["witness"]) for region in found["regions"]]
    assert len(witnesses) == 2 * len(found["regions"])
    for witness in witnesses:
        result = run("explain g.route --format json --lead " + "'" + witness.replace("'", "'\\''") + "'")
        assert result.exit_code == 0, (witness, result.stderr)
        assert json.loads(result.stdout)["rule"] is None, witness


@pytest.mark.parametrize(
    ("lead", "words"),
    [
        ("lead { id: }", "this is no lead: line 1, column"),
        ("lead { id: 'x' }", "this is no lead"),
        ('lead { id: "x" } at noon', "`noon` is not a date and time"),
        ('lead { id: "x" } at 2026-03-02T10:00', "is not a date and time such as"),
        ('lead { id: "x" } expect rule a', "this is no lead alone"),
        ('lead { id: "x" } lead { id: "y" }', "this is no lead"),
        ('lead { ids: "x" }', "`ids`: no field of the lead has that name"),
        ('lead { langage: "x" }', "there is `langage`, is that `language`?"),
        ("lead { }", "the policy needs it"),
    ],
)
def test_what_is_no_lead_is_said(folder: Path, lead: str, words: str) -> None:
    result = run("explain p.route --lead -", lead)
    assert result.exit_code == 2
    assert words in result.stderr
    assert "Traceback" not in result.stderr
