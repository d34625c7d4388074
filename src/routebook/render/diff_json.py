"""What changes between two policies as JSON: the shape of `diff --format json`, which others rely on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from routebook.render.diff_view import DiffReport
from routebook.render.json_text import dumps
from routebook.render.paint import Style
from routebook.render.witnesses import witness_json

if TYPE_CHECKING:
    from routebook.analysis.change import Change, Taken
    from routebook.comparing import LeadMoves


def render(report: DiffReport, style: Style) -> str:  # noqa: ARG001  # one signature for every format
    """One object; `leads` are null where none were counted."""
    found, moves = report.difference, report.moves
    value = {
        "same": found.same,
        "changes": [_change(change, moves) for change in found.changes],
        "undecided": list(found.doubts),
        "notes": list(found.notes),
        "leads": None if moves is None else _leads(moves),
    }
    return dumps(value) + "\n"


def _change(change: Change, moves: LeadMoves | None) -> dict[str, Any]:
    return {
        "old": _taken(change.old),
        "new": _taken(change.new),
        "when": change.region.text,
        "witness": witness_json(change.region.witness),
        "leads": None if moves is None else moves.moves.get((change.old, change.new), 0),
    }


def _taken(taken: Taken) -> dict[str, Any]:
    return {"rule": taken.rule, "plan": list(taken.plan), "sla": taken.sla}


def _leads(moves: LeadMoves) -> dict[str, Any]:
    handed = moves.handed
    return {
        "compared": moves.leads,
        "unfit": moves.unfit,
        "changed": moves.changed,
        "moves": [
            {"old": _taken(old), "new": _taken(new), "leads": count}
            for (old, new), count in sorted(moves.moves.items(), key=lambda item: -item[1])
        ],
        "reps": [{"rep": share.rep, "old": share.old, "new": share.new} for share in moves.reps],
        "handed": [
            {"from": before, "to": after, "leads": count}
            for (before, after), count in sorted((handed or {}).items(), key=lambda item: -item[1])
        ],
    }
