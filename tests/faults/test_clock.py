"""A clock that jumps, and two versions of a policy on one store at once."""

from __future__ import annotations

import csv
import json
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from routebook.aftercare import Aftercare
from routebook.auditing import audit
from routebook.runtime.stores import Store, open_store
from support.cli import PROGRAM
from support.faulty import RULES, TEAM, score_of
from support.routing import LEAD, NOON, lead, pool, reps, router_of
from support.stores import SCHEMES, URLS, opened

AGO = NOON - timedelta(days=400)
DURABLE = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))


@pytest.fixture(params=SCHEMES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    yield from opened(request.param, tmp_path)


# --- the clock -------------------------------------------------------------------------------------------

CLOCK = """
when score < 20 round_robin smb then queue triage under prompt
when score < 40 assign pool smb by availability then queue triage
else hold pool late up to 2h then queue triage
sla prompt { respond within 30m then reassign 1 times then queue managers }
"""
PEOPLE = pool("smb", "ana", "bogdan", "carla") + pool("late", "dan") + reps(
    "ana", "bogdan", "carla", dan={"hours": '{ "mon-fri" = "13:00-17:00" }', "timezone": '"UTC"'}
)  # fmt: skip


def test_turns_follow_the_log_and_not_the_clock(store: Store) -> None:
    router = router_of(CLOCK, PEOPLE, store)
    moments = [NOON, AGO, NOON + timedelta(hours=1), AGO - timedelta(days=9), NOON, AGO]
    got = [router.route(lead(router.tree, f"L{n}", score=10), now).rep for n, now in enumerate(moments)]
    assert got == ["ana", "bogdan", "carla"] * 2
    rows = list(store.log())
    assert [row.lead for row in rows] == [f"L{n}" for n in range(6)]
    assert [row.at for row in rows] == moments, "`at` is what the clock said"
    # idle for the longest is who had a lead the longest ago by the log, whatever the clock said then
    assert router.route(lead(router.tree, "M", score=30), AGO - timedelta(days=99)).rep == "ana"
    assert router.route(lead(router.tree, "N", score=30), NOON).rep == "bogdan"
    assert audit(store).is_well


def test_deadlines_of_leads_that_came_before_the_clock_went_back(store: Store) -> None:
    router = router_of(CLOCK, PEOPLE, store)
    after = Aftercare(store, roster=router.roster)
    assert router.route(lead(router.tree, "L1", score=10), NOON).rep == "ana"
    assert router.route(lead(router.tree, "L2", score=10), AGO).rep == "bogdan"
    assert router.route(lead(router.tree, "H", score=90), NOON).until == NOON + timedelta(hours=2)
    # back then nothing is overdue but what came in still earlier
    assert [(each.lead, each.why) for each in after.sweep(AGO + timedelta(minutes=29))] == []
    assert [each.lead for each in after.sweep(AGO + timedelta(minutes=31))] == ["L2"]
    after.record("L1", "contacted", at=AGO)
    assert (
        list(after.sweep(NOON - timedelta(hours=1))) != []
    )  # L2, with the next rep since AGO, is overdue again
    found = {each.lead: each for each in after.sweep(NOON + timedelta(hours=1, minutes=1))}
    assert "L1" not in found, "somebody answered, whatever the clock said then"
    assert found["H"].assignment is not None
    assert found["H"].assignment.rep == "dan"
    assert list(after.sweep(NOON + timedelta(hours=1, minutes=1))) == []
    assert audit(store).is_well


def test_somebody_new_in_a_pool_is_known_to_all_who_look_back(store: Store) -> None:
    """Whoever works by several rosters in one transaction, or in one after the other, reads the people of each."""
    grown = PEOPLE.replace('"carla"]', '"carla", "eva"]') + reps("eva")
    for name, team in (("A", PEOPLE), ("B", grown), ("C", PEOPLE)):
        router = router_of(CLOCK, team, store)
        for number in range(4):
            router.route(lead(router.tree, f"{name}{number}", score=10), NOON)
    assert [row.rep for row in store.log()][4:8] == ["bogdan", "carla", "eva", "ana"]
    assert audit(store).differences == []
    swept = list(Aftercare(store).sweep(NOON + timedelta(minutes=31)))
    assert [each.problem for each in swept] == [None] * 12
    assert audit(store).differences == []


# --- two versions ----------------------------------------------------------------------------------------


def _project(folder: Path, rules: str, team: str) -> Path:
    folder.mkdir()
    (folder / "policy.route").write_text(LEAD + rules)
    (folder / "roster.toml").write_text(team)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("scheme", DURABLE)
def test_two_versions_on_one_store(scheme: str, tmp_path: Path) -> None:
    """Both at once, half of the leads in the hands of both: who has one first decides, and it stays so."""
    url = URLS[scheme](tmp_path)
    for name, numbers in (("old", range(600)), ("new", range(899, 299, -1))):
        with (tmp_path / f"{name}.csv").open("w", newline="") as file:
            csv.writer(file).writerows([("id", "score"), *((f"A{n}", score_of(n)) for n in numbers)])
    old = _project(tmp_path / "old", RULES, TEAM)
    newer = RULES.replace("score >= 75 assign pool both by load", "score >= 60 assign pool both by load")
    new = _project(tmp_path / "new", newer, TEAM.replace('"carla"', '"carla", "fay"', 1) + reps("fay"))
    workers = [
        subprocess.Popen(
            [*PROGRAM, "route", str(each), "--leads", f"{each}.csv", "--roster", str(each / "roster.toml"),
             "--store", url, "--now", "2026-03-02T12:00Z"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for each in (old, new)
    ]  # fmt: skip
    said = []
    for worker in workers:
        output, errors = worker.communicate(timeout=120)
        assert worker.returncode == 0, errors
        said.append({row["lead"]: row for row in map(json.loads, output.splitlines())})
    assert len(said[0]) == len(said[1]) == 600
    store = open_store(url)
    for row in store.log():
        mine = [each[row.lead] for each in said if row.lead in each]
        assert {each["rep"] for each in mine} == {row.rep}
        assert [each["again"] for each in mine].count(False) == 1
        assert {each["policy"] for each in mine} == {json.loads(row.body)["policy"]}
    found = audit(store)
    assert [each.as_json() for each in found.differences] == []
    assert (found.rows, found.replayed) == (900, 900)
    assert len({json.loads(row.body)["policy"] for row in store.log()}) == 2, "both have decided"
    store.close()
