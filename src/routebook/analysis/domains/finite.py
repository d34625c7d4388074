"""Fields with few values: bools, `one of` and countries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from routebook.analysis.domains.base import Pred, classes_of, mask_of
from routebook.analysis.formula import TRUE, Box, Formulas, Literal, Mask, Point
from routebook.analysis.written import joined, written


class FiniteDomain:
    """A field whose values can all be listed, the likeliest first.

    Values that agree on every predicate share a class.
    """

    def __init__(self, name: str, values: Sequence[Any], optional: bool) -> None:
        self.name = name
        self._values: list[Any] = [*values, *([None] if optional else [])]
        self._preds: dict[Pred, int] = {}
        self._classes: list[list[Any]] = []
        self._class_of: dict[Any, int] = {}
        self._dimension = -1

    def note(self, pred: Pred) -> None:
        if pred not in self._preds:
            self._preds[pred] = mask_of(i for i, value in enumerate(self._values) if pred.holds(value))

    def freeze(self, formulas: Formulas) -> None:
        signatures = [0] * len(self._values)
        for number, mask in enumerate(self._preds.values()):
            for index in classes_of(mask):
                signatures[index] |= 1 << number
        order: dict[tuple[int, bool], list[Any]] = {}
        for value, signature in zip(self._values, signatures, strict=True):
            order.setdefault((signature, value is None), []).append(value)
        self._classes = list(order.values())
        self._class_of = {value: i for i, members in enumerate(self._classes) for value in members}
        self._formulas = formulas
        self._dimension = formulas.dimension(len(self._classes))

    def lower(self, pred: Pred) -> Literal:
        self._preds[pred]  # a predicate that was not noted must not pass
        mask = mask_of(i for i, members in enumerate(self._classes) if pred.holds(members[0]))
        return self._formulas.atom(self._dimension, mask) if mask else -TRUE

    def members(self) -> list[Any]:
        """The values that a lead can have."""
        return [value for value in self._values if value is not None]

    def class_of(self, value: Any) -> int:
        """The class that a value is in."""
        return self._class_of[value]

    def dimensions(self) -> range:
        return range(self._dimension, self._dimension + 1)

    def ordered(self, dimension: int) -> bool:  # noqa: ARG002
        return False

    def ordinary(self, dimension: int) -> int:  # noqa: ARG002
        return 0

    def value(self, point: Point) -> Any:
        return self._classes[point[self._dimension]][0]

    def conflict(self, point: Point) -> Box | None:  # noqa: ARG002
        return None

    def place(self, value: Any, point: list[int]) -> None:
        point[self._dimension] = self._class_of[value]

    def describe(self, dimension: int, mask: Mask) -> str:  # noqa: ARG002
        inside = [v for c in classes_of(mask) for v in self._classes[c]]
        known = [v for v in inside if v is not None]
        total = [v for v in self._values if v is not None]
        missing = None in inside
        optional = None in self._values
        if not known:
            return f"{self.name} is missing"
        if len(known) == len(total):
            return f"{self.name} is known"
        if isinstance(known[0], bool):
            return self._bool(known[0], missing, optional)
        left_out = [v for v in total if v not in set(known)]
        if len(left_out) < len(known) or missing:
            outside = _in(self.name, left_out, negated=True)
            return outside if missing or not optional else joined("and", [f"{self.name} is known", outside])
        return _in(self.name, known)

    def _bool(self, value: bool, missing: bool, optional: bool) -> str:
        if value:
            return f"({self.name} or {self.name} is missing)" if missing else self.name
        if missing or not optional:
            return f"not {self.name}"
        return f"({self.name} is known and not {self.name})"


def _in(name: str, values: Sequence[Any], negated: bool = False) -> str:
    if len(values) == 1:
        return f"{name} {'!=' if negated else '=='} {written(values[0])}"
    return f"{name} {'not in' if negated else 'in'} [{', '.join(written(v) for v in values)}]"
