"""`routebook compile`: the policy for where there is no Routebook."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from routebook.api import Policy
from routebook.cli.options import (
    a_moment,
    a_path,
    leads_format_option,
    policy_argument,
    read_once,
    source_option,
)
from routebook.cli.outputs import keep_apart, text_to
from routebook.cli.project import load_policy, own_source_of
from routebook.cli.streams import STREAM, emit, say
from routebook.codegen.sql.names import DIALECT_NAMES
from routebook.decision import Lead
from routebook.intake.leads import Incoming, Leads
from routebook.intake.validate import Intake
from routebook.render import rejects_text
from routebook.render.paint import style_for
from routebook.render.rejects_text import RejectTally
from routebook.text import counted, listed

if TYPE_CHECKING:
    from routebook.codegen.sql.query import Query


def a_table(value: str) -> str:
    """The name of a table, with up to two names before it."""
    if not 1 <= len(value.split(".")) <= 3 or not all(value.split(".")) or "\0" in value:
        raise click.BadParameter(f"`{value}` is not a table such as leads or crm.leads")
    return value


@dataclass(frozen=True, slots=True)
class Sql:
    """What a query is to be like: the options of `--to sql`."""

    dialect: str | None = None
    table: str | None = None
    id_column: str | None = None
    now: datetime | None = None


def _python(policy: Policy, _sql: Sql) -> str:
    from routebook.codegen.standalone import standalone

    return standalone(policy.tree)


def _json(policy: Policy, _sql: Sql) -> str:
    import json

    from routebook.codegen.json_tree import tree_json

    return json.dumps(tree_json(policy.tree), indent=2, ensure_ascii=False) + "\n"


def _query(policy: Policy, sql: Sql) -> Query:
    from routebook import warehouse

    if sql.dialect is None:
        raise click.UsageError(f"--to sql needs --dialect: {listed(DIALECT_NAMES, 'or')}")
    if sql.id_column is None and policy.tree.schema.id_field is None:
        raise click.UsageError("the policy has no field `id`: name the column that tells rows apart by --id")
    return warehouse.query(policy, sql.dialect, sql.table or "leads", sql.id_column, sql.now)


def _sql(policy: Policy, sql: Sql) -> str:
    return _query(policy, sql).text


@dataclass(frozen=True, slots=True)
class Target:
    """Something that a policy can be compiled to."""

    name: str
    doc: str
    write: Callable[[Policy, Sql], str]


TARGETS: Final = (
    Target("python", "one module that needs nothing but Python", _python),
    Target("json", "the evaluation tree, for readers in other languages", _json),
    Target("sql", "one query over a table of valid leads", _sql),
)


@click.command("compile")
@policy_argument
@click.option(
    "--to",
    "to",
    type=click.Choice([row.name for row in TARGETS]),
    required=True,
    help="; ".join(f"{row.name}: {row.doc}" for row in TARGETS) + ".",
)
@click.option("--dialect", type=click.Choice(DIALECT_NAMES), help="The database that the SQL is for.")
@click.option(
    "--table",
    metavar="NAME",
    type=a_table,
    help="The table of leads that the SQL reads, with its schema before a dot if need be. [default: leads]",
)
@click.option(
    "--id",
    "id_column",
    metavar="COLUMN",
    help="The column that tells rows apart, where the policy has no field `id`.",
)
@click.option(
    "--now",
    metavar="MOMENT",
    type=a_moment,
    help="The present that the SQL decides at, such as 2026-03-02T10:00Z; without it, that of each query.",
)
@click.option(
    "--leads",
    metavar="FILE",
    type=a_path,
    help="Leads to write as rows of that table: CSV, JSON, JSON Lines, Parquet.",
)
@leads_format_option
@source_option
@click.option(
    "--rows", metavar="FILE", type=a_path, help="Write those that fit here, for the SQL to read: .parquet."
)
@click.option("--output", metavar="FILE", type=a_path, help="Write here; without it to stdout.")
def command(
    policy: str,
    to: str,
    dialect: str | None,
    table: str | None,
    id_column: str | None,
    now: datetime | None,
    leads: str | None,
    leads_format: str | None,
    source: str | None,
    rows: str | None,
    output: str | None,
) -> None:
    """Write a policy in another form that makes the same decisions.

    The schema of the JSON is docs/schemas/tree.json, and docs/read_tree.py reads it. The SQL reads a table of valid
    leads, which --leads and --rows make. A policy that the other form cannot keep exactly is refused, with what in
    it cannot be kept.

    \b
    Example:
      routebook compile policies/card --to python --output card.py
      routebook compile policies/card --to json | jq .rules
      routebook compile policies/card --to sql --dialect duckdb --leads leads.csv --rows leads.parquet
    """
    sql = Sql(dialect, table, id_column, now)
    if to != "sql" and (sql != Sql() or leads is not None or rows is not None):
        raise click.UsageError("--dialect, --table, --id, --now, --leads and --rows go with --to sql")
    if (leads is None) != (rows is None):
        raise click.UsageError(
            "--leads and --rows go together: the leads that there are, and the rows to make of them"
        )
    if leads is not None:
        read_once(policy, leads)
    target = next(row for row in TARGETS if row.name == to)
    chosen = load_policy(policy)
    text = target.write(chosen, sql)
    if leads is not None and rows is not None:
        keep_apart({"--rows": rows, "--output": output or STREAM}, {"--leads": leads})
        _write_rows(
            chosen, _query(chosen, sql), Leads(leads, _intake(chosen, source), leads_format), Path(rows)
        )
    if output is None or output == STREAM:
        emit(text)
        return
    with text_to(Path(output)) as stream:
        stream.write(text)


def _intake(policy: Policy, source: str | None) -> Intake:
    return Intake(policy.tree.schema, policy.tree.timezone, own_source_of(source, policy))


def _write_rows(policy: Policy, query: Query, leads: Leads, rows: Path) -> None:
    """Write the leads that fit, and say on standard error what became of the others."""
    from routebook import warehouse

    if rows.suffix.lower() != ".parquet":
        raise click.UsageError(f"--rows {rows}: the name of the file has to end in .parquet")
    reasons, rejects = RejectTally(), 0

    def fitting() -> Iterator[tuple[str, Lead]]:
        nonlocal rejects
        for item in leads:
            if isinstance(item, Incoming):
                yield item.id, item.lead
            else:
                rejects += 1
                reasons.add(item.row, item.problems)

    with leads:
        written = warehouse.write_rows(query, policy, fitting(), rows)
    say(rejects_text.render(reasons, style_for(sys.stderr)) + f"{counted(written, 'row')} written to {rows}")
