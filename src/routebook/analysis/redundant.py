"""Conditions and rules that change nothing.

A part of a condition is redundant where no lead that comes so far tells the condition with it from the
condition without it. That is one question: is there a lead for which the two differ, in the blocks around
and taken by no earlier rule? Where there is, that lead and the rule's own are what masking MC/DC asks a
test to show (Chilenski and Miller 1994).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from routebook.analysis.clock import OUT_OF_TIME
from routebook.analysis.formula import FALSE, TRUE, Literal
from routebook.analysis.lower import Lowering
from routebook.analysis.model import Entry, Model, Rules
from routebook.analysis.reach import fallback_in
from routebook.analysis.search import Covered, Found, Unknown
from routebook.analysis.terms import Ids
from routebook.check.conditions import AllOf, Always, AnyOf, Condition, Not


@dataclass(frozen=True, slots=True)
class RedundantPart:
    """A part that is always true (false) where it matters which of them it is: leaving it out changes nothing.

    `because_of` are the earlier rules that the proof needs, none where the rest of the condition is enough.
    """

    entry: Entry
    part: Condition
    always: bool
    because_of: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class RedundantRule:
    """Without the rule every lead would go the same way: these rules would take its leads."""

    entry: Entry
    instead: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class UndecidedPart:
    entry: Entry
    reasons: tuple[str, ...]


# --- Parts of conditions -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """A part of a condition: where it stands, and whether more of it makes the condition truer.

    `path` leads to it: the index at each level. In an `and` a part is idle where true could stand for it, in an
    `or` where false could; `neutral` is that.
    """

    path: tuple[int, ...]
    part: Condition
    neutral: bool


def places(condition: Condition) -> Iterator[Place]:
    """The parts that may be idle, later ones and outer ones first; defines are not looked into."""
    if not isinstance(condition, Always):
        yield Place((), condition, neutral=True)
    yield from _inside(condition, ())


def _inside(condition: Condition, path: tuple[int, ...]) -> Iterator[Place]:
    match condition:
        case AllOf(parts) | AnyOf(parts):
            for index in reversed(range(len(parts))):
                part = parts[index]
                if not isinstance(part, Always):
                    yield Place((*path, index), part, isinstance(condition, AllOf))
                yield from _inside(part, (*path, index))
        case Not(part):
            yield from _inside(part, (*path, 0))
        case _:
            return


def without(
    lowering: Lowering, condition: Condition, idle: dict[tuple[int, ...], bool], path: tuple[int, ...] = ()
) -> Literal:
    """The formula of a condition with the parts at these paths replaced by true or false."""
    if path in idle:
        return TRUE if idle[path] else FALSE
    if not any(other[: len(path)] == path for other in idle):
        return lowering.condition(condition)
    formulas = lowering.space.formulas
    match condition:
        case AllOf(parts):
            return formulas.conj([without(lowering, p, idle, (*path, i)) for i, p in enumerate(parts)])
        case AnyOf(parts):
            return formulas.disj([without(lowering, p, idle, (*path, i)) for i, p in enumerate(parts)])
        case Not(part):
            return -without(lowering, part, idle, (*path, 0))
        case _:
            return lowering.condition(condition)


def redundant_parts(
    model: Model, lowering: Lowering, entries: list[Entry], reached: Mapping[int, tuple[int, ...]]
) -> list[RedundantPart | UndecidedPart]:
    """The idle parts of these rules' conditions. A part is judged with those found idle before left out.

    `reached` maps the id of each entry to a point that it takes: a lead that shows a part at work is often near.
    """
    found: list[RedundantPart | UndecidedPart] = []
    for done, entry in enumerate(entries):
        model.tell("conditions", done, len(entries))
        condition = entry.node.condition
        if condition is None:
            continue
        if model.out_of_time():
            found.append(UndecidedPart(entry, (OUT_OF_TIME,)))
            continue
        found.extend(_idle_parts(model, lowering, entry, condition, reached.get(id(entry))))
    return found


def _idle_parts(
    model: Model,
    lowering: Lowering,
    entry: Entry,
    condition: Condition,
    near: tuple[int, ...] | None,
) -> Iterator[RedundantPart | UndecidedPart]:
    idle: dict[tuple[int, ...], bool] = {}
    for place in places(condition):
        if any(place.path[: len(path)] == path for path in idle):
            continue
        if model.out_of_time():
            yield UndecidedPart(entry, (OUT_OF_TIME,))
            return
        literal = at_work(lowering, condition, place, idle)
        answer = model.find([entry.inside, literal], entry.before, near=near)
        if isinstance(answer, Covered) and answer.terms:
            # the proof may have met earlier rules that it does not need
            alone = model.find([entry.inside, literal], 0, near=near)
            answer = alone if isinstance(alone, Covered) else answer
        if isinstance(answer, Unknown):
            yield UndecidedPart(entry, answer.reasons)
        elif isinstance(answer, Covered):
            if not place.path and answer.terms:
                continue  # a rule may say what is left after the others
            idle[place.path] = place.neutral
            yield RedundantPart(entry, place.part, place.neutral, tuple(model.entries_of(answer.terms)))


def at_work(
    lowering: Lowering, condition: Condition, place: Place, idle: dict[tuple[int, ...], bool]
) -> Literal:
    """The part is not its neutral value, and the condition would be the other way round if it were.

    A condition only grows (or, under `not`, only shrinks) with any of its parts, so one of the two ways is enough.
    """
    own = without(lowering, place.part, _below(idle, place.path))
    on = without(lowering, condition, {**idle, place.path: True})
    off = without(lowering, condition, {**idle, place.path: False})
    decides = [on, -off] if _grows(condition, place.path) else [off, -on]
    return lowering.space.formulas.conj([*decides, -own if place.neutral else own])


def _below(idle: dict[tuple[int, ...], bool], path: tuple[int, ...]) -> dict[tuple[int, ...], bool]:
    """What is idle inside the part at a path, by its paths from there."""
    return {other[len(path) :]: value for other, value in idle.items() if other[: len(path)] == path}


def _grows(condition: Condition, path: tuple[int, ...]) -> bool:
    """Whether a condition can only become true, never false, when the part at this path does."""
    grows = True
    for index in path:
        match condition:
            case AllOf(parts) | AnyOf(parts):
                condition = parts[index]
            case Not(part):
                condition, grows = part, not grows
    return grows


# --- Rules -------------------------------------------------------------------------------------------------


def redundant_rules(
    model: Model, rules: Rules, reached: dict[int, tuple[int, ...]]
) -> list[RedundantRule | UndecidedPart]:
    """The rules without which every lead would go the same way, each judged with all others in place.

    `reached` maps the id of each entry to a point that it takes.
    """
    found: list[RedundantRule | UndecidedPart] = []
    leaves = rules.leaves
    kept = {id(node) for node in fallback_in(rules.tree.rules)}
    for position, entry in enumerate(leaves):
        model.tell("spare rules", position, len(leaves))
        point = reached.get(id(entry))
        if point is None or id(entry.node) in kept:
            continue
        verdict = _redundant(model, rules, leaves, position, point)
        if verdict is not None:
            found.append(verdict)
    return found


def _redundant(
    model: Model, rules: Rules, leaves: list[Entry], position: int, point: tuple[int, ...]
) -> RedundantRule | UndecidedPart | None:
    entry = leaves[position]
    after = model.taker(point, rules, entry.before | entry.terms)
    if after is None or not after.does_the_same(entry):
        return None
    if model.out_of_time():
        return UndecidedPart(entry, (OUT_OF_TIME,))
    same: Ids = 0
    instead: list[Entry] = []
    for later in leaves[position + 1 :]:
        if later.does_the_same(entry):
            same |= later.terms
            instead.append(later)
            continue
        if model.out_of_time():
            return UndecidedPart(entry, (OUT_OF_TIME,))
        answer = model.find([entry.whole, later.whole], entry.before | same)
        if isinstance(answer, Unknown):
            return UndecidedPart(entry, answer.reasons)
        if isinstance(answer, Found):
            return None
    rest = model.find([entry.whole], entry.before | same)
    if isinstance(rest, Unknown):
        return UndecidedPart(entry, rest.reasons)
    if isinstance(rest, Found):
        return None
    used = model.entries_of(rest.terms & same)
    return RedundantRule(entry, tuple(used or instead[:1]))
