"""What runs in Spark's workers: Arrow batches of leads in, decisions out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    # only where batches come are these needed: the rest of the room does without
    import pyarrow as pa

ROWS: Final = 65_536
"""Spark's batches are put together up to so many rows, which the column evaluator takes at once."""

LEAF: Final = "__routebook_leaf"


@dataclass(frozen=True, slots=True)
class Job:
    """What to do with batches: the policy, which columns to hand on, and whether to say rule and plan in full."""

    tree: bytes
    source: str | None
    now: datetime
    keep: tuple[str, ...]
    in_full: bool

    def __call__(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for table in _together(batches):
            yield from self._decided(table).to_batches()

    def _decided(self, leads: pa.Table) -> pa.Table:
        import polars as pl
        import pyarrow as pa

        from routebook.spark.shipping import table_of

        table = table_of(self.tree, self.source)
        frame = pl.from_arrow(leads)
        assert isinstance(frame, pl.DataFrame)
        found = table.leaves(frame, self.now)
        columns: dict[str, Any] = {name: leads.column(name) for name in self.keep}
        columns["lead"] = table.ids(frame).to_arrow().cast(pa.string())
        columns["fits"] = pa.array(found.fits)
        if self.in_full:
            at = pa.array(np.where(found.leaves < 0, len(table.rules) - 1, found.leaves))
            columns["rule"] = pa.array(table.rules, pa.string()).take(at)
            columns["plan"] = pa.array(table.plans, pa.list_(pa.string())).take(at)
        else:
            columns[LEAF] = pa.array(found.leaves, pa.int32(), mask=~found.fits)
        problems: list[list[str] | None] = [None] * len(leads)
        for row in np.flatnonzero(~found.fits).tolist():
            problems[row] = list(table.problems(frame.row(row, named=True)))
        columns["problems"] = pa.array(problems, pa.list_(pa.string()))
        return pa.table(columns)


def _together(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    import pyarrow as pa

    waiting: list[pa.RecordBatch] = []
    rows = 0
    for batch in batches:
        waiting.append(batch)
        rows += batch.num_rows
        if rows >= ROWS:
            yield pa.Table.from_batches(waiting)
            waiting, rows = [], 0
    if rows:
        yield pa.Table.from_batches(waiting)
