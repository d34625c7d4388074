"""Leads as other systems write them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from routebook.decision import Lead
from routebook.intake.validate import Intake, Invalid
from routebook.types import Field, IdType, NumberType, OneOfType, Schema, SetType, TextType
from support.intake import SCHEMA, ZONE, source_field, source_map

UNSET = frozenset({"select", "n/a"})
SOURCE = source_map(
    source_field("id", "hs_object_id"),
    source_field(
        "industry",
        "properties.industry",
        mapping={"hospital_health_care": "health", "BANKING": "finance", "ghost": None},
        missing=UNSET,
    ),
    source_field("score", "hubspotscore", default=0, missing=UNSET),
    source_field("products", "interest", split_by=",", missing=UNSET),
    source_field("signed_up", "createdate", format="%m/%d/%Y"),
    source_field("created_at", "created"),
    source_field("company", "Company Name", missing=UNSET),
)
INTAKE = Intake(SCHEMA, ZONE, SOURCE)
RAW = {"hs_object_id": 17, "properties.industry": "BANKING"}


def lead(record: dict[str, Any], intake: Intake = INTAKE) -> dict[str, Any]:
    result = intake.validate(record)
    assert isinstance(result, Lead), result
    return dict(result)


def problems(record: dict[str, Any], intake: Intake = INTAKE) -> list[str]:
    result = intake.validate(record)
    assert isinstance(result, Invalid), result
    return [str(problem) for problem in result.problems]


def test_columns_maps_defaults_splits_and_formats() -> None:
    record = RAW | {
        "interest": "CRM, select,voice",
        "createdate": "1/31/2026",
        "created": "2026-01-31 09:30",
        "company name ": " Acme ",
        "unrelated": "x",
    }
    assert lead(record) == {
        "id": "17",
        "industry": "finance",
        "score": 0,
        "products": {"crm", "voice"},
        "signed_up": date(2026, 1, 31),
        "created_at": datetime(2026, 1, 31, 8, 30, tzinfo=UTC),
        "company": "Acme",
    }


@pytest.mark.parametrize("raw", ["Select", " SELECT ", "n/a", "", None])
def test_what_a_source_calls_missing_is_missing(raw: object) -> None:
    found = lead(RAW | {"company name": raw, "hubspotscore": raw, "interest": raw})
    assert "company" not in found
    assert found["score"] == 0
    assert found["products"] == frozenset()


def test_only_what_the_field_lists_is_missing() -> None:
    assert lead({"hs_object_id": "Select", "properties": {"industry": "banking"}})["id"] == "Select"


def test_columns_may_be_paths_into_objects() -> None:
    assert lead({"hs_object_id": "1", "properties": {"industry": "BANKING"}})["industry"] == "finance"


def test_maps_compare_as_text_and_let_the_rest_through() -> None:
    for raw, member in (("banking ", "finance"), ("Health", "health"), ("HOSPITAL_HEALTH_CARE", "health")):
        assert lead(RAW | {"properties.industry": raw})["industry"] == member
    assert problems(RAW | {"properties.industry": "retail"}) == [
        "industry: `retail` is not one of the listed values; it can be `health`, `finance` or `Real Estate`"
    ]


def test_a_map_may_say_missing() -> None:
    assert problems(RAW | {"properties.industry": "ghost"}) == [
        "industry: missing, and the policy needs it from `properties.industry`"
    ]


def test_what_the_source_does_not_fill_is_missing() -> None:
    schema = Schema.of(
        Field("id", IdType()), Field("score", NumberType(True)), Field("tags", SetType(TextType()))
    )
    intake = Intake(schema, ZONE, source_map(source_field("id", "key")))
    assert problems({"key": "1", "score": 5}, intake) == [
        "score: missing, and the policy needs it: the source `hubspot` does not fill it"
    ]


def test_a_default_does_not_hide_a_value_that_does_not_fit() -> None:
    assert problems(RAW | {"hubspotscore": "lots"}) == ["score: `lots` is not a whole number from 0 to 100"]


def one(field: Field, raw: object, **said: Any) -> Any:
    intake = Intake(Schema.of(field), ZONE, source_map(source_field(field.name, "raw", **said)))
    result = intake.validate({"raw": raw})
    return (
        result.get(field.name) if isinstance(result, Lead) else [str(problem) for problem in result.problems]
    )


TIER = Field("tier", OneOfType(("gold", "other")), optional=True)
TIERS = Field("tiers", SetType(OneOfType(("gold", "other"))))


def test_the_else_of_a_map_takes_the_rest_but_not_what_is_missing() -> None:
    said = {"mapping": {"a": "gold"}, "has_map_else": True, "map_else": "other", "missing": frozenset({"-"})}
    assert [one(TIER, raw, **said) for raw in ("A", "b", 5, "-", "", None)] == [
        "gold", "other", "other", None, None, None,
    ]  # fmt: skip
    assert one(TIER, "b", mapping={"a": "gold"}, has_map_else=True, map_else=None) is None


def test_numbers_and_bools_are_mapped_as_text() -> None:
    said = {"mapping": {"1": "gold", "true": "other"}}
    assert [one(TIER, raw, **said) for raw in (1, True, "1")] == ["gold", "other", "gold"]


def test_the_members_of_a_set_are_mapped_one_by_one() -> None:
    said = {"mapping": {"AU": "gold", "nothing": None}, "missing": frozenset({"-"})}
    assert one(TIERS, "au;other;-;nothing", **said) == {"gold", "other"}
    assert one(TIERS, ["au", "x"], **said, has_map_else=True, map_else="other") == {"gold", "other"}
    assert one(TIERS, ["au", "x"], **said, has_map_else=True, map_else=None) == {"gold"}
    assert one(TIERS, "au", **said) == {"gold"}
    assert one(TIERS, "au;x", **said) == [
        "tiers: `x` is not one of the listed values; it can be `gold` or `other`"
    ]


def test_a_default_fills_a_set_that_is_missing_and_not_an_empty_one() -> None:
    said = {"default": frozenset({"gold"})}
    assert one(TIERS, None, **said) == {"gold"}
    assert one(TIERS, [], **said) == frozenset()
