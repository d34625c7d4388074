"""Headers of other systems become names that policies can use."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routebook.check.policy import check
from routebook.files import load_text
from routebook.starter.names import field_names, name_from
from support.keywords import KEYWORDS


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Total Visits", "total_visits"),
        ("  Äußerung – Größe ", "auerung_groe"),
        ("E-mail", "e_mail"),
        ("2nd choice", "n_2nd_choice"),
        ("when", "when_"),
        ("ALL", "all_"),
        ("rep", "rep_"),
        ("価格", ""),
        ("%", ""),
    ],
)
def test_a_header_as_a_name(header: str, name: str) -> None:
    assert name_from(header) == name


def test_valid_names_stay_and_the_others_make_room() -> None:
    headers = ["Lead Source", "lead_source", "Lead-Source", "score", "account.owner", "価格"]
    names = ["lead_source_2", "lead_source", "lead_source_3", "score", "account.owner", "column_6"]
    assert field_names(headers) == names


def test_a_dotted_name_gives_way_to_what_it_would_be_a_part_of() -> None:
    assert field_names(["email", "email.domain", "now.hour", "rep.id"]) == [
        "email", "email_domain", "now_hour", "rep_id"
    ]  # fmt: skip


headers = st.lists(
    st.one_of(
        st.text(max_size=12), st.sampled_from(sorted({word for words in KEYWORDS.values() for word in words}))
    ),
    min_size=1,
    max_size=8,
    unique=True,
)


@given(headers)
def test_every_header_gets_a_name_of_its_own_that_a_policy_takes(columns: list[str]) -> None:
    names = field_names(columns)
    assert len(set(names)) == len(columns)
    lead = "\n".join(f"  {name}: text optional" for name in names)
    rules = "\n".join(f'when {name} == "x" queue q' for name in names)
    program = load_text(f"lead {{\n{lead}\n}}\n{rules}\nelse queue q").program
    assert [finding.message for finding in check(program).findings if finding.is_error] == []
