"""Leads and their accounts: what matches, what is preferred, what is filled and what is said about it."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from routebook.decision import AccountMatch, Lead
from routebook.diagnostics import PolicyError
from routebook.intake.accounts.match import Evidence, Matcher
from routebook.intake.accounts.model import Account, Accounts
from routebook.intake.problems import LeadError
from routebook.intake.validate import Intake
from routebook.roster import Roster
from routebook.types import EmailType, Field, IdType, NumberType, RepType, Schema, SetType, TextType
from support.accounts import SCHEMA, ZONE, matching
from support.intake import source_field, source_map

ACME = Account("A1", "Acme Corporation", ("acme.com", "acme.co.uk"), "ana")
BLUTH_ROW = {"sector": "retail", "employees": "20", "country": ""}
BLUTH = Account("A2", "Bluth Company", ("acme.com",), "bob", "A1", BLUTH_ROW)
CODEHOW = Account("A3", "Codehow SRL", (), None, "A1")
CODEHOW_DE = Account("A4", "Codehow GmbH", ("codehow.de",), None, "A1")
BETASOLOIN = Account("A5", "Betasoloin", (), "cy")
ALL = (ACME, BLUTH, CODEHOW, CODEHOW_DE, BETASOLOIN)


def taken(record: dict[str, Any], *accounts: Account) -> tuple[Lead, AccountMatch]:
    lead = Intake(SCHEMA, ZONE, accounts=matching(*(accounts or ALL))).lead({"id": "L-1", **record})
    assert lead.account is not None
    assert lead.notes == lead.account.words
    return lead, lead.account


@pytest.mark.parametrize(
    ("record", "account", "how", "words"),
    [
        ({"email": "jo@ACME.com"}, "A1", "domain",
         "account `Acme Corporation` (A1) by its e-mail domain `acme.com`; 1 other account matches as well; "
         "this one is taken because it is the highest in its family"),
        ({"email": "jo@eu.acme.co.uk"}, "A1", "subdomain",
         "account `Acme Corporation` (A1) by its e-mail domain `acme.co.uk`, which `eu.acme.co.uk` is a part of"),
        ({"email": "jo@acme.com", "company": "Bluth Co."}, "A2", "domain",
         "account `Bluth Company` (A2) by its e-mail domain `acme.com`; 1 other account matches as well; "
         "this one is taken because its name is the closest to the lead's company"),
        ({"email": "jo@acme.com", "company": "Betasoloin"}, "A1", "domain",
         "account `Acme Corporation` (A1) by its e-mail domain `acme.com`; 1 other account matches as well; "
         "this one is taken because it is the highest in its family"),
        ({"company": "Betasoloin, Inc."}, "A5", "name",
         "account `Betasoloin` (A5) by its name, which is the lead's company `Betasoloin, Inc.`"),
        ({"company": "codehow s.r.l."}, "A3", "name",
         "account `Codehow SRL` (A3) by its name, which is the lead's company `codehow s.r.l.`"),
        ({"company": "Codehow"}, "A3", "name",
         "account `Codehow SRL` (A3) by its name, which is the lead's company `Codehow`; 1 other account matches as "
         "well; this one is taken because its id comes first"),
        ({"email": "jo@gmail.com", "company": "betasolin"}, "A5", "misspelt",
         "account `Betasoloin` (A5) by its name, which is 90% like the lead's company `betasolin` (85% is enough); "
         "anybody may have a mailbox at `gmail.com`"),
        ({"email": "jo@else.example", "company": "Bluth"}, "A2", "name",
         "account `Bluth Company` (A2) by its name, which is the lead's company `Bluth`; none has the domain "
         "`else.example`"),
        ({"account.name": "Bluth"}, "A2", "name",
         "account `Bluth Company` (A2) by its name, which is the lead's company `Bluth`"),
        ({"account.id": "A5", "email": "jo@acme.com"}, "A5", "id",
         "account `Betasoloin` (A5) because the lead gives its id"),
    ],
)  # fmt: skip
def test_how_a_lead_is_matched(record: dict[str, Any], account: str, how: str, words: str) -> None:
    match = taken(record)[1]
    assert (match.account, match.how, match.words[0]) == (account, how, words)


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ({}, "no account: the lead has no e-mail address and names no company"),
        ({"email": "jo@gmail.com"}, "no account: anybody may have a mailbox at `gmail.com`"),
        ({"email": "jo@mail.gmail.com"}, "no account: anybody may have a mailbox at `mail.gmail.com`"),
        ({"email": "jo@intranet"}, "no account: `jo@intranet` has no domain that could be a company's"),
        ({"email": "jo@b.example", "company": "Unheard"},
         "no account: none has the domain `b.example`, and none has the name `Unheard`, or one that is at least 85% "
         "like it"),
        ({"company": "!!!"}, "no account: none has the name `!!!`, or one that is at least 85% like it"),
        ({"account.id": "A9", "email": "jo@acme.com"}, "no account: none has the id `A9`, which the lead gives"),
        ({"email": "jo@acme.org.uk"}, "no account: none has the domain `acme.org.uk`"),
    ],
)  # fmt: skip
def test_why_a_lead_is_not_matched(record: dict[str, Any], words: str) -> None:
    lead, match = taken(record)
    assert match == AccountMatch(None, None, None, (words,))
    assert set(lead) == {"id", *record}


def test_the_words_of_a_name_in_another_order() -> None:
    match = taken({"company": "Logistics Codehow"}, Account("1", "Codehow Logistics GmbH"))[1]
    assert match.how == "words"


def test_freemail_never_matches_not_even_an_account_that_claims_it() -> None:
    match = taken({"email": "jo@gmail.com"}, Account("1", "Acme", ("gmail.com",)))[1]
    assert match.account is None


def test_an_account_that_claims_a_whole_country_gets_its_own_leads_only() -> None:
    greedy = Account("1", "Registry", ("co.uk",))
    assert taken({"email": "jo@acme.co.uk"}, greedy)[1].account is None


def test_of_equals_one_with_an_owner_goes_first() -> None:
    match = taken({"company": "Acme"}, Account("1", "Acme"), Account("2", "Acme", (), "ana"))[1]
    assert match.account == "2"
    assert match.tied == ("1",)
    assert match.words[0].endswith("this one is taken because it has an owner")


def test_the_fields_that_are_filled() -> None:
    lead = taken({"email": "jo@acme.com", "company": "bluth"})[0]
    assert lead.as_json() == {
        "id": "L-1", "email": "jo@acme.com", "company": "bluth", "account.id": "A2", "account.name": "Bluth Company",
        "account.domain": "acme.com", "account.owner": "bob", "account.parent": "Acme Corporation",
        "account.family": "Acme Corporation", "account.family_owner": "bob", "account.sector": "retail",
        "account.employees": 20,
    }  # fmt: skip


def test_what_the_lead_says_itself_goes_first() -> None:
    lead = taken({"company": "Bluth", "account.owner": "zoe", "account.employees": 7})[0]
    assert (lead["account.owner"], lead["account.employees"]) == ("zoe", 7)
    assert lead["account.sector"] == "retail"


def test_the_owner_of_the_family_is_explained() -> None:
    lead, match = taken({"company": "Codehow SRL"})
    assert lead["account.family_owner"] == "ana"
    assert "account.owner" not in lead
    assert match.words[1:] == ("its family's owner is ana, who owns `Acme Corporation` above it",)


def test_owners_who_left_are_passed_over_and_strangers_noted() -> None:
    roster = Roster.loads('[reps.ana]\nname = "Ana"\nactive = false\n[reps.bob]\nname = "Bob"\n')
    desk = matching(*ALL, roster=roster)
    lead = Intake(SCHEMA, ZONE, accounts=desk).lead({"id": "L-1", "company": "Acme"})
    assert lead["account.owner"] == "ana"
    assert "account.family_owner" not in lead
    assert desk.notes == ("`the accounts`: 1 owner of accounts is not in the roster: `cy`",)


def test_a_column_of_the_file_goes_before_what_is_worked_out() -> None:
    account = Account("1", "Acme", (), "ana", None, {"family": "The Acmes", "family_owner": ""})
    lead = taken({"company": "Acme"}, account)[0]
    assert (lead["account.family"], lead["account.family_owner"]) == ("The Acmes", "ana")


def test_columns_are_found_as_those_of_leads_are() -> None:
    account = Account("1", "Acme", columns={"Sector": "TECH", " employees ": "7.0", "country": "Germany"})
    lead = taken({"company": "Acme"}, account)[0]
    assert (lead["account.sector"], lead["account.employees"], lead["account.country"]) == ("tech", 7, "DE")


def test_cells_that_do_not_fit_are_findings() -> None:
    rows = [
        Account(str(row), f"Acme {row}", columns={"sector": "technolgy", "employees": "many"}, row=row)
        for row in (1, 2)
    ]
    with pytest.raises(PolicyError) as caught:
        matching(*rows)
    first, second, *rest = caught.value.findings
    assert len(rest) == 2
    assert first.message == (
        "row 1 (`Acme 1`): `technolgy` is not one of the listed values; it can be `tech`, `retail` or `medical`"
    )
    assert second.message == "row 1 (`Acme 1`): `many` is not a whole number of 1 or more"
    assert second.help == "that is what the policy wants of `account.employees`"


def test_accounts_fill_required_fields_before_they_are_missed() -> None:
    schema = Schema.of(
        Field("id", IdType()),
        Field("company", TextType(), optional=True),
        Field("account.owner", RepType()),
        Field("account.employees", NumberType(integer=True)),
        Field("account.tags", SetType(TextType())),
    )
    account = Account("1", "Acme", (), "ana", None, {"employees": "7", "tags": "vip;old"})
    intake = Intake(schema, ZONE, accounts=matching(account, schema=schema))
    lead = intake.lead({"id": "L-1", "company": "acme"})
    assert list(lead.items())[2:] == [
        ("account.owner", "ana"), ("account.employees", 7), ("account.tags", frozenset(["vip", "old"])),
    ]  # fmt: skip
    with pytest.raises(LeadError) as caught:
        intake.lead({"id": "L-2", "company": "stranger"})
    assert [problem.field for problem in caught.value.problems] == ["account.owner", "account.employees"]


def test_accounts_go_before_the_default_of_a_source() -> None:
    source = source_map(
        source_field("id", "ID"),
        source_field("company", "Firm", missing=frozenset(["n/a"])),
        source_field("account.owner", "Owner", default="dee"),
    )
    intake = Intake(SCHEMA, ZONE, source, matching(*ALL))
    owners = [
        intake.lead({"ID": "1", "Firm": firm, "Owner": owner})["account.owner"]
        for firm, owner in (("Acme", ""), ("Acme", "zoe"), ("n/a", ""))
    ]
    assert owners == ["ana", "zoe", "dee"]


def test_a_lead_that_was_read_without_accounts_is_enriched_once() -> None:
    desk = matching(*ALL)
    plain = Intake(SCHEMA, ZONE).lead({"id": "L-1", "company": "Bluth", "account.owner": "zoe"})
    lead = desk.enrich(plain)
    assert (lead["account.owner"], lead["account.sector"], lead.id) == ("zoe", "retail", "L-1")
    assert desk.enrich(lead) is lead


def test_an_address_that_does_not_fit_is_the_leads_problem_alone() -> None:
    intake = Intake(SCHEMA, ZONE, accounts=matching(*ALL))
    with pytest.raises(LeadError) as caught:
        intake.lead({"id": "L-1", "email": "jo(at)acme.com", "company": "Acme"})
    assert [problem.field for problem in caught.value.problems] == ["email"]


def test_without_the_extra_names_are_matched_exactly_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "rapidfuzz", None)
    desk = matching(*ALL)
    assert desk.notes == (
        "misspelt company names are not matched to accounts: that needs pip install 'routebook[accounts]'",
    )
    intake = Intake(SCHEMA, ZONE, accounts=desk)
    exact = intake.lead({"id": "1", "company": "betasoloin inc"}).account
    missed = intake.lead({"id": "2", "company": "betasolin"}).account
    domain = intake.lead({"id": "3", "email": "a@acme.com", "company": "bluht"}).account
    assert exact is not None
    assert exact.account == "A5"
    assert missed is not None
    assert missed.words == (
        "no account: none has the name `betasolin` (misspelt ones are not looked for: that needs "
        "pip install 'routebook[accounts]')",
    )
    assert domain is not None
    assert domain.account == "A1"


def test_notes_about_a_policy_that_asks_for_little() -> None:
    bare = Schema.of(Field("id", IdType()), Field("email", EmailType()), Field("reply_to", EmailType()))
    assert matching(schema=bare).notes == (
        "`the accounts` fills nothing: the policy declares no field that begins with `account.`",
    )
    blind = Schema.of(
        Field("home", EmailType()), Field("work", EmailType()), Field("account.owner", RepType())
    )
    assert matching(schema=blind).notes == (
        "`the accounts` matches no lead: the policy declares no field of the type email, and no `company`",
    )
    region = Schema.of(Field("email", EmailType()), Field("account.region", TextType()))
    assert matching(schema=region).notes == (
        "`the accounts` has no column `region`: leads have that only if they bring it",
    )


@pytest.mark.parametrize("threshold", [79, 101])
def test_a_threshold_out_of_range(threshold: int) -> None:
    with pytest.raises(ValueError, match="80 to 100"):
        Matcher(Accounts.of(), threshold=threshold)


def test_a_stricter_threshold() -> None:
    strict = Matcher(Accounts.of(*ALL), threshold=95)
    assert strict.match(Evidence(company="betasolin"))[0] is None
    assert strict.match(Evidence(company="betasoloin"))[0] == BETASOLOIN


def test_a_match_as_json() -> None:
    assert taken({"company": "betasolin"})[1].as_json() == {
        "account": "A5", "name": "Betasoloin", "how": "misspelt", "score": 90, "threshold": 85, "tied": [],
        "words": ["account `Betasoloin` (A5) by its name, which is 90% like the lead's company `betasolin` "
                  "(85% is enough)"],
    }  # fmt: skip
