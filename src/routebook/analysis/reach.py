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
from routebook.analysis.search import Answer, Covered, Found, Ids, Unknown, bits
from routebook.check.conditions import AllOf, Condition
from routebook.plan.tree import Branch, Leaf, RuleNode

_ROUNDS: Final = 60
_SHRUNK: Final = 40
_NODES: Final = 1_500
_STEPS: Final = 100_000
"""Steps that proofs of minimality may take in one policy: beyond, a rule's blockers are few, but not proved fewest."""


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

    `core` holds terms of rules that do; `point` is one where the formula holds. Each round asks for a choice
    with fewer rules that hits all the leads seen so far: it does, or it lets another lead through.
    """
    best = _deleted(model, literal, model.entries_of(core))
    if len(best) == 1 or model.spent > _STEPS:
        return best, len(best) == 1
    before = model.steps
    try:
        return _minimal(model, literal, best, among, point)
    finally:
        model.spent += model.steps - before


def _minimal(
    model: Model, literal: Literal, best: list[Entry], among: Ids, point: tuple[int, ...]
) -> tuple[list[Entry], bool]:
    """As `fewest_blockers`, from rules of which none can be spared."""
    needed = _needed(model, literal, best, among)
    if (
        len(needed) >= len(best) - 1
    ):  # without the last one something is let through, or it would not be there
        return best, True
    seen = [frozenset([id(entry)]) for entry in needed]
    left = _NODES
    named = {id(entry): entry for entry in needed}
    avoid = _terms(needed)
    answer: Answer | None = model.find([literal], avoid)
    point = answer.point if isinstance(answer, Found) else point
    for _ in range(_ROUNDS):
        if len(best) == 1:
            return best, True
        if model.out_of_time():
            break
        holders = model.entries_of(model.holding(_shrunk(model, literal, among, avoid, point), among))
        named.update((id(holder), holder) for holder in holders)
        seen.append(frozenset(id(holder) for holder in holders))
        answer = None
        while not isinstance(answer, Found):
            try:
                hitting, left = hitting_set(seen, len(best) - 1, left)
            except TooHard:
                model.spent += _NODES
                return best, False
            if hitting is None:
                return best, True
            chosen = [named[number] for number in hitting]
            avoid = _terms(chosen)
            answer = model.find([literal], avoid)
            if isinstance(answer, Unknown):
                return best, False
            if isinstance(answer, Covered):
                best = _deleted(model, literal, sorted(chosen, key=lambda entry: entry.terms & -entry.terms))
        point = answer.point
    return best, False


def _needed(model: Model, literal: Literal, entries: list[Entry], among: Ids) -> list[Entry]:
    """The rules that no others of `among` can stand in for: some lead has none but them in its way."""
    return [entry for entry in entries if isinstance(model.find([literal], among & ~entry.terms), Found)]


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


class TooHard(Exception):
    """A hitting set was neither found nor excluded in reasonable time."""


def hitting_set(sets: Sequence[frozenset[int]], limit: int, nodes: int) -> tuple[list[int] | None, int]:
    """At most `limit` members that have one of each of these sets; None where there are none such.

    Raises `TooHard` where it takes more than so many nodes of the search; what is left of them comes back, too.
    """
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
    rows = [
        sum(1 << place for place, mask in enumerate(masks) if mask >> number & 1)
        for number in range(len(sets))
    ]
    search = _Hitting(masks, nodes)
    found = search.run(sorted(set(rows), key=int.bit_count), limit)
    members = None if found is None else [named[masks[place]] for place in found]
    return members, search.left


class _Hitting:
    """Branches on the smallest set that is not hit. More sets that have no member in common than may be chosen
    are too many.
    """

    def __init__(self, masks: list[int], nodes: int) -> None:
        self.weight = [mask.bit_count() for mask in masks]
        self.left = nodes

    def run(self, rows: list[int], size: int) -> list[int] | None:
        if not rows:
            return []
        self.left -= 1
        if self.left < 0:
            raise TooHard
        apart, used = 0, 0
        for row in rows:
            if not row & used:
                apart += 1
                used |= row
                if apart > size:
                    return None
        smallest = min(rows, key=int.bit_count)
        tried = 0
        for member in sorted(bits(smallest), key=lambda place: -self.weight[place]):
            rest = [row & ~tried for row in rows if not row >> member & 1]
            if all(rest):
                found = self.run(rest, size - 1)
                if found is not None:
                    return [member, *found]
            tried |= 1 << member
        return None
