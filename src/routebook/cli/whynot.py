"""`explain --why-not`: what is asked for, found in the policy and the roster, and answered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import click

from routebook import api
from routebook.analysis.ways import Goal, blocks_of, ways_to
from routebook.analysis.whynot import why_not
from routebook.check.targets import EVERYBODY
from routebook.decision import Explanation, Lead
from routebook.render.whynot_view import WhyNotReport
from routebook.roster import Roster
from routebook.runtime.fit import fit
from routebook.runtime.targets import targets_of
from routebook.text import listed, nearest

KINDS = ("rule", "pool", "rep")


def goal_of(text: str, policy: api.Policy, roster: Roster | None) -> Goal:
    """The goal that `--why-not` names: `pool:P`, `rep:R`, `rule:N`, or a rule's name alone.

    Raises `UsageError` for what there is not, with what was likely meant.
    """
    kind, colon, name = text.partition(":")
    blocks = [block for block in blocks_of(policy.tree.rules) if block]
    rules = dict.fromkeys([*(leaf.rule for leaf in policy.tree.leaves()), *blocks])
    if text in rules or not colon or kind not in KINDS:
        kind, name = "rule", text
    if kind == "rule":
        _known("rule", name, rules)
        return Goal(rule=name, is_block=name in blocks)
    if kind == "pool":
        _known("pool", name, _pools(policy, roster))
        return Goal(pool=name)
    if roster is None:
        raise click.UsageError("--why-not rep:… needs the roster: name it by --roster, or in routebook.toml")
    _known("rep", name, roster.reps)
    return Goal(rep=name)


def _pools(policy: api.Policy, roster: Roster | None) -> list[str]:
    named = [getattr(target, "pool", None) for target in targets_of(policy.tree)]
    own = [pool for pool in named if isinstance(pool, str)]
    return list(dict.fromkeys([*own, *(roster.pools if roster is not None else ()), EVERYBODY]))


def _known(kind: str, name: str, known: Iterable[str]) -> None:
    names = list(known)
    if name in names:
        return
    meant = nearest(name, names)
    if meant:
        hint = f"did you mean `{meant}`?"
    else:
        hint = f"there is {listed(f'`{each}`' for each in names)}" if names else "there is none at all"
    raise click.UsageError(f"there is no {kind} `{name}`; {hint}")


def answered(
    explanation: Explanation,
    policy: api.Policy,
    lead: Lead,
    now: datetime,
    goal: Goal,
    roster: Roster | None,
    budget: float | None,
) -> WhyNotReport:
    """Why the lead does not go there at this moment, and the smallest change by which it would."""
    ways = ways_to(policy.tree, goal, roster)
    targets = tuple(dict.fromkeys(way.place for way in ways if way.leaf.rule == explanation.rule))
    is_there = _is_there(explanation, goal, {way.leaf.rule for way in ways})
    people = fit(policy.tree, roster).values if roster is not None else None
    why = why_not(policy.tree, lead.raw, now, goal, roster, people, budget, is_there)
    is_active = goal.rep is None or roster is None or roster.reps[goal.rep].active
    return WhyNotReport(explanation, goal, why, is_there, targets, is_active)


def _is_there(explanation: Explanation, goal: Goal, rules: set[str]) -> bool:
    """Whether the lead goes to the goal: a rule takes it, a pool or a rep gets it."""
    assignment = explanation.assignment
    if goal.rule is not None:
        return explanation.rule in rules
    if assignment is None:
        return False
    return assignment.pool == goal.pool if goal.pool is not None else assignment.rep == goal.rep
