"""Everything that is proved about one policy before any lead runs, gathered once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from routebook.analysis.clock import clock_for
from routebook.analysis.gaps import Gap, find_gap
from routebook.analysis.model import Model, Progress, Rules
from routebook.analysis.people import (
    Asked,
    Nobody,
    NobodyUnknown,
    People,
    asked_of,
    nobody_qualifies,
    read_wheres,
)
from routebook.analysis.reach import NotDecided, Reached, Verdict, reach
from routebook.analysis.redundant import (
    RedundantPart,
    RedundantRule,
    UndecidedPart,
    redundant_parts,
    redundant_rules,
)
from routebook.plan.tree import Leaf, Tree
from routebook.roster import Roster
from routebook.source import Span


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something that was not decided: about what (a rule, or None for the whole), why, and what was assumed."""

    span: Span | None
    rule: str | None
    reason: str
    assumed: str


@dataclass(frozen=True)
class Proof:
    """What is proved. `people` is what was found about the roster, nothing where none was given."""

    model: Model
    rules: Rules
    verdicts: tuple[Verdict, ...]
    gap: Gap | None
    parts: tuple[RedundantPart, ...]
    redundant: tuple[RedundantRule, ...]
    people: tuple[Nobody, ...]
    doubts: tuple[Doubt, ...]

    @property
    def reached(self) -> Mapping[int, tuple[int, ...]]:
        """A point for each rule that some lead reaches, by the id of its entry."""
        return {id(v.entry): v.point for v in self.verdicts if isinstance(v, Reached)}


def prove(
    tree: Tree,
    roster: Roster | None = None,
    people: People | None = None,
    budget: float | None = None,
    progress: Progress | None = None,
) -> Proof:
    """Prove what there is to prove about a policy. `budget`: seconds after which the rest is left undecided.

    `progress` is told the phase and how much of it is done.
    """
    model = Model([tree], clock=clock_for(budget), progress=progress)
    asked: list[Asked] = asked_of(tree, roster) if roster is not None and people is not None else []
    read_wheres(model, tree, asked, people or {})
    model.freeze()
    rules = model.policies[0]
    verdicts = reach(model, rules)
    doubts = [
        Doubt(v.entry.node.span, v.entry.node.rule, r, "some lead reaches it")
        for v in verdicts
        if isinstance(v, NotDecided)
        for r in v.reasons
    ]
    model.tell("gap", 0, 1)
    gap, reasons = find_gap(model, rules)
    doubts += [
        Doubt(None, None, reason, "every lead is taken" if gap is None else "the regions shown are all")
        for reason in reasons
    ]
    reached = {id(v.entry): v.point for v in verdicts if isinstance(v, Reached)}
    entries = [entry for entry in rules.entries if id(entry) in reached]
    parts = redundant_parts(model, model.lowerings[0], entries, reached)
    spare = redundant_rules(model, rules, reached)
    doubts += [
        Doubt(p.entry.node.span, p.entry.node.rule, r, "it is needed")
        for p in (*parts, *spare)
        if isinstance(p, UndecidedPart)
        for r in p.reasons
    ]
    live = [each for each in asked if any(id(e) in reached and e.node is each.rule for e in rules.leaves)]
    nobody = nobody_qualifies(model, rules, live, people or {})
    doubts += [
        Doubt(n.asked.target.span, n.asked.rule.rule, r, "somebody qualifies for every lead")
        for n in nobody
        if isinstance(n, NobodyUnknown)
        for r in n.reasons
    ]
    return Proof(
        model,
        rules,
        tuple(verdicts),
        gap,
        tuple(part for part in parts if isinstance(part, RedundantPart)),
        tuple(each for each in spare if isinstance(each, RedundantRule)),
        tuple(each for each in nobody if isinstance(each, Nobody)),
        tuple(doubts),
    )


def leaf_of(verdict: Verdict) -> Leaf | None:
    """The rule of a verdict, None for a block."""
    node = verdict.entry.node
    return node if isinstance(node, Leaf) else None
