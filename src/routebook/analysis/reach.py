"""Which rules leads reach; for those that none does, what stands in the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
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
    """Earlier rules together take every lead that the rule would. `fewest` where fewer are proved not to do.

    `above` is the rule or block above which leads would reach it, None where that was not decided.
    """

    entry: Entry
    blockers: tuple[Blocker, ...]
    fewest: bool
    above: RuleNode | None


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
    kept = {id(node) for node in fallback_in(rules.tree.rules)}
    for done, entry in enumerate(rules.entries):
        model.tell("reachability", done, len(rules.entries))
        if any(id(parent) in dead for parent in entry.parents):
            continue
        verdict = _verdict(model, entry, is_fallback=id(entry.node) in kept)
        if isinstance(verdict, _Covered | Contradictory):
            dead.add(id(entry.node))
        if verdict is not None:
            verdicts.append(verdict)
    _minimise(model, [verdict for verdict in verdicts if isinstance(verdict, _Covered)])
    reached = {id(each.entry) for each in verdicts if isinstance(each, Reached)}
    return [
        _blocked(model, rules, each, reached) if isinstance(each, _Covered) else each for each in verdicts
    ]


def verdict_of(model: Model, rules: Rules, entry: Entry) -> Verdict:
    """What comes of one rule, whatever comes of the others."""
    verdict = _verdict(model, entry, is_fallback=False)
    assert verdict is not None
    if isinstance(verdict, _Covered):
        _minimise(model, [verdict])
        return _blocked(model, rules, verdict, set())
    return verdict


def fallback_in(nodes: Sequence[RuleNode]) -> tuple[RuleNode, ...]:
    """The bare `else` that leads fall back to, after the blocks that it stands in; nothing where there is none."""
    bare = next((node for node in nodes if node.condition is None), None)
    if not isinstance(bare, Branch):
        return () if bare is None else (bare,)
    inner = fallback_in(bare.rules)
    return (bare, *inner) if inner else ()


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


def _blocked(model: Model, rules: Rules, covered: _Covered, reached: Set[int]) -> Blocked:
    entry, blockade = covered.entry, covered.blockade
    earlier = [leaf for leaf in rules.leaves if leaf.terms & entry.before]
    blockade.prefer_early(earlier, reached)
    blockers = tuple(
        Blocker(each, _example(model, entry, each, blockade), each.does_the_same(entry))
        for each in blockade.chosen
    )
    last = None if model.out_of_time() else blockade.last_needed(earlier)
    # above the first of the rules named it gets back all that they take, above the last needed at least something
    first = None if last is None else min(last, blockade.chosen[0], key=lambda each: each.before)
    above = None if first is None else _outermost(first, entry)
    return Blocked(entry, blockers, blockade.is_fewest, above)


def _outermost(earlier: Entry, entry: Entry) -> RuleNode:
    """The outermost block around the earlier rule that the other is not in; the rule itself where there is none."""
    around = {id(parent) for parent in (*entry.parents, entry.node)}
    return next(node for node in (*earlier.parents, earlier.node) if id(node) not in around)


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
