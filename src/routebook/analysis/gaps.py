"""The leads that no rule takes: as few readable regions, each with a lead."""

from __future__ import annotations

from dataclasses import dataclass

from routebook.analysis.formula import TRUE
from routebook.analysis.model import NOT_CONFIRMED, Model, Rules
from routebook.analysis.ordinary import nearest
from routebook.analysis.regions import LeadRegion, LeadSet, regions
from routebook.analysis.search import Covered, Unknown


@dataclass(frozen=True, slots=True)
class Gap:
    """Leads stay unassigned: in these regions, which together hold all of them."""

    regions: tuple[LeadRegion, ...]


def find_gap(model: Model, rules: Rules) -> tuple[Gap | None, tuple[str, ...]]:
    """The gap, None where every lead is taken, and what was not decided about it."""
    answer = model.find([TRUE], rules.terms)
    if isinstance(answer, Covered):
        return None, ()
    if isinstance(answer, Unknown):
        return None, answer.reasons
    found, reasons = regions(
        LeadSet(model, TRUE, rules.terms), nearest(model, TRUE, rules.terms, answer.point)
    )
    values = (model.space.values(region.point) for region in found)
    if any(model.space.walk(rules.tree, each).leaf is not None for each in values):
        return None, (*reasons, NOT_CONFIRMED)
    return Gap(tuple(found)), reasons
