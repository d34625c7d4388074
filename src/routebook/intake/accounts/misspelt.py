"""Names that differ by a few slips of the pen, found among a hundred thousand without looking at each.

How alike two names are is one less the share of letters that were inserted, left out, replaced or swapped with
their neighbours (optimal string alignment distance, over the longer name). Each such slip spoils four of a name's
trigrams at most, so a name within k slips has at least one of any 4k + 1 trigrams of the one looked for: only the
names that have one of its 4k + 1 rarest are compared. That is the prefix filter of similarity joins (Chaudhuri,
Ganti and Kaushik 2006), and loses nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Final, NamedTuple, Protocol

LOWEST: Final = 80
"""The lowest threshold, in per cent: below it the filter has too few trigrams to go by."""

_SPOILT: Final = (
    4  # trigrams that one slip can spoil: three around a letter, one more for two that were swapped
)
_DIGITS: Final = re.compile(r"\d+")
_REMEMBERED: Final = 8192  # names


class Alike(NamedTuple):
    """A name that was found: its key, and how alike it is to the one looked for, from 0 to 1."""

    key: str
    score: float


class Comparer(Protocol):
    """Counts slips: what `process.extract` of rapidfuzz does with its optimal string alignment."""

    def __call__(self, key: str, others: list[str], most: int) -> Iterable[tuple[str, int]]:
        """Those of `others` that are within `most` slips of `key`, each with their number."""


def comparer() -> Comparer | None:
    """How names are compared; None where the package for it (the extra `accounts`) is not installed."""
    try:
        from rapidfuzz import process
        from rapidfuzz.distance import OSA
    except ImportError:
        return None

    def compare(key: str, others: list[str], most: int) -> Iterable[tuple[str, int]]:
        found = process.extract(key, others, scorer=OSA.distance, score_cutoff=most, limit=None)
        return ((other, slips) for other, slips, _ in found)

    return compare


def allowed(longer: int, threshold: int) -> int:
    """The slips that two names may differ by, the longer of which has so many letters."""
    return (100 - threshold) * longer // 100


def most_alike(key: str, others: Iterable[str], threshold: int, compare: Comparer) -> tuple[Alike, ...]:
    """Those of the names' keys that are most alike to one, all of the same score, in order; none under the threshold.

    Names with different numbers in them are different names: `Studio 54` and `Studio 55`.
    """
    best = 0.0
    found: list[str] = []
    digits = _DIGITS.findall(key)
    most = allowed(_longest(key, threshold), threshold)
    for other, slips in compare(key, list(others), most):
        longer = max(len(key), len(other))
        score = 1 - slips / longer
        if slips > allowed(longer, threshold) or score < best or _DIGITS.findall(other) != digits:
            continue
        found = [*found, other] if score == best else [other]
        best = score
    return tuple(Alike(name, best) for name in sorted(set(found)))


def _longest(key: str, threshold: int) -> int:
    """The length of the longest name that can be over the threshold with this one."""
    return len(key) * 100 // threshold


class Misspelt:
    """An index of names' keys, by length. Immutable once made, and safe to share between threads."""

    def __init__(self, keys: Iterable[str], threshold: int, compare: Comparer) -> None:
        self._threshold = threshold
        self._compare = compare
        self._having: dict[int, dict[str, list[str]]] = {}
        for key in sorted(set(keys)):
            having = self._having.setdefault(len(key), {})
            for gram in set(_grams(key)):
                having.setdefault(gram, []).append(key)
        self.nearest: Callable[[str], tuple[Alike, ...]] = lru_cache(_REMEMBERED)(self._nearest)
        """As `most_alike`, among all names of the index."""

    def _nearest(self, key: str) -> tuple[Alike, ...]:
        return most_alike(key, self._candidates(key), self._threshold, self._compare)

    def _candidates(self, key: str) -> set[str]:
        """Every name over the threshold, among others of about the length."""
        found: set[str] = set()
        grams = _grams(key)
        for length in range(len(key) * self._threshold // 100, _longest(key, self._threshold) + 1):
            most = allowed(max(length, len(key)), self._threshold)
            having = self._having.get(length)
            if having is None or abs(length - len(key)) > most:
                continue
            sizes = sorted((len(having.get(gram, ())), gram) for gram in grams)
            for size, gram in sizes[: _SPOILT * most + 1]:
                if size:
                    found.update(having[gram])
        return found


def _grams(key: str) -> list[str]:
    padded = f"\0\0{key}\0\0"
    return [padded[at : at + 3] for at in range(len(padded) - 2)]
