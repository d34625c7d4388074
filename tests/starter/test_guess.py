"""What a column holds is judged by all of its values."""

from __future__ import annotations

import pytest

from routebook.starter.guess import Column, Guess
from routebook.starter.policy_text import _type
from routebook.starter.table import read_table
from routebook.types import OneOfType


def guess(values: list[object], name: str = "column") -> Guess:
    column = Column(name)
    for value in values:
        column.add(value)
    return column.guess(len(values))


def described(found: Guess) -> str:
    return _type(found.type) + (" optional" if found.optional else "")


@pytest.mark.parametrize(
    ("values", "type_"),
    [
        (["yes", "no", "no"], "bool"),
        (["true", "false"], "bool"),
        (["No", "No"], "bool"),
        (["0", "1", "1"], "bool"),
        (["0.0", "1.0"], "bool"),
        ([True, False], "bool"),
        (["1", "1"], "integer"),
        (["0", "0"], "integer"),
        (["0", "1", "2"], "integer"),
        (["5.0", "-3", "1e3"], "integer"),
        ([5, 7.0], "integer"),
        (["5", "5.5"], "decimal"),
        (["5", "", "7"], "integer optional"),
        (["5", None], "integer optional"),
        (["5", "n/a"], "integer optional"),
        (["00501", "10001"], "text"),
        (["0.5", "10"], "decimal"),
        (["1,000", "2,000"], "text"),
        (["2026-01-31", "2026-02-01"], "date"),
        (["2026-01-31T09:30Z", "2026-02-01 10:00"], "datetime"),
        (["09:30", "17:00"], "time"),
        (["a@b.example", "c@d.example"], "email"),
        (["a@b.example", "nobody"], "text"),
        (["Germany", "FRANCE"], "country"),
        (["web", "web", "event", "Event "], 'one of ["web", "event"]'),
        (["web", "event", "ad"], "text"),
        (["only", "only", "only"], "text"),
        (["", "", ""], "text optional"),
        (["Select", "unknown"], "text optional"),
        ([["a", "b"], "c"], "set of text optional"),
    ],
)
def test_types(values: list[object], type_: str) -> None:
    assert described(guess(values)) in (type_, type_.removesuffix(" optional"))
    assert guess(values).optional == type_.endswith("optional") or type_.startswith("set")


def test_the_most_frequent_spelling_and_member_come_first() -> None:
    found = guess(["ad", "Web", "web", "web", "AD", "ad", "ad", "x", "x"])
    assert found.type == OneOfType(("ad", "web", "x"))


def test_many_members_are_text() -> None:
    values: list[object] = [f"v{number % 31}" for number in range(500)]
    assert described(guess(values)) == "text"
    values = [f"v{number % 30}" for number in range(500)]
    assert described(guess(values)).startswith("one of")


def test_one_value_at_the_very_end_counts() -> None:
    values: list[object] = [str(number) for number in range(9000)]
    assert described(guess(values)) == "integer"
    assert described(guess([*values, "many"])) == "text"


@pytest.mark.parametrize("name", ["Zip", "Postal code", "Phone number", "fax"])
def test_numbers_that_are_none_by_their_name(name: str) -> None:
    assert described(guess(["12345", "67890"], name)) == "text"


def test_country_codes_need_a_name_that_says_so() -> None:
    assert described(guess(["DE", "FR", "CA"], "Country")) == "country"
    assert described(guess(["DE", "FR", "CA"], "State")) == "text"
    assert described(guess(["nationality"] * 2, "national id")) == "text"


def test_a_few_strangers_among_countries_are_missing() -> None:
    values: list[object] = ["India"] * 40 + ["Europe-wide", ""]
    found = guess(values, "Country")
    assert (described(found), found.missing) == ("country optional", ("Europe-wide",))
    assert described(guess(["India", "Narnia"], "Country")) == "text"


def test_dates_of_other_manners() -> None:
    found = guess(["1/31/2026", "12/24/2025"])
    assert (described(found), found.format) == ("date", "%m/%d/%Y")
    found = guess(["31.01.2026 09:30", "24.12.2025 17:00"])
    assert (described(found), found.format) == ("datetime", "%d.%m.%Y %H:%M")


def test_dates_that_could_be_two_days_are_not_guessed_at() -> None:
    found = guess(["1/2/2026", "3/4/2026"])
    assert described(found) == "text"
    assert found.either == ("%m/%d/%Y", "%d/%m/%Y")


@pytest.mark.parametrize(
    ("text", "id_column"),
    [
        ("id,a\n1,x\n1,y\n", "id"),
        ("Prospect ID,a\np1,x\np2,y\n", "Prospect ID"),
        ("opportunity_id,other_id\no1,x\no2,y\n", "opportunity_id"),
        ("owner_id,lead_id\nx,1\nx,2\n", "lead_id"),
        ("owner_id,a\nx,1\nx,2\n", None),
        ("lead_id,a\nx,1\n,2\n", None),
        ("ID,lead_id\nx,1\ny,2\n", "ID"),
        ("paid,a\n1,1\n2,2\n", None),
    ],
)
def test_which_column_tells_leads_apart(tmp_path, text: str, id_column: str | None) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "leads.csv"
    path.write_text(text)
    fields = read_table(path).fields
    found = [field.column for field in fields if field.name == "id" and _type(field.guess.type) == "id"]
    assert found == ([id_column] if id_column else [])


def test_json_lines_with_nested_objects(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "leads.jsonl"
    path.write_text('{"id": 1, "account": {"owner": "ana"}, "tags": ["a"]}\n{"id": 2, "score": 5}\n')
    fields = {field.name: described(field.guess) for field in read_table(path).fields}
    assert fields == {
        "id": "id", "account.owner": "text optional", "tags": "set of text optional", "score": "integer optional"
    }  # fmt: skip
