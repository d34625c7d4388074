"""The text of a policy for a table: its lead, its source, a first rule to change, and tests that hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from routebook.render.literals import quoted
from routebook.source import Source
from routebook.starter.guess import PLACEHOLDERS
from routebook.starter.names import name_from
from routebook.starter.table import FieldGuess, Table
from routebook.syntax.format import format_source
from routebook.text import fold
from routebook.types import (
    BoolType,
    CountryType,
    DateTimeType,
    DateType,
    EmailType,
    IdType,
    NumberType,
    OneOfType,
    RepType,
    SetType,
    TextType,
    TimeType,
    Type,
    show_number,
)

POOL: Final = "first_team"
_MOST_TO_CHOOSE_BY: Final = 12


@dataclass(frozen=True, slots=True)
class Example:
    """A first rule: its condition, a value of the field that it takes, and one that it does not."""

    field: str
    condition: str
    taken: str
    passed_over: str | None


def policy_text(table: Table) -> str:
    """The policy in its canonical layout."""
    return laid_out("\n".join(_policy(table)))


def tests_text(table: Table) -> str:
    """The tests that go beside it."""
    return laid_out("\n".join(_tests(table)))


def source_name(table: Table) -> str | None:
    """The source that the policy has for the table, None where the columns need none."""
    if not any(field.needs_source for field in table.fields):
        return None
    return name_from(table.title) or "leads"


def laid_out(text: str) -> str:
    """A policy's text as `fmt` would leave it."""
    return format_source(Source("<init>", text))


def _policy(table: Table) -> Iterator[str]:
    yield f"policy {quoted(table.title)}"
    yield '  timezone "UTC"'
    yield f"# Inferred from the {table.rows:,} leads of a file: what a lead has, and how that file writes it."
    yield "lead {"
    for field in table.fields:
        optional = " optional" if field.guess.optional and not isinstance(field.guess.type, SetType) else ""
        remark = ""
        if field.guess.either is not None:
            first, second = field.guess.either
            remark = f'  # dates? then declare a date and say in the source: as "{first}", or as "{second}"'
        yield f"  {field.name}: {_type(field.guess.type)}{optional}{remark}"
    yield "}"
    yield from _source(table)
    example = example_rule(table.fields)
    yield "# Rules are tried from the top, and the first whose condition holds takes the lead."
    if example is not None:
        yield 'rule first_rule "An example to replace"'
        yield f"  when {example.condition}"
        yield f"  assign pool {POOL} by round_robin"
    yield "# Every other lead, and one that the rule's own pool cannot take, goes round robin over all reps."
    yield "else round_robin all then queue triage"


def _source(table: Table) -> Iterator[str]:
    name = source_name(table)
    if name is None:
        return
    common = sorted(
        {text for field in table.fields for text in field.guess.missing if fold(text) in PLACEHOLDERS}
    )
    yield f"source {name} {{"
    if common:
        yield f"  missing {_list(common)}"
    for field in table.fields:
        own = [text for text in field.guess.missing if fold(text) not in PLACEHOLDERS]
        format = f" as {quoted(field.guess.format)}" if field.guess.format else ""
        missing = f" missing {_list(own)}" if own else ""
        yield f"  {field.name} from {quoted(field.column)}{format}{missing}"
    yield "}"


def _tests(table: Table) -> Iterator[str]:
    example = example_rule(table.fields)
    if example is None:
        yield 'test "every lead goes round" { lead {} expect rule else expect pool all }'
        return
    yield f'test "the first rule takes its leads" {{ lead {{ {example.field}: {example.taken} }}'
    yield f"  expect rule first_rule expect pool {POOL} }}"
    if example.passed_over is not None:
        yield f'test "the others go round" {{ lead {{ {example.field}: {example.passed_over} }}'
        yield "  expect rule else expect pool all }"


def example_rule(fields: Sequence[FieldGuess]) -> Example | None:
    """A rule to begin with, by the field that divides leads best: a short list, else a country, and so on."""
    candidates = (_by_member, _by_country, _by_bool, _by_number, _by_domain)
    for candidate in candidates:
        # a field that every lead has comes first
        for field in sorted(fields, key=lambda field: field.guess.optional):
            example = candidate(field)
            if example is not None:
                return example
    return None


def _by_member(field: FieldGuess) -> Example | None:
    members = field.guess.common
    if not isinstance(field.guess.type, OneOfType) or len(members) > _MOST_TO_CHOOSE_BY:
        return None
    return Example(
        field.name, f"{field.name} in [{quoted(members[0])}]", quoted(members[0]), quoted(members[1])
    )


def _by_country(field: FieldGuess) -> Example | None:
    if not isinstance(field.guess.type, CountryType):
        return None
    code = field.guess.common[0]
    other = next(other for other in (*field.guess.common, "DE", "FR") if other != code)
    return Example(field.name, f"{field.name} in [{quoted(code)}]", quoted(code), quoted(other))


def _by_bool(field: FieldGuess) -> Example | None:
    if not isinstance(field.guess.type, BoolType):
        return None
    return Example(field.name, field.name, "true", "false")


def _by_number(field: FieldGuess) -> Example | None:
    if field.guess.numbers is None:
        return None
    least, largest = field.guess.numbers
    middle = ((least + largest) / 2).to_integral_value()
    if not least < middle <= largest:
        return None
    over, under = (show_number(Decimal(number)) for number in (middle, middle - 1))
    return Example(field.name, f"{field.name} >= {over}", over, under)


def _by_domain(field: FieldGuess) -> Example | None:
    if not isinstance(field.guess.type, EmailType):
        return None
    condition = f'{field.name}.domain ends with ".edu"'
    return Example(field.name, condition, '"ana@college.edu"', '"ana@example.com"')


def _type(type_: Type) -> str:
    match type_:
        case NumberType(integer=whole):
            return "integer" if whole else "decimal"
        case OneOfType(members):
            return f"one of {_list(members)}"
        case SetType():
            return "set of text"
        case _:
            return _WORDS[type(type_)]


def _list(texts: Sequence[str]) -> str:
    return f"[{', '.join(map(quoted, texts))}]"


_WORDS: Final[dict[type, str]] = {
    BoolType: "bool",
    TextType: "text",
    IdType: "id",
    CountryType: "country",
    EmailType: "email",
    DateType: "date",
    TimeType: "time",
    DateTimeType: "datetime",
    RepType: "rep",
}
