"""Laws of matching leads to accounts."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from routebook.decision import Lead
from routebook.intake.accounts.freemail import FREEMAIL
from routebook.intake.accounts.model import Account
from routebook.intake.validate import Intake
from support.accounts import SCHEMA, ZONE, accounts_lists, leads, matching


def taken(accounts: list[Account], record: dict[str, Any]) -> Lead:
    return Intake(SCHEMA, ZONE, accounts=matching(*accounts)).lead(record)


def said(lead: Lead) -> Any:
    assert lead.account is not None
    return lead.as_json(), lead.account.as_json()


@given(st.data(), accounts_lists(), leads)
def test_the_order_of_the_accounts_changes_nothing(
    data: st.DataObject, accounts: list[Account], record: dict[str, Any]
) -> None:
    shuffled = data.draw(st.permutations(accounts))
    assert said(taken(accounts, record)) == said(taken(shuffled, record))


@given(accounts_lists(), leads)
def test_matching_again_changes_no_value(accounts: list[Account], record: dict[str, Any]) -> None:
    once = taken(accounts, record)
    again = taken(accounts, once.as_json())
    assert again.as_json() == once.as_json()


@given(accounts_lists(), leads)
def test_what_the_lead_says_stays(accounts: list[Account], record: dict[str, Any]) -> None:
    lead = taken(accounts, record)
    assert record.items() <= dict(lead).items()


@given(accounts_lists(), leads)
def test_both_ways_in_fill_the_same(accounts: list[Account], record: dict[str, Any]) -> None:
    later = matching(*accounts).enrich(Intake(SCHEMA, ZONE).lead(record))
    assert said(later) == said(taken(accounts, record))


@given(accounts_lists(), st.sampled_from(sorted(FREEMAIL)), st.sampled_from(["", "mail.", "a.b."]))
def test_freemail_matches_nobody(accounts: list[Account], freemail: str, below: str) -> None:
    greedy = [*accounts, Account("x", "Greedy", (freemail, below + freemail), "ana")]
    lead = taken(greedy, {"id": "1", "email": f"jo@{below}{freemail}"})
    assert lead.account is not None
    assert lead.account.account is None


@given(accounts_lists(), leads)
def test_ties_are_stable(accounts: list[Account], record: dict[str, Any]) -> None:
    """Taking away an account that was not taken, or adding one that does not match, changes nothing."""
    lead = taken(accounts, record)
    assert lead.account is not None
    for loser in lead.account.tied:
        # a relative is taken out only as a candidate: who is above whom stays as it was
        fewer = [
            Account(each.id, "–", (), each.owner, each.parent) if each.id == loser else each
            for each in accounts
        ]
        fewer_match = taken(fewer, record).account
        assert fewer_match is not None
        assert fewer_match.account == lead.account.account
    unlike = Account("zz", "Unlike Anything Else", ("unlike.example",), "ana")
    more = taken([*accounts, unlike], record)
    assert said(more) == said(lead)


@given(accounts_lists(), leads)
def test_a_score_is_at_or_over_its_threshold(accounts: list[Account], record: dict[str, Any]) -> None:
    match = taken(accounts, record).account
    assert match is not None
    if match.how == "misspelt":
        assert match.threshold is not None
        assert match.score is not None
        assert match.threshold <= match.score < 100
    else:
        assert match.score is None
