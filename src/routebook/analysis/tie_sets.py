"""Members of sets that make comparisons with texts and with other sets hold or fail as wanted.

Which sets have an element is its *pattern*. Two sets that must not meet, and a set that must have all of another,
forbid patterns, for each element by itself; two sets that must meet, and a set that must lack something of another,
ask for one element. So each element is settled by itself, and what is asked for is met by new ones where there may be.
All of them are sets of texts: listed members are compared by `tie_members`, or one by one where they are few.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, combinations, count, islice
from typing import Final, TypeAlias

from routebook.analysis.domains.sets import SetDomain
from routebook.analysis.formula import Point
from routebook.text import fold

Pattern: TypeAlias = frozenset[str]
"""The sets, by field, that have an element."""
Pair: TypeAlias = tuple[str, str]
Need: TypeAlias = Callable[[str | None, Pattern], bool]
"""Whether an element with this key, None for a new one, in just these sets is what is asked for."""

MOST: Final = 6
"""Sets that are settled together, at most: each doubles the patterns."""


@dataclass
class SetTies:
    """What is wanted of sets, by field."""

    has: dict[tuple[str, str], bool] = field(default_factory=dict)
    """Whether a set has an element, by field and key."""
    meet: list[Pair] = field(default_factory=list)
    apart: list[Pair] = field(default_factory=list)
    covers: list[Pair] = field(default_factory=list)
    """The first has all that the second has."""
    lacks: list[Pair] = field(default_factory=list)
    """The first lacks something that the second has."""

    def allows(self, pattern: Pattern) -> bool:
        """Whether an element may be in just these sets."""
        is_apart = not any(a in pattern and b in pattern for a, b in self.apart)
        return is_apart and not any(b in pattern and a not in pattern for a, b in self.covers)

    def needs(self) -> list[Need]:
        """Elements that are asked for."""
        return [*(_shared(*pair) for pair in self.meet), *(_lacked(*pair) for pair in self.lacks)]


def _shared(one: str, other: str) -> Need:
    return lambda _, pattern: one in pattern and other in pattern


def _lacked(one: str, other: str) -> Need:
    return lambda _, pattern: one not in pattern and other in pattern


def _another(base: str, domain: SetDomain) -> Need:
    """A member that the policy does not mention for this set."""
    return lambda key, pattern: base in pattern and key not in domain.spellings()


def members(
    domains: Mapping[str, SetDomain], texts: Mapping[str, str], ties: SetTies, point: Point
) -> dict[str, frozenset[str]] | None:
    """The members of sets in the point's classes, by field; None is a proof that there are none.

    `texts` has what sets are asked for, and how it is spelled, by key. There are at most `MOST` sets.
    """
    spelled = dict(texts)
    for domain in domains.values():
        spelled.update((key, text) for key, text in domain.spellings().items() if key not in spelled)
    sizes = range(len(domains) + 1)
    patterns = [frozenset(chosen) for size in sizes for chosen in combinations(domains, size)]
    allowed = [pattern for pattern in patterns if ties.allows(pattern)]
    known = {base: {key: domain.may_have(point, key) for key in spelled} for base, domain in domains.items()}
    options = {
        key: [
            pattern
            for pattern in allowed
            if all(
                told is None or told is (base in pattern)
                for base in domains
                for told in (known[base][key], ties.has.get((base, key)))
            )
        ]
        for key in spelled
    }
    if not all(options.values()):
        return None
    new = [pattern for pattern in allowed if all(domains[base].may_have_more(point) for base in pattern)]
    needs = [*ties.needs(), *(_another(base, d) for base, d in domains.items() if d.must_have_more(point))]
    found = _settled(needs, options, {key: each[0] for key, each in options.items()}, [], new)
    if found is None:
        return None
    chosen, added = found
    likely = (text for domain in domains.values() for text in domain.others)
    fresh = (text for text in chain(likely, map("sample {}".format, count(1))) if fold(text) not in spelled)
    elements = [(spelled[key], pattern) for key, pattern in chosen.items()]
    elements += zip(dict.fromkeys(islice(fresh, 100)), added, strict=False)
    return {base: frozenset(text for text, pattern in elements if base in pattern) for base in domains}


def _settled(
    needs: Sequence[Need],
    options: Mapping[str, Sequence[Pattern]],
    chosen: Mapping[str, Pattern],
    added: list[Pattern],
    new: Sequence[Pattern],
    pinned: frozenset[str] = frozenset(),
) -> tuple[Mapping[str, Pattern], list[Pattern]] | None:
    """A pattern for each key, and those of new elements; None where what is asked for is not met."""
    elements = [*chosen.items(), *((None, pattern) for pattern in added)]
    need = next((need for need in needs if not any(need(*element) for element in elements)), None)
    if need is None:
        return chosen, added
    for pattern in new:  # another element is in nobody's way
        if need(None, pattern):
            return _settled(needs, options, chosen, [*added, pattern], new, pinned)
    for key, patterns in options.items():
        for pattern in patterns if key not in pinned else ():
            if need(key, pattern):
                found = _settled(needs, options, {**chosen, key: pattern}, added, new, pinned | {key})
                if found is not None:
                    return found
    return None
