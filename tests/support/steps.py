"""How far a lead is from another, counted without the analyser."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any


def distance(old: dict[str, Any], new: dict[str, Any], ranges: Mapping[str, int]) -> tuple[int, float]:
    """How many fields differ, and by how many steps: a number of `ranges` by its distance over that."""
    changed = [name for name in {*old, *new} if old.get(name) != new.get(name)]
    steps = 0.0
    for name in changed:
        if name in ranges and old.get(name) is not None and new.get(name) is not None:
            steps += float(Fraction(abs(old[name] - new[name]), ranges[name]))
        else:
            steps += 1.0
    return len(changed), steps
