"""Corporate families: who looks after an account that nobody owns."""

from __future__ import annotations

from hypothesis import given

from routebook.intake.accounts.kinship import Families, circles
from routebook.intake.accounts.model import Account, Accounts
from support.accounts import REPS, accounts_lists

GROUP = (
    Account("group", "Group", owner="gone"),
    Account("holding", "Holding", owner="hugo", parent="group"),
    Account("north", "North", parent="holding"),
    Account("north-1", "North 1", parent="north"),
    Account("flat", "Flat"),
    Account("flat-1", "Flat 1", owner="bob", parent="flat"),
    Account("flat-2", "Flat 2", owner="ana", parent="flat"),
    Account("flat-3", "Flat 3", owner="ana", parent="flat"),
    Account("flat-4", "Flat 4", parent="flat"),
    Account("flat-5", "Flat 5", owner="gone", parent="flat"),
)


def owner(id: str, *accounts: Account) -> str | None:
    families = Families(Accounts.of(*(accounts or GROUP)), lambda rep: rep != "gone")
    found = families.owner(families.accounts.by_id[id])
    return None if found is None else found.words


def test_its_own_owner_is_the_nearest() -> None:
    assert owner("holding") == "hugo, who owns the account itself"


def test_then_the_parents_upwards() -> None:
    assert owner("north") == "hugo, who owns `Holding` above it"
    assert owner("north-1") == "hugo, who owns `Holding` above it"


def test_then_the_sisters_by_how_many_of_them_they_own() -> None:
    assert owner("flat-4") == "ana, who owns 2 sister companies of it, the most"
    assert owner("flat-5") == "ana, who owns 2 sister companies of it, the most"


def test_of_two_who_own_as_many_the_first_by_id() -> None:
    said = "ana, who owns 1 sister company of it (bob owns as many; ana comes first by id)"
    assert owner("flat-4", *GROUP[4:7], *GROUP[8:]) == said
    assert owner("flat-4", *reversed(GROUP[4:7]), *GROUP[8:]) == said


def test_an_owner_who_takes_no_leads_is_passed_over() -> None:
    assert owner("group") is None
    assert owner("flat-4", GROUP[4], GROUP[8], GROUP[9]) is None


def test_children_do_not_lend_their_owner() -> None:
    assert owner("flat") is None


def test_the_head_and_the_depth() -> None:
    families = Families(Accounts.of(*GROUP))
    north = families.accounts.by_id["north-1"]
    assert families.head(north).name == "Group"
    assert families.depth(north) == 3
    assert [account.id for account in families.above(north)] == ["north", "holding", "group"]


@given(accounts_lists(most=10))
def test_any_graph_of_parents_comes_to_an_end(accounts: list[Account]) -> None:
    families = Families(Accounts.of(*accounts), lambda rep: rep != REPS[0])
    for account in accounts:
        found = families.owner(account)
        assert found is None or (found.rep in REPS[1:] and found.words)
        assert len(list(families.above(account))) <= len(accounts)
        assert families.head(account).id in families.accounts


@given(accounts_lists(most=10))
def test_circles_are_found_and_nothing_else(accounts: list[Account]) -> None:
    by_id = {account.id: account for account in accounts}
    found = circles(by_id)
    for circle in found:
        assert circle[0] == min(circle)
        assert [by_id[id].parent for id in circle] == [*circle[1:], circle[0]]
    in_circles = {id for circle in found for id in circle}
    for account in accounts:
        at, steps = by_id.get(account.parent or ""), 0
        while at is not None and at.id != account.id and steps <= len(accounts):
            at, steps = by_id.get(at.parent or ""), steps + 1
        assert (at is not None and at.id == account.id) == (account.id in in_circles)


@given(accounts_lists(sound=True))
def test_parents_that_come_before_make_no_circle(accounts: list[Account]) -> None:
    assert circles({account.id: account for account in accounts}) == []
