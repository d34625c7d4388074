"""A policy in a warehouse: the query, and the table of valid leads that it reads (extra `sql`).

query = routebook.warehouse.query(policy, "duckdb")
routebook.warehouse.write_rows(query, policy, leads, Path("leads.parquet"))
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from routebook.api import Policy
from routebook.decision import Lead
from routebook.diagnostics import RoutebookError
from routebook.types import BoolType, DateTimeType, DateType, NumberType, SetType, TimeType

if TYPE_CHECKING:
    from routebook.codegen.sql.leads import LeadColumn
    from routebook.codegen.sql.query import Query

ROWS: Final = 50_000
"""So many rows are written to a file at a time."""


def query(
    policy: Policy,
    dialect: str,
    table: str = "leads",
    id_column: str | None = None,
    now: datetime | None = None,
) -> Query:
    """The policy as a query over `table`; `Query.text` is what to run, `Query.columns` what the table needs.

    `id_column` tells rows apart, by default the field `id`. Where the policy asks of the present, it is that of the
    query, or `now`. Raises `SqlRefused` with every place that the dialect cannot keep exactly.
    """
    try:
        from routebook.codegen.sql.query import compile_sql
    except ImportError:
        raise RoutebookError("writing SQL needs sqlglot: pip install 'routebook[sql]'") from None
    return compile_sql(policy.tree, dialect, table, id_column, now)


def rows(query: Query, policy: Policy, leads: Iterable[tuple[str, Lead]]) -> Iterator[dict[str, Any]]:
    """Valid leads as rows of the query's table: by column what it holds, as Python values.

    Each lead comes with what tells it apart. Raises `RoutebookError` for a number that its column cannot hold exactly.
    """
    from routebook.codegen.sql.leads import stored

    zone = policy.tree.timezone
    for key, lead in leads:
        row: dict[str, Any] = {query.id_column: key}
        for column in query.columns:
            row[column.name] = stored(column, lead.get(column.field.name), zone, query.dialect)
        yield row


def write_rows(query: Query, policy: Policy, leads: Iterable[tuple[str, Lead]], output: Path) -> int:
    """Write valid leads as a Parquet file that has the query's columns; returns how many. Memory stays flat.

    Raises `RoutebookError` as `rows` does, for a file that cannot be written, and without polars (extra `parquet`).
    """
    try:
        import polars as pl
        from polars.io.plugins import register_io_source
    except ImportError:
        raise RoutebookError("writing rows needs polars: pip install 'routebook[parquet]'") from None
    types = {query.id_column: pl.String()} | {column.name: _type(column, query) for column in query.columns}
    found = rows(query, policy, leads)
    written = 0

    def frames(*_: object) -> Iterator[pl.DataFrame]:
        nonlocal written
        while block := list(islice(found, ROWS)):
            written += len(block)
            yield pl.DataFrame(block, schema=types)
        if not written:
            yield pl.DataFrame(schema=types)

    failures = (pl.exceptions.PolarsError, OSError, OverflowError, TypeError, ValueError)
    try:
        register_io_source(frames, schema=pl.Schema(types)).sink_parquet(output)
    except failures as error:
        raise RoutebookError(f"`{output}` cannot be written: {str(error).splitlines()[0]}") from error
    return written


def _type(column: LeadColumn, query: Query) -> Any:
    """The type of a column in a Parquet file."""
    import polars as pl

    from routebook.codegen.sql.leads import Form

    if query.dialect.calendar_is_text and isinstance(
        column.field.type, DateType | TimeType | DateTimeType | SetType
    ):
        return pl.String()
    match column.field.type:
        case BoolType():
            return pl.Boolean()
        case NumberType(integer=True):
            return pl.Int64()
        case NumberType():
            return pl.Decimal(38, query.dialect.digits[1] if query.dialect.digits is not None else 8)
        case DateType():
            return pl.Date()
        case TimeType():
            return pl.Time()
        case DateTimeType():
            return pl.Datetime("us", None if column.form is Form.LOCAL else "UTC")
        case SetType():
            return pl.List(pl.String())
        case _:
            return pl.String()
