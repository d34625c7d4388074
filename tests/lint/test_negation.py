"""Negations that let missing values in: where the lint speaks, and, more than that, where it does not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from routebook import api
from routebook.api import Policy
from routebook.diagnostics import Diagnostic
from routebook.lint.model import Subject
from routebook.lint.rules.negation_includes_missing import find
from support.policies import policies

LEAD = """lead {
  id:       id
  country:  country optional
  home:     country optional
  score:    integer 0..100 optional
  need:     integer 0..100
  vip:      bool optional
  email:    email optional
  products: set of text optional
  tags:     set of text
}

rep {
  team: text optional
}

list dach = ["DE", "AT"]
define german = country == "DE"
define abroad = country != "DE"
define far = abroad
define strong = score >= 70 or need >= 70
derive tier: text { when need > 3 then "gold" }
"""


def slips(rest: str) -> list[Diagnostic]:
    policy = api.loads(LEAD + rest)
    return list(find(Subject(policy.checked, policy.tree, None)))


def spans(rest: str) -> list[str]:
    return [finding.span.text for finding in slips(rest) if finding.span is not None]


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ('country != "DE"', ['country != "DE"']),
        ('"DE" != country', ['"DE" != country']),
        ("country not in dach", ["country not in dach"]),
        ('products has none ["a"]', ['products has none ["a"]']),
        ('not (country == "DE")', ['not (country == "DE")']),
        ("not score >= 70", ["not score >= 70"]),
        ("not vip", ["not vip"]),
        ("not country in dach", ["not country in dach"]),
        ('email.domain != "x.example"', ['email.domain != "x.example"']),
        ('tier != "gold"', ['tier != "gold"']),
        ("score + 1 != need", ["score + 1 != need"]),
        ("country != home", ["country != home"]),
        ('need > 3 and country != "DE"', ['country != "DE"']),
        ('need > 3 or country != "DE"', ['country != "DE"']),
        ('country != "DE" or country != "AT"', ['country != "DE"', 'country != "AT"']),
        ('not (need > 3 and country == "DE")', ['not (need > 3 and country == "DE")']),
        ('not (country == "DE" or score > 3)', ['not (country == "DE" or score > 3)']),
        ('not (not (country != "DE"))', ['(country != "DE")']),
        ("not german", ["not german"]),
        ("not strong", ["not strong"]),
        ("abroad", ['country != "DE"']),
        ("far", ['country != "DE"']),
        ('(country is known or need > 3) and country != "DE"', ['country != "DE"']),
        ('score is known and country != "DE"', ['country != "DE"']),
        ('country == "AT" or not german', ["not german"]),
    ],
)
def test_a_negation_that_holds_where_the_field_is_missing(condition: str, said: list[str]) -> None:
    assert spans(f"when {condition} queue q\nelse queue r") == said


@pytest.mark.parametrize(
    "condition",
    [
        'country == "DE"',
        "country in dach",
        "need != 3",
        "not need > 3",
        'tags has none ["a"]',
        "country is missing",
        "not country is known",
        "not (country is missing)",
        'not (country != "DE")',
        "not abroad",
        'country is known and country != "DE"',
        'country != "DE" and country is known',
        'not country is missing and country != "DE"',
        'not (country is missing or country == "DE")',
        "score >= 10 and score != 50",
        'country in ["DE", "FR"] and country not in dach',
        'email.domain ends with ".de" and email != "a@b.de"',
        'country is missing or country != "DE"',
        'not (country is known and country == "DE")',
        '(country is missing and need > 3) or country != "DE"',
        'german and country not in ["AT"]',
        "country is known and (need > 3 or (score > 3 and not german))",
        "country is known and home is known and country != home",
        'now.weekday != "sun"',
        'false and country != "DE"',
        "true or need > 3",
    ],
)
def test_no_false_alarm(condition: str) -> None:
    assert spans(f"when {condition} queue q\nelse queue r") == []


@pytest.mark.parametrize(
    "rules",
    [
        # rules above that take, or ask about, the leads without the field
        "when country is missing queue q\nwhen abroad queue q",
        'when not country is known queue q\nwhen country != "DE" queue q',
        "when country is missing and need > 50 queue q\nwhen not german queue q",
        'when country is missing { when need > 3 queue q }\nwhen country != "DE" queue q',
        "when country is missing or need > 3 queue q\nwhen not german queue q",
        "when country is known queue q\nwhen not german queue q",
        "when country is missing { else queue q }\nwhen not german queue q",
        # enclosing blocks without such leads
        'when country is known { when country != "DE" queue q }',
        "when country is known and need > 3 { when need > 50 { when not german queue q } }",
        "when score > 3 { when score != 5 queue q else queue q }",
        # inside the block that asks
        'when need > 3 { when country is missing queue q  when country != "DE" queue q }',
        'when country in dach assign pool p where country != "DE" then queue q',
    ],
)
def test_no_false_alarm_where_the_policy_has_asked(rules: str) -> None:
    assert spans(f"{rules}\nelse queue r") == []


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        # what an earlier rule asks inside a block is asked of that block's leads alone
        (
            'when need > 3 { when country is missing queue q }\nwhen country != "DE" queue q',
            ['country != "DE"'],
        ),
        ('when home is missing queue q\nwhen country != "DE" queue q', ['country != "DE"']),
        ('when need > 3 { when country != "DE" queue q  else queue q }', ['country != "DE"']),
        ("when abroad queue q\nwhen abroad and need > 3 queue q", ['country != "DE"']),
        ("when not german queue q\nwhen not german and need > 3 queue q", ["not german"]),
        ("when country is known and abroad queue q\nwhen abroad queue q", ['country != "DE"']),
    ],
)
def test_what_has_been_asked_holds_where_it_was_asked(rules: str, said: list[str]) -> None:
    assert spans(f"{rules}\nelse queue r")[: len(said)] == said


def test_conditions_of_derives_points_and_reps_are_looked_through() -> None:
    rest = """
derive kind: text { when country is missing then "none"  when country != "DE" then "abroad" }
derive other: text { when country != "AT" then "abroad" }
points fit 0..9 { add 2 when home != "DE" }
sla fast { respond within 2h then assign pool p where rep.team != "a" }
when fit > 3 and other == "a" and kind == "a" assign pool p where not rep.team == "b" under fast
else split "s" by id { 100% hold pool p where country != "FR" up to 2h }
"""
    assert sorted(spans(rest)) == sorted(
        ['country != "AT"', 'home != "DE"', 'rep.team != "a"', 'not rep.team == "b"', 'country != "FR"']
    )


def test_the_message_says_who_slips_in_and_what_to_paste() -> None:
    (finding,) = slips("rule abroad_only when country not in dach queue q\nelse queue r")
    assert finding.message == "leads without `country` slip in: `country not in dach` holds for them too"
    assert finding.fix == "country is known and country not in dach"
    assert finding.help is not None
    assert "(country is missing or country not in dach)" in finding.help
    assert finding.rule == "abroad_only"


def test_what_is_to_be_pasted_silences_it_either_way() -> None:
    for condition in (
        "country not in dach",
        "not german",
        "not (country == home)",
        "not strong",
        'tier != "x"',
    ):
        (finding,) = slips(f"when need > 3 and {condition} queue q\nelse queue r")
        assert finding.fix is not None
        assert finding.help is not None
        let_in = finding.help.rpartition("`(")[2].removesuffix("`")
        assert spans(f"when need > 3 and {finding.fix} queue q\nelse queue r") == []
        assert spans(f"when need > 3 and ({let_in} queue q\nelse queue r") == []


def test_a_slip_in_a_definition_is_one_finding_however_often_it_is_used() -> None:
    (finding,) = slips(
        "when abroad queue q\nwhen far and need > 3 queue q\nwhen abroad or far queue q\nelse queue r"
    )
    assert [label.message for label in finding.related] == ["used here, by `#1`"]


def test_conditions_that_double_are_no_work() -> None:
    doubled = "".join(f"define d{n} = d{n - 1} or not d{n - 1}\n" for n in range(1, 20))
    rest = f'define d0 = country != "DE"\n{doubled}when d19 queue q\nelse queue r'
    assert len(slips(rest)) >= 1


@settings(max_examples=40)
@given(policies())
def test_it_never_raises_and_points_into_the_text(policy: Policy) -> None:
    for finding in find(Subject(policy.checked, policy.tree, None)):
        assert finding.span is not None
        assert finding.span.text in policy.text
