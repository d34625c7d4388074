"""What changes between two policies, in every format, whatever the texts hold."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import pytest

from routebook.analysis.change import Change, Difference, Taken
from routebook.analysis.regions import LeadRegion
from routebook.comparing import LeadMoves, RepShare
from routebook.render.diff_markdown import code
from routebook.render.diff_view import DiffReport
from routebook.render.diffs import FORMATS
from routebook.render.formats import named
from routebook.render.paint import Style
from support.rendering import HOSTILE, assert_tame

OLD = Taken("seniors", ("pool senior by load", "else: queue triage"), "fast")
NEW = Taken("everybody", ("round_robin all",), None)
NOBODY = Taken(None, (), None)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def change(old: Taken, new: Taken, when: str = "score >= 60", **lead: object) -> Change:
    return Change(old, new, LeadRegion(when, "", lead or {"score": 60}, True))


def report(*changes: Change, moves: LeadMoves | None = None, doubts: tuple[str, ...] = ()) -> DiffReport:
    return DiffReport("main:a.route", "a.route", Difference(changes, doubts, ()), moves)


def written(name: str, given: DiffReport) -> str:
    return named(FORMATS, name).render(given, Style())


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("name", [row.name for row in FORMATS])
def test_every_format_is_tame(name: str, text: str) -> None:
    taken = Taken(text, (text,), text)
    moves = LeadMoves(3, 1, {(taken, NEW): 2}, (RepShare(text, 1, 2),), {(text, None): 1})
    shown = change(taken, NEW, text, field=text)
    found = Difference((shown,), (text,), (text,))
    assert_tame(written(name, DiffReport(text, text, found, moves)))


@pytest.mark.parametrize("text", [*HOSTILE, "a|b", "`", "``x`", "| --- |", "@everyone", "<img src=x>", ""])
def test_markdown_cells_hold_any_text(text: str) -> None:
    (row,) = [
        line
        for line in written("markdown", report(change(OLD, NEW, text))).splitlines()
        if line.startswith("|") and "lead {" in line
    ]
    assert len(re.findall(r"(?<!\\)\|", row)) == 5
    shown = code(text)
    fence = re.match("`+", shown)
    assert fence is not None
    assert shown.endswith(fence[0])
    assert fence[0] not in shown[len(fence[0]) : -len(fence[0])]


def test_a_bar_is_escaped_within_tables_alone() -> None:
    """Code outside of a table shows a backslash as one."""
    barred = Taken("odd", ('reject "this | that"',), None)
    text = written("markdown", report(change(barred, NEW, 'title contains "a|b"')))
    assert '`reject "this | that"` → `round_robin all`' in text
    assert '| `title contains "a\\|b"` |' in text


def test_changes_with_one_outcome_stand_together() -> None:
    other = Taken("veterans", OLD.plan, OLD.sla)
    text = written("text", report(change(OLD, NEW), change(other, NEW), change(OLD, NOBODY)))
    assert text.count("- pool senior by load") == 2
    assert text.count("+ round_robin all") == 1
    assert "+ no rule takes it" in text


def test_what_is_referred_to_can_be_all_that_changed() -> None:
    text = written("text", report(change(OLD, OLD)))
    assert "what this refers to has changed" in text


def test_the_moment_is_no_field_of_the_lead() -> None:
    given = report(change(OLD, NEW, score=3, now=NOON))
    assert json.loads(written("json", given))["changes"][0]["witness"] == {
        "lead": {"score": 3},
        "now": "2026-03-02T12:00:00Z",
    }
    assert "lead { score: 3 } at 2026-03-02T12:00:00Z" in written("text", given)


def test_the_answer_is_never_more_than_was_proved() -> None:
    assert written("text", report()) == "the same: every lead is treated as before\n"
    doubtful = written("text", report(doubts=("a calculation",)))
    assert "the same" not in doubtful
    assert "not everything was decided" in doubtful
    assert "not decided in full" in written("text", report(change(OLD, NEW), doubts=("a calculation",)))


def test_a_long_comment_is_cut_and_says_so() -> None:
    many = [change(OLD, Taken(f"r{number}", NEW.plan, None)) for number in range(100)]
    text = written("markdown", report(*many))
    assert text.count("lead {") == 40
    assert "… and 60 more sets of leads." in text


def test_leads_are_counted_where_they_are_given() -> None:
    moves = LeadMoves(10, 2, {(OLD, NEW): 3}, (RepShare("ana", 4, 1),), {("ana", "bo"): 3})
    text = written("text", report(change(OLD, NEW), moves=moves))
    assert "seniors → everybody, 3 leads" in text
    assert "10 leads, 3 treated differently; 2 leads left out, not fitting both policies" in text
    assert re.search(r"^ana +bo +3$", text, re.MULTILINE)
    assert "| `ana` | 4 | 1 | -3 |" in written("markdown", report(change(OLD, NEW), moves=moves))


def test_the_answer_does_not_contradict_the_leads_that_were_counted() -> None:
    moves = LeadMoves(2, 0, {(OLD, NEW): 1})
    text = written("text", report(moves=moves, doubts=("anything",)))
    assert "2 leads, 1 treated differently" in text
    assert "no difference" not in text
    assert text.endswith("1 lead treated differently; not everything else was decided\n")
    assert "1 lead treated differently; the two read" in written("text", report(moves=moves))
