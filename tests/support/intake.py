"""A schema and a source with a field of every type, for tests that take leads in."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

from routebook.check.targets import SourceField, SourceMap
from routebook.source import Source, Span
from routebook.types import (
    BoolType,
    CountryType,
    DateTimeType,
    DateType,
    EmailType,
    Field,
    IdType,
    NumberType,
    OneOfType,
    RepType,
    Schema,
    SetType,
    TextType,
    TimeType,
    Value,
)

ZONE: Final = ZoneInfo("Europe/Berlin")
NOWHERE: Final = Span(Source("<test>", ""), 0, 0)

SCHEMA: Final = Schema.of(
    Field("id", IdType()),
    Field("industry", OneOfType(("health", "finance", "Real Estate"))),
    Field("score", NumberType(integer=True, low=0, high=100)),
    Field("products", SetType(OneOfType(("crm", "voice", "email")))),
    Field("email", EmailType(), optional=True),
    Field("country", CountryType(), optional=True),
    Field("employees", NumberType(integer=True, low=1), optional=True),
    Field("deal_value", NumberType(integer=False, low=0), optional=True),
    Field("is_customer", BoolType(), optional=True),
    Field("company", TextType(), optional=True),
    Field("tags", SetType(TextType()), optional=True),
    Field("markets", SetType(CountryType()), optional=True),
    Field("signed_up", DateType(), optional=True),
    Field("call_at", TimeType(), optional=True),
    Field("created_at", DateTimeType(), optional=True),
    Field("account.owner", RepType(), optional=True),
)

FITS: Final[Mapping[str, Any]] = MappingProxyType({"id": "L-1", "industry": "health", "score": 80})
"""A record with what a lead of `SCHEMA` needs, and no more."""


def source_field(
    field: str,
    column: str,
    *,
    mapping: Mapping[str, Value | None] | None = None,
    map_else: Value | None = None,
    has_map_else: bool = False,
    split_by: str | None = None,
    format: str | None = None,
    default: Value | None = None,
    missing: frozenset[str] = frozenset(),
) -> SourceField:
    """How a source fills one field; what is not said is left to the field's type."""
    return SourceField(
        field=field,
        column=column,
        mapping=mapping,
        has_map_else=has_map_else,
        map_else=map_else,
        split_by=split_by,
        format=format,
        default=default,
        missing=missing,
    )


def source_map(*fields: SourceField, name: str = "hubspot") -> SourceMap:
    return SourceMap(name, MappingProxyType({field.field: field for field in fields}), NOWHERE)
