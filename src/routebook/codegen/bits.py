"""Bit sets of alternatives as machine words, and the first that stands in each row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

Words: TypeAlias = npt.NDArray[np.uint64]

SHORT: Final = 16
"""So many alternatives fit into a word whose every value has a place in a list."""

_REVERSED: Final = np.array([int(f"{byte:08b}"[::-1], 2) for byte in range(256)], dtype=np.uint8)


def words_of(standing: Sequence[int], total: int) -> Words:
    """Bit sets as words: alternative n, which is bit total - 1 - n of the integer, is bit n % 64 of word n // 64."""
    words = (total + 63) // 64
    within, shift = (1 << total) - 1, words * 64 - total
    data = b"".join(((bits & within) << shift).to_bytes(words * 8, "big") for bits in standing)
    return _REVERSED[np.frombuffer(data, dtype=np.uint8)].view("<u8").reshape(len(standing), words)


def short_of(standing: Sequence[int], total: int) -> npt.NDArray[np.uint16]:
    """Bit sets of at most 16 alternatives, alternative n at bit total - 1 - n, as they are."""
    within = (1 << total) - 1
    return np.array([bits & within for bits in standing], dtype=np.uint16)


def firsts(total: int) -> npt.NDArray[np.uint8]:
    """For every short bit set one more than the number of its first alternative, 0 where it is empty."""
    every = np.arange(1 << total)
    found = np.zeros(1 << total, dtype=np.uint8)
    for bit in range(total):
        found[every >> bit > 0] = total - bit
    return found


def first_standing(tables: Sequence[Words], codes: Sequence[Any], rows: int, words: int) -> Any:
    """For each row one more than the number of its first alternative that every table leaves standing, else 0.

    Word by word; rows that are settled are out of the way of later words.
    """
    found = np.zeros(rows, dtype=np.intp)
    if not tables:
        return found + (1 if words else 0)
    index = np.arange(rows)
    left = np.empty(rows, dtype=np.uint64)
    other = np.empty(rows, dtype=np.uint64)
    open_ = np.full(rows, 2**64 - 1, dtype=np.uint64)
    settled = 0
    for word in range(words):
        size = len(index)
        now = left[:size]
        np.take(tables[0][word], codes[0], out=now, mode="clip")
        for table, places in zip(tables[1:], codes[1:], strict=True):
            np.take(table[word], places, out=other[:size], mode="clip")
            now &= other[:size]
        now &= open_[:size]
        hits = np.flatnonzero(now)
        if not len(hits):
            continue
        bits = now[hits]
        lowest = bits & (~bits + np.uint64(1))
        found[index[hits]] = word * 64 + np.log2(lowest.astype(np.float64)).astype(np.intp) + 1
        open_[hits] = 0
        settled += len(hits)
        if settled * 8 >= size:
            keep = np.flatnonzero(open_[:size])
            index, codes, settled = index[keep], [places[keep] for places in codes], 0
            open_[: len(keep)] = 2**64 - 1
            if not len(keep):
                break
    return found
