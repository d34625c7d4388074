"""What every kind of field offers to the model, and the predicates by which its values are told apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias
from zoneinfo import ZoneInfo

from routebook.analysis.formula import Box, Formulas, Literal, Mask, Point
from routebook.check.conditions import Pattern
from routebook.operators import OPERATORS, pattern


@dataclass(frozen=True, slots=True)
class Pred:
    """An operator, of those that negate none, with constants: asked of a field or of a part of it.

    `args` are the constants as they compare; `zone` that in which a part of a moment is meant.
    """

    part: str | None
    op: str
    args: tuple[Any, ...]
    zone: ZoneInfo | None = None

    def holds(self, key: Any) -> bool:
        """Whether it holds of a value, given as it compares; None is a missing one."""
        if self.op == "is known":
            return key is not None
        if key is None:
            return False
        args = [pattern(arg.text, arg.fold_case) if isinstance(arg, Pattern) else arg for arg in self.args]
        return OPERATORS[self.op].holds(key, *args)


class Undecided(Exception):
    """What cannot be settled exactly. The text says what, in words that fit after "could not decide".

    `box` holds the points about which it is not known whether a lead is there.
    """

    box: Box | None = None


Values: TypeAlias = dict[str, Any]
"""Values of fields by name, as a lead has them; None where one is missing."""


class Domain(Protocol):
    """One field, or several that only make sense together, cut into dimensions.

    First every predicate is noted, then `freeze` makes the dimensions, then `lower` gives formulas.
    """

    name: str

    def note(self, pred: Pred) -> None:
        """Tell values apart by this predicate."""

    def freeze(self, formulas: Formulas) -> None:
        """Make the dimensions. Nothing can be noted after."""

    def lower(self, pred: Pred) -> Literal:
        """The formula of a predicate that was noted."""

    def dimensions(self) -> range:
        """The dimensions that are this field's own."""

    def ordered(self, dimension: int) -> bool:
        """Whether neighbouring classes of the dimension are near in value."""

    def ordinary(self, dimension: int) -> int:
        """The class that a lead would most likely have."""

    def value(self, point: Point) -> Any:
        """A plausible value of these classes. Only for a point without a conflict."""

    def conflict(self, point: Point) -> Box | None:
        """Where no value is in all these classes at once: a box around the point that holds no lead."""

    def place(self, value: Any, point: list[int]) -> None:
        """Set the classes that a value is in."""

    def describe(self, dimension: int, mask: Mask) -> str:
        """A condition, as a policy writes it, for the classes of one dimension."""


def mask_of(classes: Any) -> Mask:
    """The set of these class numbers."""
    mask = 0
    for number in classes:
        mask |= 1 << number
    return mask


def classes_of(mask: Mask) -> list[int]:
    """The class numbers of a set, in order."""
    found = []
    while mask:
        low = mask & -mask
        found.append(low.bit_length() - 1)
        mask ^= low
    return found
