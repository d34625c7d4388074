"""What a lead learns from its account: the `account.…` fields of a policy's schema, typed as it declares them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import tzinfo
from typing import Any, Final

from routebook.decision import AccountMatch, Lead
from routebook.diagnostics import Diagnostic, PolicyError
from routebook.intake.accounts.kinship import Families, anybody
from routebook.intake.accounts.match import THRESHOLD, Evidence, Matcher
from routebook.intake.accounts.model import Account, Accounts
from routebook.intake.accounts.problems import finding, owned_row
from routebook.intake.columns import match
from routebook.intake.problems import Misfit, quoted
from routebook.intake.values import is_missing, reader_for, remembering, repeats
from routebook.roster import Roster
from routebook.text import counted, listed
from routebook.types import EmailType, Field, Schema, Value

PREFIX: Final = "account."
COMPANY_FIELDS: Final = ("company", "company_name", "organization", "organisation", "account.name", "account")
"""The fields that may hold the name of a lead's company; the first of them that a lead has is looked up."""

_OWNERS_NAMED: Final = 5


class AccountMatching:
    """Fills the `account.…` fields that a policy declares and a lead leaves missing. Make one and keep it.

    A column of the file fills the field of its name; `account.id`, `.name`, `.domain`, `.owner`, `.parent` (the
    parent's name), `.parent_id`, `.family` (the name of the topmost parent) and `.family_owner` are worked out
    where no column of that name has a value. With a roster, owners who are not active in it are passed over for
    `account.family_owner`. Raises `PolicyError` where cells do not fit their fields, with each. Thread-safe.
    """

    def __init__(
        self,
        accounts: Accounts,
        schema: Schema,
        timezone: tzinfo,
        roster: Roster | None = None,
        threshold: int = THRESHOLD,
    ) -> None:
        self.accounts = accounts
        self.families = Families(accounts, anybody if roster is None else _active(roster))
        self.matcher = Matcher(accounts, self.families, threshold)
        self._fields = tuple(field for field in schema if field.name.startswith(PREFIX))
        self._names = tuple(field.name for field in self._fields)
        self._email = _email_field(schema)
        self._companies = tuple(name for name in COMPANY_FIELDS if name in schema)
        self._id = f"{PREFIX}id" if f"{PREFIX}id" in schema else None
        self._rows, lacking = self._read(timezone)
        self.notes = tuple(self._notes(lacking, roster))

    @property
    def evidence_fields(self) -> tuple[str, ...]:
        """The fields of a lead that it is matched by."""
        return tuple(name for name in (self._id, self._email, *self._companies) if name is not None)

    def match(self, known: Mapping[str, Any]) -> tuple[AccountMatch, Mapping[str, Value]]:
        """How a lead with these values is matched, and what its account says for every `account.…` field."""
        account, found = self.matcher.match(self._evidence(known))
        if account is None:
            return found, {}
        family = self._family_words(account)
        if family is not None:
            found = replace(found, words=(*found.words, family))
        values = zip(self._names, self._rows[account.id], strict=True)
        return found, {name: value for name, value in values if value is not None}

    def enrich(self, lead: Lead) -> Lead:
        """The lead with what its account says in place of what it leaves missing; done once for each lead."""
        if lead.account is not None:
            return lead
        found, values = self.match(lead)
        return Lead({**values, **lead.raw}, lead.id, found)

    def _evidence(self, known: Mapping[str, Any]) -> Evidence:
        company = next((known[name] for name in self._companies if known.get(name) is not None), None)
        return Evidence(
            _text(known.get(self._id) if self._id else None),
            _text(known.get(self._email) if self._email else None),
            _text(company),
        )

    def _family_words(self, account: Account) -> str | None:
        """Where `account.family_owner` comes from, if the policy asks for it and it is not plain."""
        if f"{PREFIX}family_owner" not in self._names or self.families.open_owner(account) is not None:
            return None
        owner = self.families.owner(account)
        return None if owner is None else f"its family's owner is {owner.words}"

    # --- once for the file ---

    def _read(self, timezone: tzinfo) -> tuple[dict[str, tuple[Value | None, ...]], list[str]]:
        """For each account the values of the fields, in their order; and the fields that nothing fills."""
        shape = match(tuple(field.name.removeprefix(PREFIX) for field in self._fields), self.accounts.columns)
        cells = [
            _Cell(field, key, timezone, self.families)
            for field, key in zip(self._fields, shape.keys, strict=True)
        ]
        findings: list[Diagnostic] = []
        rows = {
            account.id: tuple(cell.value(account, self.accounts.name, findings) for cell in cells)
            for account in self.accounts
        }
        if findings:
            raise PolicyError(findings)
        return rows, [cell.field.name for cell in cells if cell.column is None and cell.derive is None]

    def _notes(self, lacking: list[str], roster: Roster | None) -> list[str]:
        notes = [*self.accounts.notes, *self.matcher.notes]
        name = self.accounts.name
        if not self._fields:
            notes.append(f"`{name}` fills nothing: the policy declares no field that begins with `{PREFIX}`")
        elif not self.evidence_fields:
            notes.append(
                f"`{name}` matches no lead: the policy declares no field of the type email, and no `company`"
            )
        if lacking:
            those = listed([f"`{field.removeprefix(PREFIX)}`" for field in lacking], "or")
            notes.append(
                f"`{name}` has no column {those}: leads have {_those(lacking)} only if they bring it"
            )
        if roster is not None:
            notes += self._strangers(roster)
        return notes

    def _strangers(self, roster: Roster) -> list[str]:
        """The owners whom the roster does not know: their accounts' leads go on down the plan."""
        strangers = sorted(
            {account.owner for account in self.accounts if account.owner and account.owner not in roster.reps}
        )
        if not strangers:
            return []
        shown = ", ".join(map(quoted, strangers[:_OWNERS_NAMED]))
        more = f" and {len(strangers) - _OWNERS_NAMED} more" if len(strangers) > _OWNERS_NAMED else ""
        who = counted(len(strangers), "owner of accounts is", "owners of accounts are")
        return [f"`{self.accounts.name}`: {who} not in the roster: {shown}{more}"]


class _Cell:
    """One field, ready to be filled from any account."""

    def __init__(self, field: Field, column: str | None, timezone: tzinfo, families: Families) -> None:
        short = field.name.removeprefix(PREFIX)
        read = reader_for(field.type, timezone)
        self.field = field
        self.column = column
        self.derive = _DERIVED.get(short)
        self._read = remembering(read) if repeats(field.type) else read
        self._families = families

    def value(self, account: Account, file: str, findings: list[Diagnostic]) -> Value | None:
        """The value for one account; what does not fit goes to the findings."""
        raw = None if self.column is None else account.columns.get(self.column)
        if self.derive is not None and (is_missing(raw) or self.field.name in _NORMALISED):
            raw = self.derive(account, self._families)
        if is_missing(raw):
            return None
        try:
            return self._read(raw)
        except Misfit as misfit:
            for message in misfit.messages:
                words = f"{owned_row(account.row, account.name)}: {message}"
                findings.append(finding(file, words, f"that is what the policy wants of `{self.field.name}`"))
            return None


Derive = Callable[[Account, Families], str | None]


def _parent(account: Account, families: Families) -> Account | None:
    return families.accounts.get(account.parent)


def _parent_name(account: Account, families: Families) -> str | None:
    parent = _parent(account, families)
    return None if parent is None else parent.name


def _family_owner(account: Account, families: Families) -> str | None:
    owner = families.owner(account)
    return None if owner is None else owner.rep


_DERIVED: Final[Mapping[str, Derive]] = {
    "id": lambda account, _: account.id,
    "name": lambda account, _: account.name,
    "domain": lambda account, _: account.domains[0] if account.domains else None,
    "owner": lambda account, _: account.owner,
    "parent": _parent_name,
    "parent_id": lambda account, _: account.parent,
    "family": lambda account, families: families.head(account).name,
    "family_owner": _family_owner,
}
_NORMALISED: Final = frozenset(f"{PREFIX}{name}" for name in ("id", "name", "domain", "owner", "parent"))
"""Fields whose columns every file of accounts means the same by: read once, when the file is."""


def _active(roster: Roster) -> Callable[[str], bool]:
    active = frozenset(rep.id for rep in roster.reps.values() if rep.active)
    return active.__contains__


def _email_field(schema: Schema) -> str | None:
    """The field with the address to match by: `email`, else the only one of the type."""
    emails = [field.name for field in schema if isinstance(field.type, EmailType)]
    return "email" if "email" in emails else emails[0] if len(emails) == 1 else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _those(lacking: list[str]) -> str:
    return "that" if len(lacking) == 1 else "those"
