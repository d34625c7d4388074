"""The canonical layout of rules, their targets and service levels."""

from __future__ import annotations

from typing import assert_never

from routebook.syntax import tree as t
from routebook.syntax import words
from routebook.syntax.breaking import clause
from routebook.syntax.wrap import WIDTH, Line


def rule(node: t.RuleItem, indent: int) -> list[Line]:
    """A rule. A named one has each clause on a line of its own; an unnamed one begins on one line if it can."""
    lines: list[Line] = []
    at, start = indent, node.span.start
    if node.name is not None:
        lines.append(Line(indent, f"rule {words.described(node.name, node.description)}", start))
        at, start = indent + 1, (node.description or node.name).span.end
    if isinstance(node.body, t.Block):
        return lines + _with_block(node, node.body, at, start)
    lines += _with_action(node, node.body, at, start)
    if node.body.sla is not None:
        sla_name = node.body.sla
        lines.append(Line(indent + 1, f"under {sla_name.text}", sla_name.span.start, 1))
    return lines


def _when(node: t.RuleItem) -> str:
    return "else when " if node.reads_else else "when "


def _with_block(node: t.RuleItem, block: t.Block, at: int, start: int) -> list[Line]:
    if node.condition is None:
        lines = [Line(at, "else {", start)]
    else:
        lines = clause(at, _when(node), node.condition, " {", start, deeper=True)
    for inner in block.rules:
        lines += rule(inner, at + 1)
    lines.append(Line(at, "}", block.span.end - 1))
    return lines


def _with_action(node: t.RuleItem, action: t.Action, at: int, start: int) -> list[Line]:
    """The condition and the targets of a rule whose condition begins at level `at`."""
    first = action.targets[0]
    assign = "assign " if _needs_assign(first) else ""
    if node.condition is None:
        return target(f"else {assign}", first, at, start) + _further(action, at)
    if node.name is None:
        begin = f"{_when(node)}{words.expression(node.condition)} {assign}"
        lines = target(begin, first, at, start)
        if 2 * at + len(lines[0].text) <= WIDTH:
            return lines + _further(action, at)
        lines = clause(at, _when(node), node.condition, "", start, deeper=True)
        at += 1
    else:
        lines = clause(at, _when(node), node.condition, "", start)
    return lines + target(assign, first, at, action.span.start) + _further(action, at)


def _needs_assign(node: t.Target) -> bool:
    return isinstance(node, t.RepTarget) or (isinstance(node, t.PoolTarget) and not node.short)


def _further(action: t.Action, at: int) -> list[Line]:
    lines: list[Line] = []
    before = action.targets[0]
    for node in action.targets[1:]:
        lines += target("then ", node, at + 1, before.span.end)
        before = node
    return lines


def target(begin: str, node: t.Target | t.Reassign, at: int, start: int, back: int = 0) -> list[Line]:
    """A target, its line begun by the words `begin`, and its clauses one level in."""
    match node:
        case t.PoolTarget(where=where, sticky=sticky):
            lines = [Line(at, begin + words.target_head(node), start, back)]
            if where is not None:
                lines += clause(at + 1, "where ", where, "", where.span.start, 1)
            if sticky is not None:
                lines.append(Line(at + 1, words.sticky(sticky), sticky.span.start))
            return lines
        case t.HoldTarget(pool=pool, where=where, up_to=up_to) if where is not None:
            return [
                Line(at, f"{begin}hold pool {pool.text}", start, back),
                *clause(at + 1, "where ", where, "", where.span.start, 1),
                Line(at + 1, f"up to {up_to.lexeme}", up_to.span.start, 2),
            ]
        case t.SplitTarget(arms=arms):
            lines = [Line(at, begin + words.split_head(node), start, back)]
            for arm in arms:
                lines += target(f"{words.literal(arm.percent)} ", arm.target, at + 1, arm.span.start)
            return [*lines, Line(at, "}", node.span.end - 1)]
        case (
            t.HoldTarget()
            | t.RepTarget()
            | t.QueueTarget()
            | t.NurtureTarget()
            | t.RejectTarget()
            | t.Reassign()
        ):
            return [Line(at, begin + words.target_head(node), start, back)]
        case _:
            assert_never(node)


def sla(node: t.SlaItem) -> list[Line]:
    """A service level: a step a line, where it fits."""
    column = max((len(step.kind) for step in node.steps), default=0)
    lines = [Line(0, f"sla {words.described(node.name, node.description)} {{", node.span.start)]
    for step in node.steps:
        lines += _step(step, column)
    return [*lines, Line(0, "}", node.span.end - 1)]


def _step(step: t.SlaStep, column: int) -> list[Line]:
    count = f" {words.literal(step.count)}" if step.count is not None else ""
    begin = f"{step.kind:<{column}}{count} within {step.within.lexeme}{' business' if step.business else ''}"
    end, back = step.within.span.end, -1 if step.business else 0
    broken: list[Line] = []
    for action in step.actions:
        broken += target("then ", action, 2, end, back)
        end, back = action.span.end, 0
    flat = " ".join([begin, *(line.text for line in broken)])
    if len(broken) == len(step.actions) and len(flat) + 2 <= WIDTH:
        return [Line(1, flat, step.span.start)]
    return [Line(1, begin, step.span.start), *broken]
