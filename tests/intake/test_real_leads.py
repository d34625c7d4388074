"""Leads that companies published as they were: read whole, fast, and with a reason for each that does not fit."""

from __future__ import annotations

import csv
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from routebook.intake.leads import Incoming, Reject, read_leads
from routebook.types import (
    BoolType,
    CountryType,
    DateType,
    Field,
    IdType,
    NumberType,
    OneOfType,
    Schema,
    TextType,
)
from support.intake import source_field, source_map

DATA = Path(__file__).parents[3] / "shared" / "data"
LEADS = DATA / "x-education-leads" / "leads.csv"
PIPELINE = DATA / "crm-sales-opportunities" / "sales_pipeline.csv"
INDIA = ZoneInfo("Asia/Kolkata")

COUNT = NumberType(integer=True, low=0)
SCHEMA = Schema.of(
    Field("id", IdType()),
    Field("number", NumberType(integer=True)),
    Field("origin", OneOfType(("api", "landing page submission", "lead add form", "lead import"))),
    Field("source", TextType(), optional=True),
    Field("may_email", BoolType()),
    Field("visits", COUNT, optional=True),
    Field("seconds", COUNT),
    Field("pages", NumberType(integer=False, low=0), optional=True),
    Field("country", CountryType(), optional=True),
    Field("city", TextType(), optional=True),
    Field("specialization", TextType(), optional=True),
    Field("occupation", TextType(), optional=True),
    Field("converted", BoolType()),
)
UNSET = frozenset({"Select", "unknown"})
COLUMNS = {
    "id": "Prospect ID",
    "number": "Lead Number",
    "origin": "Lead Origin",
    "source": "Lead Source",
    "visits": "TotalVisits",
    "seconds": "Total Time Spent on Website",
    "pages": "Page Views Per Visit",
    "country": "Country",
    "city": "City",
    "specialization": "Specialization",
    "occupation": "What is your current occupation",
    "converted": "Converted",
}
SOURCE = source_map(
    *(source_field(name, column, missing=UNSET) for name, column in COLUMNS.items()),
    source_field("may_email", "Do Not Email", mapping={"No": True, "Yes": False}),
    name="x_education",
)


def raw_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.skipif(not LEADS.exists(), reason="the published leads are not beside the checkout")
def test_an_export_of_an_online_course_seller() -> None:
    raw = raw_rows(LEADS)
    leads = read_leads(LEADS, SCHEMA, INDIA, SOURCE)
    items = list(leads)
    assert len(items) == len(raw) == 9240
    rejects = [item for item in items if isinstance(item, Reject)]
    assert Counter(str(problem) for reject in rejects for problem in reject.problems) == {
        "country: `Asia/Pacific Region` is not a country; "
        "an ISO 3166-1 code such as `DE` or an English name is expected": 2,
        "origin: `Quick Add Form` is not one of the listed values; "
        "it can be `api`, `landing page submission`, `lead add form` or `lead import`": 1,
    }
    assert leads.notes == ()
    for item, row in zip(items, raw, strict=True):
        if isinstance(item, Incoming):
            check(item, row)


def check(item: Incoming, row: dict[str, str]) -> None:
    """The lead says what the row says, read again in the plainest way."""
    lead = item.lead
    assert lead.id == row["Prospect ID"]
    assert lead["number"] == float(row["Lead Number"])
    assert lead["origin"] == row["Lead Origin"].lower()
    assert lead["may_email"] is (row["Do Not Email"] == "No")
    assert lead["converted"] is (row["Converted"] == "1.0")
    assert lead.get("pages") == (
        Decimal(row["Page Views Per Visit"]) if row["Page Views Per Visit"] else None
    )
    assert lead.get("city") == (None if row["City"] in ("", "Select") else row["City"])
    assert ("country" in lead) is (row["Country"] not in ("", "unknown"))
    if row["Country"] == "India":
        assert lead["country"] == "IN"


@pytest.mark.skipif(not LEADS.exists(), reason="the published leads are not beside the checkout")
def test_the_same_export_without_a_source_says_what_it_ignored() -> None:
    schema = Schema.of(
        Field("country", CountryType(), optional=True),
        Field("tag", TextType(), optional=True),
        Field("city", TextType()),
    )
    leads = read_leads(LEADS, schema, INDIA)
    rejects = [item for item in leads if isinstance(item, Reject)]
    assert len(rejects) == sum(
        row["City"] == "" or row["Country"] in ("unknown", "Asia/Pacific Region") for row in raw_rows(LEADS)
    )
    suspect, others = leads.notes
    assert suspect == f"`{LEADS}`: `Tags` is ignored, no field has that name; did you mean `tag`?"
    assert others.startswith(
        f"`{LEADS}`: 34 columns are no fields of a lead and are ignored: `Prospect ID`, "
    )


@pytest.mark.skipif(not PIPELINE.exists(), reason="the published opportunities are not beside the checkout")
def test_a_pipeline_of_a_hardware_seller() -> None:
    schema = Schema.of(
        Field("opportunity_id", IdType()),
        Field("sales_agent", TextType()),
        Field("account", TextType(), optional=True),
        Field("deal_stage", OneOfType(("Prospecting", "Engaging", "Won", "Lost"))),
        Field("engage_date", DateType(), optional=True),
        Field("close_value", COUNT, optional=True),
    )
    raw: list[dict[str, Any]] = list(raw_rows(PIPELINE))
    formats = {"engage_date": "%m/%d/%Y"}
    source = source_map(*(source_field(name, name, format=formats.get(name)) for name in schema.fields))
    items = list(read_leads(PIPELINE, schema, INDIA, source))
    assert len(items) == len(raw) == 8800
    for item, row in zip(items, raw, strict=True):
        assert isinstance(item, Incoming), item
        assert item.id == str(item.row)
        assert item.lead["deal_stage"] == row["deal_stage"]
        engaged = item.lead.get("engage_date")
        assert (f"{engaged.month}/{engaged.day}/{engaged.year}" if engaged else "") == row["engage_date"]
        assert item.lead.get("close_value") == (float(row["close_value"]) if row["close_value"] else None)
