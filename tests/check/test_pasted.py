"""What findings give to paste: a policy that has it is sound."""

from __future__ import annotations

from pathlib import Path

import pytest

from routebook import api
from routebook.diagnostics import PolicyError

CASES = Path(__file__).parent.parent / "cases" / "check"


def refused(text: str) -> PolicyError:
    with pytest.raises(PolicyError) as caught:
        api.loads(text)
    return caught.value


@pytest.mark.parametrize("name", ["without_lead", "without_lead_or_fields"])
def test_the_lead_block_makes_the_policy_load(name: str) -> None:
    text = (CASES / f"{name}.route").read_text(encoding="utf-8")
    (finding,) = refused(text).findings
    assert finding.fix is not None
    assert api.loads(f"{finding.fix}\n{text}").tree.rules


@pytest.mark.parametrize(
    ("condition", "declared"),
    [
        ("score >= 70", "score: integer"),
        ("score >= 70 and score < 80.5", "score: decimal"),
        ("70 <= score", "score: integer"),
        ("spend / seats > 3", "spend: decimal\n  seats: decimal"),
        ("spend - cost > budget", "spend:  decimal\n  cost:   decimal\n  budget: decimal"),
        ("vip", "vip: bool"),
        ("vip == true", "vip: bool"),
        ('title contains "VP"', "title: text"),
        ('country == "DE"', "country: country"),
        ("country in emea", "country: country"),
        ('products has any ["a"]', "products: set of text"),
        ('industry in ["health"]', "industry: text"),
        ("employees is missing", "employees: text optional"),
        ("employees is known and employees > 3", "employees: integer optional"),
        ("signed_up < 2026-01-31", "signed_up: date"),
        ("call_at < 09:30", "call_at: time"),
        ("seen > 2026-01-31T09:30Z", "seen: datetime"),
        ("seen.hour > 9", "seen: datetime"),
        ('email.domain == "x.example"', "email: email"),
        ("email.domain is missing", "email: email optional"),
        ("score between 1 and 5", "score: integer"),
    ],
)
def test_a_field_is_guessed_from_its_use(condition: str, declared: str) -> None:
    text = f'list emea = ["DE"]\nwhen {condition} queue q\nelse queue r\n'
    (finding,) = refused(text).findings
    assert finding.to_paste == f"lead {{\n  {declared}\n}}"
    assert api.loads(f"{finding.fix}\n{text}").tree.rules


def test_the_rule_that_is_given_to_a_policy_without_rules() -> None:
    text = "lead { id: id }\n"
    (finding,) = refused(text).findings
    assert finding.fix is not None
    assert api.loads(text + finding.fix).tree.rules


def test_brackets_around_a_set() -> None:
    text = 'lead { id: id }\nderive bought: set of text { else VALUE }\nwhen bought has "a" queue q\nelse queue r\n'
    (finding,) = refused(text.replace("VALUE", '"a"')).findings
    assert finding.fix == '["a"]'
    assert api.loads(text.replace("VALUE", finding.fix)).tree.rules
