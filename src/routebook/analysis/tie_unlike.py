"""Values of several fields of which some have to differ: a pair is told apart only where it turns out to be equal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

Asked = TypeVar("Asked")
Values = TypeVar("Values")

_BRANCHES: Final = 500
"""So many ways to tell values apart are looked at."""


class TooMany(Exception):
    """There are more ways to tell the values apart than are looked at."""


def told_apart(
    asked: Asked,
    values: Callable[[Asked], Values | None],
    ways: Callable[[Asked, Values], Sequence[Asked]],
) -> Values | None:
    """Values for what is asked that all differ where they have to; None is a proof that there are none.

    `values` finds some that may be equal, None where there are none at all; `ways` are what to ask instead so that two
    of them differ, none where all do, the likeliest last. Raises `TooMany`.
    """
    queue = [asked]
    for _ in range(_BRANCHES):
        if not queue:
            return None
        first = queue.pop()
        found = values(first)
        if found is None:
            continue
        further = ways(first, found)
        if not further:
            return found
        queue += further
    raise TooMany
