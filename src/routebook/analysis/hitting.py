"""The smallest sets that have a member in common with each of some sets."""

from __future__ import annotations

from collections.abc import Sequence

from routebook.analysis.terms import bits


class TooHard(Exception):
    """A hitting set was neither found nor excluded within the nodes that were given."""


def hitting_set(sets: Sequence[frozenset[int]], limit: int, nodes: int) -> tuple[list[int] | None, int]:
    """At most `limit` members that have one of each of these sets; None where there are none such.

    Raises `TooHard` where it takes more than so many nodes of the search; what is left of them comes back, too.
    """
    if _apart(sets) > limit:
        return None, nodes
    hits: dict[int, int] = {}
    for number, each in enumerate(sets):
        for member in each:
            hits[member] = hits.get(member, 0) | 1 << number
    # of members that hit the same sets, or fewer, one is enough
    named = {mask: member for member, mask in hits.items()}
    masks: list[int] = []
    for mask in sorted(named, key=int.bit_count, reverse=True):
        if not any(mask & ~wider == 0 for wider in masks):
            masks.append(mask)
    rows = [
        sum(1 << place for place, mask in enumerate(masks) if mask >> number & 1)
        for number in range(len(sets))
    ]
    search = _Hitting(masks, nodes)
    found = search.run(sorted(set(rows), key=int.bit_count), limit)
    members = None if found is None else [named[masks[place]] for place in found]
    return members, search.left


def _apart(sets: Sequence[frozenset[int]]) -> int:
    """Of how many of the sets no two are soon seen to have a member in common: so many members are needed."""
    used: set[int] = set()
    found = 0
    for each in sorted(sets, key=len):
        if used.isdisjoint(each):
            used |= each
            found += 1
    return found


class _Hitting:
    """Branches on the smallest set that is not hit. More sets that have no member in common than may be chosen
    are too many.
    """

    def __init__(self, masks: list[int], nodes: int) -> None:
        self.weight = [mask.bit_count() for mask in masks]
        self.left = nodes

    def run(self, rows: list[int], size: int) -> list[int] | None:
        if not rows:
            return []
        self.left -= 1
        if self.left < 0:
            raise TooHard
        apart, used = 0, 0
        for row in rows:
            if not row & used:
                apart += 1
                used |= row
                if apart > size:
                    return None
        smallest = min(rows, key=int.bit_count)
        tried = 0
        for member in sorted(bits(smallest), key=lambda place: -self.weight[place]):
            rest = [row & ~tried for row in rows if not row >> member & 1]
            if all(rest):
                found = self.run(rest, size - 1)
                if found is not None:
                    return [member, *found]
            tried |= 1 << member
        return None
