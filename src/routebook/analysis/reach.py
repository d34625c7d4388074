"""Which rules leads reach; for those that none does, what stands in the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from routebook.analysis.blockade import Blockade
from routebook.analysis.clock import OUT_OF_TIME
from routebook.analysis.model import Entry, Model, Rules
from routebook.analysis.ordinary import pulled_back
from routebook.analysis.search import Covered, Found, Unknown
from routebook.check.conditions import AllOf, Condition
from routebook.plan.tree import Branch, RuleNode

_STEPS: Final = 100_000
"""Steps that proofs of minimality may take in one policy: beyond, a rule's blockers are few, but not proved fewest."""


@dataclass(frozen=True, slots=True)
class Reached:
    """Some lead reaches the rule: the point of one, ordinary otherwise."""

    entry: Entry
    point: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Blocker:
    """A rule that takes leads before another could, and one of those; None where none could be shown.

    `does_the_same` with a lead as the other rule would have done; of a block that is not asked.
    """

    entry: Entry
    witness: Mapping[str, Any] | None
    does_the_same: bool


@dataclass(frozen=True, slots=True)
class Blocked:
    """Earlier rules together take every lead that the rule would. `fewest` where fewer are proved not to do."""

    entry: Entry
    blockers: tuple[Blocker, ...]
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
    verdicts: list[Verdict | _Covered] = []
    dead: set[int] = set()
    fallback = fallback_of(rules.tree.rules)
    for done, entry in enumerate(rules.entries):
        model.tell("reachability", done, len(rules.entries))
        if any(id(parent) in dead for parent in entry.parents):
            continue
        verdict = _verdict(model, entry, is_fallback=entry.node is fallback)
        if isinstance(verdict, _Covered | Contradictory):
            dead.add(id(entry.node))
        if verdict is not None:
            verdicts.append(verdict)
    _minimise(model, [verdict for verdict in verdicts if isinstance(verdict, _Covered)])
    return [_blocked(model, each) if isinstance(each, _Covered) else each for each in verdicts]


def fallback_of(nodes: Sequence[RuleNode]) -> RuleNode | None:
    """The rule that leads fall back to: the outermost bare `else`, or the one in its block."""
    bare = next((node for node in nodes if node.condition is None), None)
    while isinstance(bare, Branch):
        bare = next((node for node in bare.rules if node.condition is None), None)
    return bare


def _verdict(model: Model, entry: Entry, is_fallback: bool) -> Verdict | _Covered | None:
    if model.out_of_time():
        return NotDecided(entry, (OUT_OF_TIME,))
    answer = model.find([entry.whole], entry.before)
    match answer:
        case Found(point):
            return Reached(entry, pulled_back(model, entry.whole, entry.before, point))
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
            return _Covered(entry, Blockade(model, entry.whole, entry.before, terms, alone.point))


# --- What is in the way ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Covered:
    """A rule that no lead reaches, and what is known about why."""

    entry: Entry
    blockade: Blockade


def _minimise(model: Model, covered: list[_Covered]) -> None:
    """Prove the fewest blockers, where there are few first: those proofs are the shortest, and time may end."""
    ranked = sorted(covered, key=lambda each: len(each.blockade.chosen))
    for done, each in enumerate(ranked):
        model.tell("fewest blockers", done, len(ranked))
        if model.spent <= _STEPS:
            each.blockade.minimise()


def _blocked(model: Model, covered: _Covered) -> Blocked:
    entry, blockade = covered.entry, covered.blockade
    blockers = tuple(
        Blocker(each, _example(model, entry, each, blockade), each.does_the_same(entry))
        for each in blockade.chosen
    )
    return Blocked(entry, blockers, blockade.is_fewest)


def _example(model: Model, entry: Entry, blocker: Entry, blockade: Blockade) -> dict[str, Any] | None:
    point = None if model.out_of_time() else blockade.example(blocker)
    if point is None or not model.confirms(point, (entry, blocker)):
        return None
    return model.space.shown(model.space.values(point))


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
