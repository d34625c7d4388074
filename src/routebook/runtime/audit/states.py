"""What a store holds besides its log, held against what the log adds up to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from routebook.runtime.audit.differences import Difference, Kind, parts_that_differ
from routebook.runtime.stores.snapshots import Held


def compare(kept: Iterator[Held], replayed: Iterator[Held]) -> Iterator[Difference]:
    """Both come in the order of what they are and of their keys, so that one of each is in memory at a time."""
    ours, theirs = next(kept, None), next(replayed, None)
    while ours is not None or theirs is not None:
        if theirs is None or (ours is not None and ours[:2] < theirs[:2]):
            assert ours is not None
            yield _differs(ours, ours.value, {})
            ours = next(kept, None)
        elif ours is None or theirs[:2] < ours[:2]:
            yield _differs(theirs, {}, theirs.value)
            theirs = next(replayed, None)
        else:
            if ours.value != theirs.value:
                yield _differs(ours, *parts_that_differ(ours.value, theirs.value))
            ours, theirs = next(kept, None), next(replayed, None)


def _differs(held: Held, recorded: dict[str, Any], replayed: dict[str, Any]) -> Difference:
    what = f"the {held.what} of `{' '.join(held.key)}`"
    if not recorded:
        message = f"{what} are not there, and the log says that they are"
    elif not replayed:
        message = f"{what} are there, and nothing in the log leads to them"
    else:
        message = f"{what} are not what the log adds up to"
    lead = held.key[0] if held.what == "leads" else None
    return Difference(Kind.STATE, message, lead=lead, recorded=recorded, replayed=replayed)
