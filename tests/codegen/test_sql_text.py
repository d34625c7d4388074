"""What queries look like in each dialect, and what is refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("sqlglot")

from conftest import Golden
from routebook.api import load, loads
from routebook.codegen.sql.names import DIALECT_NAMES
from routebook.codegen.sql.query import Shape, compile_sql
from routebook.codegen.sql.refusal import SqlRefused

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT / "tests" / "cases" / "codegen"

EXAMPLE = """
policy "Every kind of question that all dialects answer" timezone "Europe/Berlin"

lead {
  id:            id
  email:         email
  industry:      one of ["health", "it's", "retail"]
  score:         integer 0..100
  employees:     integer 1..  optional
  products:      set of ["crm", "voice"]
  signed_up:     datetime
  account.owner: rep optional
}

define large = employees >= 1000 or products has all ["crm", "voice"]

points interest 0..50 { add 20 when large  add 2 per score up to 30  subtract 5 when email.domain ends with ".edu" }

rule owned when account.owner is known assign rep account.owner then pool all
when large and not (industry == "it's") { rule weekend when signed_up.weekday in ["sat", "sun"] queue weekend
  else queue enterprise }
rule hot when interest > 25 or email.domain starts with "Straße" queue hot
rule odd when products has "voice" and email contains "x'y\\\\" queue odd
else round_robin all
"""


@pytest.mark.parametrize("dialect", DIALECT_NAMES)
def test_a_query_in_each_dialect(dialect: str, golden: Golden) -> None:
    tree = loads(EXAMPLE).tree
    for shape in Shape:
        query = compile_sql(tree, dialect, "crm.leads", shape=shape)
        golden(CASES / f"{dialect}_{shape}.sql", query.text + "\n" + query.create_table())


def test_a_worked_policy(golden: Golden) -> None:
    golden(CASES / "card.sql", compile_sql(load(ROOT / "policies" / "card").tree, "duckdb").text)


REFUSED = {
    "a pattern in SQLite": ("sqlite", "t: text", 't matches "a"', "it has no regular expressions"),
    "a pattern in Spark": ("spark", "t: text", 't matches "a"', "its regular expressions are not RE2's"),
    "a class of Unicode in PostgreSQL": ("postgres", "t: text", 't matches "\\\\pL"', "in PostgreSQL"),
    "decimals in SQLite": ("sqlite", "d: decimal", "d > 1.5", "no exact type for decimals, and `d` is one"),
    "calculations in Snowflake": (
        "snowflake",
        "a: integer",
        "a + 1 > 2",
        "calculations are not known to be exact",
    ),
    "large products in DuckDB": (
        "duckdb",
        "a: integer",
        "a * a * a > 2",
        "more digits than are kept exactly",
    ),
    "names that are one in DuckDB": ("duckdb", "a: integer A: integer", "a > A", "`a` and `A` would be one"),
    "names that are too long": ("postgres", f"{'a' * 64}: integer", f"{'a' * 64} > 1", "end after 63 bytes"),
    "the present in BigQuery": ("bigquery", "a: datetime", "a > now", "the present is not known to be exact"),
    "times of day in Spark": ("spark", "a: time", "a > 09:00", "no type for times of day"),
    "optional sets in BigQuery": ("bigquery", "s: set of text optional", 's has "x"', "stored alike"),
    "two sets in Snowflake": (
        "snowflake",
        "s: set of text z: set of text",
        "s has any z",
        "comparing two sets",
    ),
    "U+0000": ("duckdb", "t: text", 't == "a\\u0000"', "U+0000"),
}


@pytest.mark.parametrize(("dialect", "fields", "condition", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_not_exact_is_refused_by_name(dialect: str, fields: str, condition: str, reason: str) -> None:
    policy = loads(f"lead {{ id: id  {fields} }}\nrule x\nwhen not ({condition}) queue q\nelse queue r")
    for shape in Shape:
        with pytest.raises(SqlRefused) as raised:
            compile_sql(policy.tree, dialect, shape=shape)
        assert len(raised.value.reasons) == 1
        assert raised.value.reasons[0].startswith("`")
        assert reason in raised.value.reasons[0]
        assert raised.value.reasons[0].endswith("(<text>, line 3)")


def test_everything_that_is_refused_is_told_at_once() -> None:
    policy = loads(
        'lead { id: id t: text d: decimal }\nwhen t matches "a" queue q\nwhen t matches "b" or d > 1 queue q'
    )
    with pytest.raises(SqlRefused) as raised:
        compile_sql(policy.tree, "sqlite")
    assert [reason.split("`")[1] for reason in raised.value.reasons] == [
        't matches "a"',
        't matches "b"',
        "d > 1",
    ]
