"""`explain --why-not`: what is asked for, found in the policy and the roster, and answered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import click

from routebook import api
from routebook.analysis.whynot import Goal, WhyNot, leads_to, why_not
from routebook.decision import Lead
from routebook.plan.tree import Tree
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
    rules = dict.fromkeys(leaf.rule for leaf in policy.tree.leaves())
    if text in rules or not colon or kind not in KINDS:
        kind, name = "rule", text
    if kind == "rule":
        _known("rule", name, rules)
        return Goal(rule=name)
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
    return list(dict.fromkeys([*own, *(roster.pools if roster is not None else ())]))


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


def targets_to(tree: Tree, rule: str | None, goal: Goal, roster: Roster | None) -> tuple[int, ...]:
    """The places, from 0, of the targets in the plan of the rule that send leads to the goal."""
    plan = next((leaf.plan for leaf in tree.leaves() if leaf.rule == rule), None)
    if plan is None:
        return ()
    return tuple(n for n, planned in enumerate(plan.targets) if leads_to(planned.target, goal, roster))


def answered(
    policy: api.Policy, lead: Lead, now: datetime, goal: Goal, roster: Roster | None, budget: float | None
) -> WhyNot:
    """Why the lead does not go there at this moment, and the smallest change by which it would."""
    people = fit(policy.tree, roster).values if roster is not None else None
    return why_not(policy.tree, lead.raw, now, goal, roster, people, budget)
