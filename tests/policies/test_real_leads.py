"""The online-course policy on real leads. They are no part of the project; where they are absent this is skipped."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any, Final

import pytest

from support.worked import POLICIES, routed

LEADS: Final = POLICIES.parent.parent / "shared" / "data" / "x-education-leads" / "leads.csv"
FOLDER: Final = POLICIES / "online_courses"
NOW: Final = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not LEADS.exists(), reason=f"{LEADS} is not there"),
]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    return routed(FOLDER, LEADS, NOW, tmp_path_factory.mktemp("real"))


def test_all_9240_leads_end_somewhere(results: tuple[list[dict[str, Any]], list[dict[str, Any]]]) -> None:
    assignments, rejects = results
    assert len(assignments) + len(rejects) == 9240
    assert not rejects
    assert len({one["lead"] for one in assignments}) == 9240
    outcomes = Counter(one["outcome"] for one in assignments)
    assert set(outcomes) == {"assigned", "queued", "nurtured", "rejected"}
    assert outcomes["assigned"] > 4_000


def test_nobody_gets_more_than_they_can_hold(
    results: tuple[list[dict[str, Any]], list[dict[str, Any]]],
) -> None:
    from routebook import Roster

    roster = Roster.load(FOLDER / "roster.toml")
    given = Counter(one["rep"] for one in results[0] if one["rep"] is not None)
    assert all(given[rep.id] <= rep.capacity for rep in roster.reps.values() if rep.capacity is not None)
    assert "tejas" not in given, "who is away gets nothing"


def test_weights_are_kept(results: tuple[list[dict[str, Any]], list[dict[str, Any]]]) -> None:
    given = Counter(one["rep"] for one in results[0] if one["pool"] == "mumbai")
    turns = given["sachin"]
    assert turns > 100
    for rep, weight in (("deepa", 3), ("imran", 3), ("priyanka", 2)):
        assert abs(given[rep] - weight * turns) <= 3
