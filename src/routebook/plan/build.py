"""From a checked policy to its evaluation tree: every plan is worked out here, before any lead runs."""

from __future__ import annotations

from collections.abc import Sequence

from routebook.check.policy import CheckedPolicy
from routebook.check.rules import CheckedAction, CheckedRule
from routebook.check.targets import Target, never_declines
from routebook.plan.digest import digest_of
from routebook.plan.tree import Branch, Leaf, Plan, PlannedTarget, RuleNode, Tree


def build(policy: CheckedPolicy) -> Tree:
    """Compile a checked policy."""
    fallback = _fallback(policy.rules)
    rules = tuple(_node(rule, fallback) for rule in policy.rules)
    tree = Tree(
        policy.name,
        policy.timezone,
        policy.schema,
        policy.rep_schema,
        policy.computed,
        rules,
        policy.slas,
        policy.sources,
        digest="",
    )
    object.__setattr__(tree, "digest", digest_of(tree))
    return tree


def _fallback(rules: Sequence[CheckedRule]) -> CheckedRule | None:
    """The outermost bare `else`; where that is a block, the bare `else` in it, if it has one."""
    bare = next((rule for rule in rules if rule.condition is None), None)
    while bare is not None and not isinstance(bare.body, CheckedAction):
        bare = next((rule for rule in bare.body if rule.condition is None), None)
    return bare


def _node(rule: CheckedRule, fallback: CheckedRule | None) -> RuleNode:
    if isinstance(rule.body, CheckedAction):
        plan = _plan(rule.body, None if rule is fallback else fallback)
        return Leaf(rule.id, rule.description, rule.condition, plan, rule.head)
    inner = tuple(_node(each, fallback) for each in rule.body)
    return Branch(rule.id, rule.description, rule.condition, inner, rule.head)


def _plan(action: CheckedAction, fallback: CheckedRule | None) -> Plan:
    further = fallback.body.targets if fallback and isinstance(fallback.body, CheckedAction) else ()
    planned: list[PlannedTarget] = []
    for target, is_fallback in [*((t, False) for t in action.targets), *((t, True) for t in further)]:
        planned.append(_planned(target, is_fallback))
        if never_declines(target):
            break
    return Plan(tuple(planned), action.sla)


def _planned(target: Target, fallback: bool) -> PlannedTarget:
    return PlannedTarget(target, f"else: {target.text}" if fallback else target.text, fallback)
