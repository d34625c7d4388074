"""Whole tables are decided as the walk decides row by row."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings

from routebook.api import Policy
from routebook.decision import Lead
from routebook.plan.walk import walk
from routebook.types import NumberType
from support.policies import Wanted, policies_with_leads

np = pytest.importorskip("numpy")
columns = pytest.importorskip("routebook.codegen.columns")
by_column = pytest.importorskip("routebook.codegen.values")

MANY = Wanted(rules=25, fields=5, definitions=2, reps=False, splits=False)
FEW = Wanted(rules=12, computed=False, reps=False, splits=False, arithmetic=False, between_fields=False)


def coded(policy: Policy, leads: list[Lead]) -> dict[str, Any]:
    """The leads as columns: whole numbers as they are, of others each value given a place where it first comes."""
    found: dict[str, Any] = {}
    for field in policy.tree.schema:
        column = [lead.get(field.name) for lead in leads]
        if isinstance(field.type, NumberType) and all(_is_whole(value) for value in column):
            known = np.array([value is not None for value in column])
            numbers = np.array([value or 0 for value in column], dtype=np.int64)
            found[field.name] = by_column.Whole(numbers, None if known.all() else known)
            continue
        values: list[Any] = []
        for value in column:
            if value not in values:
                values.append(value)
        found[field.name] = by_column.Coded(np.array([values.index(value) for value in column]), values)
    return found


def _is_whole(value: Any) -> bool:
    return value is None or (isinstance(value, int) and abs(value) < 2**63)


def agree(policy: Policy, leads: list[Lead], now: datetime) -> None:
    places = {id(leaf): number for number, leaf in enumerate(policy.tree.leaves())}
    expected = [places.get(id(walk(policy.tree, lead, now).leaf), -1) for lead in leads]
    decider = columns.TableDecider(policy.tree)
    for by_row in {decider.rules.by_row, True, False}:
        decider.rules.by_row = by_row
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
