"""What the log holds, and the explanation that is read back from it."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from routebook.runtime.router import Router, explain_log
from support.routing import NOON, lead, pool, reps, router_of

RULES = """
rule seniors "Strategic leads"
  when score >= 70 {
    rule speakers when language is known
      assign pool seniors by round_robin where rep.languages has language then pool smb
  }
else round_robin smb
  then queue triage
"""
TEAM = (
    pool("seniors", "ana", "bogdan", "carla")
    + pool("smb", "bogdan")
    + reps(
        "carla", ana={"languages": '["ro"]', "weight": 2}, bogdan={"languages": '["ro", "en"]', "capacity": 9}
    )
)


def _routed(**fields: Any) -> tuple[Router, dict[str, Any]]:
    router = router_of(RULES, TEAM)
    router.route(lead(router.tree, "L0", score=80, language="ro"), NOON)
    router.route(lead(router.tree, "L1", **fields), NOON)
    return router, json.loads(list(router.store.log())[-1].body)


def test_a_row_holds_all_that_was_decided_on() -> None:
    router, said = _routed(score=75, language="ro", email="A@x.y")
    assert said["kind"] == "assignment"
    assert (said["seq"], said["chain"], said["n"], said["round"]) == (2, "pool seniors", 2, 1)
    assert said["policy"] == router.tree.digest
    assert said["roster"] == router.roster.digest
    assert said["lead"] == {"id": "L1", "email": "A@x.y", "score": 75, "language": "ro"}
    assert said["rule"] == {"name": "speakers", "description": None, "file": "policy.route", "line": 17}
    assert [(reason["condition"], reason["value"], reason["holds"]) for reason in said["because"]] == [
        ("score >= 70", 75, True),
        ("language is known", "ro", True),
    ]
    assert said["candidates"] == [
        [0, "ana", None, {"credit": 1, "weight": 2}],
        [0, "bogdan", None, {"credit": 2, "weight": 1}],
        [
            0,
            "carla",
            "fails where rep.languages has language: languages is empty, the lead's language is ro",
            None,
        ],
    ]
    assert said["arithmetic"] == "bogdan has the largest credit: 2 of [ana 1, bogdan 2], weights 2:1"
    assert said["turn"] == {
        "rotation": "pool seniors",
        "before": {"ana": -1, "bogdan": 1},
        "after": {"ana": 1, "bogdan": -1},
        "gone": {},
    }
    assert said["rep"] == {"active": 0, "last": 0, "day": 0, "week": 0}
    assert said["assignment"]["rep"] == "bogdan"
    assert "again" not in said["assignment"]


def test_the_explanation_comes_back() -> None:
    router = router_of(RULES, TEAM)
    for n, fields in enumerate(
        ({"score": 80, "language": "ro"}, {"score": 80}, {"score": 80, "language": "es"})
    ):
        asked = lead(router.tree, f"L{n}", **fields)
        seen = router.preview(asked, NOON)
        router.route(asked, NOON)
        read = explain_log(router.store, f"L{n}")
        assert read is not None
        shown, told = seen.as_json(), read.as_json()
        for part in ("lead", "rule", "plan", "policy", "candidates", "assignment", "arithmetic", "notes"):
            assert told[part] == shown[part]
        assert told["steps"][-1]["rule"] == shown["rule"]
        assert told["steps"][-1]["matched"]


def test_undecided_leads_are_in_the_log_as_well() -> None:
    router = router_of("when score > 50 queue high", TEAM)
    router.route(lead(router.tree, "L1", score=10), NOON)
    explanation = explain_log(router.store, "L1")
    assert explanation is not None
    assert explanation.steps == ()
    assert explanation.rule is None
    assert explanation.assignment is not None
    assert explanation.assignment.outcome == "undecided"


HEAD = """
lead {
  id: id
  amount: decimal
  tags: set of text
  signed: date
  at: time
  seen: datetime
  vip: bool
}
"""


def test_values_of_every_type_are_kept(tmp_path: Path) -> None:
    from datetime import date, datetime, time

    router = router_of("else queue q", TEAM, f"sqlite:///{tmp_path / 'leads.db'}", head=HEAD)
    fields = {
        "amount": "12345678901234567890.125",
        "tags": ["b", "A"],
        "signed": "2026-02-01",
        "at": "09:30",
        "seen": "2026-02-01T09:30+02:00",
        "vip": "yes",
    }
    asked = lead(router.tree, "L1", **fields)
    assert asked["amount"] == Decimal("12345678901234567890.125")
    router.route(asked, NOON)
    explanation = explain_log(router.store, "L1")
    assert explanation is not None
    again = lead(router.tree, **explanation.lead)
    assert dict(again) == dict(asked)
    assert again["seen"] == datetime.fromisoformat("2026-02-01T09:30+02:00")
    assert (again["signed"], again["at"]) == (date(2026, 2, 1), time(9, 30))


def test_rows_of_huge_pools_stay_small() -> None:
    many = [f"rep{n:04}" for n in range(1000)]
    roster = reps(*many[:-1], **{many[-1]: {"weight": 5}})
    router = router_of("else round_robin all", roster)
    got = router.route(lead(router.tree, "L1"), NOON)
    assert got.rep == "rep0999"
    said = json.loads(next(iter(router.store.log())).body)
    assert len(said["candidates"]) == 301
    assert said["candidates"][-1][1] == "rep0999"
    assert said["notes"] == ["and 699 more candidates, of whom 699 were eligible"]
    assert set(said["turn"]["after"]) == {*many[:300], "rep0999"}
    with router.store.session() as session:
        (rotation,) = session.rotations(["pool all"]).values()
    assert len(rotation.credits) == 1000
