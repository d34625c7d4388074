"""Whole tables: polars frames, Parquet and CSV files in, a decision for every row out (extra `tables`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl
from polars.io.plugins import register_io_source

from routebook.api import Policy, moment
from routebook.codegen.alike import needed_fields, only_domains
from routebook.codegen.columns import TableDecider
from routebook.diagnostics import RoutebookError
from routebook.intake.frames import read_frame, read_ids
from routebook.intake.validate import Intake, Invalid
from routebook.plan.tree import Tree

ROWS: Final = 100_000
"""Files are read so many rows at a time."""

_RESULT: Final = {"fits": pl.Boolean(), "rule": pl.String(), "plan": pl.List(pl.String)}

Progress = Callable[[int], None]
"""Told how many more rows are done."""


@dataclass(frozen=True, slots=True)
class Leaves:
    """What became of the rows of a frame: which fit, and the number of the leaf that takes each, else -1."""

    fits: npt.NDArray[np.bool_]
    leaves: npt.NDArray[np.int32]


class Table:
    """A policy, ready for whole tables of leads. Safe to share between threads."""

    def __init__(self, policy: Policy | Tree, source: str | None = None) -> None:
        tree = policy if isinstance(policy, Tree) else policy.tree
        if source is not None and source not in tree.sources:
            raise RoutebookError(f"the policy has no source `{source}`")
        self._intake = Intake(
            tree.schema, tree.timezone, tree.sources[source] if source is not None else None
        )
        self._decider = TableDecider(tree)
        leaves = list(tree.leaves())
        # the last is for rows that no rule takes
        self.rules = [*(leaf.rule for leaf in leaves), None]
        self.plans = [*(list(leaf.plan.texts) for leaf in leaves), []]
        self._rule_texts = pl.Series("rule", self.rules, dtype=pl.String)
        self._plan_texts = pl.Series("plan", self.plans, dtype=pl.List(pl.String))
        self._needed = needed_fields(tree)
        self._domains = only_domains(tree)

    def decide(self, frame: pl.DataFrame, now: datetime | None = None) -> pl.DataFrame:
        """For each row, in order: `fits` (whether it is a valid lead), `rule` and `plan`.

        A row that does not fit, and one that no rule takes, has no rule; `problems` says what is wrong with a row.
        """
        found = self.leaves(frame, now)
        at = pl.Series(np.where(found.leaves < 0, len(self.rules) - 1, found.leaves))
        return pl.DataFrame(
            {
                "fits": pl.Series(found.fits),
                "rule": self._rule_texts.gather(at),
                "plan": self._plan_texts.gather(at),
            }
        )

    def leaves(self, frame: pl.DataFrame, now: datetime | None = None) -> Leaves:
        """For each row, in order, whether it fits, and its place in `rules` and `plans`; -1 where no rule takes it."""
        leads = read_frame(frame, self._intake, self._needed, self._domains)
        found = self._decider.decide(leads.columns, int(leads.fits.sum()), moment(now))
        if len(found) == frame.height:
            return Leaves(leads.fits, found)
        places = np.full(frame.height, -1, dtype=np.int32)
        places[leads.fits] = found
        return Leaves(leads.fits, places)

    def ids(self, frame: pl.DataFrame) -> pl.Series:
        """The ids of the rows as text, where they can be read; the policy may declare none."""
        return read_ids(frame, self._intake)

    def problems(self, record: Mapping[str, Any]) -> tuple[str, ...]:
        """What is wrong with a row, as `frame.row(n, named=True)` gives it."""
        result = self._intake.validate(record)
        if not isinstance(result, Invalid):
            return ()
        return tuple(f"{problem.field}: {problem.message}" for problem in result.problems)

    def decide_file(
        self, leads: Path, output: Path, now: datetime | None = None, progress: Progress | None = None
    ) -> int:
        """Decide a Parquet or CSV file into another, a block at a time; returns the number of rows.

        The output has the id of each lead where the policy declares one, as `lead`, then what `decide` gives.
        """
        at = moment(now)
        id_field, done = self._intake.schema.id_field, 0
        with_id = id_field is not None and id_field in _scan(leads).collect_schema()

        def decided() -> Iterator[pl.DataFrame]:
            nonlocal done
            for frame in _scan(leads).collect_batches(chunk_size=ROWS, maintain_order=True):
                result = self.decide(frame, at)
                if with_id and id_field is not None:
                    result.insert_column(0, frame.get_column(id_field).cast(pl.String).alias("lead"))
                done += frame.height
                if progress is not None:
                    progress(frame.height)
                yield result

        columns = {"lead": pl.String(), **_RESULT} if with_id else _RESULT
        _write(decided(), pl.Schema(columns), output)
        return done


def _scan(path: Path) -> pl.LazyFrame:
    match path.suffix.lower():
        case ".parquet":
            return pl.scan_parquet(path)
        case ".csv":
            # every cell as it is written: what it means is for the schema to say
            return pl.scan_csv(path, infer_schema=False)
        case _:
            raise RoutebookError(f"`{path}` is neither a .parquet nor a .csv file")


def _write(frames: Iterator[pl.DataFrame], columns: pl.Schema, output: Path) -> None:
    """Write the frames one after the other, none of them waiting for another."""
    kind = output.suffix.lower()
    if kind not in (".parquet", ".csv"):
        raise RoutebookError(f"`{output}` is neither a .parquet nor a .csv file")

    # what a reader could leave out is left to it: everything is asked for
    def source(*_: object) -> Iterator[pl.DataFrame]:
        return frames

    lazy = register_io_source(source, schema=columns)
    if kind == ".csv":
        lazy.with_columns(pl.col("plan").list.join(" then ")).sink_csv(output)
    else:
        lazy.sink_parquet(output)
