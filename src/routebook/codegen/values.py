"""Values of many leads by column, as whole tables are decided: what rooms hand to the column evaluator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from routebook.check.conditions import FieldRef, Scope

Ints: TypeAlias = npt.NDArray[np.integer[Any]]
Bools: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Coded:
    """A field's values in some rows: for each row the place of its value in `values`; None is missing."""

    codes: Ints
    values: Sequence[Any]

    def part(self, rows: slice | Ints) -> Coded:
        return Coded(self.codes[rows], self.values)

    def row_keys(self) -> list[Any]:
        """For each row what stands for its value: equal only where the value is."""
        found: list[Any] = self.codes.tolist()
        return found

    def value(self, key: Any) -> Any:
        """The value that a key stands for."""
        return self.values[key]


@dataclass(frozen=True, slots=True)
class Whole:
    """A field of whole numbers of 64 bits in some rows; `known` is None where none is missing."""

    numbers: npt.NDArray[np.int64]
    known: Bools | None = None

    def part(self, rows: slice | Ints) -> Whole:
        return Whole(self.numbers[rows], None if self.known is None else self.known[rows])

    def row_keys(self) -> list[Any]:
        """For each row its number, or None."""
        found: list[Any] = self.numbers.tolist()
        if self.known is None:
            return found
        return [number if known else None for number, known in zip(found, self.known.tolist(), strict=True)]

    def value(self, key: Any) -> Any:
        return key


Values: TypeAlias = Coded | Whole


def column_name(ref: FieldRef) -> str:
    """Under which name the values of a field stand among columns: no field has a name that begins with `=`."""
    return f"={ref.base}" if ref.scope is Scope.COMPUTED else ref.base
