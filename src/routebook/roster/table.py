"""Reps as a CSV table: one row a rep, with the place of every cell.

Columns are named as the keys of a roster's rep are; `caps.day` and `caps.week` stand for the two caps and
`pools` for the pools that the rep is in. Several of something in a cell are parted by `;`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from routebook.roster.places import Place
from routebook.roster.problems import Path, Problem
from routebook.source import Source, Span
from routebook.text import nearest

_CELL: Final = re.compile(r'[ \t]*"((?:[^"]|"")*)"[ \t]*(?=,|\r?\n|\Z)|([^,\r\n]*)')
_WHOLE: Final = re.compile(r"-?\d+(?:\.0+)?")
_TRUTH: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


@dataclass(slots=True)
class RepTable:
    """What a table says, in the shape of a roster file, with the places of its cells."""

    reps: dict[str, dict[str, Any]] = field(default_factory=dict)
    pools: dict[str, list[str]] = field(default_factory=dict)
    places: dict[Path, Place] = field(default_factory=dict)
    problems: list[tuple[Problem, Span]] = field(default_factory=list)


def _count(cell: str) -> Any:
    return int(float(cell)) if _WHOLE.fullmatch(cell) else cell


def _truth(cell: str) -> Any:
    return _TRUTH.get(cell.lower(), cell)


def _pieces(cell: str) -> list[str]:
    return [piece.strip() for piece in cell.split(";") if piece.strip()]


def _hours(cell: str) -> Any:
    """`always`, or days and their ranges: `mon-fri 09:00-17:30; sat 10:00-14:00`."""
    if cell == "always":
        return cell
    days: dict[str, str] = {}
    for piece in _pieces(cell):
        day, _, ranges = piece.partition(" ")
        days[day] = f"{days[day]},{ranges}" if day in days else ranges.strip()
    return days


_COLUMNS: Final[dict[str, Callable[[str], Any]]] = {
    "name": str,
    "email": str,
    "timezone": str,
    "hours": _hours,
    "holidays": str,
    "away": _pieces,
    "weight": _count,
    "capacity": _count,
    "caps.day": _count,
    "caps.week": _count,
    "active": _truth,
}


def read_table(source: Source) -> RepTable:
    """The reps of a CSV text whose first row names the columns; `id` must be one of them."""
    table = RepTable()
    rows = _rows(source)
    header = rows[0] if rows else []
    names = [text for text, _ in header]
    start = Span(source, 0, header[-1][1].end if header else 0)
    if "id" not in names:
        close = nearest("id", names)
        help = f"rename the column `{close}`" if close else "its first row names the columns, `id` among them"
        table.problems.append((Problem((), "the table of reps has no column `id`", help), start))
        return table
    for index, (name, span) in enumerate(header):
        if name in names[:index]:
            table.problems.append(
                (Problem((), f"the column `{name}` stands twice", "remove one of the two"), span)
            )
    for row in rows[1:]:
        if any(text for text, _ in row):
            _read_row(table, names, row)
    return table


def _read_row(table: RepTable, names: list[str], row: list[tuple[str, Span]]) -> None:
    whole = row[0][1].to(row[-1][1])
    if len(row) > len(names):
        words = f"the row has {len(row)} cells, but the header names {len(names)} columns"
        table.problems.append((Problem((), words, 'put a cell that holds a comma in "double quotes"'), whole))
        return
    cells = dict(zip(names, row, strict=False))
    id, at = cells.get("id", ("", whole))
    if not id:
        table.problems.append(
            (Problem((), "the rep of this row has no id", "give each rep an id of its own"), whole)
        )
        return
    if id in table.reps:
        words = f"the rep `{id}` stands twice in the table"
        table.problems.append((Problem((), words, "each rep has one row; pools are parted by `;`"), at))
        return
    path: Path = ("reps", id)
    table.places[path] = Place(at, None)
    rep = table.reps[id] = {}
    for name, (text, span) in cells.items():
        if not text or name == "id":
            continue
        if name == "pools":
            for pool in _pieces(text):
                table.places.setdefault(("pools", pool), Place(span, None))
                table.pools.setdefault(pool, []).append(id)
            continue
        value = _COLUMNS.get(name, str)(text)
        if name.startswith("caps."):
            rep.setdefault("caps", {})[name[5:]] = value
        else:
            rep[name] = value
        table.places[(*path, *(name.split(".") if name.startswith("caps.") else (name,)))] = Place(span, span)


def _rows(source: Source) -> list[list[tuple[str, Span]]]:
    """The cells of every row as RFC 4180 has them, stripped, each with its place."""
    text, at = source.text, 0
    rows: list[list[tuple[str, Span]]] = []
    row: list[tuple[str, Span]] = []
    while at < len(text) or row:
        cell = _CELL.match(text, at)
        if cell is None:  # the pattern matches the empty text
            break
        value = cell[1].replace('""', '"') if cell[1] is not None else cell[2]
        row.append((value.strip(), Span(source, cell.start(), cell.end())))
        at = cell.end()
        if text.startswith(",", at):
            at += 1
            continue
        rows.append(row)
        row = []
        at += 2 if text.startswith("\r\n", at) else 1
    return rows
