"""Why a lead did not go somewhere as JSON: the explanation, and what `--why-not` adds to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from routebook.decision import jsonable
from routebook.render.json_text import dumps
from routebook.render.paint import Style
from routebook.render.whynot_view import WhyNotReport, answer, reasons

if TYPE_CHECKING:
    from routebook.analysis.nearest import Nearest
    from routebook.analysis.whynot import ConditionTruth


def render(report: WhyNotReport, style: Style) -> str:  # noqa: ARG001  # one signature for every format
    """One object: that of `explain`, with more in it."""
    why, goal = report.why, report.goal
    found = report.explanation.as_json() | {
        "goal": {"rule": goal.rule, "pool": goal.pool, "rep": goal.rep},
        "reached": report.is_there,
        "goals": list(why.goals),
        "conditions": [_condition(truth) for truth in why.conditions],
        "taken_by": why.taken_by,
        "because": list(reasons(report)),
        "nearest": None if why.nearest is None else _nearest(why.nearest),
        "impossible": why.impossible,
        "answer": answer(report),
        "undecided": list(why.doubts),
    }
    return dumps(found) + "\n"


def _condition(truth: ConditionTruth) -> dict[str, Any]:
    """A condition of one comparison has the value that it met, any other the comparisons in it."""
    span = truth.span
    found: dict[str, Any] = {"condition": truth.condition}
    if truth.is_compound:
        found["parts"] = [reason.as_json() for reason in truth.because]
    elif truth.because:
        found["value"] = jsonable(truth.because[0].value)
    return found | {"holds": truth.holds, "file": span.file, "line": span.line, "column": span.column}


def _nearest(nearest: Nearest) -> dict[str, Any]:
    return {
        "rule": nearest.rule,
        "changes": [
            {"field": each.field, "from": jsonable(each.old), "to": jsonable(each.new)}
            for each in nearest.changes
        ],
        "lead": {name: jsonable(value) for name, value in nearest.lead.items()},
        "fewest_fields": nearest.is_fewest,
        "least_steps": nearest.is_least,
    }
