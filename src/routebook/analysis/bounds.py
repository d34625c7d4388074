"""How many fields of a lead have to change, at the least, for a formula to hold: what is soon seen of it.

A formula that fails asks for one change; of points, so many as it takes to make up what they lack, by the fields that
weigh most.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from routebook.analysis.formula import Atom, Formulas, Literal, Sum
from routebook.analysis.ranges import stretch


class Bounds:
    """Bounds around one point. `field_of` names the field of each dimension that is one's own."""

    def __init__(self, formulas: Formulas, here: Sequence[int], field_of: Mapping[int, str]) -> None:
        self.formulas, self.here, self.field_of = formulas, here, field_of
        self._known: dict[Literal, int] = {}

    def fields(self, literal: Literal) -> int:
        """So many fields have to change; perhaps more."""
        if literal not in self._known:
            self._known[literal] = self._of(literal)
        return self._known[literal]

    def _of(self, literal: Literal) -> int:
        if self.formulas.holds(literal, self.here):
            return 0
        node = self.formulas.node(literal)
        if isinstance(node, Atom):
            return 1
        if isinstance(node, Sum):
            return self._of_sum(node)
        if literal > 0:
            return max(self.fields(part) for part in node.parts)
        return min((self.fields(-part) for part in node.parts), default=1)

    def _of_sum(self, node: Sum) -> int:
        """A sum has to leave the range, or the gap between ranges, that it is in."""
        total = sum(weights[self.here[dimension]] for dimension, weights in node.per)
        total += sum(weight for part, weight in node.when if self.formulas.holds(part, self.here))
        is_in = any(
            (low is None or low <= total) and (high is None or total <= high) for low, high in node.ranges
        )
        low, high = stretch(node.ranges, total, is_in)
        ways = []
        if high is not None:
            ways.append(self._needed(self._swings(node, 1), high + 1 - total))
        if low is not None:
            ways.append(self._needed(self._swings(node, -1), total - low + 1))
        return max(1, min(ways, default=1))

    def _needed(self, swings: Mapping[str | None, int], lack: int) -> int:
        """How many of the fields, those that weigh most first, make up for the lack; what is no field's comes free."""
        lack -= swings.get(None, 0)
        most = sorted((swing for name, swing in swings.items() if name is not None), reverse=True)
        for count, swing in enumerate(most):
            if lack <= 0:
                return count
            lack -= swing
        return len(most)

    def _swings(self, node: Sum, sign: int) -> dict[str | None, int]:
        """By how much each field can move the sum up or, with a sign of -1, down; None for comparisons of several."""
        found: dict[str | None, int] = {}
        for part, weight in node.when:
            swing = sign * (-weight if self.formulas.holds(part, self.here) else weight)
            if swing > 0:
                for name in {self.field_of.get(d) for d in self.formulas.dimensions(part)}:
                    found[name] = found.get(name, 0) + swing
        for dimension, weights in node.per:
            swing = max(sign * (weight - weights[self.here[dimension]]) for weight in weights)
            name = self.field_of.get(dimension)
            found[name] = found.get(name, 0) + swing
        return found
