"""Texts, bools, countries, addresses and sets as values of their types."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routebook.decision import jsonable
from routebook.intake.problems import Misfit
from routebook.intake.values import Reader, is_missing, reader_for, remembering
from routebook.types import (
    BoolType,
    CountryType,
    EmailType,
    IdType,
    OneOfType,
    RepType,
    SetType,
    TextType,
    Type,
    Value,
)
from support.intake import SCHEMA, ZONE

INDUSTRY = OneOfType(("health", "finance", "Real Estate"))


def read(type_: Type, raw: object) -> Any:
    return reader_for(type_, ZONE)(raw)


def refusal(type_: Type, raw: object) -> str:
    with pytest.raises(Misfit) as caught:
        read(type_, raw)
    return str(caught.value)


@pytest.mark.parametrize("raw", [None, "", " ", "\t\n", "\u00a0"])
def test_empty_and_blank_text_is_missing(raw: object) -> None:
    assert is_missing(raw)


@pytest.mark.parametrize("raw", [0, False, [], "0", "null", "-", 0.0])
def test_nothing_else_is_missing(raw: object) -> None:
    assert not is_missing(raw)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        *((raw, True) for raw in (True, "true", "TRUE", " Yes ", "1", "1.0", 1, 1.0, Decimal("1.0"))),
        *((raw, False) for raw in (False, "false", "No", "0", "0.0", 0, 0.0, Decimal("0"))),
    ],
)
def test_bools(raw: object, value: bool) -> None:
    assert read(BoolType(), raw) is value


@pytest.mark.parametrize(
    "raw",
    ["maybe", "y", "on", "2", 2, 0.5, "01", [], float("nan"), Decimal("sNaN"), Decimal("inf"), 10**1300],
)
def test_what_is_neither_true_nor_false(raw: object) -> None:
    assert refusal(BoolType(), raw).endswith("is not true or false (nor yes or no, 1 or 0)")


def test_texts_are_stripped_and_composed() -> None:
    assert read(TextType(), "  Cafe\u0301 ") == "Café"


class Plan(str, Enum):  # noqa: UP042  # its own text is not its value
    PRO = "pro"


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (5, "5"), (5.0, "5.0"), (Decimal("5.00"), "5.00"), (True, "true"), (date(2026, 1, 31), "2026-01-31"),
        (Plan.PRO, "pro"), (10**1300, "1" + "0" * 1300),
    ],
    ids=lambda raw: type(raw).__name__,
)  # fmt: skip
def test_single_values_are_texts_as_a_table_has_them(raw: object, text: str) -> None:
    value = read(TextType(), raw)
    assert (value, type(value)) == (text, str)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (["a"], "a list is not text"),
        ({"a": 1}, "an object is not text"),
        (b"a", "binary data is not text"),
        (float("nan"), "`nan` is not text"),
        (Decimal("sNaN"), "`sNaN` is not text"),
        (object, "a value of the kind `type` is not text"),
        ("a\0b", "`a\\x00b` is not text: it has a NUL character in it"),
        ("\ud83d", "`\\ud83d` is not text: it has half of a character in it"),
    ],
)
def test_what_is_no_text(raw: object, words: str) -> None:
    assert refusal(TextType(), raw) == words


def test_long_values_are_cut_in_messages() -> None:
    assert len(refusal(INDUSTRY, "x" * 10_000_000)) < 200


@pytest.mark.parametrize("type_", [IdType(), RepType()])
def test_ids_are_kept_as_they_are(type_: Type) -> None:
    assert read(type_, " L-1 ") == " L-1 "
    assert read(type_, "e\u0301") == "e\u0301"
    assert read(type_, 17) == "17"
    assert read(type_, Decimal("660737.0")) == "660737.0"


@pytest.mark.parametrize("raw", ["health", " HEALTH", "Health\t"])
def test_one_of_is_the_listed_spelling(raw: str) -> None:
    assert read(INDUSTRY, raw) == "health"


def test_one_of_matches_whatever_the_case_on_either_side() -> None:
    assert read(INDUSTRY, "real estate") == "Real Estate"
    assert read(OneOfType(("Straße",)), "STRASSE") == "Straße"


def test_one_of_suggests_or_lists() -> None:
    assert refusal(INDUSTRY, "helth") == "`helth` is not one of the listed values; did you mean `health`?"
    assert refusal(INDUSTRY, "x") == (
        "`x` is not one of the listed values; it can be `health`, `finance` or `Real Estate`"
    )
    many = OneOfType(tuple(f"member {number}" for number in range(40)))
    assert refusal(many, "x").endswith("`member 11` and 28 more")
    assert refusal(INDUSTRY, ["health"]) == "a list is not one of the listed values"


@pytest.mark.parametrize(
    ("raw", "code"),
    [("de", "DE"), ("DEU", "DE"), ("Germany", "DE"), ("UK", "GB"), ("usa", "US"), (" South Korea ", "KR")],
)
def test_countries(raw: str, code: str) -> None:
    assert read(CountryType(), raw) == code


def test_what_is_no_country() -> None:
    assert refusal(CountryType(), "Germny") == "`Germny` is not a country; did you mean `Germany`?"
    expected = "an ISO 3166-1 code such as `DE` or an English name is expected"
    for raw in ("XX", "EU", "unknown", "Korea", "x" * 1000):
        assert refusal(CountryType(), raw).endswith(f"is not a country; {expected}")
    assert refusal(CountryType(), 276) == f"`276` is not a country; {expected}"


def test_emails_keep_their_spelling() -> None:
    assert read(EmailType(), " Ana@Example.com ") == "Ana@Example.com"
    assert read(EmailType(), "a@b") == "a@b"


@pytest.mark.parametrize("raw", ["ana", "@b", "a@", "a@b@c", "a b@c.de", "a@b\u00a0c", "@", 5])
def test_what_is_no_address(raw: object) -> None:
    assert refusal(EmailType(), raw).endswith("one `@`, something on both sides, no spaces")


@pytest.mark.parametrize(
    ("element", "raw", "members"),
    [
        (TextType(), "a; b ;;A", {"a", "b"}),
        (TextType(), [" a ", "A", None, "", 5], {"a", "5"}),
        (TextType(), ["a;b"], {"a;b"}),
        (TextType(), [], set()),
        (TextType(), ";", set()),
        (INDUSTRY, "HEALTH;finance", {"health", "finance"}),
        (INDUSTRY, ("health", "Health"), {"health"}),
        (CountryType(), "DE;Germany;uk", {"DE", "GB"}),
        (CountryType(), {"DEU"}, {"DE"}),
    ],
)
def test_sets(element: Any, raw: object, members: set[str]) -> None:
    assert read(SetType(element), raw) == members


def test_of_members_that_are_the_same_the_first_spelling_is_kept() -> None:
    assert read(SetType(TextType()), ["Beta", "BETA"]) == {"Beta"}
    assert read(SetType(TextType()), {"b", "B"}) == {"B"}


def test_every_member_that_does_not_fit_is_named() -> None:
    with pytest.raises(Misfit) as caught:
        read(SetType(INDUSTRY), "helth;finance;zzz;helth")
    assert [message.split(";")[0] for message in caught.value.messages] == [
        "`helth` is not one of the listed values",
        "`zzz` is not one of the listed values",
    ]


@pytest.mark.parametrize("raw", [5, {"a": 1}, True, 2.5])
def test_what_is_no_set(raw: object) -> None:
    assert "is not a set: a list, or text with `;` between the members" in refusal(SetType(TextType()), raw)


def test_a_remembered_refusal_is_a_new_exception_each_time() -> None:
    calls = []

    def reader(raw: object) -> str:
        calls.append(raw)
        raise Misfit("no", "nor that")

    remembered = remembering(reader)
    caught = []
    for _ in range(3):
        with pytest.raises(Misfit) as info:
            remembered("x")
        caught.append(info.value)
    assert calls == ["x"]
    assert len({id(misfit) for misfit in caught}) == 3
    assert caught[2].messages == ("no", "nor that")


def test_remembering_tells_values_apart_that_are_equal_to_python() -> None:
    remembered = remembering(reader_for(TextType(), ZONE))
    assert [remembered(raw) for raw in (1, True, 1.0, "1", "true")] == ["1", "true", "1.0", "1", "true"]


RAW = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.decimals()
    | st.fractions()
    | st.text(st.characters(), max_size=8)
    | st.sampled_from(
        ["5", "1e99", "health", "DE", "a@b", "2026-01-31", "09:30", "2026-01-31T09:30Z", "a;b", "yes"]
    )
    | st.dates()
    | st.times()
    | st.datetimes()
    | st.binary(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


@given(st.sampled_from([field.type for field in SCHEMA]), RAW)
def test_a_reader_refuses_in_words_or_gives_what_stays_as_it_is(type_: Type, raw: object) -> None:
    reader = reader_for(type_, ZONE)
    if is_missing(raw):
        return
    outcome = outcome_of(reader, raw)
    if isinstance(outcome, Misfit):
        assert outcome.messages
        assert all(message and message.isprintable() for message in outcome.messages)
    elif not is_missing(outcome):
        assert reader(outcome) == outcome
        again = reader(jsonable(outcome))
        assert (again, type(again)) == (outcome, type(outcome))


def outcome_of(reader: Reader, raw: object) -> Value | Misfit:
    try:
        return reader(raw)
    except Misfit as misfit:
        return misfit
