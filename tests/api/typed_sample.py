"""How a host application uses Routebook; mypy --strict checks it, and nothing runs it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import assert_type

import routebook
from routebook import Assignment, Decision, Diagnostic, Explanation, Lead, LeadError, PolicyError, Router

policy = routebook.load("policies/card")
lead = policy.lead({"industry": "health", "score": 80})
assert_type(lead, Lead)
decision = policy.decide(lead)
assert_type(decision, Decision)
assert_type(decision.rule, str | None)
assert_type(decision.plan, tuple[str, ...])
assert_type(policy.decide({"industry": "health"}, datetime.now(UTC)).policy, str)

explanation = routebook.explain(policy, lead)
assert_type(explanation, Explanation)
assert_type(routebook.render(explanation, "text"), str)
assert_type(routebook.check("policies/card/policy.route", roster="roster.toml"), tuple[Diagnostic, ...])

router = routebook.Router(policy, roster="roster.toml", store="sqlite:///leads.db")
assert_type(router, Router)
assignment = router.route(lead, now=None)
assert_type(assignment, Assignment)
assert_type(assignment.again, bool)
assert_type(router.route_many([lead, {"industry": "health"}]), Iterator[Assignment])

try:
    routebook.loads("when")
except PolicyError as error:
    assert_type(error.findings, tuple[Diagnostic, ...])
except LeadError as problem:
    print(problem.problems[0].field)
