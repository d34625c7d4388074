"""A run of leads: read, set apart what does not fit, write a row for each of the others, count them all."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import click

from routebook.cli.interrupts import Interrupts
from routebook.cli.outputs import keep_apart, rows_to
from routebook.cli.progress import Progress
from routebook.cli.streams import STREAM, say
from routebook.decision import Assignment, Decision
from routebook.intake.leads import Incoming, Leads, Reject
from routebook.intake.validate import Intake
from routebook.render import rejects_text, summary_text
from routebook.render.paint import style_for
from routebook.render.rejects_text import RejectTally
from routebook.render.rows import REJECT_COLUMNS, REJECT_FORMATS, WriteRow, format_for
from routebook.render.summary_text import Tally
from routebook.render.visible import visible

_LINED: Final = (".csv", ".jsonl", ".ndjson")
_PARQUET: Final = ".parquet"


@dataclass(frozen=True, slots=True)
class Places:
    """Where leads come from and where results go: the options of the command, as they are given."""

    leads: str
    leads_format: str | None = None
    output: str | None = None
    rejects: str | None = None

    def check(self, **inputs: str | None) -> None:
        """Refuse, before any work, names that say no format, and outputs that would destroy something."""
        format_for(self.output)
        format_for(self.rejects, REJECT_FORMATS)
        if self.rejects == STREAM and self.output in (None, STREAM):
            raise click.UsageError("--rejects - needs --output FILE: the results go to standard output")
        outputs = {"--output": self.output or STREAM, "--rejects": self.rejects}
        read = {"--leads": self.leads, **{f"--{name}": path for name, path in inputs.items()}}
        keep_apart(outputs, read)


@dataclass
class LeadRun:
    """One run. Enter it, take the leads from `fitting`, and `write` the row that each comes to.

    Left without an error, it puts the output files in their places.
    """

    places: Places
    intake: Intake
    columns: Sequence[str]
    doing: str
    tally: Tally = field(default_factory=Tally)
    _stack: ExitStack = field(default_factory=ExitStack)
    _reasons: RejectTally = field(default_factory=RejectTally)

    def __enter__(self) -> Self:
        places = self.places
        with ExitStack() as stack:
            self._leads = stack.enter_context(Leads(places.leads, self.intake, places.leads_format))
            self._reject: WriteRow | None = None
            if places.rejects is not None:
                self._reject = stack.enter_context(rows_to(places.rejects, REJECT_COLUMNS, REJECT_FORMATS))
            streaming = places.output in (None, STREAM)
            self._write = stack.enter_context(rows_to(places.output, self.columns))
            self._flush: Callable[[], None] | None = None
            if streaming and places.leads == STREAM:
                # leads that come one by one are answered one by one
                self._flush = sys.stdout.flush
            self._interrupts = stack.enter_context(Interrupts())
            self._progress = stack.enter_context(Progress(self.doing, lambda: _rows_in(places), streaming))
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def fitting(self) -> Iterator[Incoming]:
        """The leads that fit; those that do not are dealt with on the way."""
        for item in self._leads:
            self._progress.done += 1
            if isinstance(item, Incoming):
                yield item
            else:
                self.reject(item)

    def reject(self, item: Reject) -> None:
        """Count and keep a record that does not fit."""
        self.tally.rejects += 1
        if self._reject is None:
            self._reasons.add(item.row, item.problems)
        else:
            self._interrupts.whole(self._reject, item)

    @property
    def leads(self) -> Leads:
        """The file that is read."""
        return self._leads

    def advance(self, rows: int) -> None:
        """So many records of the file are done."""
        self._progress.done += rows

    @property
    def write_row(self) -> WriteRow:
        """What writes one row, as the output's format does."""
        return self._write

    def write_many(self, write: Callable[[Any], None], rows: Any) -> None:
        """Write what many rows come to, to its end; they are counted elsewhere."""
        self._interrupts.whole(write, rows)

    def write(self, row: Decision | Assignment) -> None:
        """Count and write one row."""
        self.tally.add(row)
        self._interrupts.whole(self._write, row)
        if self._flush is not None:
            self._flush()

    @property
    def has_rejects(self) -> bool:
        return self.tally.rejects > 0

    def sum_up(self) -> None:
        """Say on standard error what became of the leads."""
        style = style_for(sys.stderr)
        for note in self._leads.notes:
            say(f"note: {visible(note)}")
        say(rejects_text.render(self._reasons, style) + summary_text.render(self.tally, style).rstrip("\n"))


def _rows_in(places: Places) -> int | None:
    """About how many leads there are: the lines of a file that has one a line, what a Parquet file says, else None."""
    path = Path(places.leads)
    kind = f".{places.leads_format}" if places.leads_format else path.suffix.lower()
    if places.leads == STREAM or kind not in (*_LINED, _PARQUET):
        return None
    if kind == _PARQUET:
        from routebook.intake.readers.parquet import rows_of

        return rows_of(path)
    try:
        if not path.is_file():
            return None
        with path.open("rb") as stream:
            lines = sum(chunk.count(b"\n") for chunk in iter(lambda: stream.read(1 << 20), b""))
    except OSError:
        return None
    return max(lines - (kind == ".csv"), 1)
