"""Files of accounts: what they say, and every mistake that there is in one."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routebook.diagnostics import PolicyError
from routebook.intake.accounts.model import Account, Accounts
from support.accounts import write

GOOD = """\
id,name,domain,owner,parent,sector
A1,Acme Corporation,acme.com; https://www.acme.co.uk/,ana,,tech
A2,Bluth Company,,bob,A1,retail
A3,Codehow,codehow.de,,acme corporation,
"""


def mistakes(path: Path) -> list[str]:
    with pytest.raises(PolicyError) as caught:
        Accounts.load(path)
    findings = caught.value.findings
    assert all(finding.code == "RB207" and finding.name == "invalid-accounts" for finding in findings)
    assert {finding.file for finding in findings} == {str(path)}
    return [finding.message + (f" -- {finding.help}" if finding.help else "") for finding in findings]


def test_a_file_of_accounts(tmp_path: Path) -> None:
    accounts = Accounts.load(write(tmp_path, GOOD))
    assert list(accounts) == [
        Account("A1", "Acme Corporation", ("acme.com", "acme.co.uk"), "ana"),
        Account("A2", "Bluth Company", (), "bob", "A1"),
        Account("A3", "Codehow", ("codehow.de",), None, "A1"),
    ]
    assert accounts.columns == ("id", "name", "domain", "owner", "parent", "sector")
    assert [account.columns["sector"] for account in accounts] == ["tech", "retail", ""]
    assert [account.row for account in accounts] == [1, 2, 3]
    assert accounts.notes == ()
    assert len(accounts) == 3
    assert "A2" in accounts
    assert accounts.get(None) is None


def test_without_ids_names_are_ids(tmp_path: Path) -> None:
    accounts = Accounts.load(write(tmp_path, "Name;Parent\nAcme;\nBluth;ACME\n"))
    assert list(accounts) == [Account("Acme", "Acme"), Account("Bluth", "Bluth", parent="Acme")]


def test_other_formats_serve_as_well(tmp_path: Path) -> None:
    rows = [
        {"name": "Acme", "domain": ["acme.com", "acme.de"], "id": 7},
        {"name": "Bluth", "id": 8, "parent": 7},
    ]
    accounts = Accounts.load(write(tmp_path, json.dumps(rows), "accounts.json"))
    assert list(accounts) == [
        Account("7", "Acme", ("acme.com", "acme.de")),
        Account("8", "Bluth", parent="7"),
    ]


def test_an_id_goes_before_a_name(tmp_path: Path) -> None:
    text = "id,name,parent\nBluth,Acme,\n2,Bluth,\n3,Codehow,Bluth\n"
    assert [account.parent for account in Accounts.load(write(tmp_path, text))] == [None, None, "Bluth"]


def test_every_mistake_is_found_at_once(tmp_path: Path) -> None:
    text = """\
id,name,domain,owner,parent
1,Acme,acme,ana,
2,,acme.com,bob,
,Bluth,,,
4,Codehow,,,Acmee
4,Codehow again,,,7
5,Self,,,5
6,One,,,8
7,Two,,,6
8,Three,,,7
9,Twin,,,
10,Twin,,,
11,Child,,,twin
12,Short
"""
    path = write(tmp_path, text)
    assert mistakes(path) == [
        "row 1 (`Acme`): `acme` is not a domain -- write it as in `acme.com`; several are parted by `;`",
        "the account of row 2 has no name -- give each account a name, or take the row out",
        "the account of row 3 has no id -- give each account an id of its own",
        "row 13 cannot be read: line 14 has 2 cells, and the header has 5",
        "the id `4` is given to 2 accounts, in rows 4 and 5",
        "row 4 (`Codehow`): there is no account `Acmee` to be its parent -- did you mean `Acme`?",
        "row 12 (`Child`): the parent `twin` may be any of 2 accounts, in rows 10 and 11"
        " -- name the parent by its id",
        "row 6 (`Self`): the account is its own parent -- leave its parent empty",
        "accounts are each other's parents in a circle: `One` → `Three` → `Two` → `One`"
        " -- leave the parent of one empty",
    ]


def test_without_ids_a_name_stands_once(tmp_path: Path) -> None:
    path = write(tmp_path, "name\nAcme\nBluth\nACME \n")
    assert mistakes(path) == [
        "`Acme` is the name of 2 accounts, in rows 1 and 3 -- keep one of them, or tell them apart by a column `id`"
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "nmae,domain\nAcme,acme.com\n",
            "no account has a name: there is no column `name` -- did you mean `nmae`?",
        ),
        (
            "Account,Website\nAcme,acme.com\n",
            "no account has a name: there is no column `name` -- call the column of the accounts' names `name`; "
            "there are `Account` and `Website`",
        ),
        ("Name,NAME\nAcme,x\n", "the columns `Name` and `NAME` would all be `name` -- keep one of them"),
    ],
)
def test_a_header_that_cannot_be_used(tmp_path: Path, text: str, said: str) -> None:
    assert mistakes(write(tmp_path, text)) == [said]


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    missing = tmp_path / "acounts.csv"
    write(tmp_path, GOOD)
    assert mistakes(missing) == [
        f"the accounts cannot be read: there is no file `{missing}`; did you mean `{tmp_path}/accounts.csv`?"
    ]
    assert mistakes(tmp_path) == [
        f"`{tmp_path}` is a folder, not a file of accounts -- name the file in it: accounts.csv"
    ]
    empty = write(tmp_path, "", "empty.csv")
    assert "is empty" in mistakes(empty)[0]


def test_bytes_that_are_not_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "latin.csv"
    path.write_bytes("id,name\n1,Müller\n2,Acme\n".encode("latin-1"))
    assert mistakes(path) == ["row 1 cannot be read: line 2 is not UTF-8: it has the byte 0xfc at position 4"]
    path.write_bytes("id,name\n1,Müller\n".encode("utf-16"))
    assert "is not UTF-8 text but UTF-16" in mistakes(path)[0]


def test_what_is_odd_but_no_mistake_is_noted(tmp_path: Path) -> None:
    path = write(tmp_path, "name,domain,ownr\nAcme,gmail.com;acme.com,ana\nBluth,web.de,bob\n")
    accounts = Accounts.load(path)
    assert [account.domains for account in accounts] == [("acme.com",), ()]
    assert accounts.notes == (
        f"`{path}`: `ownr` is not read as `owner`; is that what it is?",
        f"`{path}`: `gmail.com` and `web.de` are where anybody may have a mailbox: no lead is matched by that domain",
    )


def test_a_cell_that_is_no_text(tmp_path: Path) -> None:
    path = write(tmp_path, '[{"name": "Acme", "owner": {"id": 1}}]', "accounts.json")
    assert mistakes(path) == ["row 1: an object cannot be the owner of an account -- write it as text"]


@given(content=st.binary(max_size=200) | st.text('id,name;parent\n"é12', max_size=80).map(str.encode))
def test_any_file_is_accounts_or_findings(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("accounts") / "accounts.csv"
    path.write_bytes(content)
    with suppress(PolicyError):
        accounts = Accounts.load(path)
        assert all(account.parent is None or account.parent in accounts for account in accounts)
