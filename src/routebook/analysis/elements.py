"""What a single element of a pattern (`x`, `[^a-z]`, `\\pL`, `.`) matches, as RE2 has it, over every character."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import re2


def escaped(char: str) -> str:
    """A character as a pattern that matches it alone."""
    return char if char.isalnum() or not char.isascii() else f"\\x{{{ord(char):x}}}"


@lru_cache(maxsize=1)
def _universe() -> str:
    return "".join(map(chr, (*range(0xD800), *range(0xE000, 0x110000))))


@lru_cache(maxsize=2048)
def ranges(element: str) -> tuple[int, ...]:
    """The code points that an element matches, as the borders [low, high) of its ranges one after another."""
    flags = ""
    if element.startswith("(?"):
        flags, _, element = element.partition(")")
        flags += ")"
    plain = _plain(flags, element)
    if plain is not None:
        return plain
    options = re2.Options()
    options.log_errors = False
    compiled = re2.compile(f"{flags}(?:{element})+", options)
    borders: list[int] = []
    for found in compiled.finditer(_universe()):
        for low, high in _pieces(found.start(), found.end()):
            borders += [low, high]
    return tuple(borders)


def _plain(flags: str, element: str) -> tuple[int, ...] | None:
    """The ranges of the commonest elements, a single ASCII character and the dot, without asking."""
    if element == "." and "s" not in flags:
        return (0, 10, 11, 0xD800, 0xE000, 0x110000)
    if element.startswith("\\x{"):
        element = chr(int(element[3:-1], 16))
    if len(element) != 1 or element == "." or not element.isascii():
        return None
    same = {element}
    if "i" in flags:
        # besides the two cases, the long s and the Kelvin sign fold to ASCII letters
        same |= {element.lower(), element.upper(), *({"s": "\u017f", "k": "\u212a"}.get(element.lower(), ""))}
    return tuple(border for char in sorted(same) for border in (ord(char), ord(char) + 1))


def _pieces(start: int, end: int) -> Iterator[tuple[int, int]]:
    """Places in the universe as code points: the surrogates are left out of it."""
    if start < 0xD800:
        yield start, min(end, 0xD800)
    if end > 0xD800:
        yield max(start, 0xD800) + 0x800, end + 0x800
