"""The worked policy on a real CRM's accounts and opportunities, which are beside the checkout or not there."""

from __future__ import annotations

import csv
import json
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any, Final

import pytest

from routebook import api, files
from routebook.diagnostics import Severity
from routebook.intake.accounts.match import Evidence, Matcher
from routebook.intake.accounts.model import Accounts
from routebook.roster import Roster
from routebook.runtime.state import ResultKey
from routebook.runtime.stores import open_store
from routebook.source import Source
from routebook.syntax.format import format_source
from support.worked import POLICIES, run

FOLDER: Final = POLICIES / "crm_sales"
DATA: Final = POLICIES.parents[1] / "shared" / "data" / "crm-sales-opportunities"
NOW: Final = "2018-01-02T15:00Z"

published = pytest.mark.skipif(
    not DATA.exists(), reason="the published opportunities are not beside the checkout"
)


def build(out: Path, *options: str) -> Path:
    """What `build.py` writes, with nothing but Python's own library."""
    command = [sys.executable, "-I", "-S", str(FOLDER / "build.py"), str(DATA), str(out), *options]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    assert done.stderr == f"35 reps, 85 accounts, 8800 leads in {out}\n"
    return out


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("crm_sales"))


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def routed(place: Path, leads: Path, *more: object) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    out, rejects = place / "assigned.jsonl", place / "rejects.jsonl"
    code = run(
        "route", FOLDER, "--leads", leads, "--source", "pipeline", "--roster", place / "roster.toml",
        "--accounts", place / "accounts.csv", "--now", NOW, "--output", out, "--rejects", rejects, *more,
    )  # fmt: skip
    assert code == 0
    return tuple(
        [json.loads(line) for line in path.read_text("utf-8").splitlines()] for path in (out, rejects)
    )  # type: ignore[return-value]


def ways(rows: list[dict[str, Any]]) -> dict[tuple[str, int], int]:
    """How many leads each target of each rule placed."""
    return dict(sorted(Counter((row["rule"], row["target"]) for row in rows).items()))


def test_the_layout_is_the_canonical_one() -> None:
    for path in files.find_all([FOLDER]):
        text = path.read_text(encoding="utf-8")
        assert format_source(Source(path.name, text)) == text, f"run routebook fmt {path}"


@published
def test_the_policy_holds_for_the_roster_that_is_built(built: Path) -> None:
    found = api.check(FOLDER, roster=built / "roster.toml")
    assert [finding.message for finding in found if finding.severity.rank <= Severity.WARNING.rank] == []
    assert run("test", FOLDER, "--roster", built / "roster.toml") == 0


@published
def test_what_is_built_says_what_the_files_say(built: Path) -> None:
    roster = Roster.load(built / "roster.toml")
    accounts = Accounts.load(built / "accounts.csv")
    assert (len(roster.reps), len(accounts), accounts.notes) == (35, 85, ())
    assert {account.owner for account in accounts} <= set(roster.reps)
    assert sum(account.owner == "darcel_schlecht" for account in accounts) == 27
    assert Counter(account.parent for account in accounts if account.parent) == {
        "Acme Corporation": 4, "Sonron": 3, "Bubba Gump": 2, "Golddex": 2, "Inity": 2, "Massive Dynamic": 1,
        "Warephase": 1,
    }  # fmt: skip
    assert len(roster.pools["newcomers"].members) == 5
    assert {account.columns["sector"] for account in accounts} >= {"technology", "medical"}
    assert {account.columns["country"] for account in accounts} >= {"Philippines", "South Korea"}
    history = table(built / "history.csv")
    assert Counter(row["won"] for row in history) == {"true": 4238, "false": 2473}
    assert min(row["at"] for row in history) == "2017-03-01"
    assert {row["rep"] for row in history} <= set(roster.reps)


@published
def test_owners_are_who_won_most(built: Path) -> None:
    won: Counter[tuple[str, str]] = Counter()
    for row in table(DATA / "sales_pipeline.csv"):
        if row["deal_stage"] == "Won":
            won[row["account"], row["sales_agent"]] += int(row["close_value"])
    names = {id: rep.name for id, rep in Roster.load(built / "roster.toml").reps.items()}
    for account in Accounts.load(built / "accounts.csv"):
        assert account.owner is not None
        most = max(value for (name, _), value in won.items() if name == account.name)
        assert won[account.name, str(names[account.owner])] == most


@published
def test_all_8800_are_routed(built: Path) -> None:
    rows, rejects = routed(built, built / "leads.csv")
    assert (len(rows), rejects) == (8800, [])
    assert [row["lead"] for row in rows] == [
        row["opportunity_id"] for row in table(DATA / "sales_pipeline.csv")
    ]
    assert Counter(row["outcome"] for row in rows) == {"assigned": 8800}
    placed = ways(rows)
    assert placed == {
        ("customers", 0): 2557, ("customers", 2): 1954, ("large_customers", 0): 1776, ("large_customers", 2): 1056,
        ("machines", 0): 40, ("no_company", 0): 1417,
    }  # fmt: skip
    owners = {account.name: account.owner for account in Accounts.load(built / "accounts.csv")}
    company = {row["opportunity_id"]: row["account"] for row in table(DATA / "sales_pipeline.csv")}
    for row in rows:
        if row["rule"] in ("customers", "large_customers") and row["target"] == 0:
            assert row["rep"] == owners[company[row["lead"]]]
    assert max(Counter(row["rep"] for row in rows if row["rep"]).values()) == 350


@published
def test_performance_learns_from_what_was_sold(
    built: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Once for a store, whatever the number of runs; and who sells a product best gets most without a company."""
    store = f"sqlite:///{tmp_path / 'leads.db'}"
    learning = ("--history", built / "history.csv", "--store", store)
    rows, _ = routed(built, built / "leads.csv", *learning)
    assert "note: 6,711 past leads learnt from\n" in capsys.readouterr().err
    routed(built, built / "leads.csv", *learning)
    assert "note: 0 past leads learnt from, 6,711 known before\n" in capsys.readouterr().err
    given = Counter(row["rep"] for row in rows if row["rule"] == "no_company")
    assert ways(rows)["no_company", 0] == sum(given.values()) == 1417
    won: Counter[str] = Counter()
    closed: Counter[str] = Counter()
    for row in table(built / "history.csv"):
        closed[row["rep"]] += 1
        won[row["rep"]] += row["won"] == "true"
    best = sorted(closed, key=lambda rep: won[rep] / closed[rep], reverse=True)
    assert {rep for rep, _ in given.most_common(2)} <= set(best[:4])
    assert sum(given[rep] for rep in best[:10]) > 2 * sum(given[rep] for rep in best[-10:])
    opened = open_store(store)
    with opened.session() as session:
        found = session.results([ResultKey(rep, "") for rep in closed])
    opened.close()
    assert {key.rep: result for key, result in found.items()} == {
        rep: (won[rep], closed[rep] - won[rep]) for rep in closed
    }


@published
def test_the_published_file_itself_does_as_well(built: Path) -> None:
    """Its further columns say what became of an opportunity, and are no fields of a lead."""
    there, _ = routed(built, built / "leads.csv")
    here, rejects = routed(built, DATA / "sales_pipeline.csv")
    assert rejects == []
    assert here == there


@published
def test_leads_that_do_not_fit_are_kept(built: Path, tmp_path: Path) -> None:
    lines = (built / "leads.csv").read_text(encoding="utf-8").splitlines()
    spoilt = [line.replace("GTXPro", "GTX Prong") if row % 2 else line for row, line in enumerate(lines)]
    leads = tmp_path / "leads.csv"
    leads.write_text("\n".join(spoilt), encoding="utf-8")
    rows, rejects = routed(built, leads)
    assert len(rows) + len(rejects) == 8800
    assert len(rejects) == sum("GTX Prong" in line for line in spoilt) > 0


@published
def test_when_the_best_seller_leaves_her_customers_go_to_their_families(tmp_path: Path) -> None:
    place = build(tmp_path, "--left", "Darcel Schlecht")
    rows, rejects = routed(place, place / "leads.csv")
    assert (len(rows), rejects) == (8800, [])
    placed = ways(rows)
    assert (placed["large_customers", 1], placed["customers", 1]) == (173, 176)
    assert all(row["rep"] != "darcel_schlecht" for row in rows)


@published
def test_names_with_a_slip_or_another_legal_form_find_their_account_or_none(built: Path) -> None:
    """One slip a name, a hundred times over all 85: mostly the right one, and another only as likely by the letters."""
    matcher = Matcher(Accounts.load(built / "accounts.csv"))
    dice = random.Random(85)
    found: Counter[str] = Counter()
    for account in list(matcher.accounts) * 100:
        name = slipped(account.name, dice) + dice.choice(["", " Inc.", ", LLC", " GmbH", " S.A."])
        match = matcher.match(Evidence(company=name))[1]
        found["right" if match.account == account.id else "none" if match.account is None else "wrong"] += 1
        if match.account not in (account.id, None):
            assert account.id in match.tied
    assert found["wrong"] < 0.001 * found.total()
    assert found["right"] > 0.7 * found.total()


def slipped(name: str, dice: random.Random) -> str:
    at = dice.randrange(1, len(name) - 1)
    letter = dice.choice("abcdefghijklmnopqrstuvwxyz")
    return dice.choice(
        [name[:at] + name[at + 1 :], name[:at] + letter + name[at:], name[:at] + letter + name[at + 1 :],
         name[:at] + name[at + 1] + name[at] + name[at + 2 :]]
    )  # fmt: skip
