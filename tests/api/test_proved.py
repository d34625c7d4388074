"""A policy is proved once: what is remembered, what is not, and what makes a check another one."""

from __future__ import annotations

from pathlib import Path

import pytest

from routebook import PolicyError, Roster, Router, api, loads, proved
from routebook.lint import run as lint_run
from routebook.settings import Settings

LEAD = 'lead { id: id  score: integer 0..100  kind: one of ["a", "b"] }\n'
GOOD = LEAD + "when score >= 50 assign pool p then queue q\nelse queue q\n"
GAP = LEAD + "when score >= 50 queue q\n"
ROSTER = '[pools.p]\nmembers = ["ana"]\n[reps.ana]\nname = "Ana"\n'


class Counted:
    """Counts how often the lints run."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.times = 0
        real = lint_run.lint

        def lint(*given: object) -> object:
            self.times += 1
            return real(*given)  # type: ignore[arg-type]

        monkeypatch.setattr(lint_run, "lint", lint)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ROUTEBOOK_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    return Counted(monkeypatch)


def kept(cache: Path) -> list[Path]:
    return sorted(cache.glob("proved-*"))


def prove(text: str, roster: str = ROSTER, settings: Settings | None = None) -> None:
    api.prove_with(loads(text, settings=settings), Roster.loads(roster))


def test_the_second_time_costs_nothing(cache: Path, counted: Counted) -> None:
    prove(GOOD)
    assert (counted.times, len(kept(cache))) == (1, 1)
    prove(GOOD)
    Router(loads(GOOD), Roster.loads(ROSTER)).close()
    assert counted.times == 1


def test_layout_and_comments_are_no_other_policy(cache: Path, counted: Counted) -> None:
    prove(GOOD)
    prove("# the same\n" + GOOD.replace("  ", "   "))
    assert counted.times == 1


@pytest.mark.parametrize(
    ("text", "roster"),
    [
        (GOOD.replace("50", "51"), ROSTER),
        (GOOD, ROSTER.replace("Ana", "Anna")),
        (GOOD + "# allow: unused-name -- for later\n", ROSTER),
    ],
)
def test_another_policy_or_roster_is_proved_anew(
    cache: Path, counted: Counted, text: str, roster: str
) -> None:
    prove(GOOD)
    prove(text, roster)
    assert counted.times == 2


def test_an_allowance_that_is_gone_is_noticed(cache: Path) -> None:
    allowed = LEAD + "# allow: unassigned-leads -- the rest is thrown away\nwhen score >= 50 queue q\n"
    prove(allowed)
    with pytest.raises(PolicyError):
        prove(GAP)


def test_other_levels_are_another_check(cache: Path) -> None:
    unused = LEAD + "define hot = score >= 90\n" + "else queue q\n"
    prove(unused)
    with pytest.raises(PolicyError):
        prove(unused, settings=Settings(lint={"unused-name": "error"}))
    prove(GAP, settings=Settings(lint={"unassigned-leads": "warning"}))
    with pytest.raises(PolicyError):
        prove(GAP)


def test_errors_are_not_remembered(cache: Path, counted: Counted) -> None:
    for _ in range(2):
        with pytest.raises(PolicyError) as raised:
            prove(GAP)
        assert [finding.code for finding in raised.value.findings] == ["RB103"]
    assert counted.times == 2
    assert not kept(cache)


@pytest.mark.parametrize("text", ["", "proved", "\0" * 65, "0" * 64 + "\n"])
def test_a_file_that_says_something_else_is_passed_over(cache: Path, counted: Counted, text: str) -> None:
    prove(GOOD)
    kept(cache)[0].write_text(text)
    prove(GOOD)
    assert counted.times == 2
    prove(GOOD)
    assert counted.times == 2  # mended


def test_a_file_that_others_can_write_is_passed_over(cache: Path, counted: Counted) -> None:
    prove(GOOD)
    kept(cache)[0].chmod(0o666)
    prove(GOOD)
    assert counted.times == 2


def test_keeping_can_be_turned_off(cache: Path, counted: Counted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROUTEBOOK_CACHE", "off")
    prove(GOOD)
    prove(GOOD)
    assert counted.times == 2
    assert not cache.exists()


def test_the_oldest_are_forgotten(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proved, "MOST", 3)
    for number in range(6):
        proved.remember(str(number) * 64)
    assert len(kept(cache)) == 3
    assert proved.is_known("5" * 64)
    assert not proved.is_known("0" * 64)
