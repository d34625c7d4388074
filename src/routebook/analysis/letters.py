"""Alphabets: one character for each class of characters that no language of a field tells apart."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import TypeAlias

from routebook.analysis.words import Machine
from routebook.text import fold_kept

Letter: TypeAlias = tuple[str, str]
"""A character as it was written, and what folding makes of it."""


def _cuts(machines: Iterable[Machine]) -> list[int]:
    """The borders of the classes of characters that no machine tells apart."""
    cuts = {0, 1, 0x110000, 0xD800, 0xE000, ord("0"), ord("9") + 1, ord("a"), ord("z") + 1}
    for machine in machines:
        cuts.update(machine.cuts())
    return sorted(cut for cut in cuts if cut <= 0x110000)


def alphabet(machines: Sequence[Machine], folded: bool) -> list[Letter]:
    """One character of each class, letters that people type first; `folded`: of those that folding leaves alone."""
    found = []
    for low, high in pairwise(_cuts(machines)):
        char = None if low in (0, 0xD800) else _representative(low, high, folded)  # no text has NUL in it
        if char is not None:
            found.append((char, char))
    return sorted(found, key=lambda letter: _likeliness(letter[0]))


def written_alphabet(machines: Sequence[Machine]) -> list[Letter]:
    """As `alphabet`, with a character of each kind that folding changes, or that joins with the one before."""
    cuts = _cuts(machines)
    kinds: dict[tuple[int, ...], Letter] = {}
    for char, image in (*alphabet(machines, folded=True), *_changing()):
        kinds.setdefault(tuple(bisect_right(cuts, ord(each)) for each in (char, *image)), (char, image))
    return list(kinds.values())


@lru_cache(maxsize=1)
def _changing() -> tuple[Letter, ...]:
    """The characters that folding changes, with what they become, and those that join with others."""
    chars = map(chr, (*range(0xD800), *range(0xE000, 0x20000)))
    return tuple(
        (char, fold_kept(char)) for char in chars if char.casefold() != char or unicodedata.combining(char)
    )


def _representative(low: int, high: int, folded: bool) -> str | None:
    for code in range(low, high):
        char = chr(code)
        if not folded or (
            fold_kept(char) == char and (char.isascii() or fold_kept(f"a{char}a") == f"a{char}a")
        ):
            return char
    return None


def _likeliness(char: str) -> tuple[int, int]:
    kinds = (
        char.isascii() and char.isalpha(),
        char == " ",
        char.isascii() and char.isdigit(),
        char.isprintable(),
    )
    return next((rank for rank, fits in enumerate(kinds) if fits), len(kinds)), ord(char)
