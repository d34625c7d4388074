"""Records as leads, or every reason why they are none."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routebook.decision import Lead
from routebook.diagnostics import RoutebookError
from routebook.intake.problems import LeadError
from routebook.intake.validate import Intake, Invalid, validate
from routebook.types import Field, IdType, NumberType, RepType, Schema, TextType
from support.intake import FITS, SCHEMA, ZONE

INTAKE = Intake(SCHEMA, ZONE)


def lead(**more: Any) -> Lead:
    result = INTAKE.validate({**FITS, **more})
    assert isinstance(result, Lead), result
    return result


def problems(record: Any, intake: Intake = INTAKE) -> list[str]:
    result = intake.validate(record)
    assert isinstance(result, Invalid), result
    return [str(problem) for problem in result.problems]


def test_a_lead_of_every_type() -> None:
    result = lead(
        products="CRM;voice", email="a@b.c", country="Germany", employees="5.0", deal_value="12.50",
        is_customer="yes", company=" Acme ", tags=["x", "X"], markets="DEU;us", signed_up="2026-01-31",
        call_at="9:30", created_at="2026-01-31 09:30", account={"owner": "ana"},
    )  # fmt: skip
    assert dict(result) == {
        "id": "L-1",
        "industry": "health",
        "score": 80,
        "products": frozenset({"crm", "voice"}),
        "email": "a@b.c",
        "country": "DE",
        "employees": 5,
        "deal_value": Decimal("12.5"),
        "is_customer": True,
        "company": "Acme",
        "tags": frozenset({"x"}),
        "markets": frozenset({"DE", "US"}),
        "signed_up": date(2026, 1, 31),
        "call_at": time(9, 30),
        "created_at": datetime(2026, 1, 31, 8, 30, tzinfo=UTC),
        "account.owner": "ana",
    }
    assert list(result) == list(SCHEMA.fields)
    assert result.id == "L-1"


def test_a_missing_field_is_absent_and_a_set_left_out_is_empty() -> None:
    for blank in (None, "", "  "):
        result = lead(email=blank, tags=blank, products=blank)
        assert dict(result) == {**FITS, "products": frozenset()}
    assert lead(tags=[])["tags"] == frozenset()


def test_every_problem_is_told_at_once() -> None:
    assert problems(
        {"id": "L-9", "industry": "helth", "score": "1e999", "employees": 0, "tags": 5, "products": "crm;x;y"}
    ) == [
        "industry: `helth` is not one of the listed values; did you mean `health`?",
        "score: `1e999` has more than 30 digits before the decimal point",
        "products: `x` is not one of the listed values; it can be `crm`, `voice` or `email`",
        "products: `y` is not one of the listed values; it can be `crm`, `voice` or `email`",
        "employees: `0` is not a whole number of 1 or more",
        "tags: `5` is not a set: a list, or text with `;` between the members",
    ]


def test_what_a_lead_needs() -> None:
    assert problems({}) == [
        "id: missing, and the policy needs it",
        "industry: missing, and the policy needs it",
        "score: missing, and the policy needs it",
    ]
    assert problems({**FITS, "score": " "}) == ["score: missing, and the policy needs it"]


def test_the_id_is_kept_with_the_problems() -> None:
    result = INTAKE.validate({**FITS, "score": "x"})
    assert isinstance(result, Invalid)
    assert result.lead == "L-1"


def test_the_error_carries_every_problem() -> None:
    with pytest.raises(LeadError) as caught:
        INTAKE.lead({"id": "L-1", "score": "x"})
    assert isinstance(caught.value, RoutebookError)
    assert [problem.field for problem in caught.value.problems] == ["industry", "score"]
    assert str(caught.value) == (
        "the lead does not fit, for 2 reasons:\n"
        "  industry: missing, and the policy needs it\n"
        "  score: `x` is not a whole number from 0 to 100"
    )


@pytest.mark.parametrize("record", [None, 5, "score", [1], {1, 2}])
def test_what_is_no_mapping(record: Any) -> None:
    (words,) = problems(record)
    assert words.endswith("is not a lead: an object with the fields by name is expected")


def test_without_an_id_field_a_lead_has_no_id() -> None:
    for schema in (Schema.of(Field("key", IdType())), Schema.of(Field("id", TextType()))):
        result = validate(schema, {"key": "a", "id": "a"}, ZONE)
        assert isinstance(result, Lead)
        assert result.id is None


# --- Names ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Score", " SCORE ", "score\t"])
def test_names_match_ignoring_case_and_surrounding_space(name: str) -> None:
    result = INTAKE.validate({"id": "L-1", "industry": "health", name: 80})
    assert isinstance(result, Lead)
    assert result["score"] == 80


def test_an_exact_name_goes_first() -> None:
    schema = Schema.of(Field("a", TextType()), Field("A", TextType(), optional=True))
    assert validate(schema, {"A": "2", "a": "1"}, ZONE) == Lead({"a": "1", "A": "2"})
    assert lead(Score=5)["score"] == 80


def test_two_names_for_one_field_are_a_problem() -> None:
    record = {"id": "L-1", "industry": "health", "Score": 1, "SCORE": 2}
    assert problems(record) == ["score: `Score` and `SCORE` would all be this field: keep one of them"]


def test_other_keys_are_ignored() -> None:
    assert lead(phone="1", utm={"campaign": "x"}, **{"email.domain": "b.c"}) == lead()
    assert INTAKE.validate({**FITS, 5: "five", None: 0}) == lead()  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("stray", "meant"),
    [("employes", "employees"), ("Deal Value", "deal_value"), ("isCustomer", "is_customer")],
)
def test_a_misspelt_key_is_a_problem_where_nobody_would_notice(stray: str, meant: str) -> None:
    assert problems({**FITS, stray: 5}) == [f"{stray}: `{stray}` is not a field; did you mean `{meant}`?"]
    assert isinstance(INTAKE.validate({**FITS, stray: 5, meant: 1}), Lead)


def test_a_misspelt_key_is_named_where_its_field_is_missing() -> None:
    assert problems({"id": "L-1", "industy": "health", "score": 1}) == [
        "industry: missing, and the policy needs it: there is `industy`, is that `industry`?"
    ]


def test_short_names_are_not_taken_for_misspellings() -> None:
    schema = Schema.of(Field("id", IdType(), optional=True))
    assert isinstance(validate(schema, {"ip": "10.0.0.1"}, ZONE), Lead)


# --- Dotted names --------------------------------------------------------------------------------------


DEEP = Intake(Schema.of(Field("a.b.c", NumberType(True)), Field("a.d", RepType(), optional=True)), ZONE)


@pytest.mark.parametrize(
    "record",
    [
        {"a.b.c": 1, "a.d": "x"},
        {"a": {"b": {"c": 1}, "d": "x"}},
        {"a": {"b.c": 1, "d": "x"}},
        {"a.b": {"c": 1}, "a": {"d": "x"}},
        {"A": {"B": {"C": 1}, "D": "x"}},
        {"a": {"b": {"c": 2}, "d": "y"}, "a.b.c": 1, "a.d": "x"},
    ],
)
def test_dotted_fields_are_flat_keys_or_nested_objects_and_flat_ones_go_first(record: dict[str, Any]) -> None:
    assert DEEP.validate(record) == Lead({"a.b.c": 1, "a.d": "x"})


@pytest.mark.parametrize(
    "record", [{"a": None}, {"a": 5}, {"a": {"b": None}}, {"a": {"b": {"c": None}}}, {"a": []}]
)
def test_an_object_that_is_not_there_leaves_its_fields_missing(record: dict[str, Any]) -> None:
    assert problems(record, DEEP) == ["a.b.c: missing, and the policy needs it"]


def test_a_nested_misspelling_is_seen() -> None:
    assert problems({**FITS, "account": {"ownr": "ana"}}) == [
        "account.ownr: `account.ownr` is not a field; did you mean `account.owner`?"
    ]


def test_an_object_where_a_value_belongs() -> None:
    assert problems({**FITS, "company": {"name": "Acme"}}) == ["company: an object is not text"]


# --- Laws ----------------------------------------------------------------------------------------------


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.decimals()
    | st.text(max_size=6)
    | st.dates()
    | st.times()
    | st.datetimes()
    | st.datetimes(timezones=st.timezones())
    | st.sampled_from(["health", "crm", "DE", "5", "12.5", "a@b", "yes", "2026-01-31", "09:30", "a;b;A"])
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
KEYS = st.sampled_from([*SCHEMA.fields, "account", "Score", "industy"]) | st.text(max_size=5)


@given(st.dictionaries(KEYS | st.integers() | st.none(), ANYTHING) | ANYTHING)
def test_validating_never_raises(record: Any) -> None:
    result = INTAKE.validate(record)
    if isinstance(result, Invalid):
        assert result.problems
        assert all(str(problem) for problem in result.problems)


@given(
    st.fixed_dictionaries(
        {
            "id": st.text(min_size=1).filter(str.strip),
            "industry": st.just("HEALTH"),
            "score": st.integers(0, 100),
        },
        optional={
            "products": st.lists(st.sampled_from(["crm", "Voice", "EMAIL"])),
            "employees": st.integers(1, 10**29),
            "deal_value": st.decimals(0, 10**20, allow_nan=False, places=4) | st.floats(0, 1e9),
            "is_customer": st.booleans() | st.sampled_from(["yes", "0"]),
            "company": st.text(),
            "tags": st.lists(st.text()),
            "markets": st.lists(st.sampled_from(["de", "FRA", "Spain"])),
            "signed_up": st.dates(),
            "call_at": st.times(),
            "created_at": st.datetimes(timezones=st.none() | st.timezones()),
            "account.owner": st.text(),
        },
    )
)
def test_a_normalised_lead_is_itself_again_as_json(record: dict[str, Any]) -> None:
    first = INTAKE.validate(record)
    if isinstance(first, Lead):
        again = INTAKE.validate(first.as_json())
        assert again == first
        assert isinstance(again, Lead)
        assert again.id == first.id
        assert INTAKE.validate(first) == first
