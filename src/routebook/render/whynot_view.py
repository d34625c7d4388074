"""Why a lead did not go somewhere, as every format takes it, in the words that they share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from routebook.decision import Candidate, Explanation
from routebook.render.explanation_view import FEW_CANDIDATES, grounds, left_out, verdict
from routebook.render.literals import literal
from routebook.text import counted, listed

if TYPE_CHECKING:
    from routebook.analysis.whynot import Goal, WhyNot


@dataclass(frozen=True, slots=True)
class WhyNotReport:
    """What became of the lead, where it should have gone, and why it did not.

    `targets` are the places in the plan of the rule that took it, from 0, of the targets that send leads there.
    """

    explanation: Explanation
    goal: Goal
    why: WhyNot
    targets: tuple[int, ...] = ()

    @property
    def is_there(self) -> bool:
        """Whether the lead goes there: a rule takes it, a pool or a rep gets it."""
        assignment = self.explanation.assignment
        if self.goal.rule is not None:
            return self.explanation.rule == self.goal.rule
        if assignment is None:
            return False
        return (
            assignment.pool == self.goal.pool
            if self.goal.pool is not None
            else assignment.rep == self.goal.rep
        )

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """The rep that is the goal among those considered, for each target that was tried."""
        return tuple(each for each in self.explanation.candidates if each.rep == self.goal.rep)

    @property
    def is_taken_by_goal(self) -> bool:
        """Whether the lead is taken by a rule that can send leads there, so that what follows the rule decided."""
        return self.explanation.rule is not None and self.explanation.rule in self.why.goals


def question(report: WhyNotReport) -> str:
    """What is asked."""
    return f"why not to {report.goal.text}?"


def rule_of(report: WhyNotReport) -> str | None:
    """The rule whose conditions are listed; None where no rule sends leads there."""
    nearest = report.why.nearest
    return nearest.rule if nearest is not None else next(iter(report.why.goals), None)


def reasons(report: WhyNotReport) -> Iterator[str]:
    """Why, in sentences; the conditions are listed apart."""
    why, goal = report.why, report.goal
    if report.is_there:
        yield f"it does go to {goal.text}"
    elif report.is_taken_by_goal:
        yield f"rule `{report.explanation.rule}`, which takes it, can send leads to {goal.text}"
        yield from _after_the_rule(report)
    elif why.taken_by is not None and all(truth.holds for truth in why.conditions):
        yield f"rule `{why.taken_by}` takes it first"


def _after_the_rule(report: WhyNotReport) -> Iterator[str]:
    """What became of the goal in the plan of the rule that took the lead."""
    assignment = report.explanation.assignment
    if assignment is None:
        yield "who of them gets it is settled by the roster: name it by --roster"
        return
    if report.goal.rep is not None:
        yield from map(_about, report.candidates)
        if any(candidate.eligible for candidate in report.candidates):
            if report.explanation.arithmetic:
                yield f"the choice: {report.explanation.arithmetic}"
            return
        if report.candidates:
            return
    placed, plan = assignment.target, report.explanation.decision.plan
    tried = [target for target in report.targets if placed is None or target <= placed]
    if not tried:
        yield "another target of its plan placed the lead before that one was tried"
    for target in tried:
        shown = f"`{plan[target]}`" if 0 <= target < len(plan) else f"target {target}"
        if target == placed:
            yield f"{shown} placed it elsewhere"
            continue
        yield f"{shown} was tried, and declined it"
        considered = [each for each in report.explanation.candidates if each.target == target]
        yield from map(_about, considered[:FEW_CANDIDATES])
        if len(considered) > FEW_CANDIDATES:
            yield left_out(len(considered) - FEW_CANDIDATES, "more candidate")


def _about(candidate: Candidate) -> str:
    """`ana` was not eligible: off shift until …"""
    about = f"`{candidate.rep}` was {verdict(candidate)}"
    return f"{about}: {grounds(candidate)}" if grounds(candidate) else about


def answer(report: WhyNotReport) -> str | None:
    """What would have had to differ, or that nothing would do; None where the lead is there, or is up to the reps."""
    why = report.why
    if why.impossible is not None:
        return why.impossible
    if why.nearest is None:
        return "it was not decided what would have had to differ" if why.doubts else None
    if not why.nearest.changes:
        return None
    changes = listed(
        f"`{change.field}` were {literal(change.new)} instead of {literal(change.old)}"
        for change in why.nearest.changes
    )
    fields = f"{counted(len(why.nearest.changes), 'field')}; no smaller change does"
    rule = f"rule `{why.nearest.rule}`"
    if report.goal.rep is None:
        sends = f", which can send leads to {report.goal.text}," if report.goal.rule is None else ""
        return f"{rule}{sends} would take it if {changes} ({fields})"
    rest = "hours, caps, absences and the choice among the eligible come on top"
    if why.nearest.rule == report.explanation.rule:
        return f"`{report.goal.rep}` would pass what {rule} asks of a rep if {changes} ({fields}); {rest}"
    return (
        f"{rule}, which can send leads to {report.goal.text}, would take it if {changes} ({fields}); {rest}"
    )
