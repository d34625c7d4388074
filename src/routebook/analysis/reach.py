"""Which rules leads reach; for those that none does, what stands in the way.

The fewest rules that together take everything are found by implicit hitting sets (Chandrasekaran, Karp,
Moreno-Centeno and Vempala 2011): each lead that a set of blockers lets through says that one of the rules
that hold of it must be among them; the smallest set that hits all of those, and lets nothing through, is a
minimum.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from routebook.analysis.formula import Literal
from routebook.analysis.model import OUT_OF_TIME, Entry, Model, Rules
from routebook.analysis.search import Covered, Found, Ids, Unknown, bits
from routebook.check.conditions import AllOf, Condition
from routebook.plan.tree import Branch, Leaf, RuleNode

_ROUNDS: Final = 300
_SHRUNK: Final = 40


@dataclass(frozen=True, slots=True)
class Reached:
    """Some lead reaches the rule: the point of one, ordinary otherwise."""

    entry: Entry
    point: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Blocker:
    """A rule that takes leads before another could, and one of those; None where none could be shown."""

    entry: Entry
    witness: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Blocked:
    """Earlier rules together take every lead that the rule would. `fewest` where fewer are proved not to do.

    `same_outcome`: each of them does with the lead what the rule would have done.
    """

    entry: Entry
    blockers: tuple[Blocker, ...]
    same_outcome: bool
    fewest: bool


@dataclass(frozen=True, slots=True)
class Contradictory:
    """No lead satisfies the rule's condition and those of the blocks around it: these parts exclude each other."""

    entry: Entry
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class NotDecided:
    entry: Entry
    reasons: tuple[str, ...]


Verdict: TypeAlias = Reached | Blocked | Contradictory | NotDecided


def reach(model: Model, rules: Rules) -> list[Verdict]:
    """What comes of each rule and block, in order; nothing for what stands in a block that is never entered."""
    verdicts: list[Verdict] = []
    dead: set[int] = set()
    fallback = fallback_of(rules.tree.rules)
    for entry in rules.entries:
        if any(id(parent) in dead for parent in entry.parents):
            continue
        verdict = _verdict(model, entry, is_fallback=entry.node is fallback)
        if isinstance(verdict, Blocked | Contradictory):
            dead.add(id(entry.node))
        if verdict is not None:
            verdicts.append(verdict)
    return verdicts


def fallback_of(nodes: Sequence[RuleNode]) -> RuleNode | None:
    """The rule that leads fall back to: the outermost bare `else`, or the one in its block."""
    bare = next((node for node in nodes if node.condition is None), None)
    while isinstance(bare, Branch):
        bare = next((node for node in bare.rules if node.condition is None), None)
    return bare


def _verdict(model: Model, entry: Entry, is_fallback: bool) -> Verdict | None:
    if model.out_of_time():
        return NotDecided(entry, (OUT_OF_TIME,))
    answer = model.find([entry.whole], entry.before)
    match answer:
        case Found(point):
            return Reached(entry, point)
        case Unknown(reasons):
            return NotDecided(entry, reasons)
        case Covered(terms):
            alone = model.find([entry.whole], 0) if terms else answer
            if isinstance(alone, Unknown):
                return NotDecided(entry, alone.reasons)
            if isinstance(alone, Covered):
                return Contradictory(entry, conflicting(model, entry))
            if is_fallback:
                return None
            return _blocked(model, entry, terms, alone.point)


# --- What excludes what ------------------------------------------------------------------------------------


def parts_of(condition: Condition | None) -> list[Condition]:
    """The conditions that all have to hold, one by one; a define counts as one."""
    if isinstance(condition, AllOf):
        return [part for inner in condition.parts for part in parts_of(inner)]
    return [] if condition is None else [condition]


def conflicting(model: Model, entry: Entry) -> tuple[Condition, ...]:
    """As few parts of the rule's and its blocks' conditions as exclude each other (by deletion)."""
    lowering = lowering_of(model, entry)
    parts = [p for node in (*entry.parents, entry.node) for p in parts_of(node.condition)]
    literals = [lowering.condition(part) for part in parts]
    kept = list(range(len(parts)))
    for index in range(len(parts)):
        fewer = [i for i in kept if i != index]
        if fewer and isinstance(model.find([literals[i] for i in fewer], 0), Covered):
            kept = fewer
    return tuple(parts[i] for i in kept)


def lowering_of(model: Model, entry: Entry) -> Any:
    """The reader of the conditions of the policy that an entry is of."""
    for rules, lowering in zip(model.policies, model.lowerings, strict=True):
        if any(each is entry for each in rules.entries):
            return lowering
    raise LookupError(entry.node.rule)


# --- What is in the way ------------------------------------------------------------------------------------


def _blocked(model: Model, entry: Entry, core: Ids, point: tuple[int, ...]) -> Blocked:
    chosen, fewest = fewest_blockers(model, entry.whole, core, entry.before, point)
    blockers = tuple(Blocker(other, _taken(model, entry, other, chosen)) for other in chosen)
    own = entry.node.plan if isinstance(entry.node, Leaf) else None
    same = all(isinstance(other.node, Leaf) and other.node.plan == own for other in chosen)
    return Blocked(entry, blockers, same, fewest)


def _taken(
    model: Model, entry: Entry, blocker: Entry, all_blockers: Sequence[Entry]
) -> dict[str, Any] | None:
    """A lead that the blocker takes from the rule: alone if it can be, else one that it would take."""
    others = _terms([other for other in all_blockers if other is not blocker])
    for avoid in (blocker.before | others, blocker.before, others):
        answer = model.find([entry.whole, blocker.whole], avoid)
        if isinstance(answer, Found):
            return model.space.shown(model.space.values(answer.point))
    return None


def _terms(entries: Sequence[Entry]) -> Ids:
    total = 0
    for entry in entries:
        total |= entry.terms
    return total


def fewest_blockers(
    model: Model, literal: Literal, core: Ids, among: Ids, point: tuple[int, ...]
) -> tuple[list[Entry], bool]:
    """The fewest rules of `among` that together hold wherever the formula does, and whether that is proved.

    `core` holds terms of rules that do; `point` is one where the formula holds.
    """
    upper = _deleted(model, literal, model.entries_of(core))
    if len(upper) == 1:
        return upper, True
    seen: list[frozenset[int]] = []
    named: dict[int, Entry] = {}
    avoid: Ids = 0
    for _ in range(_ROUNDS):
        if model.out_of_time():
            break
        holders = model.entries_of(model.holding(_shrunk(model, literal, among, avoid, point), among))
        named.update((id(holder), holder) for holder in holders)
        seen.append(frozenset(id(holder) for holder in holders))
        hitting = smallest_hitting_set(seen, len(upper) - 1)
        if hitting is None:
            return upper, True
        chosen = [named[number] for number in hitting]
        avoid = _terms(chosen)
        answer = model.find([literal], avoid)
        if isinstance(answer, Covered):
            return sorted(chosen, key=lambda entry: entry.terms & -entry.terms), True
        if isinstance(answer, Unknown):
            break
        point = answer.point
    return upper, False


def _deleted(model: Model, literal: Literal, entries: list[Entry]) -> list[Entry]:
    """The rules without those that can be spared, one after the other."""
    kept = list(entries)
    for entry in reversed(entries):
        fewer = [other for other in kept if other is not entry]
        if fewer and isinstance(answer := model.find([literal], _terms(fewer)), Covered):
            used = model.entries_of(answer.terms)
            kept = [other for other in fewer if any(other is each for each in used)]
    return kept


def _shrunk(model: Model, literal: Literal, among: Ids, avoid: Ids, point: Sequence[int]) -> list[int]:
    """A point of the formula near this one, outside `avoid`, that fewer rules hold, class by class."""
    here = list(point)
    held = model.holding(here, among)
    rows = model.index.allow()
    tried = 0
    for number in bits(held):
        for dimension, mask in model.index.boxes[number].items():
            away = model.formulas.full(dimension) & ~mask
            if not away or not rows[dimension] or tried >= _SHRUNK:
                continue
            tried += 1
            before = here[dimension]
            here[dimension] = model.space.pick(dimension, away)
            fewer = model.holding(here, among)
            better = fewer and not fewer & avoid and fewer.bit_count() < held.bit_count()
            if better and model.formulas.holds(literal, here) and model.space.is_possible(here):
                held = fewer
            else:
                here[dimension] = before
    return here


def smallest_hitting_set(sets: Sequence[frozenset[int]], limit: int) -> list[int] | None:
    """The smallest set that has a member of each of these; None where that takes more than `limit` members."""
    hits: dict[int, int] = {}
    for number, each in enumerate(sets):
        for member in each:
            hits[member] = hits.get(member, 0) | 1 << number
    # of members that hit the same sets, or fewer, one is enough
    named = {mask: member for member, mask in hits.items()}
    masks: list[int] = []
    for mask in sorted(named, key=int.bit_count, reverse=True):
        if not any(mask & ~wider == 0 for wider in masks):
            masks.append(mask)
    for size in range(1, limit + 1):
        found = _hit(masks, (1 << len(sets)) - 1, size)
        if found is not None:
            return [named[mask] for mask in found]
    return None


def _hit(masks: list[int], left: int, size: int) -> list[int] | None:
    """So many masks, or fewer, that together have every bit of `left`."""
    if not left:
        return []
    widest = max(((mask & left).bit_count() for mask in masks), default=0)
    if size == 0 or size * widest < left.bit_count():
        return None
    choices: list[int] | None = None
    for bit in bits(left):
        having = [mask for mask in masks if mask >> bit & 1]
        if choices is None or len(having) < len(choices):
            choices = having
    for mask in sorted(choices or [], key=lambda each: -(each & left).bit_count()):
        rest = _hit(masks, left & ~mask, size - 1)
        if rest is not None:
            return [mask, *rest]
    return None
