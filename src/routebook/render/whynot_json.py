"""Why a lead did not go somewhere as JSON: the explanation, and what `--why-not` adds to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from routebook.decision import jsonable
from routebook.render.json_text import dumps
from routebook.render.paint import Style
from routebook.render.whynot_view import WhyNotReport, answer, reasons

if TYPE_CHECKING:
    from routebook.analysis.whynot import ConditionTruth, Nearest


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
    span = truth.span
    return {
        "condition": truth.condition,
        "value": jsonable(truth.value),
        "holds": truth.holds,
        "file": span.file,
        "line": span.line,
        "column": span.column,
    }


def _nearest(nearest: Nearest) -> dict[str, Any]:
    return {
        "rule": nearest.rule,
        "changes": [
            {"field": each.field, "from": jsonable(each.old), "to": jsonable(each.new)}
            for each in nearest.changes
        ],
        "lead": {name: jsonable(value) for name, value in nearest.lead.items()},
    }
