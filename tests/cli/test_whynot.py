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


# --- What is said, and what is not ---------------------------------------------------------------------------

TEAM: Final = """[pools.seniors]
members = ["sam"]

[pools.juniors]
members = ["jim"]

[reps.sam]
level = 2

[reps.jim]
level = 1
"""


def asked(policy: str, lead: str, goal: str, more: str = "", team: str = TEAM) -> str:
    """The answer about a policy and a roster that are written where the test is."""
    Path("p.route").write_text(policy)
    Path("r.toml").write_text(team)
    line = f"explain p.route --roster r.toml --now 2026-03-03T10:00Z --lead - --why-not {goal} {more}"
    result = run(line, lead)
    assert result.exit_code == 0, result.stderr
    return result.stdout


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


HEAD: Final = "lead {\n  score: integer 0..100\n  size: integer 0..100\n  vip: bool\n}\n"
LOW: Final = '{"score": 64, "size": 12, "vip": true}'


@pytest.mark.usefixtures("here")
def test_a_condition_of_several_comparisons_has_each_with_its_own_value() -> None:
    policy = (
        f"{HEAD}define vv = not vip\nrule r when (score >= 70 or size >= 50) and vv queue a\nelse queue z"
    )
    shown = asked(policy, LOW, "r")
    lines = [line.split() for line in shown.splitlines()]
    assert ["no", "(score", ">=", "70", "or", "size", ">=", "50)"] in lines
    assert ["no", "score", ">=", "70,", "it", "is", "64"] in lines
    assert ["no", "size", ">=", "50,", "it", "is", "12"] in lines
    assert ["no", "vv"] in lines
    assert "missing" not in shown
    found = json.loads(asked(policy, LOW, "r", "--format json"))["conditions"]
    assert all("value" not in each for each in found)
    assert [part["value"] for part in found[0]["parts"]] == [64, 12]


@pytest.mark.usefixtures("here")
def test_a_block_is_come_to_by_any_rule_in_it() -> None:
    rules = (
        "rule b when vip {\n  when score >= 90 queue a\n  rule c when score >= 70 queue b\n}\nelse queue z"
    )
    assert "rule `c` of the block `b` would take it if `score` were 70" in asked(f"{HEAD}{rules}", LOW, "b")
    there = asked(f"{HEAD}{rules}", LOW.replace("64", "95"), "b")
    assert "it does go to the block `b`" in there


@pytest.mark.usefixtures("here")
def test_of_several_rules_each_is_said_to_be_out_of_reach_by_itself() -> None:
    rules = "rule first when score > 50 queue a\nrule second when score > 60 assign pool seniors\n"
    rules += 'rule sat when now.weekday in ["sat"] assign pool seniors\nelse queue c'
    shown = asked(f"{HEAD}{rules}", LOW, "pool:seniors")
    assert "no lead goes to the pool `seniors` at this moment" in shown
    assert "`first` would take every lead of `second` first; `sat` sends none there at this moment" in shown


@pytest.mark.usefixtures("here")
def test_a_rule_that_tries_the_pool_first_is_preferred() -> None:
    rules = "rule a when score >= 50 assign pool seniors\nrule b when score >= 40 queue low\n"
    shown = asked(f"{HEAD}{rules}else assign pool juniors", LOW, "pool:juniors")
    assert (
        "rule `else`, which can send leads to the pool `juniors`, would take it if `score` were 39" in shown
    )
    assert "no smaller change leads to a rule that tries it first" in shown


@pytest.mark.usefixtures("here")
def test_what_is_tried_before_a_pool_is_said() -> None:
    rules = "rule a when score >= 90 assign pool seniors then pool juniors\nelse queue z"
    shown = asked(f"{HEAD}{rules}", LOW, "pool:juniors")
    assert "would take it if `score` were 90" in shown
    assert "`pool seniors` comes first in its plan" in shown


@pytest.mark.usefixtures("here")
def test_the_arm_of_a_split_is_said_to_depend_on_its_field() -> None:
    rules = 'rule s when score > 90 split "x" by size { 50% pool seniors  50% queue z }\nelse queue z'
    shown = asked(f"{HEAD}{rules}", LOW, "pool:seniors")
    assert "which arm of its split gets the lead depends on `size`" in shown
    other = [
        asked(f"{HEAD}{rules}", f'{{"score": 95, "size": {size}, "vip": true}}', "pool:seniors")
        for size in "123"
    ]
    words = "placed it elsewhere: which arm of the split gets the lead depends on `size`"
    assert all((words in each) != ("it does go to" in each) for each in other)
    assert any(words in each for each in other)


@pytest.mark.usefixtures("here")
def test_a_rep_who_is_not_active_is_said_to_get_no_lead() -> None:
    team = TEAM.replace("level = 1", "level = 1\nactive = false")
    shown = asked(f"{HEAD}when score > 90 assign pool juniors\nelse queue z", LOW, "rep:jim", team=team)
    assert "`jim` is not active: no lead goes to them as the roster is" in shown


@pytest.mark.usefixtures("here")
def test_what_no_rule_does_is_not_said_to_be_done_first() -> None:
    shown = asked(f"{HEAD}when vip assign pool seniors\nelse queue z", LOW, "rep:jim")
    assert "no rule sends leads to the rep `jim`" in shown
    assert "takes it first" not in shown


@pytest.mark.usefixtures("here")
def test_a_rep_whom_no_lead_suits_is_not_said_to_be_sent_any() -> None:
    rules = "rule a when vip assign pool juniors where rep.level > 1\nelse queue z"
    shown = asked(f"{HEAD}rep {{\n  level: integer 1..3\n}}\n{rules}", LOW, "rep:jim")
    assert "no lead goes to the rep `jim`: `where` fails for them in every target that has them" in shown
    assert "can send leads" not in shown
    assert "`jim` was not eligible: fails where rep.level > 1" in shown


OWNED: Final = "lead {\n  score: integer 0..100\n  owner: rep optional\n}\n"
BY_OWNER: Final = "rule own when owner is known and score >= 50 assign rep owner\nelse queue z"


@pytest.mark.parametrize(
    ("lead", "words"),
    [
        ('{"score": 60, "owner": "sam"}', 'rule `own` would send it to the rep `jim` if `owner` were "jim"'),
        ('{"score": 60, "owner": "jim"}', "it does go to the rep `jim`"),
        ('{"score": 40}', '`score` were 50 instead of 40 and `owner` were "jim" instead of missing'),
    ],
)
@pytest.mark.usefixtures("here")
def test_a_field_that_names_the_rep_is_a_way_to_them(lead: str, words: str) -> None:
    assert words in asked(f"{OWNED}{BY_OWNER}", lead, "rep:jim")


def test_a_lead_that_was_routed_before_is_said_to_have_been(folder: Path) -> None:
    lead = LEAD.replace("L-2", "L-1")
    line = "explain p.route --roster r.toml --store sqlite:///s.db --lead -"
    (note,) = [each for each in run(line, lead).stdout.splitlines() if each.startswith("note: ")]
    assert note in run(f"{line} --why-not rep:bo", lead).stdout


@pytest.mark.parametrize("format", ["text", "json", "html"])
@pytest.mark.usefixtures("here")
def test_no_more_is_claimed_than_is_proved(format: str) -> None:
    policy = "lead {\n  a: decimal 0..100\n  b: decimal 0..100\n}\nrule r when a > b queue x\nelse queue z"
    shown = asked(policy, '{"a": 50, "b": 60.5}', "r", f"--format {format}")
    assert "no fewer do, but they may have to change by less" in shown
    assert "no smaller change" not in shown
    if format == "json":
        nearest = json.loads(shown)["nearest"]
        assert (nearest["fewest_fields"], nearest["least_steps"]) == (True, False)


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("a > 60", "`a` were 60.01 instead of 50 (1 field; `a` above 60 does, however near, and no smaller"),
        (
            "a < 40.5",
            "`a` were 40.49 instead of 50 (1 field; `a` below 40.5 does, however near, and no smaller",
        ),
        ("a > 60 and a < 60.005", "`a` were 60.001 instead of 50 (1 field; "),
        ("a > 60.005", "`a` were 60.01 instead of 50 (1 field; `a` above 60.005 does, however near, and no"),
        ("a >= 60.005", "`a` were 60.005 instead of 50 (1 field; no smaller change does)"),
        (
            "a > 60 and b < 40",
            "(2 fields; `a` above 60 and `b` below 40 do, however near, and no smaller change does)",
        ),
        ("a > 60 and a + b > 5", "`a` were 60.01 instead of 50 (1 field; no fewer do, but they may"),
    ],
)
@pytest.mark.usefixtures("here")
def test_a_decimal_beyond_a_bound_is_one_that_can_be_read(condition: str, words: str) -> None:
    policy = f"lead {{\n  a: decimal 0..100\n  b: decimal 0..100\n}}\nrule r when {condition} queue x\nelse queue z"
    answer = json.loads(asked(policy, '{"a": 50, "b": 60.5}', "r", "--format json"))
    assert words in answer["answer"]
    assert answer["nearest"]["fewest_fields"]
    assert answer["nearest"]["least_steps"] == (">=" in condition)


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
        ('lead { ids: "x" }', "note: `--lead`: 1 column is no field of a lead and is ignored: `ids`"),
        ('lead { ids: "x" }', "the policy needs it"),
        ('lead { langage: "x" }', "there is `langage`, is that `language`?"),
        ("lead { }", "the policy needs it"),
    ],
)
def test_what_is_no_lead_is_said(folder: Path, lead: str, words: str) -> None:
    result = run("explain p.route --lead -", lead)
    assert result.exit_code == 2
    assert words in result.stderr
    assert "Traceback" not in result.stderr


APART: Final = (
    "lead {\n  id: id\n  score: integer 0..9\n  gone: text\n}\n"
    'when score > 4 and gone == "a" queue a\nelse queue b\n',
    "lead {\n  id: id\n  score: integer 0..9\n  came: integer\n  goner: bool optional\n}\n"
    "when score > 5 and came > 7 queue a\nelse queue b\n",
)


def test_every_witness_of_a_diff_can_be_pasted_into_both_policies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where they declare different fields a lead has those of both."""
    monkeypatch.chdir(tmp_path)
    for name, text in zip(("old.route", "new.route"), APART, strict=True):
        (tmp_path / name).write_text(text)
    shown = run("diff old.route new.route").stdout
    witnesses = re.findall(r"^ +such as (lead \{.*)$", shown, re.MULTILINE)
    changes = json.loads(run("diff old.route new.route --format json").stdout)["changes"]
    witnesses += [json.dumps(change["witness"]) for change in changes]
    assert len(witnesses) == 2 * len(changes) > 2
    for witness in witnesses:
        old, new = (run(f"explain {name}.route --format json --lead '{witness}'") for name in ("old", "new"))
        assert (old.exit_code, new.exit_code) == (0, 0), (witness, old.stderr, new.stderr)
        start = "note: `--lead`: "
        assert old.stderr == f"{start}2 columns are no fields of a lead and are ignored: `came` and `goner`\n"
        assert new.stderr == f"{start}1 column is no field of a lead and is ignored: `gone`\n"
        assert json.loads(old.stdout)["rule"] != json.loads(new.stdout)["rule"]


@pytest.mark.usefixtures("here")
def test_a_field_that_looks_misspelt_is_said_to_be_ignored() -> None:
    Path("p.route").write_text(OWNED + BY_OWNER)
    result = run("explain p.route --lead -", 'lead { score: 80, ownr: "ana" }')
    assert result.exit_code == 0
    assert (
        result.stderr == "note: `--lead`: `ownr` is ignored, no field has that name; did you mean `owner`?\n"
    )
