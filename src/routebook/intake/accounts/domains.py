"""E-mail domains: read from what people write in a table, and told apart from mailboxes that anybody may have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from routebook.intake.accounts.freemail import FREEMAIL

_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_LABEL: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_LONGEST: Final = 253  # characters of a name (RFC 1035, 2.3.4, without the last dot)
# The second level under which countries register names, where it has one of these; the rest of the public
# suffixes are not needed: this only keeps `acme.co.uk` from being taken for a part of an account's `co.uk`.
_SECOND_LEVELS: Final = ("ac", "co", "com", "edu", "gob", "gov", "go", "ne", "net", "nom", "or", "org")


def read_domain(text: str) -> str | None:
    """The domain that a text names, in lower case and ASCII: of an address, a web page or itself; None for none.

    `https://www.Acme.com/about`, `info@acme.com` and `ACME.com` are all `acme.com`.
    """
    host = _SCHEME.sub("", text.strip(), count=1)
    host = re.split(r"[/?#]", host, maxsplit=1)[0].rpartition("@")[2]
    host = re.sub(r":\d*$", "", host).rstrip(".").lower()
    if not host.isascii():
        try:
            host = host.encode("idna").decode().lower()
        except UnicodeError:
            return None
    host = host.removeprefix("www.")
    labels = host.split(".")
    if len(host) > _LONGEST or len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels):
        return None
    return host


def levels(domain: str) -> Iterator[str]:
    """The domain, then the one that it is a part of, and so on, down to what somebody can register."""
    yield domain
    while domain.count(".") > 1:
        domain = domain.partition(".")[2]
        if not _is_public(domain):
            yield domain


def is_freemail(domain: str) -> bool:
    """Whether anybody may have a mailbox there."""
    return any(level in FREEMAIL for level in levels(domain))


def _is_public(domain: str) -> bool:
    """Whether names are registered under this one: `co.uk`."""
    first, _, last = domain.partition(".")
    return first in _SECOND_LEVELS and len(last) == 2
