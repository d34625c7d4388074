"""The boxes that searches stay out of, by number, and which of them hold a point."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from routebook.analysis.formula import Box, Formulas, Literal, Mask

Ids: TypeAlias = int
"""A set of terms (see `TermIndex`), as a bitset."""


@dataclass
class TermIndex:
    """Boxes by number, and for each class of each dimension the boxes that allow it, as a bitset."""

    formulas: Formulas
    boxes: list[Box] = field(default_factory=list)
    extra: dict[int, Literal] = field(default_factory=dict)
    """For a term that is more than its box, the formula that must hold as well."""
    _allow: list[list[int]] | None = None
    _active: list[tuple[int, list[int]]] = field(default_factory=list)
    thick: int = 0

    def add(self, box: Box, literal: Literal | None = None) -> int:
        """A new term: its number."""
        self.boxes.append(box)
        if literal is not None:
            self.extra[len(self.boxes) - 1] = literal
            self.thick |= 1 << (len(self.boxes) - 1)
        self._allow = None
        return len(self.boxes) - 1

    def add_formula(self, literal: Literal) -> Ids:
        """New terms that hold exactly where the formula does: its boxes, or the one around all, where they are many."""
        boxes = self.formulas.boxes(literal)
        if boxes is not None:
            return sum(1 << self.add(box) for box in boxes)
        hull = self.formulas.hull(literal)
        return 0 if hull is None else 1 << self.add(hull, literal)

    def allow(self) -> list[list[int]]:
        """For each dimension and class, the terms whose box has it; no list for a dimension that none limits."""
        if self._allow is None:
            self._allow = self._built()
            self._active = [(dimension, row) for dimension, row in enumerate(self._allow) if row]
            # rows in which few terms are left come first, so that nothing is left soon
            self._active.sort(key=lambda pair: sum(each.bit_count() for each in pair[1]) / len(pair[1]))
        return self._allow

    def _built(self) -> list[list[int]]:
        everything = (1 << len(self.boxes)) - 1
        events: dict[int, dict[int, int]] = {}
        limited: dict[int, int] = {}
        for number, box in enumerate(self.boxes):
            bit = 1 << number
            for dimension, mask in box.items():
                limited[dimension] = limited.get(dimension, 0) | bit
                starts = events.setdefault(dimension, {})
                for start in _edges(mask):
                    starts[start] = starts.get(start, 0) ^ bit
        table: list[list[int]] = [[] for _ in self.formulas.sizes]
        for dimension, starts in events.items():
            free = everything ^ limited[dimension]
            current = 0
            row = table[dimension]
            for number in range(self.formulas.sizes[dimension]):
                current ^= starts.get(number, 0)
                row.append(free | current)
        return table

    def at(self, point: Sequence[int], among: Ids) -> Ids:
        """The terms of `among` whose box holds the point."""
        if self._allow is None:
            self.allow()
        for dimension, row in self._active:
            among &= row[point[dimension]]
            if not among:
                return 0
        return among

    def touching(self, box: Box, among: Ids) -> Ids:
        """The terms of `among` whose box has a class in common with this box in every dimension."""
        rows = self.allow()
        for dimension, mask in box.items():
            row = rows[dimension]
            if row:
                allowed = 0
                for number in bits(mask):
                    allowed |= row[number]
                among &= allowed
        return among

    def holding(self, point: Sequence[int], among: Ids) -> Ids:
        """The terms of `among` that hold at the point, their formulas included."""
        found = self.at(point, among)
        thick = found & self.thick
        if thick:
            memo: dict[int, bool] = {}
            for number in bits(thick):
                if not self.formulas.holds(self.extra[number], point, memo):
                    found ^= 1 << number
        return found

    def around(self, number: int, point: Sequence[int], given: Collection[Literal] = ()) -> Box:
        """A box around the point, in which the term holds wherever all that is `given` does, within the term."""
        box = dict(self.boxes[number])
        if number in self.extra:
            for part in self.formulas.conjuncts(self.extra[number]):
                if part not in given:
                    self.formulas.implicant(part, point, box)
        return box


def _edges(mask: Mask) -> list[int]:
    """Where runs of ones in a mask begin and end."""
    changes = mask ^ (mask << 1)
    return list(bits(changes))


def bits(mask: int) -> list[int]:
    """The numbers of the bits that are set, in order."""
    found = []
    while mask:
        low = mask & -mask
        found.append(low.bit_length() - 1)
        mask ^= low
    return found
