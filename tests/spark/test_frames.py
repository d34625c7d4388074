"""A local Spark decides and assigns as one machine does."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from routebook.api import Policy, load, loads
from routebook.diagnostics import RoutebookError
from routebook.intake.problems import LeadError
from routebook.roster import Roster
from routebook.routing import Router
from routebook.spark import assign, decide

pytestmark = [pytest.mark.spark, pytest.mark.slow]

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
POLICIES = Path(__file__).resolve().parents[2] / "policies"
COLUMNS = (
    "id string, score int, size bigint, value decimal(12, 2), country string, title string, vip boolean, "
    "tags array<string>, day date, made timestamp, email string, place int"
)
LEAD = """
lead {
  id: id
  score: integer 0..100
  size: integer optional
  value: decimal optional
  country: country
  title: text optional
  vip: bool optional
  tags: set of text
  day: date optional
  made: datetime optional
  email: email optional
}
"""
RULES = """
points heat 0..90 { add 10 when score > 50 add 3 per size up to 30 subtract 5 when country in ["FR"] }
derive band: text { when heat > 30 then "hot" when heat > 10 then "warm" }
when band == "hot" and email.domain ends with ".example" queue hot
when tags has any ["x"] or day > 2026-01-01 queue tagged
when value / size > 2.5 queue worth
when title matches "^chief" and not vip queue chiefs
when made.hour < 9 or now.weekday == "sun" queue early
when band is known and country not in ["DE"] queue known
"""


def rows(count: int, twice: bool = False) -> list[dict[str, Any]]:
    chance = random.Random(count)
    made = []
    for place in range(count):
        made.append(
            {
                "id": f"L{chance.randrange(count) if twice else place}",
                "score": chance.choice([5, 40, 60, 90, 120 if chance.random() < 0.2 else 70]),
                "size": chance.choice([None, 1, 3, 20]),
                "value": chance.choice([None, Decimal("2.50"), Decimal("99.99")]),
                "country": chance.choice(
                    ["DE", "France", "usa", "nowhere" if chance.random() < 0.2 else "AT"]
                ),
                "title": chance.choice([None, "Chief", " ", "head"]),
                "vip": chance.choice([None, True, False]),
                "tags": chance.choice([[], ["x", "y"], ["Y"]]),
                "day": chance.choice([None, NOW.date()]) if chance.random() < 0.2 else None,
                "made": chance.choice([None, NOW, NOW.replace(hour=3)]),
                "email": chance.choice([None, "a@b.example", f"n{place}@c.test", "x"]),
                "place": place,
            }
        )
    return made


def plain(policy: Policy, row: dict[str, Any]) -> tuple[Any, ...]:
    """What one machine says of a row."""
    try:
        decision = policy.explain(row, NOW).decision
    except LeadError as error:
        return row["id"], False, None, [], [f"{each.field}: {each.message}" for each in error.problems]
    return row["id"], True, decision.rule, list(decision.plan), None


def test_decisions_are_those_of_the_walk(spark: Any) -> None:
    policy, leads = loads(LEAD + RULES), rows(400)
    frame = spark.createDataFrame(leads, COLUMNS).repartition(5)
    found = decide(frame, policy, now=NOW, keep=("place",)).orderBy("place").collect()
    assert [tuple(each)[1:] for each in found] == [plain(policy, row) for row in leads]
    assert sum(not each["fits"] for each in found) > 20
    assert len({each["rule"] for each in found}) > 6


def as_text(path: Path) -> list[dict[str, str | None]]:
    import csv

    with path.open(newline="") as stream:
        return [{name: cell or None for name, cell in row.items()} for row in csv.DictReader(stream)]


def test_the_card_policy_is_decided_from_text(spark: Any) -> None:
    policy, leads = load(POLICIES / "card"), as_text(POLICIES / "card" / "leads.csv")
    frame = spark.createDataFrame(
        [tuple(row.values()) for row in leads], ", ".join(f"`{n}` string" for n in leads[0])
    )
    found = {each["lead"]: each["rule"] for each in decide(frame, policy, now=NOW).where("fits").collect()}
    expected = {}
    for row in leads:
        try:
            decision = policy.explain(row, NOW).decision
        except LeadError:
            continue
        expected[decision.lead] = decision.rule
    assert found == expected


ROSTER = """
[reps.ana]
weight = 3
[reps.bo]
[reps.cy]
[reps.di]
weight = 2
[reps.eve]
away = ["2026-03-01..2026-03-05"]
[reps.fay]
active = false
[pools.one]
members = ["ana", "bo", "eve"]
[pools.two]
members = ["cy", "di", "fay"]
scope = "rule"
[pools.gone]
members = ["eve", "fay"]
[pools.mixed]
members = ["di", "cy", "bo", "ana"]
"""
APART = """
when score > 80 round_robin one
when score > 60 and vip round_robin two
when score > 60 round_robin two then queue never
when score > 50 assign rep "fay" then hold pool gone up to 2h
when country in ["FR"] round_robin gone then nurture later
when country in ["AT"] reject "too far"
when country in ["US"] round_robin gone
"""
SHARED = (
    APART
    + 'when vip round_robin all\nwhen size == 20 round_robin mixed\nwhen size is known assign rep "cy"\n'
)


@pytest.mark.parametrize(
    ("rules", "make"),
    [(APART, lambda: rows(300)), (SHARED, lambda: rows(300)), (SHARED, lambda: rows(300, twice=True))],
    ids=["each rotation for itself", "reps in several rotations", "leads that come twice"],
)
def test_assignments_are_those_of_one_router(
    spark: Any, rules: str, make: Callable[[], list[dict[str, Any]]]
) -> None:
    policy, roster, leads = loads(LEAD + rules), Roster.loads(ROSTER), make()
    frame = spark.createDataFrame(random.Random(1).sample(leads, len(leads)), COLUMNS).repartition(4)
    found = (
        assign(frame, policy, roster, "place", now=NOW, keep=("place",), prove=False)
        .orderBy("place")
        .collect()
    )
    expected = []
    with Router(policy, roster, prove=False) as router:
        for row in leads:
            try:
                expected.append(router.route(row, NOW).as_json())
            except LeadError:
                expected.append(None)
    assert [each["place"] for each in found] == [row["place"] for row in leads]
    for each, wanted in zip(found, expected, strict=True):
        assert (each["outcome"] is None) == (wanted is None) == (each["problems"] is not None)
        if wanted is not None:
            assert shown(each) == wanted


def shown(row: Any) -> dict[str, Any]:
    """A row of Spark's as an assignment is shown."""
    found = {name: value for name, value in row.asDict().items() if name not in ("place", "fits", "problems")}
    for name in ("at", "until"):
        moment = found[name]
        found[name] = None if moment is None else f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return found


def test_a_capacity_that_would_be_reached_is_refused(spark: Any) -> None:
    policy = loads("lead {\n  kind: integer\n}\nelse round_robin all")
    frame = spark.createDataFrame([(n, n) for n in range(9)], "kind int, place int")
    few = Roster.loads("[reps.a]\ncapacity = 4\n[reps.b]\n")
    with pytest.raises(RoutebookError, match="`a` would reach a capacity or cap of 4"):
        assign(frame, policy, few, "place", now=NOW, prove=False)
    many = Roster.loads("[reps.a]\ncapacity = 6\n[reps.b]\n")
    found = assign(frame, policy, many, "place", now=NOW, prove=False).orderBy("place").collect()
    assert [each["rep"] for each in found] == ["a", "b"] * 4 + ["a"]


def test_columns_that_clash_are_refused(spark: Any) -> None:
    policy = loads("lead {\n  kind: integer\n}\nelse queue q")
    frame = spark.createDataFrame([(1, "x")], "kind int, Rule string")
    with pytest.raises(RoutebookError, match="columns of its own called `Rule`"):
        decide(frame, policy)
    with pytest.raises(RoutebookError, match="no column `colour` to keep"):
        decide(frame, policy, keep=("colour",))
    with pytest.raises(RoutebookError, match="no column `place` to go by"):
        assign(frame, policy, Roster.loads("[reps.a]\n"), "place", keep=(), prove=False)
    assert decide(frame, policy, keep=("kind",)).collect()[0]["rule"] == "else"
