"""Sets of leads in words: as few readable regions as hold all of them.

A region is either a box that lies wholly in the set (grown around one of its leads, as wide as it goes), or,
where such boxes would have too many conditions to read, an outline: on each field the values that occur,
worked out exactly, with the rules that take leads out of it counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from routebook.analysis.clock import OUT_OF_TIME
from routebook.analysis.domains.base import classes_of
from routebook.analysis.domains.finite import FiniteDomain
from routebook.analysis.domains.ordered import NumberDomain
from routebook.analysis.domains.sets import SetDomain
from routebook.analysis.domains.texts import TextDomain
from routebook.analysis.formula import Box, Literal
from routebook.analysis.model import Model
from routebook.analysis.search import UNTIMED, Covered, Found, Unknown
from routebook.analysis.terms import Ids
from routebook.analysis.written import conjunction

_READABLE: Final = 3
"""So many fields are read at a glance."""
_LEGIBLE: Final = 5
"""So many fields are read where nothing shorter says anything."""
_MISSING: Final = 0b10
"""The class of a missing text, in the first of its dimensions."""
_REGIONS: Final = 6
_SWEPT: Final = 24


@dataclass(frozen=True, slots=True)
class Outline:
    """A region: its box, whether every lead in it belongs to the set, a lead, and how many rules take exceptions.

    `loose` where the set's formula is not known to hold of all leads in the box.
    """

    box: Box
    exact: bool
    point: tuple[int, ...] = ()
    exceptions: int = 0
    loose: bool = False


@dataclass(frozen=True, slots=True)
class LeadRegion:
    """A region for people: `when` in the language, what has to be said besides, and one of its leads, at `point`.

    `exact` where every lead for which `when` holds belongs to the set.
    """

    when: str
    note: str
    witness: Mapping[str, Any]
    exact: bool
    point: tuple[int, ...] = ()

    @property
    def text(self) -> str:
        """The condition with the note."""
        return self.said("true")

    def said(self, all_of_them: str) -> str:
        """The text, with other words for a region without a condition."""
        return f"{all_of_them if self.when == 'true' else self.when}{self.note}"


@dataclass(frozen=True)
class LeadSet:
    """The leads for which a formula holds and none of some terms does.

    A text that is missing has one point, at which nothing that could be said of it is true: then a condition such as
    `t != "a"`, which holds of a missing text, is one box.
    """

    model: Model
    literal: Literal
    avoid: Ids

    def find(self, within: Box | None = None, outside: Sequence[Box] = ()) -> Found | Covered | Unknown:
        return self.model.find([self.literal], self.avoid, within, (*outside, *self.unread))

    @cached_property
    def unread(self) -> tuple[Box, ...]:
        """The other points of missing texts: what they say of the text is never asked."""
        used = set(self.dimensions())
        full = self.model.formulas.full
        found: list[Box] = []
        for domain in self.model.space.domains.values():
            if isinstance(domain, TextDomain) and domain.optional:
                known, *rest = domain.dimensions()
                found += [
                    {known: _MISSING, dimension: full(dimension) & ~1}
                    for dimension in rest
                    if dimension in used
                ]
        return tuple(found)

    def settled(self, point: Sequence[int]) -> tuple[int, ...]:
        """The one point of the same leads."""
        here = list(point)
        for box in self.unread:
            if _is_in(box, here):
                here[max(box)] = 0
        return tuple(here)

    def has(self, point: Sequence[int]) -> bool:
        """Whether the leads at a point are in the set; that there are any is not asked."""
        held = self.model.holding(point, self.avoid)
        return not held and self.model.formulas.holds(self.literal, point)

    def named(self) -> frozenset[int]:
        """The dimensions that the set's formula reads."""
        return frozenset(self.model.formulas.dimensions(self.literal))

    def dimensions(self) -> list[int]:
        """The dimensions that decide whether a lead is in the set."""
        index = self.model.index
        read = set(self.named())
        for number in classes_of(self.avoid & index.thick):
            read |= self.model.formulas.dimensions(index.extra[number])
        return [d for d, row in enumerate(index.allow()) if row or d in read]


def regions(leads: LeadSet, first: tuple[int, ...]) -> tuple[list[LeadRegion], tuple[str, ...]]:
    """Regions that together hold the whole set, and what was not decided. `first` is a point of it."""
    found, reasons = _outlines(leads, leads.settled(first))
    return [shown(leads.model, each) for each in found], reasons


def gathered(leads: LeadSet, first: tuple[int, ...]) -> tuple[LeadRegion, tuple[str, ...]]:
    """The whole set as one region, and what was not decided: its outline, if the formula holds throughout.

    Where it does not (a condition with `or`, a comparison of fields), an outline alone would say too much. Then the
    region is the boxes that are the set, joined by `or`, or where those are too many, the outline with a note.
    """
    first = leads.settled(first)
    outline, reasons = outlined(leads, first, (), own=True)
    region = shown(leads.model, outline)
    if outline.loose:
        boxes, _ = _outlines(leads, first)
        told = [shown(leads.model, each) for each in boxes]
        if len(boxes) <= _READABLE and all(each.exact for each in told) and _hold_all(leads, boxes):
            parts = [each.when for each in told]
            if len(parts) > 1:
                parts = [f"({part})" if " and " in part else part for part in parts]
            region = LeadRegion(" or ".join(parts), "", region.witness, True, region.point)
    return region, reasons


def _hold_all(leads: LeadSet, boxes: Sequence[Outline]) -> bool:
    return isinstance(leads.find(outside=[each.box for each in boxes]), Covered)


def _outlines(leads: LeadSet, first: tuple[int, ...]) -> tuple[list[Outline], tuple[str, ...]]:
    found, point, reasons = _boxes(leads, first, _READABLE)
    if point is None:
        return found, reasons
    outline, reasons = outlined(leads, point, [each.box for each in found])
    if not outline.box and not leads.model.out_of_time():
        # long conditions say more than none
        longer, point, _ = _boxes(leads, first, _LEGIBLE)
        if point is None and all(each.box for each in longer):
            return longer, ()
    return [*found, outline], reasons


def _boxes(
    leads: LeadSet, first: tuple[int, ...], most: int
) -> tuple[list[Outline], tuple[int, ...] | None, tuple[str, ...]]:
    """Boxes that limit few fields, a point outside them, None where all is told, and what was not decided."""
    found: list[Outline] = []
    point = first
    for _ in range(_REGIONS):
        box = grown(leads, point)
        if len(box) > most and (_fields(leads.model, box) > most or leads.model.out_of_time()):
            break  # a box that there was no time to widen has a condition for each class
        found.append(Outline(box, True, point))
        answer = leads.find(outside=[each.box for each in found])
        if isinstance(answer, Covered):
            return found, None, ()
        if isinstance(answer, Unknown):
            return found, None, answer.reasons
        point = answer.point
    return found, point, ()


def _fields(model: Model, box: Box) -> int:
    return len({id(model.space.owner(dimension)) for dimension in box})


# --- Boxes that lie in the set -----------------------------------------------------------------------------


def grown(leads: LeadSet, point: Sequence[int]) -> Box:
    """A box of the set around one of its points, with few limited dimensions and as wide as it goes."""
    model = leads.model
    used = leads.dimensions()
    box: Box = {dimension: 1 << point[dimension] for dimension in used}
    for tried, dimension in enumerate(sorted(used, key=lambda d: _worth(model, d))):
        wider = {d: mask for d, mask in box.items() if d != dimension}
        if tried >= UNTIMED and model.out_of_time():
            break
        if _inside(leads, wider):
            box = wider
    for dimension in list(box):
        if len(box) > _LEGIBLE and model.out_of_time():
            break
        box[dimension] = _widest(leads, box, dimension)
    return {d: mask for d, mask in box.items() if mask != model.formulas.full(d)}


def _worth(model: Model, dimension: int) -> int:
    """How well a condition on the dimension reads: the worst are freed first."""
    owner = model.space.owner(dimension)
    kinds = (type(None), SetDomain, NumberDomain, FiniteDomain)
    return next((rank for rank, kind in enumerate(kinds, start=1) if isinstance(owner, kind)), 0)


def _inside(leads: LeadSet, box: Box) -> bool:
    """Whether the whole box is in the set."""
    model = leads.model
    touched = model.index.touching(box, leads.avoid)
    if touched & ~model.index.thick:
        return False
    for number in classes_of(touched):
        if not isinstance(model.find([model.index.extra[number]], 0, box), Covered):
            return False
    return isinstance(model.find([-leads.literal], 0, box), Covered)


def _widest(leads: LeadSet, box: Box, dimension: int) -> int:
    """The classes of one dimension with which the box stays in the set."""
    mask = box[dimension]
    full = leads.model.formulas.full(dimension)
    rest = [number for number in classes_of(full) if not mask >> number & 1]
    for tried, group in enumerate((rest, *([number] for number in rest))):
        if tried >= UNTIMED and leads.model.out_of_time():
            break
        wider = mask
        for number in group:
            wider |= 1 << number
        if wider != mask and _inside(leads, {**box, dimension: wider}):
            mask = wider
    return mask


# --- Outlines ----------------------------------------------------------------------------------------------


def outlined(
    leads: LeadSet, point: tuple[int, ...], outside: Sequence[Box], own: bool = False
) -> tuple[Outline, tuple[str, ...]]:
    """On each field the values that occur in the set outside some boxes, and how many rules make exceptions.

    With `own` only the fields that the set's formula reads are looked at.
    """
    model = leads.model
    used = sorted(leads.named()) if own else leads.dimensions()
    seen = {d: 1 << point[d] for d in used}
    reasons: list[str] = []
    swept = 0
    _sweep(leads, point, used, seen, outside)
    for tried, dimension in enumerate(used):
        if tried >= UNTIMED and model.out_of_time():
            seen.update((rest, model.formulas.full(rest)) for rest in used[tried:])
            reasons.append(OUT_OF_TIME)
            break
        while (unseen := model.formulas.full(dimension) & ~seen[dimension]) != 0:
            answer = leads.find({dimension: unseen}, outside)
            if isinstance(answer, Found):
                for each in used:
                    seen[each] |= 1 << answer.point[each]
                swept += 1
                if swept <= _SWEPT:
                    _sweep(leads, answer.point, used, seen, outside)
                continue
            if isinstance(answer, Unknown):
                reasons.extend(answer.reasons)
                seen[dimension] |= unseen  # what is not known not to occur belongs to the outline
            break
    box = {d: mask for d, mask in seen.items() if mask != model.formulas.full(d)}
    exceptions = _exceptions(leads, box)
    loose = not isinstance(model.find([-leads.literal], 0, box), Covered)
    found = Outline(box, exceptions == 0 and not loose, point, exceptions, loose)
    return found, tuple(dict.fromkeys(reasons))


def _sweep(
    leads: LeadSet, point: Sequence[int], used: Sequence[int], seen: dict[int, int], outside: Sequence[Box]
) -> None:
    """Change one field of a lead of the set at a time, and note the values with which it stays in the set."""
    model = leads.model
    rows = model.index.allow()
    here = list(point)
    tried = 0
    for dimension in used:
        free = leads.avoid
        for other in used:
            if other != dimension and rows[other]:
                free &= rows[other][point[other]]
        owner = model.space.owner(dimension)
        simple = (
            isinstance(owner, NumberDomain | FiniteDomain | SetDomain) and not model.space.ties.dimensions()
        )
        for number in classes_of(model.formulas.full(dimension) & ~seen[dimension]):
            if rows[dimension] and free & rows[dimension][number]:
                continue
            tried += 1
            if tried > UNTIMED and model.out_of_time():
                return
            here[dimension] = number
            is_out = not any(_is_in(box, here) for box in (*outside, *leads.unread))
            if is_out and leads.has(here) and (simple or model.space.is_possible(here)):
                seen[dimension] |= 1 << number
        here[dimension] = point[dimension]


def _is_in(box: Box, point: Sequence[int]) -> bool:
    return all(mask >> point[dimension] & 1 for dimension, mask in box.items())


def _exceptions(leads: LeadSet, box: Box) -> int:
    """How many rules take leads out of a box; one that stands in several policies with its condition counts once."""
    model = leads.model
    touched = model.index.touching(box, leads.avoid)
    for number in classes_of(touched & model.index.thick):
        if isinstance(model.find([model.index.extra[number]], 0, box), Covered):
            touched ^= 1 << number
    counts: Counter[Literal] = Counter()
    takers = {id(entry) for entry in model.entries_of(touched)}
    for rules in model.policies:
        counts |= Counter(entry.whole for entry in rules.leaves if id(entry) in takers)
    return counts.total()


# --- Words -------------------------------------------------------------------------------------------------


def shown(model: Model, found: Outline) -> LeadRegion:
    remarks = {
        dimension: remark
        for dimension, mask in sorted(found.box.items())
        if isinstance(owner := model.space.owner(dimension), SetDomain)
        and (remark := owner.remark(dimension, mask)) is not None
    }
    note = f", but only {' and '.join(remarks.values())}" if remarks else ""
    if found.loose:
        note += ", though not all of these are meant"
    if found.exceptions:
        note += f", except what {found.exceptions} rule{'s take' if found.exceptions > 1 else ' takes'}"
    values = model.space.shown(model.space.values(found.point))
    when = described(model, {d: mask for d, mask in found.box.items() if d not in remarks})
    return LeadRegion(when, note, values, found.exact and not remarks, found.point)


def _is_plainly_known(domain: TextDomain, dimension: int, box: Box) -> bool:
    """Whether the dimension says that a text is known, and another says something that only a known text can be."""
    known, *rest = domain.dimensions()
    return dimension == known and box[known] != _MISSING and any(not box.get(other, 1) & 1 for other in rest)


def described(model: Model, box: Box) -> str:
    """The conditions of a box, joined by `and`."""
    parts: list[str] = []
    for dimension in sorted(box):
        owner = model.space.owner(dimension)
        if isinstance(owner, TextDomain) and owner.optional and _is_plainly_known(owner, dimension, box):
            continue
        text = (
            model.space.ties.describe(dimension, box[dimension])
            if owner is None
            else owner.describe(dimension, box[dimension])
        )
        if text not in parts:
            parts.append(text)
    return conjunction(parts)
