"""Countries by ISO 3166-1: from codes and English names to the alpha-2 code by which they compare."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from routebook.text import fold, nearest

_LONGEST: Final = 100  # characters that the name of a country can have
_SHORTEST_GUESS: Final = 4

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
    "vatican city": "VA",
    "bosnia": "BA",
    "east timor": "TL",
    "hong kong sar": "HK",
    "republic of ireland": "IE",
    "micronesia": "FM",
    "macau": "MO",
    "democratic republic of the congo": "CD",
    "dr congo": "CD",
    "republic of the congo": "CG",
    "falkland islands": "FK",
    "kosovo": "XK",
}
"""English names in everyday use that the ISO list does not have. Kosovo's code is user-assigned."""


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
    """The alpha-2 code of a country given by alpha-2, alpha-3 or English name, whatever the case.

    Accents, punctuation and "the" do not matter either: `Cote d'Ivoire`, `Trinidad & Tobago`, `The Gambia`,
    `Republic of Moldova` and `U.S. Virgin Islands` are known. A name that several countries share is not.
    """
    return _known().get(fold(text)) or (
        _loosely_known().get(_letters(text)) if len(text) <= _LONGEST else None
    )


def nearest_country(text: str) -> str | None:
    """The English name, as ISO 3166-1 has it, that was most likely meant by a text that is no country."""
    if not _SHORTEST_GUESS <= len(text) <= _LONGEST:
        return None
    return nearest(text.strip(), _names())


@lru_cache(maxsize=1)
def _names() -> tuple[str, ...]:
    """The names by which people know countries."""
    import pycountry

    return tuple(getattr(country, "common_name", country.name) for country in pycountry.countries)


@lru_cache(maxsize=1)
def _loosely_known() -> Mapping[str, str]:
    """Names by their letters alone; what ISO turns around (`Korea, Republic of`) also as people say it."""
    turned: dict[str, set[str]] = {}
    known: dict[str, str] = {}
    for name, code in _known().items():
        known[_letters(name)] = code
        first, comma, rest = name.partition(", ")
        if comma:
            for said in (first, f"{rest} {first}"):
                turned.setdefault(_letters(said), set()).add(code)
        first, bracket, _ = name.partition(" (")
        if bracket:
            turned.setdefault(_letters(first), set()).add(code)
    sure = {said: next(iter(codes)) for said, codes in turned.items() if len(codes) == 1}
    return MappingProxyType({**sure, **known})


def _letters(name: str) -> str:
    plain = unicodedata.normalize("NFKD", fold(name)).replace("&", " and ")
    words = re.sub(r"[^\w\s]|[\u0300-\u036f]", "", plain.replace("-", " ")).split()
    return " ".join("saint" if word == "st" else word for word in words if word != "the")
