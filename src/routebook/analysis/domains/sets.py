"""Sets of texts: one dimension a member that the policy mentions, and one for all the others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from routebook.analysis.domains.base import Pred
from routebook.analysis.formula import TRUE, Box, Formulas, Literal, Mask, Point
from routebook.analysis.written import written
from routebook.text import listed
from routebook.types import OneOfType, SetType, key_of


class SetDomain:
    """A set field. Class 1 of a member's dimension is "has it"; `others` are known members that nothing mentions.

    `spelling` maps the key of each mentioned member to how it is written.
    """

    def __init__(self, name: str, type_: SetType, optional: bool, others: Iterable[str]) -> None:
        self.name = name
        self.type = type_
        self.optional = optional
        self._spelling: dict[str, str] = {}
        self.others = list(others)
        self._spare: str | None = None
        self._dims: dict[str, int] = {}
        self._preds: set[Pred] = set()
        self._known = self._other = -1
        self._start = self._end = 0

    def mention(self, spellings: Iterable[str]) -> None:
        """Members as the policy spells them."""
        for spelling in spellings:
            self._spelling.setdefault(key_of(self.type.element, spelling), spelling)

    def note(self, pred: Pred) -> None:
        self._preds.add(pred)
        if pred.op == "is known":
            return
        keys = [pred.args[0]] if pred.op == "has" else sorted(pred.args[0])
        for key in keys:
            self._spelling.setdefault(key, key)

    def freeze(self, formulas: Formulas) -> None:
        self._formulas = formulas
        self._start = len(formulas.sizes)
        if self.optional:
            self._known = formulas.dimension(2)
        for key in self._spelling:
            self._dims[key] = formulas.dimension(2)
        spare = (o for o in self.others if key_of(self.type.element, o) not in self._dims)
        self._spare = next(spare, None)
        if self._spare is not None and any(pred.op == "within" for pred in self._preds):
            self._other = formulas.dimension(2)
        self._end = len(formulas.sizes)

    def lower(self, pred: Pred) -> Literal:
        if pred not in self._preds:
            raise KeyError(pred)
        formulas = self._formulas
        known = formulas.atom(self._known, 1) if self.optional else TRUE
        match pred.op:
            case "is known":
                return known
            case "has":
                inner = self.has(pred.args[0])
            case "has any":
                inner = formulas.disj(self.has(key) for key in sorted(pred.args[0]))
            case "has all":
                inner = formulas.conj(self.has(key) for key in sorted(pred.args[0]))
            case _:  # within: every member is one of these
                outside = [-self.has(key) for key in sorted(self._dims) if key not in pred.args[0]]
                rest = [formulas.atom(self._other, 1)] if self._other >= 0 else []
                inner = formulas.conj([*outside, *rest])
        return formulas.conj([known, inner])

    def has(self, key: str) -> Literal:
        """The set has this member, where it is known at all."""
        return self._formulas.atom(self._dims[key], 2)

    def has_at(self, point: Point, key: str) -> bool | None:
        """Whether the set has a member at the point; None where nothing says."""
        return point[self._dims[key]] == 1 if key in self._dims else None

    def dimension_of(self, key: str) -> int | None:
        """The dimension that says whether the set has a member, alone or as one of many; None where none does."""
        return self._dims.get(key, self._other if self._other >= 0 else None)

    def spellings(self) -> dict[str, str]:
        """How the policy writes the members that it mentions, by key."""
        return self._spelling

    def may_have(self, point: Point, key: str) -> bool | None:
        """Whether a set at the point has a member, None where it may or may not."""
        if key in self._dims:
            return point[self._dims[key]] == 1
        return None if self.may_have_more(point) else False

    def may_have_more(self, point: Point) -> bool:
        """Whether a set at the point may have members that nothing speaks of."""
        return self._other < 0 or point[self._other] == 1

    def must_have_more(self, point: Point) -> bool:
        """Whether a set at the point has a member that nothing speaks of."""
        return self._other >= 0 and point[self._other] == 1

    def dimensions(self) -> range:
        return range(self._start, self._end)

    def ordered(self, dimension: int) -> bool:  # noqa: ARG002
        return False

    def ordinary(self, dimension: int) -> int:  # noqa: ARG002
        return 0

    def value(self, point: Point) -> Any:
        if self.optional and point[self._known] == 1:
            return None
        members = [self._spelling[key] for key, dimension in self._dims.items() if point[dimension] == 1]
        if self._other >= 0 and point[self._other] == 1 and self._spare is not None:
            members.append(self._spare)
        return frozenset(members)

    def conflict(self, point: Point) -> Box | None:  # noqa: ARG002
        return None

    def place(self, value: Any, point: list[int]) -> None:
        keys = {key_of(self.type.element, member) for member in value or ()}
        if self.optional:
            point[self._known] = 0 if value is not None else 1
        for key, dimension in self._dims.items():
            point[dimension] = int(key in keys)
        if self._other >= 0:
            point[self._other] = int(any(key not in self._dims for key in keys))

    def remark(self, dimension: int, mask: Mask) -> str | None:
        """What of a class no condition says: whether the set has others than are named, where those are not listed."""
        if dimension != self._other or isinstance(self.type.element, OneOfType):
            return None
        named = listed(written(spelling) for spelling in self._spelling.values()) or "nothing"
        return f"with {'no more' if mask == 1 else 'more'} in `{self.name}` than {named}"

    def describe(self, dimension: int, mask: Mask) -> str:
        if dimension == self._known:
            return f"{self.name} is known" if mask == 1 else f"{self.name} is missing"
        if dimension == self._other:
            members = (other for other in self.others if key_of(self.type.element, other) not in self._dims)
            rest = ", ".join(written(member) for member in members)
            return f"{self.name} has {'none' if mask == 1 else 'any'} [{rest}]"
        key = next(key for key, own in self._dims.items() if own == dimension)
        text = f"{self.name} has {written(self._spelling[key])}"
        return text if mask == 2 else f"not {text}"
