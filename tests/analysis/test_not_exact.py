"""What a proof does not decide: each cause that the page of RB303 lists, and none that it does not."""

from __future__ import annotations

import re
import sys
from itertools import combinations
from pathlib import Path
from typing import Final

import pytest

from routebook import api
from routebook.analysis import shortest, tie_proofs
from routebook.analysis.change import difference
from routebook.analysis.model import Model
from routebook.analysis.reach import Contradictory, NotDecided, Reached, Verdict, reach
from routebook.analysis.space import Space
from routebook.diagnostics import Diagnostic
from routebook.plan.walk import Walk
from routebook.roster import Roster
from routebook.settings import Settings
from support.documents import ROOT
from support.proofs import modelled

LEAD: Final = """lead {
  id:    id
  a:     integer 0..1000000
  b:     integer 0..1000000
  c:     decimal 0..1000000
  n:     integer
  title: text optional
  other: text
  third: text
  at:    datetime
  on:    date
  d1:    date
  d2:    date
  d3:    date
  d4:    date
  d5:    date
  d6:    date
}
"""
DAYS_OFF: Final = ("on", "d1", "d2", "d3", "d4", "d5", "d6")

MANY: Final = " and ".join(
    f'title matches "{x}.{{9}}{y}"' for x, y in zip("abcdefghij", "bcdefghija", strict=True)
)

CAUSES: Final = {
    "z3": ("when a * a * a + b * b * b == n * n * n and a > 0 and b > 0 queue x", "on which z3 gave up"),
    "decimals": ("when c * 3 == a * 3 + 1 queue x", "whether decimals solve it"),
    "roots": ("when c * c == 2 queue x", "whether decimals solve it"),
    "parts": (
        "when at.date == on and at > 2026-03-02T23:00Z and at.hour < 3 and on == 2026-03-02 queue x",
        "together with their parts",
    ),
    "days": (
        "when "
        + " and ".join(f"{name} between 2026-03-02 and 2026-03-07" for name in DAYS_OFF)
        + "".join(f" and {one} != {other}" for one, other in combinations(DAYS_OFF, 2))
        + " queue x",
        "so many that have to differ",
    ),
    "texts": (
        "when title == other and title != third and other != title queue y\n"
        + "when "
        + " and ".join(f'{name} matches "^[ab]$"' for name in ("title", "other", "third"))
        + " and title != other and other != third and third != title queue x",
        "with each other",
    ),
    "bytes": (r'when title matches "^\\C\\C$" queue x', r"a pattern with `\C`"),
    "capitals": ('when title matches "(?-i)^VP$" queue x', "tells capitals from small letters"),
    "letters": (r'when title matches "^.\\x{301}$" queue x', "letters and accents"),
    "repetitions": (
        f'when title matches "{"[ab]{1000}" * 12}" queue x',
        "a pattern with so many repetitions",
    ),
    "patterns": (f"when {MANY} queue x", "so many patterns at once"),
    "points": (
        "points p 0..100000 { add 1 per b }\nwhen p > 50 queue x",
        "so many different numbers of them",
    ),
    "computed": (
        "points p 0..5000 { add 1 per b up to 5000 }\nwhen p > a queue x",
        "with a computed field of many values",
    ),
}
"""For each cause a rule that has it, and words of its reason."""


def undecided(rules: str, budget: float | None = None) -> list[Diagnostic]:
    program = api.files.load_text(f"{LEAD}{rules}\nelse queue z\n")
    found = api.check_loaded(program, None, Settings(), budget).findings
    assert [finding.message for finding in found if finding.code < "RB100"] == []
    return [finding for finding in found if finding.code == "RB303"]


@pytest.mark.parametrize("cause", CAUSES)
def test_each_cause_says_what_and_what_is_assumed(cause: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # what is given up after a while is given up sooner
    monkeypatch.setattr(tie_proofs, "_Z3_MILLISECONDS", 200)
    monkeypatch.setattr(shortest, "LIMIT", 1_000)
    rules, words = CAUSES[cause]
    found = undecided(rules)
    assert found
    for finding in found:
        assert words in finding.message
        assert "it is assumed that" in finding.message
        assert finding.severity == "info"


def test_time_that_is_up_is_a_cause() -> None:
    found = undecided("when a > 5 queue x", budget=0.0)
    assert found
    assert all("longer than the time that was given" in finding.message for finding in found)


def test_an_unknown_is_no_error() -> None:
    rules, _ = CAUSES["roots"]
    found = api.check_loaded(api.files.load_text(f"{LEAD}{rules}\nelse queue z\n"), None, Settings()).findings
    assert {finding.code for finding in found} == {"RB303"}


def test_without_z3_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "z3", None)
    (finding,) = undecided("when a * b == 999983 and a > b and b > 1 queue x")
    assert "the extra `arithmetic` (z3) is not installed" in finding.message
    assert "`a` and `b`" in finding.message
    assert "some lead reaches it" in finding.message


def test_every_cause_of_the_code_is_listed() -> None:
    """Each place of the analyser that leaves something open is known here, by words of its reason."""
    words = [words for _, words in CAUSES.values()]
    words += ["longer than the time", "the extra `arithmetic`"]
    # what no check of one policy can meet: `diff` alone, and calculations with what is no number
    words += ["no value of `{left.name}` fits both", "ignoring case", "whose type was changed"]
    words += ["something that is not a number"]
    folder = ROOT / "src" / "routebook" / "analysis"
    for path in sorted(folder.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        for raised in re.finditer(r"raise Undecided\((.*?)\)(?: from None)?\n", text, re.DOTALL):
            reason = raised[1].replace("\\\\", "\\")
            assert "no_decimals" in reason or any(each in reason for each in words), (path, reason)


@pytest.mark.slow
@pytest.mark.parametrize("folder", sorted((ROOT / "policies").iterdir()), ids=lambda path: path.name)
def test_nothing_is_left_open_about_the_worked_policies(folder: Path) -> None:
    roster = folder / "roster.toml"
    for path in sorted(folder.glob("*.route")):
        if path.name.endswith("_test.route"):
            continue
        found = api.check(path, roster if roster.exists() else None)
        assert [finding.message for finding in found if finding.code == "RB303"] == []


ALONE: Final = """
rep { level: integer 0..9 }
rule high when a > 5 queue x
rule higher when a > 7 assign pool sales where rep.level >= 5 then queue x
rule low when b < 3 assign pool sales where rep.level >= 5 then queue x
when vip queue y
"""


def test_what_the_evaluator_does_not_confirm_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    text = f"{LEAD[:-2]}  vip:   bool\n}}\n{ALONE}"
    roster = Roster.loads(
        "[pools.sales]\nmembers = ['ana']\n[reps.ana]\nname = 'A'\nhours = 'always'\nlevel = 1\n"
    )
    program = api.files.load_text(text)

    def codes() -> dict[str, Diagnostic]:
        return {each.code: each for each in api.check_loaded(program, roster, Settings()).findings}

    found = codes()
    assert {"RB101", "RB103", "RB204"} <= found.keys()
    assert found["RB101"].related[0].witness is not None
    assert difference(api.loads(text).tree, api.loads(text.replace("queue y", "queue z")).tree).changes
    monkeypatch.setattr(Model, "is_real", lambda *_: False)
    monkeypatch.setattr(Space, "walk", lambda *_: Walk(api.loads(text).tree.rules[0], ()))
    found = codes()
    assert "RB101" in found
    assert found["RB101"].related[0].witness is None
    assert not {"RB103", "RB204"} & found.keys()
    assert "the evaluator does not confirm" in found["RB303"].message
    other = difference(api.loads(text).tree, api.loads(text.replace("queue y", "queue z")).tree)
    assert not other.same
    assert not other.changes
    assert any("the evaluator does not confirm" in doubt for doubt in other.doubts)


@pytest.mark.parametrize("pattern", [r"^\\C", r"\\C", r"(?-i)O"])
def test_a_comparison_that_is_not_followed_may_be_seen_to_hold(pattern: str) -> None:
    """The ordinary title meets it, by the evaluator: nothing is left open."""
    assert undecided(f'when title matches "{pattern}" and a > 50 queue x') == []


def test_what_is_left_open_is_so_whatever_other_fields_have() -> None:
    """One question is not asked again for every combination of the values of fields that it does not read."""
    others = "\n".join(f"when {name} == {value} queue y" for name in ("a", "b", "n") for value in range(20))
    model = modelled(f"{LEAD}when c * c == 2 queue x\n{others}\nelse queue z\n")
    first, *rest = reach(model, model.policies[0])
    assert isinstance(first, NotDecided)
    assert all(isinstance(verdict, Reached) for verdict in rest)
    assert model.steps < 100


DAYS: Final = "lead {\n  day: date\n  other: date optional\n  at: datetime\n  seen: datetime\n}\n"


@pytest.mark.parametrize(
    "condition",
    [
        'day == other and day.weekday == "sat"',
        'day == other and other.weekday in ["sat", "sun"] and day > 2026-05-01',
        "seen == at and at.hour == 3",
        'seen <= at and at.weekday == "sun" and at.hour < 4',
    ],
)
def test_days_that_are_the_same_have_the_same_parts(condition: str) -> None:
    """What one of them is asked for is tried for the others, too."""
    model = modelled(f"{DAYS}when {condition} queue a\nelse queue z\n")
    assert all(isinstance(verdict, Reached) for verdict in reach(model, model.policies[0]))


def _first_verdict(condition: str) -> Verdict:
    model = modelled(f"{DAYS}when {condition} queue a\nelse queue z\n")
    return reach(model, model.policies[0])[0]


@pytest.mark.parametrize(
    "condition",
    [
        'day == other and day.weekday == "sat" and other.weekday == "sun"',
        "seen == at and seen.hour == 3 and at.hour == 4",
    ],
)
def test_the_same_days_with_other_parts_are_a_contradiction(condition: str) -> None:
    assert isinstance(_first_verdict(condition), Contradictory)


def test_days_whose_parts_are_compared_are_no_calculation() -> None:
    verdict = _first_verdict('seen.date == day and day.weekday == "mon" and seen.weekday == "tue"')
    assert isinstance(verdict, NotDecided)
    assert verdict.reasons == ("a comparison of `seen` and `day` together with their parts",)
