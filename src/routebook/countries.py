"""Countries by ISO 3166-1: from codes and English names to the alpha-2 code by which they compare."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from routebook.text import fold

_ALSO: Final = {
    "uk": "GB",
    "great britain": "GB",
    "england": "GB",
    "scotland": "GB",
    "wales": "GB",
    "northern ireland": "GB",
    "usa": "US",
    "u.s.": "US",
    "u.s.a.": "US",
    "united states of america": "US",
    "america": "US",
    "uae": "AE",
    "south korea": "KR",
    "north korea": "KP",
    "russia": "RU",
    "vietnam": "VN",
    "iran": "IR",
    "syria": "SY",
    "laos": "LA",
    "moldova": "MD",
    "bolivia": "BO",
    "venezuela": "VE",
    "tanzania": "TZ",
    "taiwan": "TW",
    "brunei": "BN",
    "czech republic": "CZ",
    "ivory coast": "CI",
    "cape verde": "CV",
    "swaziland": "SZ",
    "macedonia": "MK",
    "burma": "MM",
    "turkey": "TR",
    "the netherlands": "NL",
    "holland": "NL",
    "palestine": "PS",
    "vatican": "VA",
    "micronesia": "FM",
    "macau": "MO",
    "democratic republic of the congo": "CD",
    "republic of the congo": "CG",
    "falkland islands": "FK",
    "kosovo": "XK",
}
"""English names in everyday use that the ISO list does not have. Kosovo's code is user-assigned, as the EU uses it."""


@lru_cache(maxsize=1)
def _known() -> Mapping[str, str]:
    import pycountry  # loaded when a country is first met: it reads a file

    known: dict[str, str] = {}
    for country in pycountry.countries:
        code = country.alpha_2
        for attribute in ("alpha_2", "alpha_3", "name", "official_name", "common_name"):
            name = getattr(country, attribute, None)
            if name:
                known[fold(name)] = code
    return MappingProxyType({**known, **_ALSO, "xk": "XK", "xkx": "XK"})


@lru_cache(maxsize=1)
def codes() -> frozenset[str]:
    """Every alpha-2 code."""
    return frozenset(_known().values())


def is_country(code: str) -> bool:
    """Whether `code` is an alpha-2 code in capitals."""
    return code in codes()


def country_code(text: str) -> str | None:
    """The alpha-2 code of a country given by alpha-2, alpha-3 or English name, whatever the case."""
    return _known().get(fold(text))
