"""Who is told what, when a lead comes, is handed on, or is taken away; over every store."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from routebook.diagnostics import RoutebookError
from routebook.runtime.after.clerk import Clerk
from routebook.runtime.after.events import Event
from routebook.runtime.after.offices import Office, office_of
from routebook.runtime.after.sweeping import Sweeper
from routebook.runtime.router import Router
from routebook.runtime.stores import Store
from routebook.settings import Destination, Settings
from support import after
from support.cli import SCHEMAS
from support.routing import NOON, lead, pool, reps, router_of

RULES = """
rule hot "Hot leads are called at once" when score >= 70 and language == "es" round_robin smb under fast
rule warm when score >= 50 assign pool smb by load under office
rule cold when score < 5 queue triage
rule night when score < 10 hold pool office up to 3h then queue spill
else round_robin smb
sla fast { respond within 2h then reassign 1 times then queue managers }
sla office { respond within 2h business then queue managers }
points heat 0..100 { add 1 per score }
"""
TEAM = pool("smb", "ana", "bogdan") + pool("office", "olga")
TEAM += reps(
    "bogdan",
    ana={"name": '"Ana Pop"', "email": '"ana@x.com"', "timezone": '"Europe/Bucharest"'},
    olga={"hours": '{ mon = "14:00-17:00" }'},
)
HOUR = timedelta(hours=1)
TOLD = Settings(
    handoff=("email", "heat"),
    notify={"hook": Destination(url="https://x.y/z", secret="SECRET"), "file": Destination(file="-")},
)


@pytest.fixture
def router(store: Store) -> Router:
    return router_of(RULES, TEAM, store, settings=TOLD)


def office(router: Router, settings: Settings = TOLD) -> Office:
    plain = after.office(router)
    return office_of(plain.tree, router.roster, plain.digests, settings=settings)


def happens(router: Router, id: str, kind: str, hours: float = 1, **more: Any) -> None:
    event = Event(id, kind, NOON + hours * HOUR, **more)
    Clerk(router.transactions, lambda said: office(router)).record(event)


def sweep(router: Router, hours: float) -> None:
    list(Sweeper(router.transactions, lambda said: office(router)).sweep(NOON + hours * HOUR))


def told(router: Router) -> list[dict[str, Any]]:
    """Each notice once, after a look at whether it goes to every destination and is as the schema says."""
    schema = Draft202012Validator(json.loads((SCHEMAS / "notice.json").read_text(encoding="utf-8")))
    posted = [each.notice for each in router.store.outbox.posted()]
    ways: dict[str, list[str]] = {}
    for notice in posted:
        schema.validate(json.loads(notice.body))
        ways.setdefault(notice.key, []).append(notice.destination)
    assert all(sorted(ways[key]) == ["file", "hook"] for key in ways)
    seen = [json.loads(notice.body) for notice in posted if notice.destination == "hook"]
    return sorted(seen, key=lambda each: (each["at"], each["kind"]))


def short(router: Router) -> list[tuple[str, str, str]]:
    return [
        (each["kind"], each["to"].get("rep") or each["to"]["queue"], each["text"]) for each in told(router)
    ]


def test_a_rep_is_told_who_why_and_by_when(router: Router) -> None:
    router.route(lead(router.tree, "L0", score=80, language="es", email="a@b.c", country="DE"), NOON)
    (notice,) = told(router)
    del notice["key"]
    assert notice == {
        "kind": "assigned",
        "at": "2026-03-02T12:00:00Z",
        "to": {"rep": "ana", "name": "Ana Pop", "email": "ana@x.com"},
        "lead": {"id": "L0", "fields": {"email": "a@b.c", "heat": 80}},
        "why": {
            "rule": "hot",
            "description": "Hot leads are called at once",
            "because": [
                {"condition": "score >= 70", "value": 80, "holds": True},
                {"condition": 'language == "es"', "value": "es", "holds": True},
            ],
            "reason": None,
            "handed_on": None,
        },
        "now": {"rep": "ana", "queue": None, "outcome": "assigned"},
        "sla": "fast",
        "respond_by": "2026-03-02T14:00:00Z",
        "text": "lead L0 is yours: Hot leads are called at once (score >= 70: 80; "
        'language == "es": es); answer by 2026-03-02 16:00 (Europe/Bucharest)',
    }


def test_working_hours_are_counted_in_by_when(router: Router) -> None:
    rules = (
        "else assign pool office by load under office\nsla office { respond within 4h business then queue m }"
    )
    other = router_of(rules, TEAM, router.store, settings=Settings(notify=TOLD.notify))
    other.route(lead(other.tree, "L0"), NOON)
    (notice,) = told(other)
    assert notice["respond_by"] == "2026-03-09T15:00:00Z"
    assert notice["lead"]["fields"] == {}


def test_whom_nothing_concerns_is_told_nothing(router: Router) -> None:
    for number, score in enumerate((2, 7)):
        router.route(lead(router.tree, f"L{number}", score=score), NOON)
    assert told(router) == []
    happens(router, "L0", "junk")
    assert told(router) == []


def test_the_same_lead_again_is_told_once(router: Router) -> None:
    for _ in range(2):
        router.route(lead(router.tree, "L0", score=20), NOON)
    assert len(told(router)) == 1


def test_who_claims_a_lead_is_told(router: Router) -> None:
    router.route(lead(router.tree, "L0", score=2), NOON)
    happens(router, "L0", "assign", rep="bogdan")
    happens(router, "L0", "assign", hours=2, rep="ana")
    assert short(router) == [
        ("assigned", "bogdan", "lead L0 is yours: rule cold (score < 5: 2); it was assigned by hand"),
        ("assigned", "ana", "lead L0 is yours: rule cold (score < 5: 2); it was assigned by hand"),
        ("lost", "bogdan", "lead L0 is no longer yours; it was assigned by hand; it is with ana now"),
    ]


def test_who_hands_a_lead_back_knows(router: Router) -> None:
    router.route(lead(router.tree, "L0", score=20), NOON)
    happens(router, "L0", "return", rep="ana", reason="no Dutch")
    assert [each[:2] for each in short(router)] == [("assigned", "ana"), ("assigned", "bogdan")]
    assert "; it was handed back (no Dutch)" in short(router)[1][2]


def test_who_is_not_asked_is_told_that_the_lead_is_gone(router: Router) -> None:
    router.route(lead(router.tree, "L0", score=20), NOON)
    happens(router, "L0", "return")
    assert [each[:2] for each in short(router)] == [
        ("assigned", "ana"),
        ("assigned", "bogdan"),
        ("lost", "ana"),
    ]


def test_what_is_overdue_is_told_to_both_and_at_last_to_the_queue(router: Router) -> None:
    router.route(lead(router.tree, "L0", score=80, language="es"), NOON)
    sweep(router, 2.5)
    sweep(router, 2.5)
    assert [each[:2] for each in short(router)] == [
        ("assigned", "ana"),
        ("assigned", "bogdan"),
        ("lost", "ana"),
    ]
    handed_on = told(router)[1]["why"]["handed_on"]
    assert handed_on == {"by": "respond", "from": "ana", "reason": "due by 2026-03-02T14:00Z"}
    assert told(router)[1]["respond_by"] == "2026-03-02T16:30:00Z"
    sweep(router, 5)
    assert short(router)[3:] == [
        (
            "escalated",
            "managers",
            "lead L0 has come to queue managers; respond was overdue (due by 2026-03-02T16:30Z)",
        ),
        (
            "lost",
            "bogdan",
            "lead L0 is no longer yours; respond was overdue (due by 2026-03-02T16:30Z); it is with managers now",
        ),
    ]


def test_a_held_lead_is_told_when_it_is_placed(router: Router) -> None:
    router.route(lead(router.tree, "L0", score=7), NOON)
    sweep(router, 2)
    assert [each[:2] for each in short(router)] == [("assigned", "olga")]
    assert "it had been waiting (somebody can have it now)" in short(router)[0][2]


def test_keys_are_the_same_for_the_same_row_and_no_other(router: Router) -> None:
    for each in (router, *(alone := [router_of(RULES, TEAM, settings=TOLD) for _ in range(2)])):
        for number in range(6):
            each.route(lead(each.tree, f"L{number}", score=20), NOON)
    keys = [{each["key"] for each in told(one)} for one in (router, *alone)]
    assert {len(each) for each in keys} == {6}
    assert keys[1] == keys[2]


def test_without_a_destination_nothing_is_written(store: Store) -> None:
    router = router_of(RULES, TEAM, store, settings=Settings(handoff=("email",)))
    router.route(lead(router.tree, "L0", score=80, language="es"), NOON)
    Clerk(router.transactions, lambda said: office(router, Settings())).record(Event("L0", "return", NOON))
    assert store.outbox.posted() == []


def test_notices_change_nothing_else(store: Store) -> None:
    rows = []
    for settings, target in ((TOLD, store), (None, "memory:")):
        router = router_of(RULES, TEAM, target, settings=settings)  # type: ignore[arg-type]
        leads = [lead(router.tree, f"L{n}", score=n % 100, language="es") for n in range(40)]
        list(router.route_many(leads, now=NOON))
        rows.append([(row.lead, row.outcome, row.rep) for row in router.store.log()])
    assert rows[0] == rows[1]


def test_a_field_that_leads_do_not_have_is_refused() -> None:
    settings = Settings(handoff=("emial",), notify=TOLD.notify)
    with pytest.raises(RoutebookError, match=r"nobody can be told `emial`, .*: .*did you mean `email`\?"):
        router_of(RULES, TEAM, settings=settings)


def test_odd_texts_survive() -> None:
    router = router_of(RULES, TEAM, settings=TOLD)
    router.route(lead(router.tree, "L 💡\u2028", score=20), NOON)
    posted = router.store.outbox.posted()[0].notice
    assert posted.body.isascii()
    assert json.loads(posted.body)["lead"]["id"] == "L 💡\u2028"
