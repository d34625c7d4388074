"""A file of leads in its order: each a lead that fits, or a reject that says why and keeps what came."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from routebook.decision import Lead
from routebook.intake.columns import Shape, looks_like
from routebook.intake.problems import InputError, Problem, quoted, raw_json
from routebook.intake.readers.formats import STDIN, opened, shown_path
from routebook.intake.readers.records import BadRecord, Record
from routebook.intake.validate import Intake, Invalid
from routebook.text import counted, fold, listed
from routebook.types import Schema

if TYPE_CHECKING:
    from routebook.check.targets import SourceMap
    from routebook.intake.readers.blocks import Block

_STRAYS_KEPT: Final = 1000
_STRAYS_NAMED: Final = 8


@dataclass(frozen=True, slots=True)
class Incoming:
    """A lead that fits, and the row of its file, counted from 1."""

    row: int
    lead: Lead

    @property
    def id(self) -> str:
        """The lead's id, or its row where the policy declares no id."""
        return self.lead.id if self.lead.id is not None else str(self.row)


@dataclass(frozen=True, slots=True)
class Reject:
    """A record that is no lead: its row, its id where that could be read, every reason, and what came.

    Where the policy declares no id, the id is the row.
    """

    row: int
    lead: str | None
    problems: tuple[Problem, ...]
    raw: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        return {
            "row": self.row,
            "lead": self.lead if self.lead is None else raw_json(self.lead),
            "problems": [problem.as_json() for problem in self.problems],
            "raw": raw_json(self.raw),
        }


class Leads(Iterator[Incoming | Reject]):
    """The leads of one file. Every record comes out, as one or the other, in the file's order.

    Opening raises `InputError` where the file or its header cannot be used, iterating where it cannot be
    read on. It closes itself at the end; leave it early by `close` or `with`. `notes` say what a user should
    know about the file as a whole, and are complete once it is read.
    """

    def __init__(self, path: str | Path, intake: Intake, format: str | None = None) -> None:
        self._intake = intake
        self._name = "standard input" if str(path) == STDIN else shown_path(path)
        self._strays: dict[str, None] = {}
        self._suspects: dict[str, str] = {}
        self._noted: set[Shape] = set()
        self._has_id = intake.schema.id_field is not None
        self._unseen = {reader.column for reader in intake.readers if reader.column is not None}
        with ExitStack() as stack:
            records = stack.enter_context(opened(path, format))
            if records.columns is not None:
                self._check_header(records.columns)
            self._rows = records.rows
            self._blocks = records.blocks if records.columns is not None else None
            self._open = stack.pop_all()

    def __next__(self) -> Incoming | Reject:
        try:
            return self._one(next(self._rows))
        except StopIteration:
            self.close()
            raise
        except OSError as error:
            self.close()
            raise InputError(f"`{self._name}` cannot be read on: {error.strerror or error}") from None
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; iterating then ends."""
        self._rows = iter(())
        self._open.close()

    @property
    def has_blocks(self) -> bool:
        """Whether many records can be read at once, each with its columns as they stand."""
        return self._blocks is not None and bool(self._noted)

    def blocks(self) -> Iterator[Block]:
        """The records in blocks, instead of one by one; `one` says of each what it comes to. Needs `has_blocks`."""
        assert self._blocks is not None
        try:
            yield from self._blocks()
        except OSError as error:
            raise InputError(f"`{self._name}` cannot be read on: {error.strerror or error}") from None
        finally:
            self.close()

    def one(self, record: Record | BadRecord) -> Incoming | Reject:
        """A record as the lead that it is, or why it is none."""
        return self._one(record)

    def _one(self, record: Record | BadRecord) -> Incoming | Reject:
        if isinstance(record, BadRecord):
            return Reject(
                record.row, self._id(None, record.row), (Problem(None, None, record.message),), record.raw
            )
        flat, shape = self._intake.shaped(record.values)
        self._note(shape)
        result = self._intake.read(flat, shape)
        if isinstance(result, Invalid):
            return Reject(record.row, self._id(result.lead, record.row), result.problems, record.values)
        return Incoming(record.row, result)

    def _id(self, lead: str | None, row: int) -> str | None:
        return lead if self._has_id else str(row)

    def _check_header(self, columns: tuple[str, ...]) -> None:
        """Refuse a file whose columns cannot be the leads', before its first lead is taken."""
        shape = self._intake.shape(columns)
        for column, keys in shape.clashes.items():
            both = listed(map(quoted, keys))
            raise InputError(
                f"`{self._name}` has the columns {both}, which would all be `{column}`: keep one"
            )
        begun = {fold(column) for column in columns}
        absent = [
            reader.column
            for reader, key in zip(self._intake.readers, shape.keys, strict=True)
            if key is None and reader.column is not None and not _is_nested(reader.column, begun)
        ]
        source = self._intake.source
        if source is not None and absent:
            raise InputError(
                f"`{self._name}` does not fit the source `{source.name}`: {_lacking(absent, columns)}"
            )
        if source is None and len(absent) == len(self._intake.readers) > 0:
            fields = _some([field.name for field in self._intake.schema])
            raise InputError(
                f"no column of `{self._name}` is a field of a lead: its header has to name some of {fields}"
            )
        if shape.keys.count(None) == len(absent):
            self._note(shape)

    def _note(self, shape: Shape) -> None:
        if shape in self._noted:
            return
        if len(self._noted) >= _STRAYS_KEPT:
            self._noted.clear()
        self._noted.add(shape)
        self._unseen.difference_update(
            reader.column
            for reader, key in zip(self._intake.readers, shape.keys, strict=True)
            if key is not None
        )
        if self._intake.source is None and len(self._strays) < _STRAYS_KEPT:
            self._strays.update(dict.fromkeys(shape.strays))
            self._suspects.update(shape.suspects)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was ignored, or asked for in vain, in words: once for the file, not for every lead."""
        found = list(ignored(self._name, self._strays, self._suspects))
        source = self._intake.source
        if source is not None and self._unseen and self._noted:
            never = _some(sorted(self._unseen))
            found.append(f"`{self._name}`: no lead has {never}, which the source `{source.name}` reads")
        return tuple(found)


def ignored(name: str, strays: Iterable[str], suspects: Mapping[str, str]) -> Iterator[str]:
    """What of the leads called `name` is ignored: columns that nothing wants, and which those of them may be meant to
    be that look like a misspelling.
    """
    for stray, meant in suspects.items():
        yield f"`{name}`: {quoted(stray)} is ignored, no field has that name; did you mean `{meant}`?"
    others = [stray for stray in strays if stray not in suspects]
    if others:
        those = counted(
            len(others), "column is no field of a lead and", "columns are no fields of a lead and"
        )
        yield f"`{name}`: {those} {'is' if len(others) == 1 else 'are'} ignored: {_some(others)}"


def _is_nested(column: str, begun: set[str]) -> bool:
    """Whether one of the columns is an object in which the dotted column may be."""
    parts = fold(column).split(".")
    return any(".".join(parts[:size]) in begun for size in range(1, len(parts)))


def _lacking(absent: list[str], columns: tuple[str, ...]) -> str:
    meant = [(column, looks_like(column, columns)) for column in absent]
    return "; ".join(
        f"there is no column `{column}`" + (f", did you mean `{known}`?" if known else "")
        for column, known in meant
    )


def _some(names: list[str]) -> str:
    shown = [quoted(name) for name in names[:_STRAYS_NAMED]]
    if len(names) > _STRAYS_NAMED:
        return f"{', '.join(shown)} and {len(names) - _STRAYS_NAMED} more"
    return listed(shown)


def read_leads(
    path: str | Path,
    schema: Schema,
    timezone: tzinfo,
    source: SourceMap | None = None,
    format: str | None = None,
) -> Leads:
    """The leads of a file, or of standard input where `path` is `-`; see `Leads`."""
    return Leads(path, Intake(schema, timezone, source), format)
