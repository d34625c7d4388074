"""Whole tables are decided as the walk decides row by row."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings

from routebook.api import Policy
from routebook.decision import Lead
from routebook.plan.walk import walk
from support.policies import Wanted, policies_with_leads

np = pytest.importorskip("numpy")
columns = pytest.importorskip("routebook.codegen.columns")

MANY = Wanted(rules=25, fields=5, definitions=2, reps=False, splits=False)
FEW = Wanted(rules=12, computed=False, reps=False, splits=False, arithmetic=False, between_fields=False)


def coded(policy: Policy, leads: list[Lead]) -> dict[str, Any]:
    """The leads as columns, each value given a place of its own where it first comes."""
    found: dict[str, Any] = {}
    for field in policy.tree.schema:
        values: list[Any] = []
        codes = []
        for lead in leads:
            value = lead.get(field.name)
            if value not in values:
                values.append(value)
            codes.append(values.index(value))
        whole = all(
            isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63 for value in values
        )
        found[field.name] = (
            columns.Whole(np.array([values[code] for code in codes], dtype=np.int64))
            if whole
            else columns.Coded(np.array(codes), values)
        )
    return found


def agree(policy: Policy, leads: list[Lead], now: datetime) -> None:
    places = {id(leaf): number for number, leaf in enumerate(policy.tree.leaves())}
    expected = [places.get(id(walk(policy.tree, lead, now).leaf), -1) for lead in leads]
    decider = columns.TableDecider(policy.tree)
    for by_row in {decider.by_row, True}:
        decider.by_row = by_row
        assert decider.decide(coded(policy, leads), len(leads), now).tolist() == expected


@settings(deadline=None, max_examples=60)
@given(policies_with_leads(leads=8))
def test_tables_are_decided_as_the_walk_decides(drawn: tuple[Policy, list[Lead], datetime]) -> None:
    agree(*drawn)


@settings(deadline=None, max_examples=60)
@given(policies_with_leads(FEW, leads=20))
def test_tables_are_decided_column_by_column(drawn: tuple[Policy, list[Lead], datetime]) -> None:
    agree(*drawn)


@settings(deadline=None, max_examples=30)
@given(policies_with_leads(MANY, leads=12))
def test_tables_are_decided_over_many_rules(drawn: tuple[Policy, list[Lead], datetime]) -> None:
    agree(*drawn)
