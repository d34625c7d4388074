"""A file of leads, read to its end, as the fields that a policy would declare for it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from routebook.intake.problems import InputError
from routebook.intake.readers.formats import STDIN, opened
from routebook.intake.readers.records import BadRecord
from routebook.starter.guess import ID, Column, Guess
from routebook.starter.names import field_names, name_from
from routebook.text import fold
from routebook.types import IdType, NumberType, TextType

_MOST_COLUMNS: Final = 2000
_IDENTIFIES: Final = re.compile(r"(?:^|[^A-Za-z])(?:id|uuid|guid|key)$|[a-z](?:Id|ID)$")


@dataclass(frozen=True, slots=True)
class FieldGuess:
    """A field of the lead, the column that fills it, and what that column holds."""

    name: str
    column: str
    guess: Guess

    @property
    def needs_source(self) -> bool:
        """Whether the field cannot be read without being told how."""
        said = self.guess.format is not None or bool(self.guess.missing)
        return said or fold(self.column) != fold(self.name)


@dataclass(frozen=True, slots=True)
class Table:
    """The fields of a file; `unread` counts rows that are no records."""

    title: str
    fields: tuple[FieldGuess, ...]
    rows: int
    unread: int


def read_table(path: str | Path, format: str | None = None) -> Table:
    """Infer the fields of a file of leads, or of standard input where `path` is `-`, from all of its values.

    Raises `InputError` where it cannot be read or holds no leads.
    """
    columns: dict[str, Column] = {}
    rows = unread = 0
    with opened(path, format) as records:
        for name in records.columns or ():
            columns[name] = _column(name)
        for record in records.rows:
            if isinstance(record, BadRecord):
                unread += 1
                continue
            rows += 1
            for name, value in _flat(record.values):
                if name not in columns:
                    _check_room(columns, path)
                    columns[name] = _column(name)
                columns[name].add(value)
    if not rows or not columns:
        raise InputError(
            f"`{path}` has no leads to infer a policy from: it takes some, and their columns' names"
        )
    title = "leads" if str(path) == STDIN else Path(path).stem
    return Table(title, _fields(list(columns.values()), rows), rows, unread)


def _column(name: str) -> Column:
    return Column(name, _looks_like_id(name))


def _check_room(columns: Mapping[str, Column], path: str | Path) -> None:
    if len(columns) >= _MOST_COLUMNS:
        raise InputError(
            f"`{path}` has more than {_MOST_COLUMNS:,} columns: keep those that decide something"
        )


def _flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """A record with nested objects under dotted names, as the intake reads them."""
    for key, value in values.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{name}.")
        elif name.strip():
            yield name, value


def _fields(columns: list[Column], rows: int) -> tuple[FieldGuess, ...]:
    guesses = [column.guess(rows) for column in columns]
    names = field_names(column.name for column in columns)
    id_place = _id_column(columns, guesses)
    if id_place is not None and names[id_place] != "id":
        names[id_place] = "id"
    fields = []
    for place, (column, name, guess) in enumerate(zip(columns, names, guesses, strict=True)):
        if place == id_place or (_looks_like_id(column.name) and _can_be_id(guess)):
            guess = replace(guess, type=ID, format=None, numbers=None, common=())
        fields.append(FieldGuess(name, column.name, guess))
    return tuple(fields)


def _id_column(columns: list[Column], guesses: list[Guess]) -> int | None:
    """The column that tells leads apart: the one called `id`, else the first such name whose values all differ."""
    for place, column in enumerate(columns):
        if name_from(column.name) == "id" and _can_be_id(guesses[place]):
            return place
    if any(name_from(column.name) == "id" for column in columns):
        return None
    for place, column in enumerate(columns):
        if _looks_like_id(column.name) and guesses[place].unique and _can_be_id(guesses[place]):
            return place
    return None


def _looks_like_id(name: str) -> bool:
    return _IDENTIFIES.search(name) is not None or _IDENTIFIES.search(name_from(name)) is not None


def _can_be_id(guess: Guess) -> bool:
    match guess.type:
        case IdType() | TextType() | NumberType():
            return True
    return bool(guess.common)
