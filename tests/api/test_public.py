"""The public interface: what host applications import, as docs/embedding.md tells them."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

import routebook
from support.cli import INPUTS

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LEAD = {"id": "L-1", "industry": "Health", "country": "Germany", "score": "80"}


@pytest.fixture
def policy() -> routebook.Policy:
    return routebook.load(INPUTS / "good.route")


def run_python(script: str) -> str:
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_public_name_is_there() -> None:
    assert sorted(routebook.__all__) == routebook.__all__
    for name in routebook.__all__:
        assert getattr(routebook, name) is not None
    assert set(routebook.__all__) <= set(dir(routebook))
    with pytest.raises(AttributeError, match="no attribute 'rooter'"):
        routebook.rooter  # noqa: B018


def test_importing_imports_nothing_heavy() -> None:
    loaded = set(run_python("import routebook, sys; print(*sys.modules)").split())
    assert not loaded & {"lark", "pydantic", "click", "rich", "sqlalchemy", "routebook.api"}


@pytest.mark.parametrize(
    "before",
    ["", "import routebook.check.policy", "import routebook.render.findings_text",
     "from routebook import check, render", "import routebook.check, routebook.render",
     "routebook.load, routebook.Router"],
)  # fmt: skip
def test_functions_that_bear_the_names_of_rooms_can_be_called(before: str) -> None:
    """`routebook.check` is a function to its users and a package to itself, whichever is asked for first."""
    script = (
        f"import routebook\n{before}\n"
        "findings = routebook.check('lead { id: id } else queue q')\n"
        "policy = routebook.loads('lead { id: id } else queue q')\n"
        "text = routebook.render(routebook.explain(policy, {'id': 'L-1'}))\n"
        "from routebook.check.policy import check\n"
        "from routebook.render.paint import Style\n"
        "import routebook.check.policy as again, routebook.render as room\n"
        "print(len(findings), text.splitlines()[0], again.__name__, room.paint.__name__)\n"
    )
    assert (
        run_python(script)
        == "0 Lead L-1 is taken by rule else routebook.check.policy routebook.render.paint\n"
    )


def test_deciding(policy: routebook.Policy) -> None:
    lead = policy.lead(LEAD)
    assert (lead["industry"], lead["country"], lead["score"]) == ("health", "DE", 80)
    decision = policy.decide(lead, NOW)
    assert decision == policy.decide(LEAD, NOW)
    assert (decision.lead, decision.rule, decision.outcome, decision.sla) == ("L-1", "seniors", None, None)
    assert decision.plan == ("pool senior by availability", "else: round_robin all", "else: queue triage")
    assert decision.policy == policy.digest
    with pytest.raises(AttributeError):
        decision.rule = "other"  # type: ignore[misc]


def test_a_lead_that_does_not_fit_says_every_reason(policy: routebook.Policy) -> None:
    with pytest.raises(routebook.LeadError) as caught:
        policy.decide({"id": "L-1", "industry": "wood", "country": "DE", "score": 101})
    assert [problem.field for problem in caught.value.problems] == ["industry", "score"]


def test_a_broken_policy_says_every_finding() -> None:
    with pytest.raises(routebook.PolicyError) as caught:
        routebook.load(INPUTS / "broken.route")
    assert [finding.code for finding in caught.value.findings] == ["RB002", "RB004"]
    assert [finding.code for finding in routebook.check(INPUTS / "broken.route")] == ["RB002", "RB004"]


def test_explaining(policy: routebook.Policy) -> None:
    explanation = routebook.explain(policy, LEAD, NOW)
    assert [step.rule for step in explanation.steps] == ["seniors"]
    assert routebook.render(explanation, "text").startswith("Lead L-1 is taken by rule seniors\n")
    assert routebook.render(explanation, "html").startswith("<!DOCTYPE html>")
    with pytest.raises(routebook.RoutebookError, match="no format `jsn`; did you mean `json`"):
        routebook.render(explanation, "jsn")


def test_routing(policy: routebook.Policy, tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path}/leads.db"
    with routebook.Router(policy, INPUTS / "roster.toml", store) as router:
        assert router.durable
        assert router.explain(LEAD, NOW).assignment is not None
        first = router.route(LEAD, NOW)
        assert (first.outcome, first.rep, first.again) == (routebook.Outcome.ASSIGNED, "ana", False)
    with routebook.Router(INPUTS / "good.route", roster=INPUTS / "roster.toml", store=store) as router:
        again = router.route(LEAD)
        assert (again.rep, again.at, again.again) == ("ana", first.at, True)
        many = list(router.route_many([LEAD | {"id": f"M-{n}", "score": 40} for n in range(3)], NOW))
        assert [(row.lead, row.rep) for row in many] == [("M-0", "bogdan"), ("M-1", "chris"), ("M-2", "ana")]
        assert "has been routed already" in " ".join(router.explain(LEAD, NOW).notes)


def test_a_router_proves_its_policy() -> None:
    policy = routebook.load(INPUTS / "team" / "policy.route")
    roster = routebook.Roster.load(INPUTS / "roster.toml")
    with pytest.raises(routebook.PolicyError, match="no pool `closers`"):
        routebook.Router(policy, roster)
    with routebook.Router(policy, roster, prove=False) as router:
        assert router.route({"id": "A", "score": 90}, NOW).rep is not None


def test_a_store_that_is_none() -> None:
    with pytest.raises(routebook.StoreError, match="is not a store"):
        routebook.Router(INPUTS / "good.route", INPUTS / "roster.toml", "leads.db")


def test_a_moment_without_an_offset_is_refused(policy: routebook.Policy) -> None:
    with pytest.raises(routebook.RoutebookError, match="no offset"):
        policy.decide(LEAD, datetime(2026, 3, 2, 9))


def test_leads_without_ids_are_numbered_in_memory() -> None:
    policy = routebook.loads("lead { score: integer } else round_robin all then queue triage")
    with routebook.Router(policy, INPUTS / "roster.toml") as router:
        assert [row.lead for row in router.route_many([{"score": 1}, {"score": 2}], NOW)] == ["1", "2"]


def test_one_policy_and_router_serve_many_threads(policy: routebook.Policy) -> None:
    """600 leads from 8 threads: each decided as one thread would, the turns shared out as exactly."""
    leads = [
        LEAD | {"id": f"L-{n}", "score": n % 100, "industry": "other", "employees": 1} for n in range(600)
    ]
    alone = [policy.decide(lead, NOW) for lead in leads]
    with ThreadPoolExecutor(8) as pool, routebook.Router(policy, INPUTS / "roster.toml") as router:
        assert list(pool.map(lambda lead: policy.decide(lead, NOW), leads)) == alone
        rows = list(pool.map(lambda lead: router.route(lead, NOW), leads))
    assert [row.lead for row in rows] == [lead["id"] for lead in leads]
    reps = [row.rep for row in rows if row.pool == "all"]
    assert reps.count("ana") == 25  # her capacity
    assert abs(reps.count("bogdan") - reps.count("chris")) <= 1


def test_lazy_names_are_safe_to_ask_for_from_many_threads() -> None:
    script = (
        "import routebook\nfrom concurrent.futures import ThreadPoolExecutor\n"
        "with ThreadPoolExecutor(8) as pool:\n"
        "    found = list(pool.map(lambda name: getattr(routebook, name), routebook.__all__ * 8))\n"
        "print(len(set(map(id, found))) == len(routebook.__all__))\n"
    )
    assert run_python(script) == "True\n"
