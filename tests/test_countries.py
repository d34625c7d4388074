"""Countries as people and exports write them."""

from __future__ import annotations

import pycountry
import pytest

from routebook.countries import codes, country_code, is_country, nearest_country


@pytest.mark.parametrize("country", list(pycountry.countries), ids=lambda country: country.alpha_2)
def test_every_country_by_its_codes_and_names(country: object) -> None:
    for attribute in ("alpha_2", "alpha_3", "name", "official_name", "common_name"):
        name = getattr(country, attribute, None)
        if name is not None:
            for written in (name, name.lower(), f" {name.upper()} "):
                assert country_code(written) == country.alpha_2  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("UK", "GB"), ("U.K.", "GB"), ("Scotland", "GB"), ("USA", "US"), ("U.S.A.", "US"), ("Russia", "RU"),
        ("South Korea", "KR"), ("Republic of Korea", "KR"), ("The Gambia", "GM"), ("St. Lucia", "LC"),
        ("St Kitts & Nevis", "KN"), ("Cote d’Ivoire", "CI"), ("Turkiye", "TR"), ("Turkey", "TR"),
        ("Curacao", "CW"), ("US Virgin Islands", "VI"), ("British Virgin Islands", "VG"), ("Guinea Bissau", "GW"),
        ("Democratic Republic of Congo", "CD"), ("Tanzania", "TZ"), ("Kosovo", "XK"),
    ],
)  # fmt: skip
def test_names_in_everyday_use(name: str, code: str) -> None:
    assert country_code(name) == code
    assert is_country(code)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "XX",
        "EU",
        "Korea",
        "Virgin Islands",
        "unknown",
        "Asia/Pacific Region",
        "Ελλάδα",
        "the",
        "x" * 10**6,
    ],
)
def test_what_is_none_or_more_than_one_is_not_guessed(name: str) -> None:
    assert country_code(name) is None


def test_codes_are_alpha_2_in_capitals() -> None:
    assert all(len(code) == 2 and code.isupper() for code in codes())
    assert not is_country("de")


def test_the_nearest_name() -> None:
    assert nearest_country("Germny") == "Germany"
    assert nearest_country("Untied States") == "United States"
    assert nearest_country("DX") is None
    assert nearest_country("x" * 10**6) is None
