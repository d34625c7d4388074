"""Conditions as a shared graph over finite dimensions, small enough to ask and to explain.

A dimension is a variable with finitely many classes, numbered from 0; a set of classes is an int used as a
bitset. A formula is a literal: the number of a node, negative for its negation. Nodes are hash-consed, so
equal formulas are equal numbers, and a definition that many rules use exists once.

What makes this fast enough is `implicant`: of a formula that holds at a point it gives a *box* around that
point in which it holds everywhere. Searches collect such boxes as they need them, so that nothing is ever
multiplied out (compare lazy clause generation: Ohrimenko, Stuckey and Codish, 2009).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from routebook.analysis.ranges import above, below, covers, place_of, spread, stretch

Literal: TypeAlias = int
Mask: TypeAlias = int
Box: TypeAlias = dict[int, Mask]
"""A class set for each constrained dimension; every other dimension is free."""
Point: TypeAlias = Sequence[int]
"""One class for each dimension."""

TRUE: Final = 1
FALSE: Final = -1
_MANY: Final = 16


@dataclass(frozen=True, slots=True)
class Atom:
    """The dimension's class is in the mask. Class 0 never is: then the node is stored negated."""

    dimension: int
    mask: Mask


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class Sum:
    """The sum of weights lies in one of the inclusive `ranges` (ordered, disjoint, None for no bound).

    `when` gives a weight to a formula that holds; `per` a weight to each class of a dimension.
    """

    when: tuple[tuple[Literal, int], ...]
    per: tuple[tuple[int, tuple[int, ...]], ...]
    ranges: tuple[tuple[int | None, int | None], ...]


Node: TypeAlias = Atom | And | Sum


@dataclass
class Formulas:
    """A store of formulas over dimensions of the given sizes (the number of classes of each)."""

    sizes: list[int] = field(default_factory=list)
    _nodes: list[Node] = field(default_factory=lambda: [And(()), And(())])  # 0 is no node; 1 is TRUE
    _known: dict[Node, int] = field(default_factory=dict)
    _hulls: dict[Literal, Box | None] = field(default_factory=dict)
    _boxes: dict[tuple[Literal, int], list[Box] | None] = field(default_factory=dict)

    def dimension(self, size: int) -> int:
        """A new dimension with that many classes; its number."""
        self.sizes.append(size)
        return len(self.sizes) - 1

    def full(self, dimension: int) -> Mask:
        """The set of all classes of a dimension."""
        return (1 << self.sizes[dimension]) - 1

    def node(self, literal: Literal) -> Node:
        return self._nodes[abs(literal)]

    def conjuncts(self, literal: Literal) -> tuple[Literal, ...]:
        """The formulas that all have to hold for this one to."""
        node = self.node(literal)
        return node.parts if literal > 0 and isinstance(node, And) else (literal,)

    # --- Making ------------------------------------------------------------------------------------------

    def atom(self, dimension: int, mask: Mask) -> Literal:
        """The dimension's class is one of the mask's."""
        full = self.full(dimension)
        mask &= full
        if mask == 0:
            return FALSE
        if mask == full:
            return TRUE
        if mask & 1:
            return -self._store(Atom(dimension, full ^ mask))
        return self._store(Atom(dimension, mask))

    def conj(self, literals: Iterable[Literal]) -> Literal:
        """All of them hold. Atoms of one dimension become one atom."""
        masks: Box = {}
        others: dict[Literal, None] = {}
        stack = list(literals)[::-1]
        while stack:
            literal = stack.pop()
            node = self._nodes[abs(literal)]
            if literal == FALSE or -literal in others:
                return FALSE
            if isinstance(node, Atom):
                mask = self._mask(literal, node)
                masks[node.dimension] = masks.get(node.dimension, mask) & mask
                if not masks[node.dimension]:
                    return FALSE
            elif literal > 0 and isinstance(node, And):
                stack.extend(reversed(node.parts))
            else:
                others[literal] = None
        parts = [self.atom(dimension, mask) for dimension, mask in masks.items()]
        parts = sorted(
            (part for part in [*parts, *others] if part != TRUE), key=lambda part: (abs(part), part)
        )
        if FALSE in parts:
            return FALSE
        if not parts:
            return TRUE
        return parts[0] if len(parts) == 1 else self._store(And(tuple(parts)))

    def disj(self, literals: Iterable[Literal]) -> Literal:
        """At least one of them holds."""
        return -self.conj([-literal for literal in literals])

    def total(
        self,
        when: Sequence[tuple[Literal, int]],
        per: Sequence[tuple[int, tuple[int, ...]]],
        ranges: Sequence[tuple[int | None, int | None]],
    ) -> Literal:
        """A sum of weights lies in one of the ranges (see `Sum`)."""
        known = sum(weight for literal, weight in when if literal == TRUE)
        terms = tuple(
            (literal, weight) for literal, weight in when if literal not in (TRUE, FALSE) and weight
        )
        shifted = tuple(
            (None if low is None else low - known, None if high is None else high - known)
            for low, high in ranges
        )
        low, high = spread(terms, tuple(per))
        inside = [r for r in shifted if not (above(r[0], high) or below(r[1], low))]
        if not inside:
            return FALSE
        if any(covers(r, low, high) for r in inside):
            return TRUE
        return self._store(Sum(terms, tuple(per), tuple(inside)))

    def _store(self, node: Node) -> Literal:
        number = self._known.get(node)
        if number is None:
            number = self._known[node] = len(self._nodes)
            self._nodes.append(node)
        return number

    def _mask(self, literal: Literal, node: Atom) -> Mask:
        return node.mask if literal > 0 else self.full(node.dimension) ^ node.mask

    # --- Asking ------------------------------------------------------------------------------------------

    def holds(self, literal: Literal, point: Point, memo: dict[int, bool] | None = None) -> bool:
        """Whether the formula holds at the point."""
        node = self._nodes[abs(literal)]
        if isinstance(node, Atom):
            return bool(node.mask >> point[node.dimension] & 1) == (literal > 0)
        memo = {} if memo is None else memo
        number = abs(literal)
        known = memo.get(number)
        if known is None:
            if isinstance(node, And):
                known = all(self.holds(part, point, memo) for part in node.parts)
            else:
                known = place_of(node.ranges, self._sum(node, point, memo)) is not None
            memo[number] = known
        return known == (literal > 0)

    def _sum(self, node: Sum, point: Point, memo: dict[int, bool]) -> int:
        total = sum(weights[point[dimension]] for dimension, weights in node.per)
        return total + sum(weight for part, weight in node.when if self.holds(part, point, memo))

    def implicant(
        self, literal: Literal, point: Point, box: Box, memo: dict[int, bool] | None = None
    ) -> None:
        """Narrow `box`, which holds the point, until the formula, which holds there, holds in all of it."""
        memo = {} if memo is None else memo
        stack = [literal]
        seen: set[Literal] = set()
        while stack:
            current = stack.pop()
            if current in seen:
                continue
            seen.add(current)
            node = self._nodes[abs(current)]
            if isinstance(node, Atom):
                narrow(box, node.dimension, self._mask(current, node))
            elif isinstance(node, Sum):
                self._sum_implicant(node, current > 0, point, box, stack, memo)
            elif current > 0:
                stack.extend(node.parts)
            else:
                stack.append(-self._failing(node, point, box, memo))

    def _failing(self, node: And, point: Point, box: Box, memo: dict[int, bool]) -> Literal:
        """A part that fails at the point: an atom where one does, that narrows the box the least."""
        best: Literal | None = None
        best_cost = 3.0
        for part in node.parts:
            if self.holds(part, point, memo):
                continue
            inner = self._nodes[abs(part)]
            if not isinstance(inner, Atom):
                cost = 2.0
            else:
                allowed = self._mask(-part, inner)
                held = box.get(inner.dimension, self.full(inner.dimension))
                cost = 1.0 - (allowed & held).bit_count() / held.bit_count()
            if cost < best_cost:
                best, best_cost = part, cost
        assert best is not None
        return best

    def _sum_implicant(
        self, node: Sum, holds: bool, point: Point, box: Box, stack: list[Literal], memo: dict[int, bool]
    ) -> None:
        """Fix as few of the terms as keep the sum inside its range, or inside its gap between ranges.

        Terms that weigh least are freed first, while there is room for all that they may add.
        """
        total = self._sum(node, point, memo)
        low, high = stretch(node.ranges, total, holds)
        below = above = total
        terms: list[tuple[int, int, Literal | tuple[int, Mask]]] = []
        for part, weight in node.when:
            on = self.holds(part, point, memo)
            change = -weight if on else weight
            terms.append((min(0, change), max(0, change), part if on else -part))
        for dimension, weights in node.per:
            held = box.get(dimension, self.full(dimension))
            reachable = [w for c, w in enumerate(weights) if held >> c & 1]
            here = weights[point[dimension]]
            same = sum(1 << c for c, w in enumerate(weights) if w == here)
            terms.append((min(reachable) - here, max(reachable) - here, (dimension, same)))
        for down, up, fix in sorted(terms, key=lambda term: term[1] - term[0]):
            if (low is None or below + down >= low) and (high is None or above + up <= high):
                below, above = below + down, above + up
            elif isinstance(fix, tuple):
                narrow(box, *fix)
            else:
                stack.append(fix)

    def hull(self, literal: Literal) -> Box | None:
        """A box that holds every point where the formula holds; None where there is no such point.

        For an atom or a conjunction of atoms it is exactly the formula (see `is_box`).
        """
        if literal in self._hulls:
            return self._hulls[literal]
        node = self._nodes[abs(literal)]
        found: Box | None
        if literal == FALSE:
            found = None
        elif isinstance(node, Atom):
            found = {node.dimension: self._mask(literal, node)}
        elif isinstance(node, Sum):
            found = {}
        elif literal > 0:
            found = self._meet(node.parts)
        else:
            found = self._join(node.parts)
        self._hulls[literal] = found
        return found

    def _meet(self, parts: tuple[Literal, ...]) -> Box | None:
        box: Box = {}
        for part in parts:
            inner = self.hull(part)
            if inner is None or not all(narrow(box, dimension, mask) for dimension, mask in inner.items()):
                return None
        return box

    def _join(self, parts: tuple[Literal, ...]) -> Box | None:
        boxes = [box for box in (self.hull(-part) for part in parts) if box is not None]
        if not boxes:
            return None
        common = set(boxes[0]).intersection(*boxes[1:])
        joined = {d: 0 for d in boxes[0] if d in common}
        for dimension in joined:
            for box in boxes:
                joined[dimension] |= box[dimension]
        return {d: mask for d, mask in joined.items() if mask != self.full(d)}

    def is_box(self, literal: Literal) -> bool:
        """Whether the formula is exactly its hull."""
        node = self._nodes[abs(literal)]
        if isinstance(node, Atom) or literal == FALSE:
            return True
        return literal > 0 and isinstance(node, And) and all(self.is_box(part) for part in node.parts)

    def boxes(self, literal: Literal, limit: int = _MANY) -> list[Box] | None:
        """The formula as the union of at most `limit` boxes; None where it takes more, or a sum is in it."""
        key = (literal, limit)
        if key not in self._boxes:
            self._boxes[key] = self._multiplied(literal, limit)
        return self._boxes[key]

    def _multiplied(self, literal: Literal, limit: int) -> list[Box] | None:
        node = self._nodes[abs(literal)]
        if isinstance(node, Sum):
            return None
        if isinstance(node, Atom) or self.is_box(literal):
            hull = self.hull(literal)
            return [] if hull is None else [hull]
        if literal < 0:
            return self._union([-part for part in node.parts], limit)
        products: list[Box] = [{}]
        for part in node.parts:
            inner = self.boxes(part, limit)
            if inner is None:
                return None
            joined = (meet(left, right) for left in products for right in inner)
            products = _maximal([box for box in joined if box is not None])
            if len(products) > limit:
                return None
        return products

    def _union(self, parts: list[Literal], limit: int) -> list[Box] | None:
        found: list[Box] = []
        for part in parts:
            inner = self.boxes(part, limit)
            if inner is None:
                return None
            found.extend(inner)
            if len(found) > 4 * limit:
                return None
        found = _maximal(found)
        return found if len(found) <= limit else None

    def dimensions(self, literal: Literal) -> set[int]:
        """Every dimension that the formula reads."""
        found: set[int] = set()
        seen: set[int] = set()
        stack = [abs(literal)]
        while stack:
            number = stack.pop()
            if number in seen:
                continue
            seen.add(number)
            node = self._nodes[number]
            if isinstance(node, Atom):
                found.add(node.dimension)
            elif isinstance(node, And):
                stack.extend(abs(part) for part in node.parts)
            else:
                found.update(dimension for dimension, _ in node.per)
                stack.extend(abs(part) for part, _ in node.when)
        return found


def narrow(box: Box, dimension: int, mask: Mask) -> bool:
    """Keep only these classes of a dimension in the box; whether any are left."""
    held = box.get(dimension)
    box[dimension] = mask if held is None else held & mask
    return bool(box[dimension])


def meet(left: Mapping[int, Mask], right: Mapping[int, Mask]) -> Box | None:
    """The common part of two boxes; None where they have none."""
    if len(left) < len(right):
        left, right = right, left
    box = dict(left)
    for dimension, mask in right.items():
        if not narrow(box, dimension, mask):
            return None
    return box


def within(inner: Mapping[int, Mask], outer: Mapping[int, Mask]) -> bool:
    """Whether every point of `inner` is in `outer`. A free dimension counts as wider than any mask."""
    for dimension, mask in outer.items():
        held = inner.get(dimension)
        if held is None or held & ~mask:
            return False
    return True


def _maximal(boxes: list[Box]) -> list[Box]:
    """The boxes without those that lie within another."""
    kept: list[Box] = []
    for box in sorted(boxes, key=len):
        if not any(within(box, other) for other in kept):
            kept.append(box)
    return kept
