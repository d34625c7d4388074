"""Values that look like a lead's, by the name of the field: for witnesses that people are to believe."""

from __future__ import annotations

from typing import Final

from routebook.types import EmailType, IdType, RepType, TextType

_TEXTS: Final = (
    ("first_name", ("Maria", "Jonas", "Aisha")),
    ("last_name", ("Novak", "Keller", "Okafor")),
    ("company", ("Northwind Traders", "Fabrikam", "Contoso")),
    ("account", ("Northwind Traders", "Fabrikam", "Contoso")),
    ("title", ("Operations manager", "Analyst", "Buyer")),
    ("job", ("Operations manager", "Analyst", "Buyer")),
    ("name", ("Maria Novak", "Jonas Keller", "Aisha Okafor")),
    ("domain", ("northwind.example", "fabrikam.example", "contoso.example")),
    ("website", ("northwind.example", "fabrikam.example", "contoso.example")),
    ("city", ("Springfield", "Rivertown", "Lakeside")),
    ("state", ("Ohio", "Bavaria", "Kent")),
    ("campaign", ("spring_webinar", "newsletter", "trade_fair")),
    ("source", ("website", "referral", "event")),
    ("phone", ("+1 555 0100", "+1 555 0101", "+1 555 0102")),
    ("language", ("English", "Spanish", "Romanian")),
    ("product", ("crm", "voice", "email")),
)
_NUMBERS: Final = (
    ("employee", 120),
    ("headcount", 120),
    ("size", 120),
    ("deal", 12_000),
    ("value", 12_000),
    ("amount", 12_000),
    ("revenue", 1_000_000),
    ("budget", 12_000),
    ("seats", 20),
)
_PLAIN: Final = ("sample", "example", "another")

COUNTRIES: Final = ("US", "DE", "GB", "FR", "CA", "AU", "ES", "IT", "NL", "BR", "IN", "JP")
"""Countries that a lead is likely to come from; the others follow in the order of their codes."""


def texts_for(name: str, type_: TextType | IdType | EmailType | RepType) -> tuple[str, ...]:
    """Likely values of a text-like field."""
    match type_:
        case EmailType():
            return ("maria@northwind.example", "jonas@fabrikam.example", "aisha@contoso.example")
        case IdType():
            return ("L-1", "L-2", "L-3")
        case RepType():
            return ("ana", "bogdan", "chloe")
    lowered = name.lower()
    return next((texts for word, texts in _TEXTS if word in lowered), _PLAIN)


def number_for(name: str) -> int | None:
    """A likely value of a number, None where the name says nothing."""
    lowered = name.lower()
    return next((number for word, number in _NUMBERS if word in lowered), None)
