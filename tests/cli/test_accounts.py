"""`--accounts`: leads matched to accounts on the way in, and what is said about it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from support.cli import NOW, run, transcript

CASES = Path(__file__).parents[1] / "cases" / "accounts"

POLICY = """\
lead {
  id:                   id
  email:                email    optional
  company:              text     optional
  account.name:         text     optional
  account.owner:        rep      optional
  account.family_owner: rep      optional
  account.employees:    integer 1..
}

rule owned
  when account.owner is known
  assign rep account.owner
    then rep account.family_owner

rule family
  when account.family_owner is known
  assign rep account.family_owner

else queue triage
"""
ROSTER = '[reps.ana]\nname = "Ana"\n\n[reps.bob]\nname = "Bob"\n'
ACCOUNTS = """\
id,name,domain,owner,parent,employees
A1,Acme Corporation,acme.example,ana,,900
A2,Bluth Company,acme.example,,A1,20
A3,Codehow,codehow.example,zoe,A1,7
A4,Betasoloin,gmail.com,bob,,12
"""
LEADS = """\
id,email,company
L-1,jo@acme.example,
L-2,jo@acme.example,Bluth Co.
L-3,jo@codehow.example,
L-4,jo@gmail.com,betasolin
L-5,jo@stranger.example,Stranger
"""
BROKEN = "id,name,parent,employees\nA1,Acme,A2,900\nA2,Bluth,A1,20\nA1,Again,,\n,,,\n"
ROUTE = f"route policy.route --leads leads.csv --roster roster.toml --now {NOW}"
EXPLAIN = f"explain policy.route --lead leads.csv --roster roster.toml --now {NOW} --accounts accounts.csv"

TRANSCRIPTS = {
    "route": (f"{ROUTE} --accounts accounts.csv", 0),
    "route-without": (ROUTE, 0),
    "route-settings": (ROUTE.replace("policy.route", "set/policy.route"), 0),
    "broken": (f"{ROUTE} --accounts broken.csv", 2),
    "missing": (f"{ROUTE} --accounts acounts.csv", 2),
    "unfit": (f"{ROUTE} --accounts unfit.csv", 2),
    "are-the-output": (f"{ROUTE} --accounts accounts.csv --output accounts.csv", 2),
    "stdin-twice": ("route policy.route --leads - --accounts -", 2),
    "explain": (f"{EXPLAIN} --lead-id L-2", 0),
    "explain-misspelt": (f"{EXPLAIN} --lead-id L-4", 0),
    "explain-without-a-roster": (
        "explain policy.route --lead leads.csv --lead-id L-3 --accounts accounts.csv", 0,
    ),
}  # fmt: skip


@pytest.fixture(autouse=True)
def _files(folder: Path) -> None:
    (folder / "policy.route").write_text(POLICY)
    (folder / "set").mkdir()
    (folder / "set" / "policy.route").write_text(POLICY)
    (folder / "set" / "routebook.toml").write_text('accounts = "accounts.csv"\n')
    for place in (folder, folder / "set"):
        (place / "accounts.csv").write_text(ACCOUNTS)
    (folder / "roster.toml").write_text(ROSTER)
    (folder / "leads.csv").write_text(LEADS)
    (folder / "broken.csv").write_text(BROKEN)
    (folder / "unfit.csv").write_text(ACCOUNTS.replace(",900", ",many").replace(",12", ",0"))


@pytest.mark.parametrize("name", TRANSCRIPTS)
def test_transcript(name: str, golden: Callable[[Path, str], None]) -> None:
    line, code = TRANSCRIPTS[name]
    result = run(line)
    golden(CASES / f"{name}.txt", transcript(line, result))
    assert result.exit_code == code


def test_the_log_tells_the_match_later() -> None:
    """What the file of accounts said is in the store: it may say something else by then."""
    assert run(f"{ROUTE} --accounts accounts.csv --store sqlite:///leads.db").exit_code == 0
    Path("accounts.csv").unlink()
    shown = run("explain --lead-id L-4 --store sqlite:///leads.db --format json")
    told = json.loads(shown.stdout)
    assert told["lead"]["account.owner"] == "bob"
    assert told["assignment"]["rep"] == "bob"
    assert told["notes"][0] == (
        "account `Betasoloin` (A4) by its name, which is 90% like the lead's company `betasolin` (85% is enough); "
        "anybody may have a mailbox at `gmail.com`"
    )
