"""Reading a file of accounts: every mistake in it is found at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NoReturn

from routebook.diagnostics import Diagnostic, PolicyError
from routebook.intake.accounts.domains import is_freemail, read_domain
from routebook.intake.accounts.kinship import circles
from routebook.intake.accounts.model import Account, Accounts
from routebook.intake.accounts.problems import finding, owned_row
from routebook.intake.columns import looks_like, match
from routebook.intake.problems import InputError, plain_text, quoted
from routebook.intake.readers.formats import STDIN, opened, shown_path
from routebook.intake.readers.records import BadRecord, Record
from routebook.intake.values import is_missing
from routebook.text import clean, counted, fold, listed, nearest

_COLUMNS: Final = ("id", "name", "domain", "owner", "parent")
_NAMED: Final = 8  # columns or rows that a message names
_GUESSES: Final = 20  # unknown parents that a name is guessed for: guessing looks at every account


def load_accounts(path: str | Path) -> Accounts:
    """The accounts in a file, or on standard input where `path` is `-`. Raises `PolicyError`."""
    name = "standard input" if str(path) == STDIN else shown_path(path)
    if str(path) != STDIN and Path(path).is_dir():
        _refuse(name, f"`{name}` is a folder, not a file of accounts", "name the file in it: accounts.csv")
    try:
        with opened(path) as records:
            rows = list(records.rows)
            columns = records.columns
    except InputError as error:
        _refuse(name, f"the accounts cannot be read: {error}")
    except OSError as error:
        _refuse(name, f"the accounts cannot be read: {error.strerror or error}")
    if columns is None:
        columns = tuple(dict.fromkeys(key for row in rows if isinstance(row, Record) for key in row.values))
    return _Reader(name, columns).accounts(rows)


def _refuse(name: str, message: str, help: str | None = None) -> NoReturn:
    raise PolicyError([finding(name, message, help)]) from None


@dataclass(slots=True)
class _Draft:
    """One row that has a name: its texts, before it is known which rows its parent may be."""

    row: int
    id: str
    name: str
    domains: tuple[str, ...]
    owner: str | None
    parent: str | None
    values: Mapping[str, Any]


@dataclass
class _Reader:
    """Reads one file, gathering what is wrong with it."""

    file: str
    columns: tuple[str, ...]
    findings: list[Diagnostic] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    keys: dict[str, str | None] = field(default_factory=dict)
    freemail: dict[str, None] = field(default_factory=dict)
    guesses: int = 0

    def accounts(self, rows: Sequence[Record | BadRecord]) -> Accounts:
        """The accounts that the rows stand for. Raises `PolicyError` with all that was found."""
        self._header()
        self._stop()
        drafts = [draft for row in rows if (draft := self._draft(row)) is not None]
        self._repeated(drafts)
        found = self._related(drafts)
        for circle in circles(found):
            self._circle([found[id] for id in circle])
        self._stop()
        if self.freemail:
            self.notes.append(
                f"`{self.file}`: {_some(self.freemail)} {'is' if len(self.freemail) == 1 else 'are'} where anybody "
                "may have a mailbox: no lead is matched by that domain"
            )
        return Accounts(MappingProxyType(found), self.columns, self.file, tuple(self.notes))

    def _stop(self) -> None:
        if self.findings:
            raise PolicyError(self.findings)

    def _say(self, message: str, help: str | None = None) -> None:
        self.findings.append(finding(self.file, message, help))

    # --- the header ---

    def _header(self) -> None:
        shape = match(_COLUMNS, self.columns)
        self.keys = dict(zip(_COLUMNS, shape.keys, strict=True))
        for column, alike in shape.clashes.items():
            both = listed(map(quoted, alike))
            self._say(f"the columns {both} would all be `{column}`", "keep one of them")
        if self.keys["name"] is None and "name" not in shape.clashes:
            self._say("no account has a name: there is no column `name`", self._name_help())
        for stray, column in shape.suspects.items():
            if column != "name":
                self.notes.append(
                    f"`{self.file}`: {quoted(stray)} is not read as `{column}`; is that what it is?"
                )

    def _name_help(self) -> str:
        meant = looks_like("name", self.columns)
        if meant is not None:
            return f"did you mean {quoted(meant)}?"
        if not self.columns:
            return "begin the file with a line that names its columns"
        return f"call the column of the accounts' names `name`; there are {_some(self.columns)}"

    # --- a row ---

    def _draft(self, row: Record | BadRecord) -> _Draft | None:
        if isinstance(row, BadRecord):
            self._say(f"row {row.row} cannot be read: {row.message}")
            return None
        texts = {column: self._text(row, column) for column in _COLUMNS}
        name, id = texts["name"], texts["id"]
        if name is None:
            self._say(
                f"the account of row {row.row} has no name", "give each account a name, or take the row out"
            )
        if id is None and self.keys["id"] is not None:
            self._say(f"the account of row {row.row} has no id", "give each account an id of its own")
        if name is None or (id is None and self.keys["id"] is not None):
            return None
        domains = self._domains(row.row, name, texts["domain"])
        return _Draft(
            row.row,
            id if id is not None else name,
            name,
            domains,
            texts["owner"],
            texts["parent"],
            row.values,
        )

    def _text(self, row: Record, column: str) -> str | None:
        """A cell as text, None where it is empty."""
        key = self.keys[column]
        raw = None if key is None else row.values.get(key)
        if is_missing(raw):
            return None
        if column == "domain" and isinstance(raw, list | tuple):
            raw = ";".join(text for item in raw if (text := plain_text(item)) is not None)
        text = plain_text(raw)
        if text is None:
            self._say(
                f"row {row.row}: {quoted(raw)} cannot be the {column} of an account", "write it as text"
            )
            return None
        return clean(text) or None

    def _domains(self, row: int, name: str, cell: str | None) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for part in (cell or "").replace(",", ";").replace(" ", ";").split(";"):
            if not part.strip():
                continue
            domain = read_domain(part)
            if domain is None:
                self._say(
                    f"{owned_row(row, name)}: {quoted(part)} is not a domain",
                    "write it as in `acme.com`; several are parted by `;`",
                )
            elif is_freemail(domain):
                self.freemail[domain] = None
            else:
                found[domain] = None
        return tuple(found)

    # --- rows together ---

    def _repeated(self, drafts: Iterable[_Draft]) -> None:
        """An id belongs to one account and, where there are no ids, so does a name."""
        has_ids = self.keys["id"] is not None
        rows: dict[str, list[_Draft]] = {}
        for draft in drafts:
            rows.setdefault(draft.id if has_ids else fold(draft.name), []).append(draft)
        for alike in rows.values():
            if len(alike) == 1:
                continue
            where = _some([str(draft.row) for draft in alike], plain=True)
            if has_ids:
                self._say(f"the id {quoted(alike[0].id)} is given to {len(alike)} accounts, in rows {where}")
            else:
                self._say(
                    f"{quoted(alike[0].name)} is the name of {len(alike)} accounts, in rows {where}",
                    "keep one of them, or tell them apart by a column `id`",
                )

    def _related(self, drafts: Iterable[_Draft]) -> dict[str, Account]:
        ids: dict[str, _Draft] = {}
        names: dict[str, list[_Draft]] = {}
        for draft in drafts:
            ids.setdefault(draft.id, draft)
            names.setdefault(fold(draft.name), []).append(draft)
        return {
            draft.id: Account(
                draft.id,
                draft.name,
                draft.domains,
                draft.owner,
                self._parent(draft, ids, names),
                draft.values,
                draft.row,
            )
            for draft in ids.values()
        }

    def _parent(
        self, draft: _Draft, ids: Mapping[str, _Draft], names: Mapping[str, list[_Draft]]
    ) -> str | None:
        """The id of the parent that a row names, by its id or else by its name."""
        named = draft.parent
        if named is None:
            return None
        if named in ids:
            return named
        alike = names.get(fold(named), [])
        if len(alike) == 1:
            return alike[0].id
        whose = owned_row(draft.row, draft.name)
        if alike:
            where = _some([str(other.row) for other in alike], plain=True)
            self._say(
                f"{whose}: the parent {quoted(named)} may be any of {len(alike)} accounts, in rows {where}",
                "name the parent by its id",
            )
            return None
        self._say(
            f"{whose}: there is no account {quoted(named)} to be its parent", self._guess(named, ids, names)
        )
        return None

    def _guess(self, named: str, ids: Mapping[str, _Draft], names: Mapping[str, list[_Draft]]) -> str:
        self.guesses += 1
        if self.guesses <= _GUESSES:
            meant = nearest(named, [*ids, *(alike[0].name for alike in names.values())])
            if meant is not None:
                return f"did you mean {quoted(meant)}?"
        return "add the account, or leave its parent empty"

    def _circle(self, circle: Sequence[Account]) -> None:
        if len(circle) == 1:
            self._say(
                f"{owned_row(circle[0].row, circle[0].name)}: the account is its own parent",
                "leave its parent empty",
            )
            return
        way = " → ".join(quoted(account.name) for account in (*circle[:_NAMED], circle[0]))
        more = f" (by way of {len(circle) - _NAMED} more)" if len(circle) > _NAMED else ""
        self._say(
            f"accounts are each other's parents in a circle: {way}{more}", "leave the parent of one empty"
        )


def _some(names: Iterable[str], plain: bool = False) -> str:
    """The first few names, in backticks unless `plain`, and how many more there are."""
    listing = list(names)
    shown = [name if plain else quoted(name) for name in listing[:_NAMED]]
    rest = len(listing) - _NAMED
    return f"{', '.join(shown)} and {counted(rest, 'other')}" if rest > 0 else listed(shown)
