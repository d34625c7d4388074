"""`event`, `sweep` and `queue` as a person sees them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from support.cli import NOW, SCHEMAS, run

STORE = "--store sqlite:///s.db"
LATER = "2026-03-02T11:00+01:00"
POLICY = """\
lead { id: id  score: integer 0..100 }
when score >= 80 assign pool senior by round_robin then queue triage under prompt
when score >= 50 hold pool senior up to 2h then queue triage
else queue triage
sla prompt { respond within 30m then reassign 1 times then queue managers }
"""


@pytest.fixture(autouse=True)
def routed(folder: object) -> None:
    """Four leads in a store."""
    Path("p.route").write_text(POLICY)
    Path("l.csv").write_text("id,score\nL-1,90\nL-2,10\nL-3,30\nL-4,60\n")
    done = run(f"route p.route --leads l.csv --roster roster.toml --now {NOW} {STORE}")
    assert done.exit_code == 0, done.stderr


def schema(name: str) -> Draft202012Validator:
    found = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    return Draft202012Validator(found, format_checker=Draft202012Validator.FORMAT_CHECKER)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("L-1 contacted --rep ana", "L-1: contacted with ana\n"),
        ("L-1 junk --reason duplicate", "L-1: junk with ana; a turn of pool senior is given back\n"),
        ("L-1 return", "L-1: assigned with bogdan; a turn of pool senior is given back\n"),
        ("L-2 assign --rep chris", "L-2: assigned with chris\n"),
    ],
)
def test_an_event(line: str, said: str) -> None:
    done = run(f"event {line} --at {LATER} {STORE}")
    assert (done.exit_code, done.stdout) == (0, said)
    shown = json.loads(run(f"event {line.split()[0]} junk --key k --format json {STORE}").stdout)
    schema("event").validate(shown)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("L-9 touch", "knows no lead `L-9`"),
        ("L-1 contcted", "nothing called `contcted` can happen to a lead: did you mean `contacted`?"),
        ("L-2 touch", "nobody has the lead `L-2`, which is queued: assign it first"),
        ("L-2 assign", "`assign` needs a rep"),
        ("L-2 assign --rep eve", "there is no rep `eve` in the roster"),
        ("L-1 touch --at 2026-03-02", "has no time of day"),
        ("L-1 touch --policy nowhere.route", "nowhere.route"),
    ],
)
def test_an_event_that_does_not_fit(line: str, words: str) -> None:
    done = run(f"event {line} {STORE}")
    assert done.exit_code == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("line", ["event L-1 touch", "sweep", "queue triage"])
def test_a_store_has_to_be_there(line: str) -> None:
    missing = run(f"{line} --store sqlite:///nothing.db")
    assert (missing.exit_code, missing.stderr) == (
        2,
        "error: there is no store sqlite:///nothing.db: look at the path\n",
    )
    unnamed = run(line)
    assert unnamed.exit_code == 2
    assert "which store?" in unnamed.stderr


def test_a_sweep() -> None:
    done = run(f"sweep --now {LATER} {STORE} --format json")
    assert done.exit_code == 0, done.stderr
    swept = [json.loads(line) for line in done.stdout.splitlines()]
    for each in swept:
        schema("sweep").validate(each)
    assert [(each["lead"], each["why"], each["assignment"]["rep"]) for each in swept] == [
        ("L-1", "respond", "bogdan")
    ]
    assert run(f"sweep --now {LATER} {STORE}").stdout == ""
    assert run(f"sweep --now 2026-03-02T12:00+01:00 {STORE}").stdout == (
        "L-1: respond overdue, leaves bogdan: queued → managers\n"
    )


def test_a_work_list() -> None:
    done = run(f"queue triage --by score {STORE}")
    assert [line.split()[:2] for line in done.stdout.splitlines()] == [
        ["lead", "score"],
        ["L-3", "30"],
        ["L-2", "10"],
    ]
    schema("queue").validate(json.loads(run(f"queue triage --by score --format json {STORE}").stdout))
    assert run(f"queue empty {STORE}").stdout == "nobody waits in empty\n"
    assert "did you mean `triage`?" in run(f"queue triagge {STORE}").stderr
    assert "did you mean `score`?" in run(f"queue triage --by scor {STORE}").stderr


def test_the_projects_own_names() -> None:
    from pathlib import Path

    Path("routebook.toml").write_text('[statuses]\ncontacted = "working"\n')
    assert run(f"event L-1 working {STORE}").stdout == "L-1: working with ana\n"
    assert "nothing called `contacted`" in run(f"event L-1 contacted {STORE}").stderr
    Path("routebook.toml").write_text('[statuses]\ncontactd = "working"\n')
    refused = run(f"event L-1 working {STORE}")
    assert (refused.exit_code, refused.stderr) == (
        2,
        "error: `contactd` under [statuses] is not a status: did you mean `contacted`?\n",
    )
    Path("routebook.toml").write_text('[statuses]\njunk = "converted"\n')
    assert "two statuses would have it" in run(f"event L-1 converted {STORE}").stderr


@pytest.fixture
def gone() -> None:
    """A policy of three files, in a project that calls statuses its own way, of which only the store is left."""
    for name in ("gone", "gone/lib"):
        Path(name).mkdir()
    Path("gone/routebook.toml").write_text('[statuses]\nconverted = "won"\n')
    Path("gone/q.route").write_text(
        'import "lib/parts.route"\n'
        + POLICY.replace("when score >= 80", "# the best\nrule best\n  when is_best\n ")
    )
    Path("gone/lib/parts.route").write_text('import "../base.route"\ndefine is_best = very_good\n')
    Path("gone/base.route").write_text("define very_good = score >= 80\n")
    Path("m.csv").write_text("id,score\nM-1,90\n")
    done = run(f"route gone/q.route --leads m.csv --roster roster.toml --now {NOW} --store sqlite:///t.db")
    assert done.exit_code == 0, done.stderr
    for name in ("q.route", "lib/parts.route", "base.route", "routebook.toml"):
        Path("gone", name).unlink()


@pytest.mark.usefixtures("gone")
def test_the_store_is_enough_for_a_policy_with_imports() -> None:
    swept = run(f"sweep --now {LATER} --store sqlite:///t.db")
    assert (swept.exit_code, swept.stderr) == (0, "")
    assert swept.stdout.startswith("M-1: respond overdue")
    assert run("event M-1 return --store sqlite:///t.db").exit_code == 0
    assert run("event M-1 assign --rep chris --store sqlite:///t.db").exit_code == 0
    assert run("event M-1 won --rep chris --store sqlite:///t.db").stdout == "M-1: won with chris\n"


@pytest.mark.usefixtures("gone")
def test_the_rule_is_shown_as_it_was_written() -> None:
    shown = run("explain --lead-id M-1 --store sqlite:///t.db").stdout
    assert "text at the time (gone/q.route:4)\n  4 | rule best\n  5 |   when is_best\n" in shown
    said = json.loads(run("explain --lead-id M-1 --store sqlite:///t.db --format json").stdout)
    schema("explanation").validate(said)
    assert said["text"]["lines"][:2] == ["rule best", "  when is_best"]
    assert [(reason["file"], reason["line"]) for reason in said["steps"][0]["because"]] == [
        ("gone/lib/../base.route", 1)
    ]
    page = run("explain --lead-id M-1 --store sqlite:///t.db --format html").stdout
    assert "<pre>rule best\n  when is_best\n" in page
