"""Past leads in a file: who had each, when it was closed and whether it was won, for `performance` to learn from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any, Final, TypeVar

from routebook.check.conditions import FieldRef
from routebook.intake.columns import Flattener, Shape, looks_like, match
from routebook.intake.moments import moment_reader
from routebook.intake.problems import InputError, Misfit, quoted
from routebook.intake.readers.formats import STDIN, opened, shown_path
from routebook.intake.readers.records import BadRecord, Record
from routebook.intake.values import Reader, is_missing, reader_for, remembering, repeats
from routebook.plan.keys import text_of
from routebook.text import counted, listed
from routebook.types import BoolType, IdType, RepType

_COLUMNS: Final = ("lead", "rep", "at", "won")
_SHOWN: Final = 20  # mistakes that one message names
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class PastLead:
    """One past lead: `at` is when it was closed, `values` the fields that tell leads apart, as they compare."""

    lead: str
    rep: str
    at: datetime
    won: bool
    values: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class History:
    """The past leads of a file, in its order; `name` is what the user calls the file."""

    name: str
    leads: tuple[PastLead, ...]


def read_history(
    path: str | Path, fields: Iterable[FieldRef], zone: tzinfo, format: str | None = None
) -> History:
    """The past leads in a CSV file (or JSON, JSON Lines, Parquet, by its ending).

    `fields` are those by which `performance per …` tells leads apart: the file has a column for each, by its name.
    Moments without an offset are in `zone`. Raises `InputError` with every mistake.
    """
    name = "standard input" if str(path) == STDIN else shown_path(path)
    reader = _Reader(name, {ref.name: ref for ref in fields}, zone)
    try:
        with opened(path, format) as records:
            if records.columns is not None:
                reader.check_header(records.columns)
            leads = [lead for row in records.rows if (lead := reader.one(row)) is not None]
    except InputError as error:
        raise InputError(f"nothing is learnt from the history: {error}") from None
    except OSError as error:
        raise InputError(
            f"nothing is learnt from the history: `{name}` cannot be read on: {error.strerror}"
        ) from None
    reader.stop()
    return History(name, tuple(leads))


@dataclass
class _Reader:
    """Reads one file, gathering what is wrong with it."""

    name: str
    fields: Mapping[str, FieldRef]
    zone: tzinfo
    problems: list[str] = field(default_factory=list)
    count: int = 0
    _rows: dict[tuple[str, str], int] = field(default_factory=dict)
    _shapes: dict[tuple[str, ...], Shape] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._wanted = (*_COLUMNS, *self.fields)
        self._flattener = Flattener(self.fields)
        self._lead: Reader = reader_for(IdType(), self.zone)
        self._rep: Reader = reader_for(RepType(), self.zone)
        self._won: Reader = reader_for(BoolType(), self.zone)
        self._at = moment_reader(self.zone, None)
        self._values = {name: _text_reader(ref, self.zone) for name, ref in self.fields.items()}

    def check_header(self, columns: Sequence[str]) -> None:
        """Refuse a file that lacks a column. Raises `InputError`."""
        shape = match(self._wanted, columns)
        lacking = [
            self._lack(column, columns)
            for column, key in zip(self._wanted, shape.keys, strict=True)
            if key is None and column not in shape.clashes
        ]
        for column, keys in shape.clashes.items():
            lacking.append(f"the columns {listed(map(quoted, keys))} would all be `{column}`: keep one")
        if lacking:
            raise InputError(f"`{self.name}`: {'; '.join(lacking)}")

    def _lack(self, column: str, columns: Sequence[str]) -> str:
        meant = looks_like(column, columns)
        why = ", by which the policy tells leads apart" if column in self.fields else ""
        hint = f": did you mean {quoted(meant)}?" if meant is not None else ": add it"
        return f"there is no column `{column}`{why}{hint}"

    def one(self, row: Record | BadRecord) -> PastLead | None:
        """The past lead of a row; None where it has mistakes, which are kept."""
        if isinstance(row, BadRecord):
            self._say(f"row {row.row} cannot be read: {row.message}")
            return None
        flat = self._flattener.flat(row.values)
        shape = self._shape(tuple(key for key in flat if isinstance(key, str)))
        raw = {
            column: None if key is None else flat[key]
            for column, key in zip(self._wanted, shape.keys, strict=True)
        }
        before = self.count
        lead, rep = self._read(row, raw, "lead", self._lead), self._read(row, raw, "rep", self._rep)
        at, won = self._read(row, raw, "at", self._at), self._read(row, raw, "won", self._won)
        values = {name: self._value(row, raw, name) for name in self._values}
        if self.count > before or lead is None or rep is None or at is None or won is None:
            return None
        return self._once(row, PastLead(str(lead), str(rep), at.astimezone(UTC), won is True, values))

    def _shape(self, keys: tuple[str, ...]) -> Shape:
        if keys not in self._shapes:
            self._shapes[keys] = match(self._wanted, keys)
        return self._shapes[keys]

    def _read(self, row: Record, raw: Mapping[str, Any], column: str, read: Any) -> Any:
        if is_missing(raw[column]):
            self._say(f"row {row.row}, column `{column}`: nothing is there; fill it in, or take the row out")
            return None
        return self._fitting(row, raw[column], column, read)

    def _value(self, row: Record, raw: Mapping[str, Any], name: str) -> str | None:
        """A field may be missing, as it may be in a lead."""
        if is_missing(raw[name]):
            return None
        found: str | None = self._fitting(row, raw[name], name, self._values[name])
        return found

    def _fitting(self, row: Record, raw: object, column: str, read: Any) -> Any:
        try:
            return read(raw)
        except Misfit as misfit:
            for message in misfit.messages:
                self._say(f"row {row.row}, column `{column}`: {message}")
            return None

    def _once(self, row: Record, past: PastLead) -> PastLead | None:
        first = self._rows.setdefault((past.lead, past.rep), row.row)
        if first == row.row:
            return past
        self._say(
            f"row {row.row}: lead {quoted(past.lead)} of {quoted(past.rep)} stands in row {first} too; keep one"
        )
        return None

    def _say(self, problem: str) -> None:
        self.count += 1
        if len(self.problems) < _SHOWN:
            self.problems.append(problem)

    def stop(self) -> None:
        """Raise `InputError` where anything is wrong."""
        if not self.count:
            return
        more = self.count - len(self.problems)
        lines: Iterator[str] = iter((*self.problems, *([f"and {more:,} more"] if more else [])))
        shown = "\n".join(f"  {line}" for line in lines)
        raise InputError(
            f"nothing is learnt from the history: `{self.name}` has {counted(self.count, 'mistake')}:\n{shown}"
        )


def _text_reader(ref: FieldRef, zone: tzinfo) -> Any:
    read = reader_for(ref.type, zone)
    quick = remembering(read) if repeats(ref.type) else read
    return lambda raw: text_of(ref.type, quick(raw))
