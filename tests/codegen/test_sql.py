"""Queries decide as the walk does, in databases that run: DuckDB, PostgreSQL and SQLite."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import re2
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("sqlglot")

from routebook.api import Policy, loads
from routebook.check.conditions import Pattern
from routebook.codegen.sql.dialects import DIALECTS, dialect_named, text
from routebook.codegen.sql.names import DIALECT_NAMES
from routebook.codegen.sql.query import Shape, compile_sql
from routebook.codegen.sql.refusal import SqlRefused, Unable
from routebook.decision import Lead
from routebook.operators import pattern
from support.policies import Wanted, policies_with_leads
from support.warehouses import ID, agree, expected, run, selected

TESTED = [
    pytest.param(row.name, marks=[pytest.mark.postgres] if row.name == "postgres" else [])
    for row in DIALECTS
    if row.tested
]
databases = pytest.mark.parametrize("dialect", TESTED)
SOME = Wanted(reps=False, splits=False)
MANY = Wanted(rules=25, fields=5, definitions=2, reps=False, splits=False)
NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
Drawn = tuple[Policy, list[Lead], datetime]


def test_the_command_line_knows_every_dialect() -> None:
    assert tuple(row.name for row in DIALECTS) == DIALECT_NAMES


# --- Laws -----------------------------------------------------------------------------------------------------


def agree_or_refuse(drawn: Drawn, dialect: str) -> None:
    with suppress(SqlRefused):
        agree(*drawn, dialect)


@databases
def test_a_query_decides_as_the_walk_does(dialect: str) -> None:
    @settings(deadline=None, max_examples=20)
    @given(policies_with_leads(SOME, leads=6))
    def law(drawn: Drawn) -> None:
        agree_or_refuse(drawn, dialect)

    law()


@databases
def test_a_query_decides_as_the_walk_does_on_many_rules(dialect: str) -> None:
    @settings(deadline=None, max_examples=8)
    @given(policies_with_leads(MANY, leads=12))
    def law(drawn: Drawn) -> None:
        agree_or_refuse(drawn, dialect)

    law()


# --- What SQL leaves open -------------------------------------------------------------------------------------


def decided(policy: str, dialect: str, *records: dict[str, Any], now: datetime = NOW) -> list[str | None]:
    """The rules that take these leads; the same in either shape, and as the walk says."""
    loaded = loads(policy)
    leads = [loaded.lead(record) for record in records]
    agree(loaded, leads, now, dialect)
    return [rule for rule, _ in expected(loaded, leads, now).values()]


@databases
def test_what_is_missing_is_neither_here_nor_there(dialect: str) -> None:
    text_ = """
        lead { a: integer optional  b: text optional  s: set of text optional  vip: bool optional }
        define low = a < 5
        rule one when not low and not (b == "x") and a != 1 and b not in ["y"] and s has none ["z"] and not vip
          and a is missing and not (low or low) queue q
        rule two when not (a between 1 and 9) or not (s has all ["p", "q"]) queue q
        else queue r
    """
    records = [{}, {"a": 3}, {"a": 3, "s": ["p", "Q"]}, {"b": "X"}, {"s": []}, {"vip": True}]
    assert decided(text_, dialect, *records) == ["one", "two", "else", "two", "one", "two"]


@databases
def test_texts_compare_as_people_compare_them(dialect: str) -> None:
    text_ = """
        lead { t: text  i: id }
        rule street when t == "STRASSE" queue q
        rule turkish when t starts with "İST" queue q
        rule accent when t contains "É" or t ends with "é!" queue q
        rule id when i starts with "Ab%" or i ends with "_" or i == "x'y" queue q
        else queue r
    """
    pairs = [("straße", "-"), ("istanbul", "-"), ("i\u0307stanbul", "-"), ("cafe\u0301s", "-"), ("x", "Ab%c"),
             ("x", "ab%c"), ("x", "Abxc"), ("x", "a_"), ("x", "ab"), ("x", "x'y"), ("x", "X'y")]  # fmt: skip
    rules = ["street", "else", "turkish", "accent", "id", "else", "else", "id", "else", "id", "else"]
    assert decided(text_, dialect, *({"t": t, "i": i} for t, i in pairs)) == rules


@pytest.mark.parametrize("dialect", TESTED[:2])
def test_fractions_are_exact(dialect: str) -> None:
    text_ = """
        lead { a: decimal  b: integer }
        rule third when a / b * 3 == 1 queue q
        rule over when a / b > 0.1 queue q
        rule nothing when not (a / b > 0 or a / b <= 0) queue q
        else queue r
    """
    records = [
        {"a": "1", "b": 3},
        {"a": "-0.4", "b": -3},
        {"a": "0.3", "b": 3},
        {"a": "0.30000001", "b": 3},
        {"a": "7", "b": 0},
        {"a": "-99999999999999999999.99999999", "b": -(2**63) + 1},
        {"a": "99999999999999999999.99999999", "b": 2**63 - 1},
    ]
    rules = ["third", "over", "else", "over", "nothing", "over", "over"]
    assert decided(text_, dialect, *records) == rules


@databases
def test_constants_that_no_column_can_hold_are_still_compared_with(dialect: str) -> None:
    text_ = f"""
        lead {{ n: integer }}
        rule never when n > {10**29} or n < -{10**29} queue q
        rule low when n < 2 and n > -1 queue q
        rule rest when n < {10**29} and n >= -{10**29} queue q
    """
    rules = decided(text_, dialect, {"n": 0}, {"n": 1}, {"n": 2}, {"n": -1}, {"n": 10**15})
    assert rules == ["low", "low", "rest", "rest", "rest"]


@databases
def test_points_do_not_overflow(dialect: str) -> None:
    text_ = """
        lead { n: integer 0..  m: integer optional  vip: bool }
        points p -5..2_000_000_000 {
          add 2_000_000_000 when vip  add 2_000_000_000 when n > 1  subtract 3 per n up to 10  add 7 per m up to 20
        }
        rule most when p == 2_000_000_000 queue q
        rule least when p == -5 queue q
        rule some when p between 0 and 30 queue q
    """
    top = 10**15
    records = [
        {"n": top, "m": top, "vip": True},
        {"n": 1, "m": -top, "vip": False},
        {"n": 0, "m": 4, "vip": False},
    ]
    assert decided(text_, dialect, *records) == ["most", "least", "some"]


@databases
def test_days_and_clocks_are_those_of_the_policys_timezone(dialect: str) -> None:
    text_ = """
        policy "p" timezone "America/St_Johns"
        lead { at: datetime  day: date  clock: time }
        rule early when at.hour < 6 and at.date == 2026-03-01 and at.weekday == "sun" and at.time == 03:15 queue q
        rule saturday when day.weekday in ["sat", "sun"] and clock.hour >= 9 and clock < 09:30 queue q
        rule before when at < 2026-01-01T00:00+14:00 queue q
        else queue r
    """
    sunday, saturday = "2026-03-01T06:45Z", "2026-03-07"
    records = [
        {"at": sunday, "day": "2026-03-02", "clock": "10:00"},
        {"at": "2026-03-01T06:44Z", "day": saturday, "clock": "09:29:59"},
        {"at": "2025-12-31T09:59:59Z", "day": saturday, "clock": "09:30"},
        {"at": "2025-12-31T10:00Z", "day": "0001-01-01", "clock": "00:00"},
    ]
    assert decided(text_, dialect, *records) == ["early", "saturday", "before", "else"]


@pytest.mark.parametrize("dialect", TESTED[:2])
def test_the_present_is_that_of_the_query_where_none_is_given(dialect: str) -> None:
    policy = loads("""
        policy "p" timezone "Asia/Kathmandu"
        lead { at: datetime }
        rule past when at < now and now > 2026-01-01T00:00Z and now.weekday in ["mon", "tue", "wed"] queue q
        rule later when at < now and now.hour < 12 queue q
        rule other when at < now queue q
        else queue r
    """)
    leads = [policy.lead({"at": moment}) for moment in ("2020-01-01T00:00Z", "2999-01-01T00:00Z")]
    query = compile_sql(policy.tree, dialect, id_column=ID)
    before, found, after = (expected(policy, leads, datetime.now(UTC)), run(query, policy, leads),
                            expected(policy, leads, datetime.now(UTC)))  # fmt: skip
    assert found in (before, after)


HOSTILE = [
    "'; DROP TABLE leads; --",
    '"',
    "\\",
    "\\'",
    "*/ /*",
    "--",
    "%s",
    "$1",
    "{}",
    "?",
    "x\ny",
    "x\ty",
    "é'",
    "$$",
]


@databases
def test_a_policy_is_data(dialect: str) -> None:
    rules = [
        f"when t == {json.dumps(each)} or i == {json.dumps(each)} reject {json.dumps(each)}"
        for each in HOSTILE
    ]
    text_ = 'policy "*/ DROP"\nlead { t: text  i: id }\n' + "\n".join(rules) + "\nelse queue r"
    policy = loads(text_)
    leads = [policy.lead({"t": "x", "i": each}) for each in HOSTILE]
    for table in ('le"ads', "le'ads; --", "leads"):
        for shape in Shape:
            query = compile_sql(policy.tree, dialect, table, ID, NOW, shape)
            assert run(query, policy, leads) == expected(policy, leads, NOW)


@databases
def test_fields_may_be_called_anything(dialect: str) -> None:
    text_ = """
        lead { value: text  key: id  word: integer  lead: bool  place: id  select.from: integer  type: text
               products: set of text  class_1: integer  step_1: integer  leads_read: integer }
        rule one when products has value and products has type and key == place queue q
        rule two when word == 1 and lead and select.from == 2 and class_1 == step_1 and leads_read == 1 queue q
    """
    plain = {"value": "a", "key": "k", "word": 1, "lead": True, "place": "k", "select.from": 2, "type": "B",
             "products": ["A", "b"], "class_1": 1, "step_1": 1, "leads_read": 1}  # fmt: skip
    assert decided(text_, dialect, plain, {**plain, "products": ["a"]}, {**plain, "products": [], "word": 2}) == [
        "one", "two", None,
    ]  # fmt: skip


# --- Large ones -----------------------------------------------------------------------------------------------


@databases
def test_a_hundred_rules_and_definitions(dialect: str) -> None:
    defines = ['define d0 = n > 5 and t == "a"'] + [
        f'define d{n} = (d{n - 1} or n == {n}) and (d{n - 1} or t != "{n}")' for n in range(1, 24)
    ]
    rules = [
        f'rule r{n} when n == {n} and (t == "{n}" or d{n % 24} and m > {n}) queue q{n}' for n in range(100)
    ]
    policy = loads("lead { n: integer  m: integer optional  t: text }\n" + "\n".join([*defines, *rules]))
    leads = [policy.lead({"n": n, "t": t, "m": 50}) for n in range(0, 100, 9) for t in ("a", str(n))]
    for shape in Shape:
        query = compile_sql(policy.tree, dialect, id_column=ID, shape=shape)
        assert run(query, policy, leads) == expected(policy, leads, NOW)


@databases
def test_bools_are_two_classes(dialect: str) -> None:
    text_ = "lead { a: bool  b: bool optional }\nrule one when a == false and b == false queue q\n"
    text_ += "rule two when b != false and a == true queue q\nrule three when not b queue q"
    records = [
        {"a": False, "b": False},
        {"a": True},
        {"a": False},
        {"a": True, "b": False},
        {"a": False, "b": True},
    ]
    assert decided(text_, dialect, *records) == ["one", "two", "three", "three", None]


@databases
def test_policies_in_which_nothing_holds(dialect: str) -> None:
    for rules in ("when n > 1 { }", "when false queue q", "when n > 1 and not true queue q"):
        assert decided(f"lead {{ n: integer }}\n{rules}", dialect, {"n": 2}) == [None]


def test_many_rules_are_an_index_and_few_are_not() -> None:
    few = "\n".join(f"when n == {n} queue q" for n in range(dialect_named("duckdb").plain))
    query = compile_sql(loads("lead { id: id  n: integer }\n" + few).tree, "duckdb").text
    more = compile_sql(loads("lead { id: id  n: integer }\n" + few + "\nelse queue q").tree, "duckdb").text
    assert ("&" in query, "&" in more) == (False, True)


@databases
def test_more_words_than_are_joined_at_a_time(dialect: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("routebook.codegen.sql.bits.BLOCK", 2)
    rules = "\n".join(
        f'rule r{n} when n == {n} and t != "{n % 7}" and not t ends with "z" queue q' for n in range(400)
    )
    policy = loads("lead { n: integer  t: text }\n" + rules)
    leads = [policy.lead({"n": n, "t": t}) for n in (0, 62, 63, 125, 126, 251, 252, 399, 400) for t in "04z"]
    query = compile_sql(policy.tree, dialect, id_column=ID, shape=Shape.BITS)
    assert run(query, policy, leads) == expected(policy, leads, NOW)


def test_the_same_policy_gives_the_same_query_twice() -> None:
    text_ = (
        'lead { id: id a: text b: set of text }\nwhen a in ["x", "y", "z"] or b has any ["p", "q"] queue q'
    )
    for shape in Shape:
        assert len({compile_sql(loads(text_).tree, "duckdb", shape=shape).text for _ in range(3)}) == 1


# --- Patterns -------------------------------------------------------------------------------------------------

ATOMS = ["a", "S", "k", ".", "\\d", "\\s", "[a-k]", "[^s]", "[0-9_.]", "\\.", " ", "日", "^", "$", "\\b", "(a|ks)",
         "(?:b|)", "[^A-Z]", "(?:a.)"]  # fmt: skip
REPEATS = ["", "", "", "?", "*", "+", "{2}", "{1,3}", "??", "{2,}"]
patterns = st.lists(st.tuples(st.sampled_from(ATOMS), st.sampled_from(REPEATS)).map("".join), max_size=5).map(
    "".join
)


@pytest.mark.parametrize("dialect", TESTED[:2])
def test_patterns_mean_there_what_they_mean_in_re2(dialect: str) -> None:
    row = next(row for row in DIALECTS if row.name == dialect)

    @settings(deadline=None, max_examples=150)
    @given(
        patterns,
        st.booleans(),
        st.lists(st.text("aAsSſkKKbé1._ \nXıi日", max_size=8), min_size=1, max_size=6),
    )
    def law(written: str, fold_case: bool, values: list[str]) -> None:
        try:
            reference = pattern(written, fold_case)
            asked = [
                row.matches(text(value), Pattern(written, fold_case)).sql(dialect=dialect) for value in values
            ]
        except (Unable, re2.error):
            return
        found = selected(f"SELECT {', '.join(asked)}", dialect)
        assert found == [tuple(reference.search(value) is not None for value in values)], written

    law()


# --- Rows -----------------------------------------------------------------------------------------------------


def test_a_number_that_its_column_cannot_hold_is_no_row() -> None:
    from routebook import warehouse
    from routebook.diagnostics import RoutebookError

    policy = loads("lead { id: id  d: decimal  n: integer }\nwhen d > 1 or n > 1 queue q")
    query = warehouse.query(policy, "duckdb")
    for record in ({"d": "1.123456789", "n": 1}, {"d": 10**20, "n": 1}, {"d": 1, "n": 2**63}):
        with pytest.raises(RoutebookError, match="cannot hold"):
            list(warehouse.rows(query, policy, [("x", policy.lead({"id": "x", **record}))]))
    fits = policy.lead({"id": "x", "d": Decimal("1.12345678"), "n": -(2**63) + 1})
    assert list(warehouse.rows(query, policy, [("x", fits)])) == [
        {"id": "x", "d": Decimal("1.12345678"), "n": -(2**63) + 1}
    ]
