"""Values of texts and sets of texts that make ties hold or fail as wanted, or a proof that there are none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice, product
from typing import Any, Final

from routebook.analysis.domains.base import Undecided
from routebook.analysis.domains.sets import SetDomain
from routebook.analysis.domains.texts import TextDomain
from routebook.analysis.formula import Point
from routebook.analysis.tie_model import Fields, Tie, holds
from routebook.check.conditions import FieldRef

_TRIED: Final = 4_000


def text_values(
    space: Fields, bases: Sequence[str], wanted: Sequence[tuple[Tie, bool]], point: Point
) -> dict[str, Any] | None:
    """Values in the point's classes, by field; None is a proof that there are none. Raises `Undecided`."""
    texts = {
        base: _texts(space, base, bases, point)
        for base in bases
        if isinstance(space.domains[base], TextDomain)
    }
    spare = list(dict.fromkeys(text for options in texts.values() for text in options))
    options = [texts[base] if base in texts else list(_sets(space, base, point, spare)) for base in bases]
    for values in islice(product(*options), _TRIED):
        named = dict(zip(bases, values, strict=True))
        lead = {"now": space.domains["now"].value(point), **named}
        if all(holds(space, tie, lead) == want for tie, want in wanted):
            return named
    if any(_contradicts(space, tie, want, point) for tie, want in wanted):
        return None
    raise Undecided(f"a comparison of {' and '.join(f'`{base}`' for base in bases)} with each other")


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
                found += [
                    text
                    for near in neighbour.several(point)
                    for text in _crossed(near)
                    if _is_in(domain, text, point)
                ]
        elif isinstance(neighbour, SetDomain):
            found += [text for text in neighbour.value(point) or () if _is_in(domain, text, point)]
    return list(dict.fromkeys(found))[:12]


def _crossed(text: str) -> Iterator[str]:
    """An address at a text, and the domain of an address."""
    yield f"maria@{text}" if "@" not in text else text.rpartition("@")[2]


def _is_in(domain: TextDomain | SetDomain, value: Any, point: Point) -> bool:
    placed = list(point)
    domain.place(value, placed)
    return all(placed[d] == point[d] for d in domain.dimensions()) and (
        not isinstance(domain, TextDomain) or domain.is_proper(value)
    )


def _sets(space: Fields, base: str, point: Point, spare: Sequence[str]) -> Iterator[frozenset[str]]:
    domain = space.domains[base]
    assert isinstance(domain, SetDomain)
    own = domain.value(point)
    shared = "sample"
    for text in ((), *((each,) for each in (*spare, shared, f"{shared} of {base}")), tuple(spare)):
        members = own | frozenset(text)
        if _is_in(domain, members, point):
            yield members


def _contradicts(space: Fields, tie: Tie, want: bool, point: Point) -> bool:
    """Whether one tie alone cannot be as wanted, whatever the texts."""
    left, right = tie.left, tie.right
    if not (isinstance(left, FieldRef) and isinstance(right, FieldRef)) or left.part or right.part:
        return False
    first, second = space.domains[left.base], space.domains[right.base]
    if isinstance(first, TextDomain) and isinstance(second, TextDomain):
        same = first.signature(point) == second.signature(point)
        return not same if want else same and first.is_single(point)
    if isinstance(first, SetDomain) and isinstance(second, SetDomain):
        pairs = [(first.has_at(point, key), second.has_at(point, key)) for key in first.members()]
        if tie.op == "has any":
            return not want and (True, True) in pairs
        return want and (False, True) in pairs
    if isinstance(first, SetDomain) and isinstance(second, TextDomain):
        first, second = second, first
    if isinstance(first, TextDomain) and isinstance(second, SetDomain):
        has = [second.has_at(point, key) for key in first.listed(point)]
        return bool(has) and None not in has and (not any(has) if want else all(has))
    return False
