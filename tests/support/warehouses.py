"""Databases that run compiled policies: DuckDB, PostgreSQL and SQLite, each with a table of leads."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest

from routebook.api import Policy
from routebook.codegen.sql.leads import stored
from routebook.codegen.sql.query import Query, Shape, compile_sql
from routebook.decision import Lead
from routebook.plan.walk import walk
from support.stores import postgres

ID: Final = 'row "number"'
Found = dict[str, tuple[str | None, tuple[str, ...]]]
Rows = list[tuple[Any, ...]]
"""By lead the rule and the plan."""


def rows_of(query: Query, policy: Policy, leads: Sequence[Lead]) -> list[list[Any]]:
    """The leads as rows of the table that the query reads, numbered by their place."""
    zone = policy.tree.timezone
    return [
        [
            str(place),
            *(stored(each, lead.get(each.field.name), zone, query.dialect) for each in query.columns),
        ]
        for place, lead in enumerate(leads)
    ]


@cache
def _duckdb() -> Any:
    return pytest.importorskip("duckdb").connect()


@cache
def _postgres() -> Any:
    psycopg = pytest.importorskip("psycopg")
    return psycopg.connect(postgres(Path()).replace("+psycopg", ""), autocommit=False)


def quoted(name: str) -> str:
    """A name as SQL quotes it."""
    return '"' + name.replace('"', '""') + '"'


def _on_duckdb(query: Query, rows: list[list[Any]]) -> Rows:
    connection = _duckdb()
    connection.execute(f"DROP TABLE IF EXISTS {quoted(query.table)}")
    connection.execute(query.create_table())
    for start in range(0, len(rows), 200):
        # many rows at once: DuckDB takes them one by one very slowly
        some = rows[start : start + 200]
        places = ", ".join([f"({', '.join('?' * len(rows[0]))})"] * len(some))
        values = [value for row in some for value in row]
        connection.execute(f"INSERT INTO {quoted(query.table)} VALUES {places}", values)
    return list(connection.execute(query.text).fetchall())


def _on_postgres(query: Query, rows: list[list[Any]]) -> Rows:
    with _postgres().cursor() as cursor:
        try:
            cursor.execute(query.create_table())
            if rows:
                places = ", ".join(["%s"] * len(rows[0]))
                cursor.executemany(f"INSERT INTO {quoted(query.table)} VALUES ({places})", rows)
            return list(cursor.execute(query.text.encode()).fetchall())
        finally:
            _postgres().rollback()


def _on_sqlite(query: Query, rows: list[list[Any]]) -> Rows:
    connection = sqlite3.connect(":memory:")
    connection.execute(query.create_table())
    if rows:
        connection.executemany(
            f"INSERT INTO {quoted(query.table)} VALUES ({', '.join('?' * len(rows[0]))})", rows
        )
    found = connection.execute(query.text).fetchall()
    connection.close()
    return found


ENGINES: Final[Mapping[str, Callable[[Query, list[list[Any]]], Rows]]] = {
    "duckdb": _on_duckdb,
    "postgres": _on_postgres,
    "sqlite": _on_sqlite,
}


def run(query: Query, policy: Policy, leads: Sequence[Lead]) -> Found:
    """What a database decides about these leads."""
    found: Found = {}
    for lead, rule, plan, digest in ENGINES[query.dialect.name](query, rows_of(query, policy, leads)):
        assert lead not in found
        assert digest == policy.tree.digest
        found[lead] = rule, tuple(json.loads(plan))
    return found


def expected(policy: Policy, leads: Sequence[Lead], now: datetime) -> Found:
    """What the walk decides about them."""
    found: Found = {}
    for place, lead in enumerate(leads):
        leaf = walk(policy.tree, lead, now).leaf
        found[str(place)] = (None, ()) if leaf is None else (leaf.rule, leaf.plan.texts)
    return found


def agree(policy: Policy, leads: Sequence[Lead], now: datetime, dialect: str) -> None:
    """Assert that a database decides as the walk does, however the query is made."""
    wanted = expected(policy, leads, now)
    for shape in Shape:
        query = compile_sql(policy.tree, dialect, "leads", ID, now, shape)
        assert run(query, policy, leads) == wanted, query.text


def selected(query: str, dialect: str) -> Rows:
    """What a query without a table gives, in DuckDB or PostgreSQL."""
    if dialect == "duckdb":
        return list(_duckdb().execute(query).fetchall())
    with _postgres().cursor() as cursor:
        try:
            return list(cursor.execute(query.encode()).fetchall())
        finally:
            _postgres().rollback()
