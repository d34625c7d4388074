"""Ranges of whole numbers that may have no end, and sums that lie in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

Range: TypeAlias = tuple[int | None, int | None]
"""Both ends belong to it; None is no end."""


def spread(when: Sequence[tuple[int, int]], per: Sequence[tuple[int, tuple[int, ...]]]) -> tuple[int, int]:
    """The least and the greatest sum; `when` has a weight second, `per` a weight for each class."""
    low = sum(min(0, weight) for _, weight in when) + sum(min(weights) for _, weights in per)
    high = sum(max(0, weight) for _, weight in when) + sum(max(weights) for _, weights in per)
    return low, high


def above(low: int | None, value: int) -> bool:
    """Whether a value lies below this lower end."""
    return low is not None and low > value


def below(high: int | None, value: int) -> bool:
    """Whether a value lies above this upper end."""
    return high is not None and high < value


def covers(span: Range, low: int, high: int) -> bool:
    """Whether all of an interval lies in a range."""
    return not above(span[0], low) and not below(span[1], high)


def place_of(ranges: Sequence[Range], total: int) -> int | None:
    """Which of the ranges a sum lies in."""
    for index, (low, high) in enumerate(ranges):
        if not above(low, total) and not below(high, total):
            return index
    return None


def stretch(ranges: Sequence[Range], total: int, holds: bool) -> Range:
    """The widest interval around the total in which the sum is inside (or outside) its ranges."""
    if holds:
        index = place_of(ranges, total)
        assert index is not None
        return ranges[index]
    lows = [high + 1 for _, high in ranges if high is not None and high < total]
    highs = [low - 1 for low, _ in ranges if low is not None and low > total]
    return max(lows, default=None), min(highs, default=None)
