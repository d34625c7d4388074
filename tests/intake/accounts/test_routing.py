"""A router that is given accounts matches mappings and leads alike, and tells how."""

from __future__ import annotations

from pathlib import Path

import pytest

import routebook
from routebook.decision import Outcome
from routebook.roster import Roster
from support.accounts import write

POLICY = """
lead { id: id  company: text optional  account.owner: rep optional }
when account.owner is known assign rep account.owner
else queue triage
"""
ROSTER = Roster.loads('[reps.ana]\nname = "Ana"\n')
ACCOUNTS = "name,owner\nAcme Inc.,ana\nBluth,zoe\n"


@pytest.fixture
def router(tmp_path: Path) -> routebook.Router:
    policy = routebook.loads(POLICY)
    return routebook.Router(policy, ROSTER, accounts=write(tmp_path, ACCOUNTS), prove=False)


def test_a_mapping_and_a_lead_go_the_same_way(router: routebook.Router) -> None:
    assert router.route({"id": "1", "company": "ACME"}).rep == "ana"
    assert router.route(router.policy.lead({"id": "2", "company": "ACME"})).rep == "ana"
    outcomes = [each.outcome for each in router.route_many([{"id": "3"}, {"id": "4", "company": "acme"}])]
    assert outcomes == [Outcome.QUEUED, Outcome.ASSIGNED]


def test_what_a_lead_says_itself_goes_first(router: routebook.Router) -> None:
    assert router.route({"id": "1", "company": "Bluth", "account.owner": "ana"}).rep == "ana"


def test_an_explanation_tells_the_match_whatever_became_of_it(router: routebook.Router) -> None:
    notes = router.explain({"id": "1", "company": "Acme"}).notes
    assert notes == ("account `Acme Inc.` by its name, which is the lead's company `Acme`",)
    assert router.explain({"id": "2"}).notes == (
        "no account: the lead has no e-mail address and names no company",
    )
    assert router.notes[0].endswith("1 owner of accounts is not in the roster: `zoe`")


def test_an_undecided_lead_keeps_its_note(tmp_path: Path) -> None:
    policy = routebook.loads(
        'lead { id: id  company: text  account.owner: rep optional } when id == "x" queue q'
    )
    router = routebook.Router(policy, ROSTER, accounts=write(tmp_path, ACCOUNTS), prove=False)
    explanation = router.explain({"id": "1", "company": "Acme"})
    assert explanation.rule is None
    assert explanation.notes[0].startswith("account `Acme Inc.`")


def test_broken_accounts_are_findings(tmp_path: Path) -> None:
    with pytest.raises(routebook.PolicyError, match="RB207"):
        routebook.Router(
            routebook.loads(POLICY), ROSTER, accounts=write(tmp_path, "nom\nAcme\n"), prove=False
        )


def test_without_accounts_nothing_is_matched() -> None:
    router = routebook.Router(routebook.loads(POLICY), ROSTER, prove=False)
    assert router.notes == ()
    assert router.explain({"id": "1", "company": "Acme"}).notes == ()
