"""Why a lead did not go somewhere, as every format takes it, in the words that they share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from routebook.decision import Candidate, Explanation, Reason
from routebook.render.explanation_view import FEW_CANDIDATES, facts, grounds, left_out, verdict
from routebook.render.literals import brief, literal
from routebook.text import counted, listed

if TYPE_CHECKING:
    from routebook.analysis.nearest import Nearest
    from routebook.analysis.ways import Goal
    from routebook.analysis.whynot import ConditionTruth, WhyNot


@dataclass(frozen=True, slots=True)
class WhyNotReport:
    """What became of the lead, where it should have gone, and why it did not; unless it `is_there`.

    `targets` are the places in the plan of the rule that took it, from 0, of the targets that may send leads there.
    `is_active` where the goal is not a rep who takes no part at present.
    """

    explanation: Explanation
    goal: Goal
    why: WhyNot
    is_there: bool
    targets: tuple[int, ...] = ()
    is_active: bool = True

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """The rep that is the goal among those considered, for each target that was tried."""
        return tuple(each for each in self.explanation.candidates if each.rep == self.goal.rep)


def question(report: WhyNotReport) -> str:
    """What is asked."""
    return f"why not to {report.goal.text}?"


def reasons(report: WhyNotReport) -> Iterator[str]:
    """Why, in sentences; the conditions are listed apart."""
    why, goal, rule = report.why, report.goal, report.explanation.rule
    if report.is_there:
        yield f"it does go to {goal.text}"
    elif report.targets:
        if rule in why.goals and why.impossible is None:
            yield f"rule `{rule}`, which takes it, can send leads to {goal.text}"
        yield from _after_the_rule(report)
        if why.rule not in (None, rule) and all(truth.holds for truth in why.conditions):
            yield f"rule `{rule}` takes it before rule `{why.rule}`"
    elif why.rule is not None and why.taken_by is not None and all(truth.holds for truth in why.conditions):
        yield f"rule `{why.taken_by}` takes it first"
    if not report.is_active and not report.candidates:
        yield f"`{goal.rep}` is not active: no lead goes to them as the roster is"


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
            yield f"{shown} placed it elsewhere{_by_arm(report)}"
            continue
        yield f"{shown} was tried, and declined it"
        considered = [each for each in report.explanation.candidates if each.target == target]
        yield from map(_about, considered[:FEW_CANDIDATES])
        if len(considered) > FEW_CANDIDATES:
            yield left_out(len(considered) - FEW_CANDIDATES, "more candidate")


def _by_arm(report: WhyNotReport) -> str:
    """By which field the arm is picked, where nothing else of the lead would have to differ."""
    nearest = report.why.nearest
    if nearest is None or nearest.changes or nearest.way.split is None:
        return ""
    return f": which arm of the split gets the lead depends on `{nearest.way.split.field.name}`"


def _about(candidate: Candidate) -> str:
    """`ana` was not eligible: off shift until …"""
    about = f"`{candidate.rep}` was {verdict(candidate)}"
    return f"{about}: {grounds(candidate)}" if grounds(candidate) else about


def answer(report: WhyNotReport) -> str | None:
    """What would have had to differ, or that nothing would do; None where the lead is there, or is up to the reps."""
    why, nearest = report.why, report.why.nearest
    if report.is_there:
        return None
    if why.impossible is not None:
        return why.impossible
    if nearest is None:
        return "it was not decided what would have had to differ" if why.doubts else None
    if not nearest.changes:
        return None
    changes = listed(
        f"`{change.field}` were {literal(change.new)} instead of {literal(change.old)}"
        for change in nearest.changes
    )
    fields = f"{counted(len(nearest.changes), 'field')}; {_proved(nearest, why.has_remoter)}"
    return "; ".join([f"{_would(report, nearest)} if {changes} ({fields})", *_besides(report, nearest)])


def _would(report: WhyNotReport, nearest: Nearest) -> str:
    goal, rule = report.goal, f"rule `{nearest.rule}`"
    if goal.rep is not None and nearest.way.field is not None:
        return f"{rule} would send it to {goal.text}"
    if goal.rep is not None and nearest.rule == report.explanation.rule:
        return f"`{goal.rep}` would pass what {rule} asks of a rep"
    if goal.is_block:
        return f"{rule} of {goal.text} would take it"
    sends = f", which can send leads to {goal.text}," if goal.rule is None else ""
    return f"{rule}{sends} would take it"


def _proved(nearest: Nearest, has_remoter: bool) -> str:
    """What is known of smaller changes."""
    if not nearest.is_fewest:
        return "a smaller change may do"
    no_smaller = (
        "no smaller change leads to a rule that tries it first" if has_remoter else "no smaller change does"
    )
    if nearest.is_least:
        return no_smaller
    bounded = [change for change in nearest.changes if change.bound is not None]
    if not bounded:
        return "no fewer do, but they may have to change by less"
    values = listed(
        f"`{change.field}` {'above' if change.new > change.bound else 'below'} {literal(change.bound)}"
        for change in bounded
    )
    return f"{values} {'does' if len(bounded) == 1 else 'do'}, however near, and {no_smaller}"


def _besides(report: WhyNotReport, nearest: Nearest) -> Iterator[str]:
    """What else decides whether the lead then goes there."""
    way = nearest.way
    if way.place:
        before = [f"`{text}`" for text in way.leaf.plan.texts[: way.place]]
        yield f"{listed(before)} {'comes' if len(before) == 1 else 'come'} first in its plan"
    if way.split is not None:
        yield f"which arm of its split gets the lead depends on `{way.split.field.name}`"
    if report.goal.rep is not None:
        yield "hours, caps, absences and the choice among the eligible come on top"


def values_of(truth: ConditionTruth) -> tuple[Reason, ...]:
    """The comparisons within a condition that are shown below it: none where it is one comparison."""
    return truth.because if truth.is_compound else ()


def value_of(truth: ConditionTruth) -> str:
    """`, it is 64`: the value that a condition of one comparison met."""
    return "" if truth.is_compound or not truth.because else f", it is {brief(truth.because[0].value)}"


def notes(report: WhyNotReport) -> Iterator[tuple[str, str]]:
    """What there is to know of the decision besides."""
    yield from (fact for fact in facts(report.explanation) if fact[0] in ("again", "note"))
