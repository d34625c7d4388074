"""A simulation for programs."""

from __future__ import annotations

from routebook.render.json_text import dumps
from routebook.render.paint import Style
from routebook.render.simulation_view import SimulationReport


def render(report: SimulationReport, style: Style) -> str:  # noqa: ARG001
    """One object: what was assumed, and one entry a policy."""
    assumed = report.simulations[0].assumed
    said = {
        "assumptions": {**assumed.as_json(), "words": list(assumed.words)},
        "simulations": [each.as_json() for each in report.simulations],
    }
    return f"{dumps(said)}\n"
