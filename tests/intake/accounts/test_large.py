"""A hundred thousand accounts: a lead is compared with few of them."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Final

import pytest

from routebook.intake.accounts.match import Evidence, Matcher
from routebook.intake.accounts.misspelt import Comparer, Misspelt, comparer
from routebook.intake.accounts.model import Account, Accounts
from routebook.intake.accounts.names import read_name

COUNT: Final = 100_000
_SYLLABLES: Final = (
    "ba co de fi gon hal in jor kan lem mor net op pal qua ron sys tec ur ven wood xi yar zen tech soft data bio med "
    "trans inter glo nova prime alpha solar green blue north west east gran"
)
_FORMS: Final = ("Inc", "GmbH", "Ltd", "S.A.", "SRL", "Corporation", "LLC", "Group", "Logistics", "Systems")


def names(dice: random.Random, count: int) -> list[str]:
    """Company names made of few syllables, so that far more of them are alike than in life."""
    syllables = _SYLLABLES.split()
    return [
        " ".join(
            "".join(dice.choices(syllables, k=dice.randint(2, 4))).title()
            for _ in range(dice.choice([1, 1, 2]))
        )
        + " "
        + dice.choice(_FORMS)
        for _ in range(count)
    ]


@pytest.mark.slow
def test_misspelt_names_are_compared_with_one_account_in_twenty_at_most() -> None:
    dice = random.Random(1)
    real = comparer()
    assert real is not None
    compared: list[int] = []

    def counting(key: str, others: list[str], most: int) -> Iterable[tuple[str, int]]:
        compared.append(len(others))
        return real(key, others, most)

    keys = [read_name(name).key for name in names(dice, COUNT)]
    index = Misspelt(keys, 85, counting)
    for name in names(dice, 300):
        index.nearest(read_name(name).key)
    assert sum(compared) / len(compared) < COUNT / 20
    check_nothing_is_lost(index, keys, real, dice)


def check_nothing_is_lost(index: Misspelt, keys: list[str], real: Comparer, dice: random.Random) -> None:
    """Against all hundred thousand, one by one."""
    everything = sorted(set(keys))
    for key in dice.sample(keys, 10):
        slipped = key[:3] + key[4] + key[3] + key[5:]
        best = min(
            (slips / max(len(slipped), len(other)) for other, slips in real(slipped, everything, 2)),
            default=1,
        )
        assert [found.score for found in index.nearest(slipped)][:1] == [1 - best]


@pytest.mark.slow
def test_domains_and_exact_names_are_looked_up() -> None:
    dice = random.Random(2)
    accounts = Accounts.of(
        *(
            Account(str(number), name, (f"d{number}.example",), f"rep{number % 50}")
            for number, name in enumerate(names(dice, COUNT))
        )
    )
    matcher = Matcher(accounts)
    for account in dice.sample(list(accounts), 500):
        by_domain = matcher.match(Evidence(email=f"jo@{account.domains[0]}", company="Another Company"))[1]
        assert (by_domain.account, by_domain.how) == (account.id, "domain")
        by_name = matcher.match(Evidence(company=account.name.upper()))[1]
        assert account.id in (by_name.account, *by_name.tied)
