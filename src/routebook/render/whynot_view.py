"""Why a lead did not go somewhere, as every format takes it, in the words that they share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from routebook.decision import Candidate, Explanation
from routebook.render.explanation_view import grounds, verdict
from routebook.render.literals import literal
from routebook.text import counted, listed

if TYPE_CHECKING:
    from routebook.analysis.whynot import Goal, WhyNot


@dataclass(frozen=True, slots=True)
class WhyNotReport:
    """What became of the lead, where it should have gone, and why it did not."""

    explanation: Explanation
    goal: Goal
    why: WhyNot

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
    def comes_close(self) -> bool:
        """Whether the lead is taken by a rule that sends leads there, so that what follows the rule decided."""
        nearest = self.why.nearest
        return nearest is not None and not nearest.changes


def reasons(report: WhyNotReport) -> Iterator[str]:
    """Why, in sentences; the conditions are listed apart."""
    why, goal = report.why, report.goal
    if report.is_there:
        yield f"it does go to {goal.text}"
        return
    if report.comes_close:
        yield from _after_the_rule(report)
        return
    if why.taken_by is not None and all(truth.holds for truth in why.conditions):
        yield f"rule `{why.taken_by}` takes it first"


def _after_the_rule(report: WhyNotReport) -> Iterator[str]:
    goal, rule = report.goal, report.explanation.rule
    yield f"rule `{rule}`, which takes it, can send leads to {goal.text}"
    for candidate in report.candidates:
        about = f"`{goal.rep}` was {verdict(candidate)}"
        yield f"{about}: {grounds(candidate)}" if grounds(candidate) else about
    if goal.rep is not None and any(candidate.eligible for candidate in report.candidates):
        if report.explanation.arithmetic:
            yield f"the choice: {report.explanation.arithmetic}"
    elif report.explanation.assignment is None:
        yield "who of them gets it is settled by the roster: name it by --roster"
    elif not report.candidates:
        yield "another target of its plan placed the lead before that one was tried"


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
    rule = f"rule `{why.nearest.rule}`"
    if report.goal.rule is None:
        rule += f", which can send leads to {report.goal.text},"
    fields = counted(len(why.nearest.changes), "field")
    return f"{rule} would take it if {changes} ({fields}; no smaller change does)"
