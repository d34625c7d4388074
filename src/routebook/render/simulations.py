"""The formats of simulations; `--html` writes a page besides."""

from __future__ import annotations

from typing import Final

from routebook.render import simulation_json, simulation_text
from routebook.render.formats import Format
from routebook.render.simulation_view import SimulationReport

FORMATS: Final[tuple[Format[SimulationReport], ...]] = (
    Format("text", simulation_text.render, "tables, for people"),
    Format("json", simulation_json.render, "for programs: all of it"),
)
