"""Company names: what makes two of them the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routebook.intake.accounts.legal_forms import FORMS
from routebook.intake.accounts.names import read_name


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("Acme Inc.", "acme"),
        ("ACME, Incorporated", "acme"),
        ("Acme Corporation", "acme"),
        ("Acme Co., Ltd.", "acme"),
        ("Dupont S.à r.l.", "dupont"),
        ("Dupont SARL", "dupont"),
        ("Kowalski Sp. z o.o.", "kowalski"),
        ("Grupo Bimbo S.A.B. de C.V.", "grupobimbo"),
        ("Müller GmbH & Co. KG", "muller"),
        ("SC Dacia S.R.L.", "dacia"),
        ("Novák spol. s r. o.", "novak"),
        ("Hotel d.o.o.", "hotel"),
        ("Foo Sdn. Bhd.", "foo"),
        ("Café (Pty) Ltd", "cafe"),
        ("A.P. Møller - Mærsk A/S", "apmollermaersk"),
        ("ПАО Газпром", "газпром"),
        ("PT Astra Tbk", "astra"),
        ("株式会社東芝", "東芝"),
        ("华为技术有限公司", "华为技术"),
        ("İş Bankası A.Ş.", "isbankasi"),
        ("McDonald’s", "mcdonalds"),
        ("The New York Inquirer", "newyorkinquirer"),
        ("AT&T Inc", "atandt"),
        ("Green-Plus", "greenplus"),
    ],
)
def test_the_key_leaves_out_what_says_nothing_about_the_company(written: str, key: str) -> None:
    assert read_name(written).key == key


@pytest.mark.parametrize("name", ["X Corp", "Co", "SA", "The", "Y-corporation", "Sp. z o.o."])
def test_a_legal_form_stays_where_nothing_else_would_be_left(name: str) -> None:
    assert read_name(name).key == "".join(char for char in name.casefold() if char.isalnum())


@pytest.mark.parametrize("name", ["Acme Group", "Acme Holding", "Acme Partners", "Acme Romania"])
def test_words_that_tell_companies_of_a_family_apart_are_kept(name: str) -> None:
    assert read_name(name).key != read_name("Acme").key


def test_a_name_without_a_letter_has_no_key() -> None:
    assert read_name("!!! – …") == read_name("")
    assert not read_name("").key


def test_the_same_words_in_another_order() -> None:
    assert read_name("Logistics Codehow").words == read_name("Codehow Logistics, Inc.").words


@given(st.text(max_size=30))
def test_any_text_has_a_name_and_the_key_is_stable(text: str) -> None:
    name = read_name(text)
    assert all(char.isalnum() or char == "_" or not char.isascii() for char in name.key)
    assert sorted(name.words.replace(" ", "")) == sorted(name.key)
    assert read_name(text.upper().lower()).key == read_name(text.lower().upper().lower()).key


@given(st.sampled_from(["acme", "betatech solutions", "studio 54", "Ørsted"]), st.sampled_from(sorted(FORMS)))
def test_every_legal_form_comes_off(name: str, form: str) -> None:
    assert read_name(f"{name} {form.upper()}").key == read_name(name).key
    assert read_name(f"{name}, {form}.").key == read_name(name).key
