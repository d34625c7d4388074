"""Accounts as a file has them: frozen, each by its id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True, slots=True)
class Account:
    """One company: `owner` is a rep's id, `parent` the id of the account that it is a subsidiary of.

    `domains` are as `read_domain` gives them; `columns` has the row as it came, by the file's own column names.
    """

    id: str
    name: str
    domains: tuple[str, ...] = ()
    owner: str | None = None
    parent: str | None = None
    columns: Mapping[str, Any] = field(default_factory=dict, compare=False)
    row: int = field(default=0, compare=False)


@dataclass(frozen=True, eq=False)
class Accounts:
    """All accounts, in the order of their file, which nothing depends on.

    `name` is what the user calls the file; `notes` say what a user should know about it. Relations need not be
    sound where accounts are made by hand: a parent that is not there is none, and a circle of parents ends.
    """

    by_id: Mapping[str, Account]
    columns: tuple[str, ...] = ()
    name: str = "the accounts"
    notes: tuple[str, ...] = ()

    @classmethod
    def load(cls, path: str | Path) -> Accounts:
        """The accounts in a CSV file (or JSON, JSON Lines, Parquet, by its ending).

        Raises `PolicyError` with every mistake, and where the file cannot be read.
        """
        from routebook.intake.accounts.read import load_accounts

        return load_accounts(path)

    @classmethod
    def of(cls, *accounts: Account) -> Accounts:
        """These accounts; of two with the same id the last one holds."""
        columns = dict.fromkeys(column for account in accounts for column in account.columns)
        return cls(MappingProxyType({account.id: account for account in accounts}), tuple(columns))

    def __len__(self) -> int:
        return len(self.by_id)

    def __iter__(self) -> Iterator[Account]:
        return iter(self.by_id.values())

    def __contains__(self, id: object) -> bool:
        return id in self.by_id

    def get(self, id: str | None) -> Account | None:
        """The account of that id; None where there is none."""
        return None if id is None else self.by_id.get(id)
