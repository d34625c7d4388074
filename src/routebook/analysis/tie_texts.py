"""Values of texts and sets of texts that make ties hold or fail as wanted, or a proof that there are none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice, product
from math import prod
from typing import Any, Final

from routebook.analysis.domains.base import Undecided
from routebook.analysis.domains.sets import SetDomain
from routebook.analysis.domains.texts import TextDomain
from routebook.analysis.formula import Point
from routebook.analysis.tie_model import Fields, Tie, are_as_wanted, is_placed
from routebook.analysis.tie_sets import MOST, SetTies, members
from routebook.check.conditions import FieldRef
from routebook.text import fold
from routebook.types import key_of

_TRIED: Final = 4_000
_OPTIONS: Final = 24
_PLAIN: Final = ("==", "in", "has", "has any", "has all")
"""Comparisons that look at texts as wholes."""


def text_values(
    space: Fields, bases: Sequence[str], wanted: Sequence[tuple[Tie, bool]], point: Point
) -> dict[str, Any] | None:
    """Values in the point's classes, by field; None is a proof that there are none. Raises `Undecided`."""
    domains = [space.domains[base] for base in bases]
    sets = {base: d for base, d in zip(bases, domains, strict=True) if isinstance(d, SetDomain)}
    texts = {
        base: _texts(space, base, bases, point)
        for base, d in zip(bases, domains, strict=True)
        if isinstance(d, TextDomain)
    }
    now = space.domains["now"].value(point)
    if len(sets) <= MOST:
        for values in islice(product(*texts.values()), _TRIED):
            space.clock.check()
            chosen = dict(zip(texts, values, strict=True))
            found = _with_sets(sets, chosen, wanted, point)
            if found is not None and are_as_wanted(space, wanted, {"now": now, **found}):
                return found
    if _are_all(space, sets, texts, wanted, point) or any(
        _contradicts(space, tie, want, point) for tie, want in wanted
    ):
        return None
    raise Undecided(f"a comparison of {' and '.join(f'`{base}`' for base in bases)} with each other")


def _with_sets(
    sets: Mapping[str, SetDomain],
    texts: Mapping[str, str],
    wanted: Sequence[tuple[Tie, bool]],
    point: Point,
) -> dict[str, Any] | None:
    """These texts, and sets that fit them; None where none do."""
    ties = SetTies()
    elements: dict[str, str] = {}
    for tie, want in wanted:
        left, right = tie.refs if tie.op != "in" else reversed(tie.refs)
        if left.base not in sets:
            continue
        if right.base in sets:
            kinds = {("has any", True): ties.meet, ("has any", False): ties.apart,
                     ("has all", True): ties.covers, ("has all", False): ties.lacks}  # fmt: skip
            kinds[tie.op, want].append((left.base, right.base))
            continue
        text = texts[right.base].rpartition("@")[2] if right.part else texts[right.base]
        elements.setdefault(fold(text), text)
        if ties.has.setdefault((left.base, fold(text)), want) is not want:
            return None
    found = members(sets, elements, ties, point)
    return None if found is None else {**texts, **found}


def _are_all(
    space: Fields,
    sets: Mapping[str, SetDomain],
    texts: Mapping[str, Sequence[str]],
    wanted: Sequence[tuple[Tie, bool]],
    point: Point,
) -> bool:
    """Whether these texts are as good as all there are: where they fail, every other would.

    Texts of one class differ only in which of them are equal, and in which sets they are. So as many as there are
    fields, of which no set says anything, stand for all; literals are few.
    """
    if (
        len(sets) > MOST
        or prod(map(len, texts.values())) > _TRIED
        or not all(tie.op in _PLAIN and not any(ref.part for ref in tie.refs) for tie, _ in wanted)
    ):
        return False
    spoken_of = {key for domain in sets.values() for key in domain.spellings()}
    for base, found in texts.items():
        domain = space.domains[base]
        assert isinstance(domain, TextDomain)
        keys = {key_of(domain.type, text) for text in found}
        listed = set(domain.listed(point))
        is_enough = keys >= listed if listed else len(keys - spoken_of) >= len(texts)
        if not is_enough or len(found) >= _OPTIONS:
            return False
    return True


def _texts(space: Fields, base: str, bases: Sequence[str], point: Point) -> list[str]:
    """Texts of the point's class of a field: its own, those of the fields that it is compared with, and others."""
    domain = space.domains[base]
    assert isinstance(domain, TextDomain)
    found = list(domain.several(point))
    for other in bases:
        neighbour = space.domains[other]
        if other != base and isinstance(neighbour, TextDomain):
            found += [text for text in neighbour.several(point) if _is_in(domain, text, point)]
            if neighbour.domain is not None or domain.domain is not None:
                crossed = map(_crossed, neighbour.several(point))
                found += [text for text in crossed if _is_in(domain, text, point)]
        elif isinstance(neighbour, SetDomain):
            found += [text for text in neighbour.value(point) or () if _is_in(domain, text, point)]
    return list(dict.fromkeys(found))[:_OPTIONS]


def _crossed(text: str) -> str:
    """An address at a text, or the domain of an address."""
    return f"maria@{text}" if "@" not in text else text.rpartition("@")[2]


def _is_in(domain: TextDomain, text: str, point: Point) -> bool:
    return is_placed(domain, text, point) and domain.is_proper(text)


def _contradicts(space: Fields, tie: Tie, want: bool, point: Point) -> bool:
    """Whether one tie alone cannot be as wanted, whatever the texts."""
    left, right = tie.left, tie.right
    if not (isinstance(left, FieldRef) and isinstance(right, FieldRef)) or left.part or right.part:
        return False
    first, second = space.domains[left.base], space.domains[right.base]
    if isinstance(first, TextDomain) and isinstance(second, TextDomain):
        same = first.signature(point) == second.signature(point)
        return not same if want else same and first.is_single(point)
    if isinstance(first, SetDomain) and isinstance(second, TextDomain):
        first, second = second, first
    if isinstance(first, TextDomain) and isinstance(second, SetDomain):
        has = [second.has_at(point, key) for key in first.listed(point)]
        return bool(has) and None not in has and (not any(has) if want else all(has))
    return False
