"""`routebook decide` over large files: by columns, with what comes out as it would one lead after the other."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from routebook.cli.lead_run import LeadRun, Places
from routebook.cli.streams import STREAM
from routebook.decision import Decision
from routebook.intake.leads import Reject
from routebook.intake.readers.records import BadRecord, Record
from routebook.render.rows import TextRows

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import polars as pl

    from routebook.check.targets import SourceMap
    from routebook.intake.readers.blocks import Block
    from routebook.plan.tree import Tree
    from routebook.render.parquet_rows import ParquetRows
    from routebook.tables import Table

LARGE: Final = 4_000_000
"""Bytes from which on a CSV file is worth the time that starting polars takes."""

_MARK: Final = "x0"
"""An id by which a row's text is parted into what stands before and after the id."""

_PLAIN_ID: Final = r"\A[0-9A-Za-z._-]+\z"
"""Ids that stand in every format as they are."""


def is_worth_it(places: Places) -> bool:
    """Whether the leads are a file that is read faster by columns, and what that needs is installed."""
    if places.leads == STREAM:
        return False
    kind = places.leads_format or os.path.splitext(places.leads)[1].lower().removeprefix(".")
    try:
        if kind != "parquet" and not (kind == "csv" and os.path.getsize(places.leads) >= LARGE):
            return False
        import numpy  # noqa: F401
        import polars  # noqa: F401
    except (OSError, ImportError):
        return False
    return True


def decide_blocks(run: LeadRun, tree: Tree, source: SourceMap | None, now: datetime | None) -> None:
    """Decide the run's file block by block: rejects, rows and counts are those of its leads one by one."""
    from routebook.tables import Table

    table = Table(tree, None if source is None else source.name)
    write = _writer(run.write_row, table, tree)
    for block in run.leads.blocks():
        found = table.leaves(block.frame, now or datetime.now(UTC))
        bad: list[Record | BadRecord] = [*block.bad]
        bad += [block.record(place) for place in (~found.fits).nonzero()[0].tolist()]
        for record in sorted(bad, key=lambda each: each.row):
            item = run.leads.one(record)
            assert isinstance(item, Reject)
            run.reject(item)
        leaves = found.leaves[found.fits]
        ids = _ids(table, block).filter(found.fits)
        run.write_many(lambda given: write(*given), (ids, leaves))
        _count(run, table, leaves)
        run.advance(block.records)


def _ids(table: Table, block: Block) -> pl.Series:
    """The ids of a block's leads; those that have none are called by their rows."""
    import polars as pl

    ids = table.ids(block.frame)
    if not ids.null_count():
        return ids
    rows = pl.Series(map(block.row, range(block.frame.height)), dtype=pl.Int64).cast(pl.String)
    return pl.select(pl.coalesce(ids, rows)).to_series()


def _count(run: LeadRun, table: Table, leaves: npt.NDArray[np.int32]) -> None:
    import numpy as np

    counts = np.bincount(leaves + 1, minlength=len(table.rules)).tolist()
    for rule, count in zip([None, *table.rules[:-1]], counts, strict=True):
        run.tally.add_decisions(rule, count)


_Write = Callable[["pl.Series", "npt.NDArray[np.int32]"], None]
"""Writes one row for each of these leads: their ids, and the numbers of the leaves that take them, -1 for none."""


def _writer(write: Any, table: Table, tree: Tree) -> _Write:
    digest = tree.digest
    decisions = [
        Decision(_MARK, rule, tuple(plan), digest)
        for rule, plan in zip(table.rules, table.plans, strict=True)
    ]
    return _texts(write, decisions) if isinstance(write, TextRows) else _frames(write, decisions)


def _texts(write: TextRows, decisions: Sequence[Decision]) -> _Write:
    import polars as pl

    parts = [write.text_of(decision).partition(_MARK) for decision in decisions]
    heads = pl.Series([head for head, _, _ in parts], dtype=pl.String)
    tails = pl.Series([tail for _, _, tail in parts], dtype=pl.String)

    def texts(ids: pl.Series, leaves: npt.NDArray[np.int32]) -> None:
        at = pl.Series(_places(leaves, len(decisions)))
        lines = pl.select(pl.concat_str(heads.gather(at), ids, tails.gather(at))).to_series()
        # what an id may have to be quoted for, the format knows
        for place in (~ids.str.contains(_PLAIN_ID)).arg_true().to_list():
            lines[place] = write.text_of(replace(decisions[leaves[place]], lead=ids[place]))
        write.stream.write(lines.str.join().item() or "")

    return texts


def _frames(write: ParquetRows, decisions: Sequence[Decision]) -> _Write:
    import polars as pl

    columns = {
        "outcome": pl.Series([decision.outcome for decision in decisions], dtype=pl.String),
        "rule": pl.Series([decision.rule for decision in decisions], dtype=pl.String),
        "plan": pl.Series([list(decision.plan) for decision in decisions], dtype=pl.List(pl.String)),
        "policy": pl.Series([decision.policy for decision in decisions], dtype=pl.String),
    }

    def frames(ids: pl.Series, leaves: npt.NDArray[np.int32]) -> None:
        at = pl.Series(_places(leaves, len(decisions)))
        write.frame(pl.DataFrame({"lead": ids, **{name: each.gather(at) for name, each in columns.items()}}))

    return frames


def _places(leaves: npt.NDArray[np.int32], decisions: int) -> npt.NDArray[np.int32]:
    """The place of each leaf's decision: the last is for leads that no rule takes."""
    import numpy as np

    return np.where(leaves < 0, decisions - 1, leaves)
