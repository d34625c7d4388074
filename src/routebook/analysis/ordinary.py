"""Leads as ordinary as can be: of a point of a set, the fields that need not be odd are taken back."""

from __future__ import annotations

from collections.abc import Sequence

from routebook.analysis.formula import Box, Literal
from routebook.analysis.model import Model
from routebook.analysis.search import Ids
from routebook.analysis.space import Space


def pulled_back(
    model: Model,
    literal: Literal,
    avoid: Ids,
    point: Sequence[int],
    within: Box | None = None,
    outside: Sequence[Box] = (),
) -> tuple[int, ...]:
    """A point where the formula holds and none of the terms does, as ordinary as can be reached from this one.

    The terms and boxes are those of `Model.find`. What one field gives up may free another, so fields are asked
    again until none moves. Of a field with several dimensions (a text, a set) that has to stay odd, the dimensions
    are asked one by one.
    """

    def fits() -> bool:
        if within is not None and not _holds(within, here):
            return False
        if any(_holds(box, here) for box in outside) or model.holding(here, avoid):
            return False
        return model.formulas.holds(literal, here) and model.has_lead(here)

    here = list(point)
    ordinary = model.space.ordinary()
    groups = model.space.groups()
    is_moving = True
    while is_moving:
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


def _holds(box: Box, point: Sequence[int]) -> bool:
    return all(mask >> point[dimension] & 1 for dimension, mask in box.items())
