"""Ties of fields whose members can be listed, such as countries: values in a box that make them hold or fail.

What no literal tells apart is one *kind*, so that it does not matter how long the list is.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from routebook.analysis.domains.base import classes_of, mask_of
from routebook.analysis.domains.finite import FiniteDomain
from routebook.analysis.domains.sets import SetDomain
from routebook.analysis.formula import Box, Mask, Point
from routebook.analysis.tie_members import Answer, Asked, Lot, Need, Question
from routebook.analysis.tie_model import Fields, Tie
from routebook.types import TextType

Wanted: TypeAlias = Sequence[tuple[Tie, bool]]

_WIDENED: Final = 32
"""So often it is tried whether more classes of a field are contradicted for the same reason."""
_EITHER: Final[Mask] = 0b11


@dataclass(frozen=True, slots=True)
class _Kind:
    """Members that no literal tells apart: their class of each field that can have them as its value, the dimension
    of each set that can have them (None where nothing says), and the sets for which no literal speaks of them.
    """

    members: tuple[str, ...]
    classes: Mapping[str, int]
    dimensions: Mapping[str, int | None]
    unnamed: frozenset[str]


class Listed:
    """Fields that are compared with each other, and whose members can be listed."""

    def __init__(self, space: Fields, bases: Sequence[str]) -> None:
        self._space = space
        domains = {base: space.domains[base] for base in bases}
        self._single = {base: d for base, d in domains.items() if isinstance(d, FiniteDomain)}
        self._sets = {base: d for base, d in domains.items() if isinstance(d, SetDomain)}
        self._kinds = self._sorted()

    def _sorted(self) -> list[_Kind]:
        """The members of all fields by kind, the likeliest first."""
        single = {base: (d, frozenset(d.members())) for base, d in self._single.items()}
        sets = {base: (d, frozenset(d.others)) for base, d in self._sets.items()}
        lists = [*(d.members() for d in self._single.values()), *(d.others for d in self._sets.values())]
        kinds: dict[tuple[object, ...], _Kind] = {}
        members: dict[tuple[object, ...], list[str]] = {}
        for member in dict.fromkeys(each for known in lists for each in known):
            classes = {base: d.class_of(member) for base, (d, own) in single.items() if member in own}
            dimensions = {base: d.dimension_of(member) for base, (d, own) in sets.items() if member in own}
            unnamed = frozenset(base for base, (d, _) in sets.items() if member not in d.spellings())
            key = (tuple(classes.items()), tuple(dimensions.items()), unnamed)
            kinds.setdefault(key, _Kind((), classes, dimensions, unnamed))
            members.setdefault(key, []).append(member)
        return [
            _Kind(tuple(members[key]), kind.classes, kind.dimensions, kind.unnamed)
            for key, kind in kinds.items()
        ]

    # --- Values ------------------------------------------------------------------------------------------

    def values(self, wanted: Wanted, point: Point) -> Answer | None:
        """Values in the point's classes, by field; None is a proof that there are none."""
        return self._answer(wanted, {d: 1 << point[d] for d in self._dimensions(wanted)})

    def _answer(self, wanted: Wanted, box: Box) -> Answer | None:
        """Values in the box of all fields that the ties read. All of these are known."""
        asked = Asked()
        for tie, want in wanted:
            asked.add(tie, want)
        more = [base for base in asked.sets if self._must_have_more(base, box)]
        asked.needs += [Need(((base, True),), base) for base in more]
        return Question(asked, self._lots(asked, more, box), self._space.clock).answer()

    def _lots(self, asked: Asked, more: Collection[str], box: Box) -> list[Lot]:
        """The kinds, those together that are alike in the box."""
        found: dict[tuple[object, ...], Lot] = {}
        members: dict[tuple[object, ...], list[str]] = {}
        masks = {base: box.get(self._single[base].dimensions()[0], -1) for base in asked.single}
        for kind in self._kinds:
            may = frozenset(
                base
                for base, mask in masks.items()
                if base in kind.classes and mask >> kind.classes[base] & 1
            )
            told = {base: told for base in asked.sets if (told := _told(kind, base, box)) is not None}
            unnamed = kind.unnamed.intersection(more)
            key = (may, tuple(told.items()), unnamed)
            found.setdefault(key, Lot((), may, told, unnamed))
            members.setdefault(key, []).extend(kind.members)
        return [Lot(tuple(members[key]), lot.may, lot.told, lot.unnamed) for key, lot in found.items()]

    def _must_have_more(self, base: str, box: Box) -> bool:
        """Whether all sets of a box have a member that no literal speaks of."""
        spare = (kind.dimensions.get(base) for kind in self._kinds if base in kind.unnamed)
        return any(box.get(dimension) == 0b10 for dimension in spare if dimension is not None)

    # --- Contradictions ----------------------------------------------------------------------------------

    def blamed(self, wanted: Wanted, point: Point) -> Box:
        """A box around a point without values, as few of whose dimensions as it takes are limited."""
        suspects = [*(tie.dimension for tie, _ in wanted), *self._dimensions(wanted)]
        core = self._core(wanted, point, [], suspects, False)
        kept = [(tie, want) for tie, want in wanted if tie.dimension in core]
        box = {d: 1 << point[d] for d in core}
        formulas = self._space.formulas
        for base in dict.fromkeys(base for tie, _ in kept for base in tie.bases):
            known = formulas.hull(self._space.known(base)) or {}
            own = self._single[base].dimensions() if base in self._single else ()
            for dimension in own:
                if dimension in box:
                    among = known.get(dimension, formulas.full(dimension))
                    box[dimension] = self._widest(kept, box, dimension, among)
            box = {**known, **box}
        return box

    def _core(
        self, wanted: Wanted, point: Point, kept: list[int], suspects: list[int], is_grown: bool
    ) -> list[int]:
        """As few of the suspects as contradict each other together with what is kept (QuickXplain, Junker 2004)."""
        if is_grown and self._fails(wanted, point, kept):
            return []
        if len(suspects) == 1:
            return suspects
        half = len(suspects) // 2
        left, right = suspects[:half], suspects[half:]
        second = self._core(wanted, point, [*kept, *left], right, True)
        first = self._core(wanted, point, [*kept, *second], left, bool(second))
        return [*first, *second]

    def _fails(self, wanted: Wanted, point: Point, dimensions: Sequence[int]) -> bool:
        held = set(dimensions)
        fewer = [(tie, want) for tie, want in wanted if tie.dimension in held]
        return self._answer(fewer, {d: 1 << point[d] for d in dimensions}) is None

    def _widest(self, wanted: Wanted, box: Box, dimension: int, among: Mask) -> Mask:
        """The classes of a field, of those that may be, with which there are no values either."""
        mask = box[dimension]
        parts = [classes_of(among & ~mask)]
        for _ in range(_WIDENED):
            if not parts:
                break
            part = parts.pop(0)
            wider = mask | mask_of(part)
            if self._answer(wanted, {**box, dimension: wider}) is None:
                mask = wider
            elif len(part) > 1:
                parts += [part[: len(part) // 2], part[len(part) // 2 :]]
        return mask

    def _dimensions(self, wanted: Wanted) -> list[int]:
        """The dimensions of all fields that the ties read."""
        bases = dict.fromkeys(base for tie, _ in wanted for base in tie.bases)
        return [d for base in bases for d in self._space.domains[base].dimensions()]


def _told(kind: _Kind, base: str, box: Box) -> bool | None:
    """Whether all sets of a box have such members, or none has; None where nothing says."""
    if base not in kind.dimensions:
        return False
    dimension = kind.dimensions[base]
    mask = _EITHER if dimension is None else box.get(dimension, _EITHER)
    if mask == 0b01:
        return False
    # that a set has more than is spoken of does not say which
    return True if mask == 0b10 and base not in kind.unnamed else None


def is_listed(space: Fields, bases: Sequence[str]) -> bool:
    """Whether the members of these fields can be listed."""
    domains = [space.domains[base] for base in bases]
    return all(
        isinstance(d, FiniteDomain) or (isinstance(d, SetDomain) and not isinstance(d.type.element, TextType))
        for d in domains
    )
