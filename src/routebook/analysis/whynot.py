"""Why a lead did not go somewhere, and the smallest change to it that would have sent it there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from routebook.analysis.clock import clock_for
from routebook.analysis.formula import FALSE
from routebook.analysis.lower import Lowering
from routebook.analysis.model import Entry, Model
from routebook.analysis.nearest import Change, Closest, Nearest
from routebook.analysis.people import People
from routebook.analysis.reach import Blocked, Contradictory, parts_of, verdict_of
from routebook.analysis.space import NOW
from routebook.analysis.steps import Aim, Steps
from routebook.analysis.ways import Goal, Way, ways_to
from routebook.check.conditions import Comparison
from routebook.decision import Reason
from routebook.plan.tree import Leaf, Tree
from routebook.plan.walk import Environment, walk
from routebook.roster import Roster
from routebook.source import Span
from routebook.text import counted, listed

_FEW: Final = 4


@dataclass(frozen=True, slots=True)
class ConditionTruth:
    """A part of the rule's condition, or of the blocks around it: whether it holds of the lead.

    `because` are the comparisons that settled it, with the values that they met; `is_compound` where the part is
    not that one comparison itself.
    """

    condition: str
    holds: bool
    because: tuple[Reason, ...]
    is_compound: bool
    span: Span


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Why a lead did not go somewhere.

    `goals` are the rules that would have sent it there, `conditions` the parts of the condition of `rule`: the
    nearest of them, or the first. `taken_by` is the rule that took it first. Either `nearest` or `impossible` says
    what would have had to differ, or that nothing would do; both are None where it was not decided. `has_remoter`
    where there are ways that depend on more than that of `nearest`, by which a smaller change may do.
    """

    goals: tuple[str, ...]
    rule: str | None
    conditions: tuple[ConditionTruth, ...]
    taken_by: str | None
    nearest: Nearest | None
    impossible: str | None
    doubts: tuple[str, ...]
    has_remoter: bool = False


def why_not(
    tree: Tree,
    lead: Mapping[str, Any],
    now: datetime,
    goal: Goal,
    roster: Roster | None = None,
    people: People | None = None,
    budget: float | None = None,
    is_there: bool = False,
) -> WhyNot:
    """Explain. A goal that is a rep needs the roster and the values of its people. `budget` is in seconds.

    Where the lead `is_there`, nothing but the rule that takes it is looked at.
    """
    model = Model([tree], [{**lead, NOW: now}], clock_for(budget))
    taken = walk(tree, lead, now).leaf
    ways = ways_to(tree, goal, roster)
    if is_there:
        ways = [way for way in ways if way.leaf is taken]
    rep = (people or {}).get(goal.rep, {}) if goal.rep is not None else {}
    for way in ways:
        Lowering(model.space, tree, rep).condition(way.asks)
    model.freeze()
    aims = list(_aims(model, tree, ways, rep))
    closest = Closest(Steps(model, lead, now))
    best = _best(closest, aims)
    impossible = _impossible(model, goal, ways, aims) if best is None and not closest.doubts else None
    near = best.aim.way.leaf if best is not None else aims[0].way.leaf if aims else None
    return WhyNot(
        tuple(dict.fromkeys(way.leaf.rule for way in ways if any(aim.way is way for aim in aims))),
        near.rule if near is not None else None,
        tuple(_truths(tree, model, near, lead, now)) if near is not None else (),
        taken.rule if taken is not None else None,
        closest.shown(best) if best is not None else None,
        impossible,
        tuple(dict.fromkeys(closest.doubts)),
        best is not None and any(aim.way.remoteness > best.aim.way.remoteness for aim in aims),
    )


def _aims(model: Model, tree: Tree, ways: Sequence[Way], rep: Mapping[str, Any]) -> Iterator[Aim]:
    """The ways in the model, those first that depend on nothing else; without those that the rep never passes."""
    entries = {id(entry.node): entry for entry in model.policies[0].leaves}
    lowering = Lowering(model.space, tree, rep)
    for way in sorted(ways, key=lambda each: each.remoteness):
        asked = lowering.condition(way.asks)
        if asked != FALSE:
            entry = entries[id(way.leaf)]
            yield Aim(way, entry, model.formulas.conj([entry.whole, asked]), rep)


def _best(closest: Closest, aims: Sequence[Aim]) -> Change | None:
    """The smallest change by the ways that depend on the least else."""
    best: Change | None = None
    for aim in aims:
        if best is not None and best.aim.way.remoteness < aim.way.remoteness:
            break
        best = closest.change(aim, best) or best
    return best


def _truths(
    tree: Tree, model: Model, leaf: Leaf, lead: Mapping[str, Any], now: datetime
) -> Iterator[ConditionTruth]:
    environment = Environment(tree, lead, now)
    for node in (*_entry(model, leaf).parents, leaf):
        for part in parts_of(node.condition):
            verdict = environment.judge(part)
            text = " ".join(part.span.text.split())
            is_compound = not isinstance(part, Comparison)
            yield ConditionTruth(text, verdict.holds, verdict.because, is_compound, part.span)


def _entry(model: Model, leaf: Leaf) -> Entry:
    return next(entry for entry in model.policies[0].leaves if entry.node is leaf)


def _impossible(model: Model, goal: Goal, ways: Sequence[Way], aims: Sequence[Aim]) -> str:
    """Why no lead goes there, rule by rule; that none does has been proved before."""
    if not ways:
        return f"no rule sends leads to {goal.text}"
    if not aims:
        return f"no lead goes to {goal.text}: `where` fails for them in every target that has them"
    rules = list({id(aim.way.leaf): aim.entry for aim in aims}.values())
    if len(rules) == 1:
        verdict = verdict_of(model, model.policies[0], rules[0])
        if isinstance(verdict, Blocked):
            return f"no lead reaches {goal.text}: {_blockers(verdict)} would take every such lead first"
        if isinstance(verdict, Contradictory):
            return f"no lead satisfies the condition of `{rules[0].node.rule}`"
        return f"no lead goes to {goal.text} at this moment"
    reasons = [_unreached(model, entry) for entry in rules[:_FEW]]
    if len(rules) > _FEW:
        reasons.append(f"nor do {counted(len(rules) - _FEW, 'more rule')} send any there")
    return f"no lead goes to {goal.text} at this moment: {'; '.join(reasons)}"


def _unreached(model: Model, entry: Entry) -> str:
    """Why one of several rules sends no lead there."""
    name, verdict = entry.node.rule, verdict_of(model, model.policies[0], entry)
    if isinstance(verdict, Blocked):
        return f"{_blockers(verdict)} would take every lead of `{name}` first"
    if isinstance(verdict, Contradictory):
        return f"no lead satisfies the condition of `{name}`"
    return f"`{name}` sends none there at this moment"


def _blockers(verdict: Blocked) -> str:
    return listed(f"`{blocker.entry.node.rule}`" for blocker in verdict.blockers)
