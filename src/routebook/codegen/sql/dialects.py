"""The dialects, one row each: what holds the values of each type, and how what SQL leaves open is said there.

A row is as narrow as what is known to be exact. Of the engines that the tests do not run, what their manuals do
not settle is left out, and the policies that need it are refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from sqlglot import exp

from routebook.check.conditions import Pattern
from routebook.codegen.patterns import POSTGRES, PatternRefused, written_for
from routebook.codegen.sql.refusal import Unable

Sql: TypeAlias = exp.Expr

_INT64: Final = 2**63 - 1


def text(value: str) -> Sql:
    """A text as a literal. Raises `Unable` for what no engine keeps."""
    if "\0" in value:
        raise Unable("databases cannot hold the character U+0000")
    if any("\ud800" <= letter <= "\udfff" for letter in value):
        raise Unable("databases cannot hold half a surrogate pair")
    return exp.Literal.string(value)


def whole(number: int) -> Sql:
    """A whole number as a literal."""
    literal = exp.Literal.number(str(abs(number)))
    return exp.Neg(this=literal) if number < 0 else literal


def call(name: str, *arguments: Sql) -> Sql:
    """A function of the engine's own, which no transpiling may touch."""
    return exp.Anonymous(this=name, expressions=list(arguments))


@dataclass(frozen=True, slots=True)
class Types:
    """The types of columns. `clock` is a date and time without a zone."""

    text: str
    whole: str
    decimal: str | None
    boolean: str
    date: str
    time: str | None
    moment: str
    clock: str
    texts: str


@dataclass(frozen=True, slots=True)
class Dialect:
    """One dialect. `None` stands for what has no limit in `whole_limit` and `digits`, else for what is refused.

    `digits` are those of decimals before and after the point. `wide` is the type that calculations are made in, with
    the largest whole number that it holds exactly. `has(set, value)`, `overlaps(one, other)` and `covers(one, other)`
    ask of sets; so many rules as `plain` says are one `CASE`, and from there on the index is quicker
    (`tests/bench/sql.py`); `weekday(date)` counts from 1, a Monday; `now_there(zone)` is the clock of the moment in
    that zone.
    """

    name: str
    tested: bool
    types: Types
    prefix: Callable[[Sql, str], Sql]
    suffix: Callable[[Sql, str], Sql]
    contains: Callable[[Sql, str], Sql]
    place: Callable[[Sql, Sql], Sql]
    has: Callable[[Sql, Sql], Sql]
    weekday: Callable[[Sql], Sql]
    matches: Callable[[Sql, Pattern], Sql]
    whole_limit: int | None = _INT64
    digits: tuple[int, int] | None = (20, 8)
    wide: tuple[str, int | None] | None = None
    collation: str | None = None
    overlaps: Callable[[Sql, Sql], Sql] | None = None
    covers: Callable[[Sql, Sql], Sql] | None = None
    sets: Callable[[list[Sql]], Sql] | None = None
    now_there: Callable[[str], Sql] | None = None
    calendar_is_text: bool = False
    one_case: bool = True
    name_bytes: int | None = None
    dots: bool = True
    named_values: bool = True
    decimals_are_cast: bool = False
    plain: int = 40
    fence: Callable[[exp.Select], exp.Select] = lambda query: query
    missing_sets: bool = True
    sets_are_json: bool = False
    clamps: tuple[str, str] = ("GREATEST", "LEAST")


# --- Texts --------------------------------------------------------------------------------------------------


def _function(name: str) -> Callable[[Sql, str], Sql]:
    return lambda value, part: call(name, value, text(part))


def _left(value: Sql, part: str) -> Sql:
    return exp.EQ(this=call("SUBSTR", value, whole(1), whole(len(part))), expression=text(part))


def _last(value: Sql, part: str) -> Sql:
    return exp.EQ(this=call("SUBSTR", value, whole(-len(part))), expression=text(part))


def _right(value: Sql, part: str) -> Sql:
    return exp.EQ(this=call("RIGHT", value, whole(len(part))), expression=text(part))


def _found(name: str) -> Callable[[Sql, str], Sql]:
    return lambda value, part: exp.GT(this=call(name, value, text(part)), expression=whole(0))


def _place(name: str) -> Callable[[Sql, Sql], Sql]:
    return lambda value, part: call(name, value, part)


def _place_reversed(name: str) -> Callable[[Sql, Sql], Sql]:
    return lambda value, part: call(name, part, value)


# --- Patterns -----------------------------------------------------------------------------------------------


def _duckdb_matches(value: Sql, pattern: Pattern) -> Sql:
    """DuckDB searches by RE2 itself."""
    return call("REGEXP_MATCHES", value, text(pattern.text), text("i" if pattern.fold_case else "c"))


def _bigquery_matches(value: Sql, pattern: Pattern) -> Sql:
    """BigQuery searches by RE2 itself."""
    return call("REGEXP_CONTAINS", value, text(("(?i)" if pattern.fold_case else "") + pattern.text))


def _postgres_matches(value: Sql, pattern: Pattern) -> Sql:
    try:
        written = written_for(POSTGRES, pattern.text, pattern.fold_case)
    except PatternRefused as refused:
        raise Unable(refused.reason) from refused
    return exp.RegexpLike(this=value, expression=text(written))


def _no_matches(why: str) -> Callable[[Sql, Pattern], Sql]:
    def refuse(_value: Sql, _pattern: Pattern) -> Sql:
        raise Unable(why)

    return refuse


_UNCERTAIN: Final = "its regular expressions are not RE2's"

# --- Sets ---------------------------------------------------------------------------------------------------


def _member_of_array(members: Sql, value: Sql) -> Sql:
    return exp.EQ(this=value, expression=exp.Any(this=exp.paren(members)))


def _member_of_json(members: Sql, value: Sql) -> Sql:
    each = exp.Table(this=call("json_each", members), alias=exp.TableAlias(this=exp.to_identifier("member")))
    asked = exp.EQ(this=exp.column("value", "member"), expression=value)
    return exp.Exists(this=exp.select("1").from_(each).where(asked))


def _json_pairs(one: Sql, other: Sql) -> tuple[Sql, Sql]:
    tables = [
        exp.Table(this=call("json_each", members), alias=exp.TableAlias(this=exp.to_identifier(alias)))
        for members, alias in ((one, "member"), (other, "wanted"))
    ]
    return tables[0], tables[1]


def _overlap_of_json(one: Sql, other: Sql) -> Sql:
    member, wanted = _json_pairs(one, other)
    same = exp.EQ(this=exp.column("value", "member"), expression=exp.column("value", "wanted"))
    return exp.Exists(this=exp.select("1").from_(member).join(wanted, on=same))


def _cover_of_json(one: Sql, other: Sql) -> Sql:
    _, wanted = _json_pairs(one, other)
    lacking = (
        exp.select("1").from_(wanted).where(exp.not_(_member_of_json(one, exp.column("value", "wanted"))))
    )
    known = [
        exp.Not(this=exp.Is(this=exp.paren(each.copy()), expression=exp.null())) for each in (one, other)
    ]
    return exp.and_(*known, exp.not_(exp.Exists(this=lacking)), copy=False)


def _json_set(members: list[Sql]) -> Sql:
    return call("json_array", *members)


def _array_set(type_: str, dialect: str) -> Callable[[list[Sql]], Sql]:
    return lambda members: exp.cast(
        exp.Array(expressions=members), exp.DataType.build(type_, dialect=dialect)
    )


def _array_function(name: str) -> Callable[[Sql, Sql], Sql]:
    return lambda members, value: call(name, members, value)


def _variant_member(members: Sql, value: Sql) -> Sql:
    return call("ARRAY_CONTAINS", exp.cast(value, "variant", dialect="snowflake"), members)


def _unnested_member(members: Sql, value: Sql) -> Sql:
    return exp.In(this=value, unnest=exp.Unnest(expressions=[members]))


# --- The calendar -------------------------------------------------------------------------------------------


def _iso_day(day: Sql) -> Sql:
    return exp.Extract(this=exp.var("ISODOW"), expression=day)


def _day_of_text(day: Sql) -> Sql:
    """SQLite counts from 0, a Sunday."""
    number = exp.cast(call("STRFTIME", text("%w"), day), "integer")
    from_monday = exp.Mod(this=exp.paren(exp.Add(this=number, expression=whole(6))), expression=whole(7))
    return exp.Add(this=exp.paren(from_monday), expression=whole(1))


def _day_from_sunday(day: Sql) -> Sql:
    """BigQuery counts from 1, a Sunday."""
    number = exp.Extract(this=exp.var("DAYOFWEEK"), expression=day)
    return exp.Add(this=call("MOD", exp.Add(this=number, expression=whole(5)), whole(7)), expression=whole(1))


def _day_from_zero(day: Sql) -> Sql:
    return exp.Add(this=call("WEEKDAY", day), expression=whole(1))


def _there(zone: str) -> Sql:
    return exp.AtTimeZone(this=exp.CurrentTimestamp(), zone=text(zone))


# --- Fences -------------------------------------------------------------------------------------------------


def _offset(query: exp.Select) -> exp.Select:
    """A subquery that PostgreSQL does not merge into the one around it, which would copy its expressions."""
    return query.offset(0, copy=False)


def _limit(query: exp.Select) -> exp.Select:
    """The same for SQLite."""
    return query.limit(whole(-1), copy=False).offset(0, copy=False)


# --- The rows -----------------------------------------------------------------------------------------------

DIALECTS: Final = (
    Dialect(
        "duckdb",
        tested=True,
        types=Types("TEXT", "BIGINT", "DECIMAL(28, 8)", "BOOLEAN", "DATE", "TIME", "TIMESTAMPTZ",
                    "TIMESTAMP", "TEXT[]"),
        prefix=_function("STARTS_WITH"),
        suffix=_function("ENDS_WITH"),
        contains=_function("CONTAINS"),
        place=_place("STRPOS"),
        has=_array_function("LIST_CONTAINS"),
        overlaps=_array_function("LIST_HAS_ANY"),
        covers=_array_function("LIST_HAS_ALL"),
        sets=_array_set("TEXT[]", "duckdb"),
        weekday=_iso_day,
        matches=_duckdb_matches,
        wide=("HUGEINT", 2**127 - 1),
        collation="C",
        now_there=_there,
    ),
    Dialect(
        "postgres",
        tested=True,
        types=Types("TEXT", "NUMERIC", "NUMERIC", "BOOLEAN", "DATE", "TIME", "TIMESTAMPTZ", "TIMESTAMP", "TEXT[]"),
        prefix=_function("STARTS_WITH"),
        suffix=_right,
        contains=_found("STRPOS"),
        place=_place("STRPOS"),
        has=_member_of_array,
        overlaps=lambda one, other: exp.ArrayOverlaps(this=one, expression=other),
        covers=lambda one, other: exp.ArrayContainsAll(this=one, expression=other),
        sets=_array_set("TEXT[]", "postgres"),
        weekday=_iso_day,
        matches=_postgres_matches,
        whole_limit=None,
        digits=None,
        wide=("NUMERIC", None),
        collation="C",
        now_there=_there,
        fence=_offset,
        one_case=False,
        name_bytes=63,
    ),
    Dialect(
        "sqlite",
        tested=True,
        types=Types("TEXT", "INTEGER", None, "INTEGER", "TEXT", "TEXT", "TEXT", "TEXT", "TEXT"),
        prefix=_left,
        suffix=_last,
        contains=_found("INSTR"),
        place=_place("INSTR"),
        has=_member_of_json,
        overlaps=_overlap_of_json,
        covers=_cover_of_json,
        sets=_json_set,
        weekday=_day_of_text,
        matches=_no_matches("it has no regular expressions"),
        # less than an INTEGER holds, so that there is room to calculate
        whole_limit=10**15,
        digits=None,
        wide=("INTEGER", _INT64),
        collation="BINARY",
        plain=300,
        fence=_limit,
        calendar_is_text=True,
        sets_are_json=True,
        named_values=False,
        clamps=("MAX", "MIN"),
    ),
    Dialect(
        "snowflake",
        tested=False,
        types=Types("VARCHAR", "NUMBER(38, 0)", "NUMBER(28, 8)", "BOOLEAN", "DATE", "TIME", "TIMESTAMP_TZ",
                    "TIMESTAMP_NTZ", "ARRAY"),
        prefix=_function("STARTSWITH"),
        suffix=_function("ENDSWITH"),
        contains=_function("CONTAINS"),
        place=_place_reversed("POSITION"),
        has=_variant_member,
        weekday=lambda day: call("DAYOFWEEKISO", day),
        matches=_no_matches(_UNCERTAIN),
        one_case=False,
    ),
    Dialect(
        "bigquery",
        tested=False,
        types=Types("STRING", "INT64", "BIGNUMERIC", "BOOL", "DATE", "TIME", "TIMESTAMP", "DATETIME", "ARRAY<STRING>"),
        prefix=_function("STARTS_WITH"),
        suffix=_function("ENDS_WITH"),
        contains=_found("STRPOS"),
        place=_place("STRPOS"),
        has=_unnested_member,
        weekday=_day_from_sunday,
        matches=_bigquery_matches,
        missing_sets=False,
        decimals_are_cast=True,
        dots=False,
    ),
    Dialect(
        "spark",
        tested=False,
        types=Types("STRING", "BIGINT", "DECIMAL(28, 8)", "BOOLEAN", "DATE", None, "TIMESTAMP", "TIMESTAMP_NTZ",
                    "ARRAY<STRING>"),
        prefix=_function("STARTSWITH"),
        suffix=_function("ENDSWITH"),
        contains=_function("CONTAINS"),
        place=_place("INSTR"),
        has=_array_function("ARRAY_CONTAINS"),
        weekday=_day_from_zero,
        matches=_no_matches(_UNCERTAIN),
    ),
)  # fmt: skip
"""Every dialect. Those that are `tested` are run against the walk; the others are only generated."""


def dialect_named(name: str) -> Dialect:
    """The dialect of this name. Raises `KeyError`."""
    return {row.name: row for row in DIALECTS}[name]
