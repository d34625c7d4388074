"""The fewest rules that stand in the way of one, and a lead for each.

The fewest are found by implicit hitting sets (Chandrasekaran, Karp, Moreno-Centeno and Vempala 2011): each lead
that a set of blockers lets through says that one of the rules that hold of it must be among them; the smallest
set that hits all of those, and lets nothing through, is a minimum. Leads that few rules hold say the most, so
each is moved until fewer do, and every lead that was met on the way is kept: most questions are answered by one of
them without a search.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import Final

from routebook.analysis.formula import Literal
from routebook.analysis.hitting import TooHard, hitting_set
from routebook.analysis.model import Entry, Model
from routebook.analysis.ordinary import nearest
from routebook.analysis.search import Covered, Found, Unknown
from routebook.analysis.terms import Ids, bits

_ROUNDS: Final = 60
_SHRUNK: Final = 40
_NODES: Final = 1_500
_TRIED: Final = 20
"""Conflicts after which the search for a better example ends: any example will do."""


class Blockade:
    """A formula that earlier rules cover together, with the points of it that were met."""

    def __init__(self, model: Model, literal: Literal, among: Ids, core: Ids, point: tuple[int, ...]) -> None:
        self.model, self.literal, self.among = model, literal, among
        self._points: list[tuple[tuple[int, ...], Ids]] = []
        self._rows: list[frozenset[int]] = []
        self.note(point)
        self.chosen = self._deleted(model.entries_of(core))
        self.is_fewest = len(self.chosen) == 1

    # --- Points ------------------------------------------------------------------------------------------

    def note(self, point: tuple[int, ...]) -> None:
        """Keep a point of the formula."""
        self._points.append((point, self.model.holding(point, self.among)))

    def let_through(self, avoid: Ids) -> Found | Covered | Unknown:
        """A point of the formula that these terms do not hold."""
        for point, held in self._points:
            if not held & avoid:
                return Found(point)
        answer = self.model.find([self.literal], avoid, near=self._points[-1][0])
        if isinstance(answer, Found):
            self.note(answer.point)
        return answer

    def _shrunk(self, point: Sequence[int], avoid: Ids) -> list[int]:
        """A point of the formula near this one, outside `avoid`, that fewer rules hold, class by class."""
        model, here = self.model, list(point)
        held = model.holding(here, self.among)
        rows = model.index.allow()
        tried = 0
        for number in bits(held):
            if not held >> number & 1:
                continue
            for dimension, mask in model.index.boxes[number].items():
                away = model.formulas.full(dimension) & ~mask
                if not away or not rows[dimension] or tried >= _SHRUNK:
                    continue
                tried += 1
                before = here[dimension]
                here[dimension] = model.space.pick(dimension, away)
                fewer = model.holding(here, self.among)
                better = fewer and not fewer & avoid and fewer.bit_count() < held.bit_count()
                if better and model.formulas.holds(self.literal, here) and model.has_lead(here):
                    held = fewer
                    break
                here[dimension] = before
        return here

    # --- The fewest --------------------------------------------------------------------------------------

    def _require(self, point: tuple[int, ...], avoid: Ids) -> None:
        """One of the rules that hold near a point, outside `avoid`, must be among the chosen."""
        self.note(tuple(self._shrunk(point, avoid)))
        holders = self.model.entries_of(self._points[-1][1])
        self._rows.append(frozenset(_first(holder) for holder in holders))

    def _deleted(self, entries: list[Entry]) -> list[Entry]:
        """The rules without those that can be spared, one after the other."""
        kept = list(entries)
        together = terms_of(kept)
        for entry in reversed(entries):
            others = together & ~entry.terms
            if not others or others == together:
                continue
            answer = self.let_through(others)
            if self.model.out_of_time():
                break
            if isinstance(answer, Covered):
                kept = [other for other in kept if other is not entry and other.terms & answer.terms]
                together = terms_of(kept)
        return kept

    def minimise(self) -> None:
        """Make the chosen rules the fewest that do, as far as time goes; `is_fewest` says whether that is proved."""
        model = self.model
        if model.out_of_time():
            return
        before = model.steps
        nodes = _NODES
        for point, _ in list(self._points):
            self._require(point, 0)
        for _ in range(_ROUNDS):
            if self.is_fewest or model.out_of_time():
                break
            try:
                hitting, nodes = hitting_set(self._rows, len(self.chosen) - 1, nodes)
            except TooHard:
                model.spent += _NODES
                break
            if hitting is None:
                self.is_fewest = True
                break
            fewer = [model.entry_of(number) for number in sorted(hitting)]
            answer = self.let_through(terms_of(fewer))
            if isinstance(answer, Unknown):
                break
            if isinstance(answer, Found):
                self._require(answer.point, terms_of(fewer))
            if isinstance(answer, Covered):
                self.chosen = self._deleted(fewer)
                self.is_fewest = len(self.chosen) == 1
        model.spent += model.steps - before

    # --- Where they stand --------------------------------------------------------------------------------

    def prefer_early(self, earlier: Sequence[Entry], reached: Set[int]) -> None:
        """Where one rule is enough, choose the first that is, of those that leads reach if there are such.

        `earlier` are the rules before the formula, in order; `reached` the ids of entries.
        """
        if len(self.chosen) > 1:
            return
        enough = self.chosen
        tried = 0
        for entry in sorted(earlier, key=lambda each: id(each) not in reached):
            if entry is self.chosen[0] or tried >= _TRIED:
                break
            if all(held & entry.terms for _, held in self._points):
                tried += 1
                if isinstance(self.let_through(entry.terms), Covered):
                    enough = [entry]
                    break
        self.chosen = enough

    def last_needed(self, earlier: Sequence[Entry]) -> Entry | None:
        """The rule up to which all those before it still let something through; None where that is not decided."""
        low, high = 0, len(earlier) - 1
        while low < high:
            middle = (low + high) // 2
            answer = self.let_through(earlier[middle].before | earlier[middle].terms)
            if isinstance(answer, Unknown):
                return None
            low, high = (middle + 1, high) if isinstance(answer, Found) else (low, middle)
        return earlier[low]

    # --- Examples ----------------------------------------------------------------------------------------

    def example(self, blocker: Entry) -> tuple[int, ...] | None:
        """A lead that the blocker takes, alone of the chosen if such is soon found; else one that it would take."""
        model = self.model
        others = terms_of(self.chosen) & ~blocker.terms
        near = self._known(blocker, others)
        literal = model.formulas.conj([self.literal, blocker.whole])
        for avoid in (blocker.before | others, blocker.before, others):
            found = self._known(blocker, avoid)
            if found is None:
                limit = None if avoid == others else _TRIED
                answer = model.find([literal], avoid, near=near, limit=limit)
                found = answer.point if isinstance(answer, Found) else None
            if found is not None:
                return nearest(model, literal, avoid, found)
        return None

    def _known(self, blocker: Entry, avoid: Ids) -> tuple[int, ...] | None:
        """A point that was met and that the blocker holds, but none of these terms."""
        for point, held in self._points:
            if held & blocker.terms and not held & avoid:
                return point
        return None


def terms_of(entries: Sequence[Entry]) -> Ids:
    """The terms of several rules."""
    total = 0
    for entry in entries:
        total |= entry.terms
    return total


def _first(entry: Entry) -> int:
    """The first term of a rule: it stands for the rule, the same in every run, and orders rules as they stand."""
    return (entry.terms & -entry.terms).bit_length() - 1
