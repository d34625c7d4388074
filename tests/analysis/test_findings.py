"""The findings of proofs: the examples on their pages, and what they say about policies that have their faults."""

from __future__ import annotations

import re
from typing import Any

import pytest

from routebook import api
from routebook.diagnostics import Diagnostic
from routebook.lint.model import Lint, Subject
from routebook.lint.rules import (
    contradictory_condition,
    may_end_unassigned,
    nobody_qualifies,
    not_exact,
    redundant_condition,
    redundant_rule,
    unassigned_leads,
    unreachable_rule,
)
from routebook.roster import Roster
from routebook.runtime.fit import fit

PROOFS = (
    unreachable_rule.LINT,
    contradictory_condition.LINT,
    unassigned_leads.LINT,
    redundant_condition.LINT,
    redundant_rule.LINT,
    may_end_unassigned.LINT,
    nobody_qualifies.LINT,
    not_exact.LINT,
)

LEAD = """lead {
  id:        id
  score:     integer 0..100
  vip:       bool
  country:   country
  employees: integer 1.. optional
  title:     text optional
}
"""


def findings(text: str, roster: str | None = None, **lead: Any) -> list[Diagnostic]:
    policy = api.loads(text)
    people = Roster.loads(roster) if roster is not None else None
    values = fit(policy.tree, people).values if people is not None else {}
    subject = Subject(policy.checked, policy.tree, people, people=values)
    lints = [lint for lint in PROOFS if people is not None or not lint.needs_roster]
    return [finding for lint in lints for finding in lint.find(subject)]


def found(rules: str, code: str) -> list[Diagnostic]:
    return [finding for finding in findings(LEAD + rules) if finding.code == code]


def one(rules: str, code: str) -> Diagnostic:
    (finding,) = found(rules, code)
    return finding


def example(page: str, which: str) -> tuple[str, str | None]:
    part = page.split(f"## {which}\n")[1].split("\n## ")[0]
    rosters = re.findall(r"```toml roster.toml\n(.*?)```", part, re.S)
    (code,) = re.findall(r"```route\n(.*?)```", part, re.S)
    return code, rosters[0] if rosters else None


@pytest.mark.parametrize("lint", PROOFS, ids=lambda lint: lint.kind.name)
def test_the_bad_example_has_the_finding_and_the_good_one_nothing(lint: Lint) -> None:
    assert lint.kind in [finding.kind for finding in findings(*example(lint.page, "Bad"))]
    assert [finding.message for finding in findings(*example(lint.page, "Good"))] == []


def test_the_fewest_rules_in_the_way_are_named_with_a_lead_each() -> None:
    finding = one(
        """
        rule a when country == "DE" queue a
        rule b when score >= 40 queue b
        rule c when score < 70 and vip queue c
        rule d when score < 60 queue d
        rule never when vip queue e
        else queue z
        """,
        "RB101",
    )
    taken = "`b` and `c` together take every lead that it would, not with the same outcome"
    assert finding.message == f"no lead reaches `never`: {taken}"
    assert [label.rule for label in finding.related] == ["b", "c"]
    above, below = (label.witness for label in finding.related)
    assert above is not None
    assert above["vip"] is True
    assert above["score"] >= 70
    assert below is not None
    assert below["score"] < 40


def test_the_rule_in_the_way_is_the_first_that_is_enough_and_that_leads_reach() -> None:
    rules = """
        rule any_lead when vip or not vip queue a
        rule never when country in ["DE", "AT"] queue b
        rule below when country == "DE" queue c
        """
    assert [(f.rule, f.help) for f in found(rules, "RB101")] == [
        ("never", "take it out, or move it above `any_lead`"),
        ("below", "take it out, or move it above `any_lead`"),
    ]
    assert [[label.rule for label in f.related] for f in found(rules, "RB101")] == [
        ["any_lead"],
        ["any_lead"],
    ]


def test_a_rule_is_to_be_moved_above_the_block_from_which_on_all_its_leads_are_taken() -> None:
    rules = """
        rule low when score < 50 queue a
        rule high when score >= 50 { when vip queue b else queue c }
        rule dach when country in ["DE", "AT"] queue d
        rule germany when country == "DE" queue e
        """
    assert [f.help for f in found(rules, "RB101")] == [
        "take it out, or move it above `low`",
        "take it out, or move it above `high`",
    ]


def test_rules_of_a_flagged_block_are_not_flagged_again() -> None:
    rules = """
        when score >= 10 queue a
        rule outer when score >= 50 {
          when vip queue b
          else queue c
        }
        else queue z
        """
    finding = one(rules, "RB101")
    assert finding.rule == "outer"
    assert "the block of `outer`" in finding.message


def test_a_fallback_that_nothing_reaches_is_fine_and_another_else_is_not() -> None:
    assert found("when vip queue a when not vip queue b else queue z", "RB101") == []
    inside = "when score > 3 { when vip queue a when not vip queue b else queue c } else queue z"
    assert one(inside, "RB101").rule == "#1.else"


def test_a_block_that_holds_the_fallback_is_fine_though_nothing_reaches_it() -> None:
    rules = "when vip queue a when not vip queue b else { %s }"
    assert found(rules % "else queue z", "RB101") == []
    assert found(rules % "else { else queue z }", "RB101") == []
    assert [f.rule for f in found(rules % "when score > 50 queue c else queue z", "RB101")] == ["#3.1"]
    assert one(rules % "when score > 50 queue c", "RB101").rule == "else"


def test_a_contradiction_points_at_the_parts_that_exclude_each_other() -> None:
    finding = one(
        'when score > 50 { when vip and country == "DE" and score < 20 queue a } else queue z', "RB102"
    )
    assert finding.span is not None
    assert finding.span.text == "score < 20"
    assert [label.span.text for label in finding.related] == ["score > 50"]


def test_what_only_earlier_rules_exclude_is_no_contradiction() -> None:
    assert found("when score > 50 queue a when score > 60 and vip queue b else queue z", "RB102") == []


def test_a_gap_is_shown_as_regions_with_a_rule_to_paste() -> None:
    rules = """
        when employees < 50 queue a
        when employees >= 50 and score >= 60 queue b
        when employees >= 50 and score < 59 queue c
        """
    finding = one(rules, "RB103")
    assert finding.regions is not None
    assert [region.when for region in finding.regions] == [
        "employees is missing",
        "score == 59 and (employees is missing or employees >= 50)",
    ]
    assert finding.fix is not None
    assert found(rules + finding.fix, "RB103") == []


def test_every_lead_at_all_may_be_the_gap_inside_blocks() -> None:
    finding = one("when vip { when score >= 50 queue a }", "RB103")
    assert finding.regions is not None
    assert {region.when for region in finding.regions} == {"not vip", "score <= 49"}


def test_a_gap_that_nothing_outlines_says_what_is_taken_out_of_it() -> None:
    fields = ["a", "b", "c", "d", "e", "f"]
    lead = f"lead {{ id: id\n{' '.join(f'{name}: bool' for name in fields)} }}\n"
    pairs = list(zip(fields[::2], fields[1::2], strict=True))
    rules = [f"when {x} and {y} queue q when not {x} and not {y} queue q" for x, y in pairs]
    (all_but,) = (f for f in findings(lead + "\n".join(rules)) if f.code == "RB103")
    assert all_but.message == "some leads stay unassigned: every lead, except what 6 rules take"
    assert all_but.regions is not None
    assert [region.when for region in all_but.regions] == ["every lead, except what 6 rules take"]
    # where a few longer conditions say all, they are shown
    (few,) = (f for f in findings(lead + "\n".join(rules[:2])) if f.code == "RB103")
    assert few.regions is not None
    first, second = [("a and not b", "not a and b"), ("c and not d", "not c and d")]
    assert {region.when for region in few.regions} == {f"{x} and {y}" for x in first for y in second}


def test_a_redundant_part_says_what_makes_it_so() -> None:
    finding = one(
        "rule hot when score >= 70 queue a rule warm when vip and score < 70 queue b else queue z", "RB104"
    )
    assert finding.span is not None
    assert finding.span.text == "score < 70"
    assert [label.rule for label in finding.related] == ["hot"]
    inner = one("rule hot when score >= 70 and (vip or score >= 80 and vip) queue a else queue z", "RB104")
    assert inner.span is not None
    assert inner.span.text == "score >= 80 and vip"
    assert "always false" in inner.message


def test_a_condition_that_is_always_true_comes_with_advice_that_works() -> None:
    always = "takes every lead that comes so far: "
    assert one("rule all_of_them when vip or not vip queue a", "RB104").help == (
        f"`all_of_them` {always}write `else`"
    )
    assert one("rule all_of_them when vip or not vip round_robin a else queue z", "RB104").help == (
        f"`all_of_them` {always}say what was meant, or leave it: the `else` after it is the fallback alone"
    )
    inside = "when score > 3 { rule all_of_them when vip or not vip queue a else queue b } else queue z"
    assert one(inside, "RB104").help == f"`all_of_them` {always}take out what follows, and write `else`"


def test_a_rule_without_which_a_part_is_idle_all_the_same_is_not_named() -> None:
    lead = "lead { id: id  big: integer  d: decimal }\n"
    rules = "rule big when big > 5 queue b rule dd when d * 3 == 1.5 and d != big queue e else queue z"
    (finding,) = (f for f in findings(lead + rules) if f.code == "RB104")
    assert finding.related == ()
    assert finding.message == "`d != big` changes nothing: it is always true where it matters"


def test_texts_are_followed_through_their_parts() -> None:
    assert one(
        'when title contains "vice president" and title contains "president" queue a else queue z', "RB104"
    )
    assert one('when title contains "vp" queue a when title matches "^s?vp$" queue b else queue z', "RB101")
    assert (
        found('when title starts with "vp" queue a when title contains "vp" queue b else queue z', "RB101")
        == []
    )


def test_a_rule_before_its_like_is_redundant() -> None:
    finding = one('when country == "DE" queue a when country in ["DE", "AT"] queue a else queue z', "RB105")
    assert "`#2` would take its leads" in finding.message
    assert (
        found(
            'when country == "DE" queue a when vip queue b when country in ["DE", "AT"] queue a else queue z',
            "RB105",
        )
        == []
    )


def test_a_plan_that_can_end_with_nobody_is_one_finding_at_its_end() -> None:
    rules = "when vip round_robin seniors when score > 50 round_robin juniors else round_robin all"
    finding = one(rules, "RB203")
    assert finding.span is not None
    assert finding.span.text == "round_robin all"
    assert found(rules + " then queue q", "RB203") == []
