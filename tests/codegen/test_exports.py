"""The policy as a Python module and as JSON decides as the walk does, without Routebook."""

from __future__ import annotations

import json
import runpy
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import re2
from hypothesis import given, settings
from hypothesis import strategies as st

from routebook.api import Policy, load, loads
from routebook.codegen.json_tree import tree_json
from routebook.codegen.patterns import PatternRefused, python_pattern
from routebook.codegen.standalone import standalone
from routebook.decision import Lead
from routebook.operators import pattern
from routebook.plan.walk import walk
from support.policies import Wanted, policies_with_leads

ROOT = Path(__file__).resolve().parents[2]
READER = runpy.run_path(str(ROOT / "docs/read_tree.py"))["decide"]
SCHEMA = json.loads((ROOT / "docs/schemas/tree.json").read_text())
NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
NO_PATTERNS = Wanted(patterns=False)


def expected(policy: Policy, lead: Lead, now: datetime) -> tuple[str | None, tuple[str, ...]]:
    leaf = walk(policy.tree, lead, now).leaf
    return (None, ()) if leaf is None else (leaf.rule, leaf.plan.texts)


def plain(value: Any) -> Any:
    """A value as JSON has it for the reader."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, frozenset):
        return sorted(value)
    return value.isoformat() if hasattr(value, "isoformat") else value


def through_json(policy: Policy, lead: Lead, now: datetime) -> tuple[str | None, tuple[str, ...]]:
    tree = json.loads(json.dumps(tree_json(policy.tree)))
    rule, plan = READER(tree, {name: plain(value) for name, value in lead.items()}, now)
    return rule, tuple(plan)


@settings(deadline=None)
@given(policies_with_leads(NO_PATTERNS))
def test_the_module_decides_as_the_walk_does(drawn: tuple[Policy, list[Lead], datetime]) -> None:
    policy, leads, now = drawn
    module: dict[str, Any] = {}
    exec(standalone(policy.tree), module)
    for lead in leads:
        assert module["decide"](lead.raw, now) == expected(policy, lead, now)


@settings(deadline=None)
@given(policies_with_leads(NO_PATTERNS))
def test_the_tree_decides_as_the_walk_does(drawn: tuple[Policy, list[Lead], datetime]) -> None:
    policy, leads, now = drawn
    jsonschema.validate(json.loads(json.dumps(tree_json(policy.tree))), SCHEMA)
    for lead in leads:
        assert through_json(policy, lead, now) == expected(policy, lead, now)


def test_a_computed_field_may_calculate() -> None:
    text = "lead { a: integer }\nderive x: integer { when a / 2 > 1 then 2 }\nwhen x == 2 queue q"
    module: dict[str, Any] = {}
    exec(standalone(loads(text).tree), module)
    assert [module["decide"]({"a": a}, NOW)[0] for a in (2, 3)] == [None, "#1"]


def test_the_module_runs_where_there_is_no_routebook(tmp_path: Path) -> None:
    text = """
        lead { t: text d: decimal optional }
        derive x: integer { when t == "ß" then 2 }
        when x + 1 > d or t matches "^(vp|chief) " queue q
    """
    (tmp_path / "policy.py").write_text(standalone(loads(text).tree))
    code = (
        "import datetime, decimal, policy, sys\n"
        "now = datetime.datetime.now(datetime.UTC)\n"
        "print(policy.decide({'t': 'SS', 'd': decimal.Decimal('2.9')}, now), policy.decide({'t': 'Chief x'}, now))\n"
        "print(policy.decide({'t': 'x'}, now), 'routebook' in sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-S", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert run.stdout == "('#1', ('queue q',)) ('#1', ('queue q',))\n(None, ()) False\n"


@pytest.mark.parametrize(
    "folder", sorted(path.parent.name for path in (ROOT / "policies").glob("*/policy.route"))
)
def test_the_worked_policies_can_be_exported(folder: str) -> None:
    policy = load(ROOT / "policies" / folder)
    compile(standalone(policy.tree), "<module>", "exec")
    jsonschema.validate(json.loads(json.dumps(tree_json(policy.tree))), SCHEMA)


REFUSED = [
    "(a+)+", "a*b*", "\\Bvp", "[[:alpha:]]", "(?i)a", "\\pL", "a{200}", "x*?y+", "(a|b|c)(d|e|f)" * 6, "a?" * 20,
    "a**", "^*", "é", "\\w",
]  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_patterns_that_python_may_read_otherwise_are_refused_by_name(text: str) -> None:
    with pytest.raises(PatternRefused, match="cannot be exported"):
        python_pattern(text, fold_case=True)


ATOMS = [
    "a",
    "S",
    "k",
    ".",
    "\\d",
    "\\s",
    "[a-k]",
    "[^s]",
    "[0-9_.]",
    "\\.",
    " ",
    "é",
    "^",
    "$",
    "(a|ks)",
    "(?:b|)",
    "[^A-Z]",
]
REPEATS = ["", "", "", "?", "*", "+", "{2}", "{1,3}", "??", "{2,}"]
patterns = st.lists(st.tuples(st.sampled_from(ATOMS), st.sampled_from(REPEATS)).map("".join), max_size=5).map(
    "".join
)


@settings(deadline=None, max_examples=300)
@given(patterns, st.booleans(), st.lists(st.text("aAsSſkKKbé1._ \nXıi", max_size=8), max_size=6))
def test_what_is_taken_means_in_python_what_it_means_in_re2(
    text: str, fold_case: bool, values: list[str]
) -> None:
    import re

    try:
        written = python_pattern(text, fold_case)
    except PatternRefused:
        return
    try:
        reference = pattern(text, fold_case)
    except re2.error:
        return
    for value in values:
        assert (re.search(written, value) is not None) == (reference.search(value) is not None), (
            written,
            value,
        )
