"""Members for fields with one value and for sets, of which it is asked that they are the same, or in each other.

Members come in lots of those that are alike. So of each lot as many are tried as there are fields and things asked
for. A member may be in a set whatever other members are in, except that sets are kept apart, or one has all of
another: then the sets that it has to be in grow, and where they grow into one that it must not be in, it cannot be.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from routebook.analysis.clock import Clock
from routebook.analysis.tie_model import Tie

Pair: TypeAlias = tuple[str, str]
Wants: TypeAlias = Mapping[str, bool]
"""Whether a member has to be in a set, or must not be, by field."""
Chosen: TypeAlias = Mapping[str, Wants]
"""The members that something is asked of."""
Answer: TypeAlias = dict[str, str | frozenset[str]]
"""A value for each field."""


@dataclass(frozen=True, slots=True)
class Lot:
    """Members that are alike: the fields whose value they may be, what is told of them, and of the sets in `unnamed`
    that no literal speaks of them.
    """

    members: tuple[str, ...]
    may: frozenset[str]
    told: Wants
    unnamed: frozenset[str]


@dataclass(frozen=True, slots=True)
class Need:
    """Some member is in these sets and not in those; where `of` is a set, one that no literal speaks of there."""

    wants: tuple[tuple[str, bool], ...]
    of: str | None = None

    def joined(self, wants: Wants, lot: Lot) -> Wants | None:
        """What is asked of a member that is to be it; None where that contradicts itself."""
        if self.of is not None and self.of not in lot.unnamed:
            return None
        joined = dict(wants)
        agrees = [joined.setdefault(base, want) is want for base, want in self.wants]
        return joined if all(agrees) else None


@dataclass
class Asked:
    """What is asked of fields with one value (`single`) and of sets, by field."""

    single: dict[str, None] = field(default_factory=dict)
    sets: dict[str, None] = field(default_factory=dict)
    same: list[Pair] = field(default_factory=list)
    differ: list[Pair] = field(default_factory=list)
    has: list[tuple[str, str, bool]] = field(default_factory=list)
    """Whether a set has the value of a field."""
    apart: list[Pair] = field(default_factory=list)
    covers: list[Pair] = field(default_factory=list)
    """The first has all that the second has."""
    needs: list[Need] = field(default_factory=list)

    def add(self, tie: Tie, want: bool) -> None:
        """Ask that a comparison holds, or does not."""
        left, right = (ref.base for ref in tie.refs)
        if tie.op == "==":
            self.single.update({left: None, right: None})
            (self.same if want else self.differ).append((left, right))
        elif tie.op in ("in", "has"):
            owner, member = (left, right) if tie.op == "has" else (right, left)
            self.sets[owner] = self.single[member] = None
            self.has.append((owner, member, want))
        else:
            self.sets.update({left: None, right: None})
            self._add_sets(tie.op, left, right, want)

    def _add_sets(self, op: str, left: str, right: str, want: bool) -> None:
        if op == "has any" and not want:
            self.apart.append((left, right))
        elif op == "has all" and want:
            self.covers.append((left, right))
        else:
            self.needs.append(Need(((left, want), (right, True))))

    def within(self, wants: Wants) -> frozenset[str] | None:
        """The fewest sets that a member is in; None where it cannot be as is asked of it."""
        found = {base for base, want in wants.items() if want}
        while more := {wider for wider, narrower in self.covers if narrower in found} - found:
            found |= more
        is_torn = any(not want and base in found for base, want in wants.items())
        if is_torn or any(one in found and other in found for one, other in self.apart):
            return None
        return frozenset(found)


class Question:
    """What is asked, and the lots that there are for it."""

    def __init__(self, asked: Asked, lots: Sequence[Lot], clock: Clock) -> None:
        self._asked, self._lots, self._clock = asked, lots, clock
        self._lot_of = {member: lot for lot in lots for member in lot.members}

    def answer(self) -> Answer | None:
        """A value for each field; None is a proof that there are none."""
        asked = self._asked
        alone = [asked.within(lot.told) for lot in self._lots]
        alike = self._alike()
        if None in alone or any(alike[one] is alike[other] for one, other in asked.differ):
            return None
        if any(all(self._joined(need, lot, lot.told) is None for lot in self._lots) for need in asked.needs):
            return None
        for values, chosen in self._valued(self._by_choice(alike), alike, {}, {}):
            settled = self._settled(asked.needs, chosen)
            if settled is not None:
                return {**{base: values[alike[base][0]] for base in asked.single}, **self._sets(settled)}
        return None

    def _alike(self) -> dict[str, list[str]]:
        """For each field with one value the fields that have the same, itself among them."""
        alike = {base: [base] for base in self._asked.single}
        for one, other in self._asked.same:
            if alike[one] is not alike[other]:
                alike[one] += alike[other]
                alike.update(dict.fromkeys(alike[other], alike[one]))
        return alike

    def _by_choice(self, alike: Mapping[str, list[str]]) -> list[str]:
        """The first field of those that are alike: what has the fewest members to choose from comes first."""
        firsts = list(dict.fromkeys(group[0] for group in alike.values()))
        room = {
            first: sum(len(lot.members) for lot in self._lots if lot.may.issuperset(alike[first]))
            for first in firsts
        }
        return sorted(firsts, key=room.__getitem__)

    def _valued(
        self,
        firsts: Sequence[str],
        alike: Mapping[str, list[str]],
        values: Mapping[str, str],
        chosen: Chosen,
    ) -> Iterator[tuple[Mapping[str, str], Chosen]]:
        """Every way to give the fields values, but for which of alike members it is."""
        self._clock.check()
        if not firsts:
            yield values, chosen
            return
        first, group = firsts[0], alike[firsts[0]]
        barred = {
            values.get(alike[other][0])
            for pair in self._asked.differ
            for one, other in (pair, pair[::-1])
            if one in group
        }
        has = Need(tuple((owner, want) for owner, member, want in self._asked.has if member in group))
        for member, wants in self._candidates(chosen):
            lot = self._lot_of[member]
            if member in barred or not lot.may.issuperset(group):
                continue
            joined = self._joined(has, lot, wants)
            if joined is not None:
                yield from self._valued(
                    firsts[1:], alike, {**values, first: member}, {**chosen, member: joined}
                )

    def _candidates(self, chosen: Chosen) -> Iterator[tuple[str, Wants]]:
        """The members that something is asked of, and one more of each lot, with what is asked of them."""
        yield from chosen.items()
        for lot in self._lots:
            fresh = next((member for member in lot.members if member not in chosen), None)
            if fresh is not None:
                yield fresh, lot.told

    def _joined(self, need: Need, lot: Lot, wants: Wants) -> Wants | None:
        """What is asked of a member that meets a need as well; None where it cannot."""
        joined = need.joined(wants, lot)
        return None if joined is None or self._asked.within(joined) is None else joined

    def _settled(self, needs: Sequence[Need], chosen: Chosen) -> Chosen | None:
        """The members of which something is asked when the needs are met; None where they cannot be."""
        self._clock.check()
        if not needs:
            return chosen
        need, *others = needs
        for member, wants in self._candidates(chosen):
            lot = self._lot_of[member]
            joined = self._joined(need, lot, wants)
            if joined is None:
                continue
            found = self._settled(others, {**chosen, member: joined})
            if found is not None:
                return found
            if member not in chosen and sum(each not in chosen for each in lot.members) > len(others):
                return None  # it is in nobody's way
        return None

    def _sets(self, chosen: Chosen) -> dict[str, frozenset[str]]:
        found: dict[str, list[str]] = {base: [] for base in self._asked.sets}
        for lot in self._lots:
            usual = self._asked.within(lot.told) or ()
            for member in lot.members:
                within = self._asked.within(chosen[member]) or () if member in chosen else usual
                for base in within:
                    found[base].append(member)
        return {base: frozenset(members) for base, members in found.items()}
