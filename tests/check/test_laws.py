"""Laws of checking and of what is checked: nothing raises, and what passes can be run on every lead."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from routebook import api, files
from routebook.check.conditions import AllOf, AnyOf, Condition, Not
from routebook.check.policy import Checked, check
from routebook.check.targets import PoolTarget
from routebook.decision import Lead
from routebook.diagnostics import Diagnostic
from routebook.intake.validate import Intake
from routebook.plan.tree import Leaf, RuleNode
from routebook.plan.walk import Environment, walk
from routebook.source import Source
from routebook.syntax.format import format_file, format_source
from support import trees
from support.leads import reps_of
from support.policies import policies_with_leads, policy_texts

TOKENS = """
    a b c score country rep.team now now.hour d1 d2 is_customer account.owner in not and or == < is known between
    has any all none 9 0.5 -3 "x" "DE" "" ["DE"] [1] true missing 2026-01-31 09:30 2026-01-31T09:30Z 2h 50%
    ( ) { } , + /
""".split()  # noqa: SIM905 -- quotes and commas would hide them

Drawn = tuple[api.Policy, list[Lead], datetime]


def checked(text: str) -> Checked:
    loaded = files.load_text(text)
    return check(loaded.program, loaded.tests)


def is_well_said(finding: Diagnostic) -> bool:
    """The house style of messages, and a place inside the text."""
    said = finding.message
    in_place = finding.span is None or 0 <= finding.span.start <= finding.span.end <= len(
        finding.span.source.text
    )
    return in_place and bool(said) and not said.endswith(".") and not said[0].isupper() and "None" not in said


@given(trees.files)
def test_any_tree_can_be_checked(file: object) -> None:
    result = checked(format_file(file))  # type: ignore[arg-type]
    assert all(is_well_said(finding) for finding in result.findings)


@given(
    st.lists(st.sampled_from([*trees.FREE_KEYWORDS, *TOKENS]), max_size=40).map(" ".join)
    | st.text(max_size=60)
)
def test_any_text_can_be_checked(text: str) -> None:
    result = checked(text)
    assert result.findings or result.policy or result.is_library
    assert all(is_well_said(finding) for finding in result.findings)


@given(policy_texts())
def test_generated_policies_have_no_mistakes(text: str) -> None:
    assert checked(text).findings == ()


@given(st.data())
def test_a_policy_with_a_slip_in_it_can_be_checked_or_run(data: st.DataObject) -> None:
    """Sound policies with a few tokens exchanged: far more of these reach the types than of any text."""
    text = data.draw(policy_texts())
    for _ in range(data.draw(st.integers(1, 3))):
        places = [found.span() for found in trees.TOKEN.finditer(text)]
        start, end = data.draw(st.sampled_from(places))
        other = data.draw(st.sampled_from(places))
        token = data.draw(st.sampled_from([text[slice(*other)], data.draw(st.sampled_from(TOKENS))]))
        text = f"{text[:start]} {token} {text[end:]}"
    result = checked(text)
    assert result.policy is not None or result.findings or result.is_library
    assert all(is_well_said(finding) for finding in result.findings)


@settings(max_examples=40)
@given(policies_with_leads())
def test_a_checked_policy_never_raises_on_a_valid_lead(drawn: Drawn) -> None:
    policy, leads, now = drawn
    for lead in leads:
        walked = walk(policy.tree, lead, now)
        assert (walked.leaf is not None) == any(step.matched for step in walked.steps)
        assert policy.decide(lead, now).as_json()


@settings(max_examples=40)
@given(policies_with_leads(leads=2), st.data())
def test_nor_does_a_where_on_any_rep(drawn: Drawn, data: st.DataObject) -> None:
    policy, leads, now = drawn
    wheres = [
        planned.target.where
        for leaf in policy.tree.leaves()
        for planned in leaf.plan.targets
        if isinstance(planned.target, PoolTarget) and planned.target.where is not None
    ]
    rep = data.draw(reps_of(policy))
    for lead in leads:
        environment = Environment(policy.tree, lead, now).with_rep(rep)
        assert all(environment.judge(where).holds in (True, False) for where in wheres)


@settings(max_examples=40)
@given(policies_with_leads())
def test_generated_leads_are_as_intake_leaves_them(drawn: Drawn) -> None:
    policy, leads, _ = drawn
    intake = Intake(policy.tree.schema, policy.tree.timezone)
    for lead in leads:
        again = intake.lead(dict(lead))
        # a set that is left out is empty
        kept = {name: value for name, value in again.items() if name in lead or value != frozenset()}
        assert (kept, again.id) == (dict(lead), lead.id)


@settings(max_examples=40)
@given(policy_texts())
def test_layout_does_not_change_the_meaning(text: str) -> None:
    assert api.loads(format_source(Source("p", text))).digest == api.loads(text).digest


def conditions_of(rules: tuple[RuleNode, ...]) -> Iterator[Condition]:
    for node in rules:
        if node.condition is not None:
            yield node.condition
        if not isinstance(node, Leaf):
            yield from conditions_of(node.rules)


@settings(max_examples=40)
@given(policies_with_leads(), st.data())
def test_logic_is_two_valued_whatever_is_missing(drawn: Drawn, data: st.DataObject) -> None:
    policy, leads, now = drawn
    conditions = list(conditions_of(policy.tree.rules))
    if not conditions:
        return
    a, b = data.draw(st.sampled_from(conditions)), data.draw(st.sampled_from(conditions))
    span = a.span
    for lead in leads:
        environment = Environment(policy.tree, lead, now)

        def holds(condition: Condition, environment: Environment = environment) -> bool:
            return environment.judge(condition).holds

        assert holds(Not(a, span)) is not holds(a)
        assert holds(Not(AllOf((a, b), span), span)) is holds(AnyOf((Not(a, span), Not(b, span)), span))
        assert holds(Not(AnyOf((a, b), span), span)) is holds(AllOf((Not(a, span), Not(b, span)), span))
        assert holds(AllOf((a, b), span)) is (holds(a) and holds(b))
        assert holds(AnyOf((a, b), span)) is (holds(a) or holds(b))


@settings(max_examples=30)
@given(policy_texts(), st.integers(0, 10_000))
def test_a_text_cut_short_can_be_checked(text: str, place: int) -> None:
    result = checked(text[: place % len(text)])
    assert result.findings or result.policy or result.is_library
