"""Leads as ordinary as can be: taken back field by field, or the nearest that there is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from routebook.analysis.formula import Literal
from routebook.analysis.model import Model
from routebook.analysis.search import Search
from routebook.analysis.space import Space
from routebook.analysis.terms import Ids

_NODES: Final = 1_000
"""Steps after which a nearer lead than the one at hand is no longer looked for."""
_ALL_NODES: Final = 100_000
"""Steps that all the leads of one model may take: beyond, fields are only taken back one by one."""


class Nearest(NamedTuple):
    """A point, and whether no lead of its set is proved to have fewer fields off the ordinary lead."""

    point: tuple[int, ...]
    is_proved: bool


def nearest(
    model: Model,
    literal: Literal,
    avoid: Ids,
    point: Sequence[int],
) -> tuple[int, ...]:
    """A point as `pulled_back` takes and gives, with the fewest fields off the ordinary lead, as far as steps go."""
    steps = _NODES if model.polished < _ALL_NODES and not model.out_of_time() else 0
    return hunt(model, literal, avoid, point, steps).point


def hunt(
    model: Model,
    literal: Literal,
    avoid: Ids,
    point: Sequence[int],
    steps: int = _NODES,
) -> Nearest:
    """The nearest point that so many steps find.

    Iterative deepening over the number of fields (Korf 1985): whatever holds the present point has to be left in one
    of its dimensions, and no more fields may be off than the round allows.
    """
    best = pulled_back(model, literal, avoid, point)
    if not steps:
        return Nearest(best, False)
    start = model.formulas.hull(literal) or {}
    search = _Hunt(model, Search(model.space, model.index, start, avoid, (literal,)), steps)
    for most in range(search.off(), fields_off(model.space, best)):
        found = search.run(most)
        best = found or best
        if found is not None or search.left <= 0:
            break
    model.polished += steps - search.left
    return Nearest(best, search.left > 0 and not model.space.ties.reasons)


class _Hunt:
    """Looks for points with few fields off, around the most ordinary one of a search."""

    def __init__(self, model: Model, search: Search, steps: int) -> None:
        self.model, self.search = model, search
        self.left = steps
        self._ordinary = model.space.ordinary()
        self._groups = model.space.groups()

    def off(self) -> int:
        """How many fields the present point has off the ordinary lead."""
        point, ordinary = self.search.point, self._ordinary
        return sum(any(point[d] != ordinary[d] for d in group) for group in self._groups)

    def run(self, most: int) -> tuple[int, ...] | None:
        """A point with at most so many fields off, from here on; everything is as before where there is none."""
        search = self.search
        self.left = 0 if self.model.out_of_time() else self.left - 1
        if self.left <= 0 or self.off() > most:
            return None
        clause = search.blocking(search.point)
        if clause is None:
            return tuple(search.point) if self.model.has_lead(search.point) else None
        kept = list(search.open)
        for dimension, mask in clause.box.items():
            left = search.open[dimension] & ~mask
            if left:
                before, here = search.open[dimension], search.point[dimension]
                search.open[dimension] = left
                search.point[dimension] = self.model.space.pick(dimension, left)
                found = self.run(most)
                if found is not None:
                    return found
                search.point[dimension] = here
                # what lies outside in this dimension has been looked at
                search.open[dimension] = before & mask
            if not search.open[dimension]:
                break
        search.open[:] = kept
        return None


def pulled_back(
    model: Model,
    literal: Literal,
    avoid: Ids,
    point: Sequence[int],
) -> tuple[int, ...]:
    """A point where the formula holds and none of the terms does, as ordinary as can be reached from this one.

    What one field gives up may free another, so fields are asked
    again until none moves. Of a field with several dimensions (a text, a set) that has to stay odd, the dimensions
    are asked one by one.
    """

    def fits() -> bool:
        if model.holding(here, avoid):
            return False
        return model.formulas.holds(literal, here) and model.has_lead(here)

    here = list(point)
    ordinary = model.space.ordinary()
    groups = model.space.groups()
    is_moving = True
    while is_moving and not model.out_of_time():
        is_moving = False
        for group in groups:
            odd = [d for d in group if here[d] != ordinary[d]]
            if not odd:
                continue
            tries = [odd] if len(odd) == 1 else [odd, *([d] for d in odd)]
            for chosen in tries:
                before = [here[d] for d in chosen]
                for dimension in chosen:
                    here[dimension] = ordinary[dimension]
                if fits():
                    is_moving = True
                    break
                for dimension, number in zip(chosen, before, strict=True):
                    here[dimension] = number
    return tuple(here)


def fields_off(space: Space, point: Sequence[int]) -> int:
    """How many fields of a lead are not as the ordinary lead has them."""
    ordinary = space.ordinary()
    return sum(any(point[d] != ordinary[d] for d in group) for group in space.groups())
