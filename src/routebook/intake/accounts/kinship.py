"""Corporate families: who is above whom, and whose owner looks after an account that has none of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

from routebook.intake.accounts.model import Account, Accounts
from routebook.intake.problems import quoted
from routebook.text import counted

IsOpen: TypeAlias = Callable[[str], bool]
"""Whether a rep, by id, still takes leads."""


def anybody(owner: str) -> bool:  # noqa: ARG001  # without a roster nothing is known about owners
    """Where there is no roster, every owner counts."""
    return True


@dataclass(frozen=True, slots=True)
class FamilyOwner:
    """The owner of an account's nearest relative, and in words how that rep came to be it."""

    rep: str
    words: str


@dataclass(frozen=True, eq=False)
class Families:
    """The families of some accounts. Whatever their parents are, every walk ends."""

    accounts: Accounts
    is_open: IsOpen = anybody
    _found: dict[str, FamilyOwner | None] = field(default_factory=dict)

    def above(self, account: Account) -> Iterator[Account]:
        """The parents upwards, nearest first; a circle is gone round once."""
        seen = {account.id}
        parent = self.accounts.get(account.parent)
        while parent is not None and parent.id not in seen:
            yield parent
            seen.add(parent.id)
            parent = self.accounts.get(parent.parent)

    def head(self, account: Account) -> Account:
        """The topmost of the parents, the account itself where it has none."""
        topmost = account
        for parent in self.above(account):
            topmost = parent
        return topmost

    def depth(self, account: Account) -> int:
        """How many parents are above the account."""
        return sum(1 for _ in self.above(account))

    def open_owner(self, account: Account) -> str | None:
        """The account's own owner, where that rep still takes leads."""
        owner = account.owner
        return owner if owner is not None and self.is_open(owner) else None

    def owner(self, account: Account) -> FamilyOwner | None:
        """The nearest relative's open owner: its own, else the parents' upwards, else the sisters'.

        Of several sisters' owners it is whoever owns most of the sisters, then whose id comes first.
        """
        if account.id not in self._found:
            self._found[account.id] = self._nearest(account)
        return self._found[account.id]

    def _nearest(self, account: Account) -> FamilyOwner | None:
        own = self.open_owner(account)
        if own is not None:
            return FamilyOwner(own, f"{own}, who owns the account itself")
        for parent in self.above(account):
            owner = self.open_owner(parent)
            if owner is not None:
                return FamilyOwner(owner, f"{owner}, who owns {quoted(parent.name)} above it")
        parent_of_all = self.accounts.get(account.parent)
        return self._sisters.get(parent_of_all.id) if parent_of_all is not None else None

    @cached_property
    def _sisters(self) -> Mapping[str, FamilyOwner]:
        """For each parent the rep who owns most of its subsidiaries."""
        owned: dict[str, Counter[str]] = {}
        for account in self.accounts:
            owner = self.open_owner(account)
            if account.parent is not None and owner is not None:
                owned.setdefault(account.parent, Counter())[owner] += 1
        return {parent: _most(owners) for parent, owners in owned.items()}


def _most(owners: Counter[str]) -> FamilyOwner:
    ranked = sorted(owners.items(), key=lambda entry: (-entry[1], entry[0]))
    rep, count = ranked[0]
    equals = [other for other, owns in ranked[1:] if owns == count]
    words = f"{rep}, who owns {counted(count, 'sister company', 'sister companies')} of it"
    if equals:
        as_many = f"{equals[0]} owns" if len(equals) == 1 else f"{len(equals)} others own"
        words += f" ({as_many} as many; {rep} comes first by id)"
    elif len(ranked) > 1:
        words += ", the most"
    return FamilyOwner(rep, words)


def circles(accounts: Mapping[str, Account]) -> list[tuple[str, ...]]:
    """Every circle of parents, each from its smallest id on along the parents, ordered by that id."""
    finished: set[str] = set()
    found = []
    for start in accounts:
        way: dict[str, int] = {}
        at: str | None = start
        while at is not None and at in accounts and at not in finished and at not in way:
            way[at] = len(way)
            at = accounts[at].parent
        if at is not None and at in way:
            circle = list(way)[way[at] :]
            first = circle.index(min(circle))
            found.append((*circle[first:], *circle[:first]))
        finished.update(way)
    return sorted(found)
