"""What decides the workload: Routebook, Python by hand, and rule engines that can be installed beside it.

Each is prepared from the same rules and takes the same leads; `one_lead` asserts that all say the same. Peers
that are not installed are left out, and said to be.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import workload as w

from routebook.api import loads
from routebook.codegen.compiled import compile_policy

Rules = list[list[w.Predicate]]
Decide = Callable[[Any], Any]
Prepared = tuple[Decide, Callable[[dict[str, Any]], Any]]
"""What decides, and how a record becomes what it takes (outside of what is timed)."""


@dataclass(frozen=True, slots=True)
class Engine:
    """One contender: its name in the tables, and what makes it ready."""

    name: str
    prepare: Callable[[Rules], Prepared]


def by_hand(rules: Rules) -> Prepared:
    space: dict[str, Any] = {}
    exec(w.python_source(rules), space)
    return space["decide"], lambda lead: lead


def routebook(rules: Rules) -> Prepared:
    """The leaf, which has the rule and the plan, of a validated lead."""
    policy = loads(w.policy_text(rules))
    leaves = tuple(policy.tree.leaves())
    decide = compile_policy(policy.tree, leaves)
    now = datetime.now(UTC)
    place = {id(leaf): number for number, leaf in enumerate(leaves)}
    run: Any = lambda raw: decide(raw, now)  # noqa: E731
    run.direct = decide, now
    run.number = lambda leaf: place[id(leaf)]
    return run, lambda lead: policy.lead(lead).raw


def policy_decide(rules: Rules) -> Prepared:
    """The same through the front door: a `Decision` of a validated `Lead`, at the present moment."""
    policy = loads(w.policy_text(rules))
    place = {leaf.rule: number for number, leaf in enumerate(policy.tree.leaves())}
    run: Any = lambda lead: policy.decide(lead)  # noqa: E731
    run.direct = (policy.decide,)
    run.number = lambda decision: place[decision.rule]
    return run, policy.lead


def _completed(lead: dict[str, Any]) -> dict[str, Any]:
    """Every field, None where it is missing, and the e-mail's domain ready for those that cannot take it."""
    email = lead.get("email")
    whole = {"employees": None, "deal_value": None, **lead}
    return whole | {"domain": email.lower().partition("@")[2] if email else ""}


def _expression(rule: list[w.Predicate], joined: str, null: str, listed: str) -> str:
    parts = []
    for name, asked in rule:
        match name:
            case "score":
                parts.append(f"score >= {asked[0]} {joined} score <= {asked[1]}")
            case "employees" | "deal_value":
                parts.append(f"{name} != {null} {joined} {name} >= {asked}")
            case "domain" | "product" | "plan":
                parts.append(f'{name} == "{asked}"')
            case _:
                parts.append(f"{name} in {listed % ', '.join(json.dumps(each) for each in asked)}")
    return f" {joined} ".join(parts) or "true"


def rule_engine(rules: Rules) -> Prepared:
    import rule_engine as engine  # type: ignore[import-not-found]

    made = [engine.Rule(_expression(rule, "and", "null", "[%s]")) for rule in rules]
    return lambda lead: next(n for n, rule in enumerate(made) if rule.matches(lead)), _completed


def common_expression_language(rules: Rules) -> Prepared:
    import cel  # type: ignore[import-not-found]

    made = [cel.compile(_expression(rule, "&&", "null", "[%s]")) for rule in rules]
    return lambda lead: next(n for n, rule in enumerate(made) if rule.execute(lead)), _completed


def cel_python(rules: Rules) -> Prepared:
    import celpy  # type: ignore[import-not-found]

    # it compares no number with null: what is missing is -1, which no threshold of the workload takes
    expressions = [_expression(rule, "&&", "-1", "[%s]") for rule in rules]
    environment = celpy.Environment()
    made = [environment.program(environment.compile(expression)) for expression in expressions]

    def as_taken(lead: dict[str, Any]) -> Any:
        whole = _completed(lead)
        return celpy.json_to_cel({name: -1 if value is None else value for name, value in whole.items()})

    return lambda lead: next(n for n, rule in enumerate(made) if rule.evaluate(lead)), as_taken


def _logic(name: str, asked: Any) -> Any:
    field = {"var": name}
    match name:
        case "score":
            return {"<=": [asked[0], field, asked[1]]}
        case "employees" | "deal_value":
            return {"and": [{"!=": [field, None]}, {">=": [field, asked]}]}
        case "domain" | "product" | "plan":
            return {"===": [field, asked]}
        case _:
            return {"in": [field, asked]}


def datalogic(rules: Rules) -> Prepared:
    import datalogic_py  # type: ignore[import-not-found]

    branches: list[Any] = []
    for number, rule in enumerate(rules):
        branches += [{"and": [_logic(*predicate) for predicate in rule]} if rule else True, number]
    made = datalogic_py.Engine().compile(json.dumps({"if": branches}))
    return made.evaluate, _completed


def zen(rules: Rules) -> Prepared:
    import zen as engine  # type: ignore[import-not-found]

    fields = [
        "industry",
        "country",
        "score",
        "employees",
        "deal_value",
        "product",
        "plan",
        "source",
        "domain",
    ]
    rows = [
        {"_id": str(number), "o": str(number), **{name: _cell(name, asked) for name, asked in rule}}
        for number, rule in enumerate(rules)
    ]  # fmt: skip
    for row in rows:
        for name in fields:
            row.setdefault(name, "")
    at = {"position": {"x": 0, "y": 0}}
    table = {
        "hitPolicy": "first",
        "inputs": [{"id": name, "name": name, "field": name} for name in fields],
        "outputs": [{"id": "o", "name": "o", "field": "rule"}],
        "rules": rows,
    }
    nodes = [
        {"id": "i", "type": "inputNode", "name": "in", **at},
        {"id": "t", "type": "decisionTableNode", "name": "t", "content": table, **at},
        {"id": "o", "type": "outputNode", "name": "out", **at},
    ]
    edges = [
        {"id": "1", "sourceId": "i", "targetId": "t", "type": "edge"},
        {"id": "2", "sourceId": "t", "targetId": "o", "type": "edge"},
    ]
    decision = engine.ZenEngine().create_decision(json.dumps({"nodes": nodes, "edges": edges}))
    return lambda lead: decision.evaluate(lead)["result"]["rule"], _completed


def _cell(name: str, asked: Any) -> str:
    match name:
        case "score":
            return f"[{asked[0]}..{asked[1]}]"
        case "employees" | "deal_value":
            return f"$ != null and $ >= {asked}"
        case "domain" | "product" | "plan":
            return f"'{asked}'"
        case _:
            return ", ".join(f"'{each}'" for each in asked)


ENGINES = (
    Engine("routebook", routebook),
    Engine("routebook, Policy.decide", policy_decide),
    Engine("datalogic-py", datalogic),
    Engine("zen-engine, decision table", zen),
    Engine("common-expression-language", common_expression_language),
    Engine("rule-engine", rule_engine),
    Engine("cel-python", cel_python),
)
