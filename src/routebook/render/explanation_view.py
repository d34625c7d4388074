"""What an explanation says, in the words and the order that its formats share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, assert_never

from routebook.decision import Assignment, Candidate, Explanation, Outcome, Reason, Step, show_moment
from routebook.render.literals import brief
from routebook.text import counted

NEAREST: Final = 3
"""So many of the rules tried before the one that took the lead are shown, the last ones."""

FEW_REASONS: Final = 6
FEW_CANDIDATES: Final = 10
FEW_LINES: Final = 12

_DIGEST: Final = 12


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A target of the plan and, once it was tried, what came of it."""

    text: str
    fate: str
    placed: bool


@dataclass(frozen=True, slots=True)
class Tried:
    """The candidates of one target of the plan, in declared order; `left_out` of them are not listed."""

    target: str
    candidates: tuple[Candidate, ...]
    left_out: int


def name_of(explanation: Explanation) -> str:
    """What the lead is called: its id, if it has one."""
    lead = explanation.assignment.lead if explanation.assignment else explanation.decision.lead
    return f"lead {lead}" if lead else "the lead"


def headline(explanation: Explanation) -> str:
    """Where the lead went and by which rule, in one sentence."""
    name, rule = name_of(explanation), explanation.rule
    if explanation.assignment is not None:
        return f"{name} {_fate(explanation.assignment)}"
    return f"{name} is undecided: no rule takes it" if rule is None else f"{name} is taken by rule {rule}"


def _fate(assignment: Assignment) -> str:
    by = f", by rule {assignment.rule}" if assignment.rule is not None else ""
    if assignment.reason is not None and assignment.outcome is not Outcome.REJECTED:
        by = f": {assignment.reason}"
    match assignment.outcome:
        case Outcome.ASSIGNED:
            pool = f" of pool {assignment.pool}" if assignment.pool else ""
            return f"went to {assignment.rep}{pool}{by}"
        case Outcome.HELD:
            until = f" until {show_moment(assignment.until)}" if assignment.until else ""
            return f"waits for somebody of pool {assignment.pool}{until}{by}"
        case Outcome.QUEUED:
            return f"went to queue {assignment.queue}{by}"
        case Outcome.NURTURED:
            return f"went to nurture {assignment.nurture}{by}"
        case Outcome.REJECTED:
            return f"was rejected{by}: {assignment.reason}"
        case Outcome.UNASSIGNED:
            return f"went to nobody: rule {assignment.rule} took it, and every target of its plan declined it"
        case Outcome.UNDECIDED:
            return "is undecided: no rule takes it"
        case _:
            assert_never(assignment.outcome)


def taken_by(explanation: Explanation) -> tuple[Step, ...]:
    """The rule that took the lead, last, after the blocks that it stands in; empty where none did."""
    return tuple(step for step in explanation.steps if step.matched)


def passed_over(explanation: Explanation) -> tuple[Step, ...]:
    """The rules that were tried and did not take the lead, in the order in which they were tried."""
    return tuple(step for step in explanation.steps if not step.matched)


def answer(reason: Reason) -> str:
    """`yes, it is 80`: whether a comparison held, and the value that it met."""
    return f"{'yes' if reason.holds else 'no'}, it is {brief(reason.value)}"


def why_not(step: Step) -> str:
    """What to say of a rule that was passed over, before its reasons."""
    inside = step.entered and not step.matched
    return "its condition holds, but none of its rules took the lead" if inside else ""


def plan_rows(explanation: Explanation) -> Iterator[PlanRow]:
    """Every target of the plan."""
    placed = explanation.assignment.target if explanation.assignment else None
    for index, text in enumerate(explanation.decision.plan):
        if explanation.assignment is None:
            fate = ""
        elif placed is None:
            tried = explanation.assignment.outcome is Outcome.UNASSIGNED
            fate = "declined" if tried else "not tried"
        elif index < placed:
            fate = "declined"
        else:
            fate = "placed the lead" if index == placed else "not needed"
        yield PlanRow(text, fate, index == placed)


def candidates_tried(explanation: Explanation, everything: bool) -> Iterator[Tried]:
    """The candidates by target, clipped unless `everything`; who was chosen is always among them."""
    plan = explanation.decision.plan
    for target in dict.fromkeys(candidate.target for candidate in explanation.candidates):
        found = [candidate for candidate in explanation.candidates if candidate.target == target]
        listed = [c for index, c in enumerate(found) if everything or index < FEW_CANDIDATES or c.chosen]
        text = plan[target] if 0 <= target < len(plan) else f"target {target}"
        yield Tried(text, tuple(listed), len(found) - len(listed))


def verdict(candidate: Candidate) -> str:
    """One word for a candidate."""
    if candidate.chosen:
        return "chosen"
    return "eligible" if candidate.eligible else "not eligible"


def grounds(candidate: Candidate) -> str:
    """`credit 3, weight 2`: the numbers that the strategy compared, or why the rep was not among those compared."""
    compared = ", ".join(f"{name} {brief(value)}" for name, value in (candidate.standing or {}).items())
    return compared if candidate.eligible and compared else candidate.reason


def facts(explanation: Explanation) -> Iterator[tuple[str, str]]:
    """What else there is to know, each with its title."""
    if explanation.arithmetic:
        yield "choice", explanation.arithmetic
    sla = explanation.assignment.sla if explanation.assignment else explanation.decision.sla
    if sla:
        yield "sla", sla
    if explanation.assignment is not None:
        yield "at", show_moment(explanation.assignment.at)
        if explanation.assignment.again:
            yield "again", "this lead had been routed before; this is its assignment from then"
    yield "policy", short_digest(explanation.decision.policy)
    for note in explanation.notes:
        yield "note", note


def short_digest(digest: str) -> str:
    """Enough of a digest to compare by eye."""
    kind, colon, value = digest.partition(":")
    return f"{kind}:{value[:_DIGEST]}" if colon else digest[:_DIGEST]


def left_out(count: int, noun: str, plural: str | None = None) -> str:
    """`… and 3 earlier rules`."""
    return f"… and {counted(count, noun, plural)}"
