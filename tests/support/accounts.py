"""Accounts and schemas for tests that match leads to them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from routebook.intake.accounts.matching import AccountMatching
from routebook.intake.accounts.model import Account, Accounts
from routebook.types import (
    CountryType,
    EmailType,
    Field,
    IdType,
    NumberType,
    OneOfType,
    RepType,
    Schema,
    TextType,
)

ZONE: Final = ZoneInfo("UTC")

SCHEMA: Final = Schema.of(
    Field("id", IdType()),
    Field("email", EmailType(), optional=True),
    Field("company", TextType(), optional=True),
    Field("account.id", IdType(), optional=True),
    Field("account.name", TextType(), optional=True),
    Field("account.domain", TextType(), optional=True),
    Field("account.owner", RepType(), optional=True),
    Field("account.parent", TextType(), optional=True),
    Field("account.family", TextType(), optional=True),
    Field("account.family_owner", RepType(), optional=True),
    Field("account.sector", OneOfType(("tech", "retail", "medical")), optional=True),
    Field("account.employees", NumberType(integer=True, low=1), optional=True),
    Field("account.country", CountryType(), optional=True),
)


def matching(*accounts: Account, **options: Any) -> AccountMatching:
    return AccountMatching(Accounts.of(*accounts), options.pop("schema", SCHEMA), ZONE, **options)


def write(folder: Path, text: str, name: str = "accounts.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


# --- strategies: few names, domains and parents, so that accounts tie and leads meet them ---

DOMAINS: Final = ("acme.com", "eu.acme.com", "betatech.example", "acme.co.uk", "codehow.de")
COMPANIES: Final = (
    "Acme", "ACME Inc.", "Acme GmbH", "Betatech", "Betatehc", "Codehow Logistics", "Logistics Codehow",
    "Codehow Logistik", "The Codehow", "Müller & Söhne", "Mueller and Soehne", "Studio 54", "Studio 55",
)  # fmt: skip
REPS: Final = ("ana", "bob", "cy", "dee")


@st.composite
def accounts_lists(draw: st.DrawFn, sound: bool = False, most: int = 8) -> list[Account]:
    """Accounts with distinct ids. Their parents are any graph, circles and strangers included, unless `sound`."""
    ids = [str(number) for number in range(draw(st.integers(0, most)))]
    found = []
    for place, id in enumerate(ids):
        parents = ids[:place] if sound else [*ids, "nobody"]
        found.append(
            Account(
                id,
                draw(st.sampled_from(COMPANIES)),
                tuple(draw(st.lists(st.sampled_from(DOMAINS), max_size=2, unique=True))),
                draw(st.none() | st.sampled_from(REPS)),
                draw(st.none() | st.sampled_from(parents)) if parents else None,
            )
        )
    return found


leads = st.fixed_dictionaries(
    {"id": st.just("L-1")},
    optional={
        "email": st.sampled_from(
            [f"jo@{domain}" for domain in (*DOMAINS, "mail.acme.com", "gmail.com", "stranger.example")]
        ),
        "company": st.sampled_from((*COMPANIES, "Betatek", "Stranger")),
        "account.id": st.sampled_from(["0", "1", "9"]),
        "account.name": st.sampled_from(COMPANIES),
        "account.owner": st.sampled_from(REPS),
    },
)
"""Records of leads that may belong to the accounts of `accounts_lists`."""
