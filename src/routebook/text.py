"""How texts compare: as people and CRMs compare them, not as computers do."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def clean(value: str) -> str:
    """`value` without surrounding white space, in Unicode NFC: what an intake keeps of a text."""
    return unicodedata.normalize("NFC", value.strip())


def fold(value: str) -> str:
    """The key by which texts compare: equal keys are equal texts, whatever their case and surrounding space.

    Canonical caseless matching as the Unicode standard defines it (section 3.13, D145), in NFC so that
    a prefix, suffix or substring never splits a letter from its accents.
    """
    return fold_kept(value.strip())


def fold_kept(value: str) -> str:
    """As `fold`, with the spaces at both ends kept: for the literal of `starts with` and its kin."""
    if value.isascii():
        return value.lower()
    decomposed = unicodedata.normalize("NFD", value)
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", decomposed.casefold()))


def nearest(word: str, known: Iterable[str], limit: int = 2) -> str | None:
    """The known word within `limit` edits of `word` (ignoring case), the closest first, then by name.

    An edit inserts, deletes or replaces a letter or swaps two neighbours (Damerau 1964, optimal string
    alignment). Short words allow fewer edits, so that `uk` is not taken for `fr`.
    """
    allowed = min(limit, max(1, len(word) // 3))
    wanted = word.casefold()
    letters = set(wanted)
    best: tuple[int, str] | None = None
    for candidate in known:
        if abs(len(candidate) - len(word)) > allowed:
            continue
        folded = candidate.casefold()
        # an edit brings in one letter at most and takes one away: most words are told apart by that alone
        if len(letters.symmetric_difference(folded)) > 2 * allowed:
            continue
        distance = _edits(wanted, folded)
        if distance <= allowed and (best is None or (distance, candidate) < best):
            best = (distance, candidate)
    return best[1] if best else None


def _edits(left: str, right: str) -> int:
    before: list[int] = []
    previous = list(range(len(right) + 1))
    for i, a in enumerate(left, start=1):
        current = [i]
        for j, b in enumerate(right, start=1):
            cost = min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            current.append(cost)
        before, previous = previous, current
    return previous[-1]


def listed(items: Iterable[str], word: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`: a list as people write it."""
    parts = list(items)
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def counted(number: int, singular: str, plural: str | None = None) -> str:
    """`1 rule`, `2 rules`: a number with its noun."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def read_span(text: str) -> timedelta | None:
    """A length of time such as `30d`, `12h`, `15m`, `10s` or `1h30m`; None for anything else, and for none at all."""
    parts = re.findall(r"([0-9]{1,9})([smhdw])", text)
    if not parts or "".join(number + unit for number, unit in parts) != text.strip():
        return None
    try:
        span = sum((timedelta(**{_UNITS[unit]: int(number)}) for number, unit in parts), timedelta())
    except OverflowError:
        return None
    return span if span else None


def show_span(span: timedelta) -> str:
    """A length of time as people say it, in the largest units that it has: `30 days`, `1 hour and 30 minutes`."""
    seconds = round(span.total_seconds())
    parts = []
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
        number, seconds = divmod(seconds, size)
        if number:
            parts.append(counted(number, unit))
    return listed(parts) or "no time"
