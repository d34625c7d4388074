"""Column headers of other systems as names that a policy can use."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from routebook.syntax.vocabulary import RESERVED

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LONGEST: Final = 60
_SCOPES: Final = ("rep", "now")


def field_names(columns: Iterable[str]) -> list[str]:
    """A field name for each column, all different: a column that is a valid name keeps it."""
    columns = list(columns)
    kept = {column for column in columns if _is_field_name(column, columns)}
    taken = set(kept)
    names = []
    for number, column in enumerate(columns, start=1):
        if column in kept:
            names.append(column)
            continue
        name = _free(name_from(column) or f"column_{number}", taken)
        taken.add(name)
        names.append(name)
    return names


def name_from(text: str) -> str:
    """`total_visits` for `Total Visits`: letters without accents, in lower case; empty where none is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")[:_LONGEST].rstrip("_")
    if not name:
        return ""
    if name[0].isdigit():
        name = f"n_{name}"
    return f"{name}_" if name in RESERVED or name in _SCOPES else name


def _is_field_name(column: str, columns: list[str]) -> bool:
    """Whether a column's own name can be its field's: a dotted one only where nothing else begins so."""
    head, dot, _ = column.partition(".")
    if dot and (head in _SCOPES or head in columns):
        return False
    parts = column.split(".")
    return all(_NAME.fullmatch(part) and part not in RESERVED for part in parts) and column not in _SCOPES


def _free(name: str, taken: set[str]) -> str:
    number = 2
    free = name
    while free in taken:
        free = f"{name}_{number}"
        number += 1
    return free
