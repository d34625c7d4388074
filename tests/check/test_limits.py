"""Policies far larger than people write: they are checked, or refused in a sentence, and in good time."""

from __future__ import annotations

import time

import pytest

from routebook import api
from routebook.diagnostics import PolicyError
from routebook.routing import run_tests

LEAD = "lead { id: id  number: integer  text: text  country: country }\n"
RULES = "when {} queue q\nelse queue r\n"


def messages(text: str) -> list[str]:
    with pytest.raises(PolicyError) as caught:
        api.loads(text)
    return [finding.message for finding in caught.value.findings]


@pytest.mark.slow
def test_ten_thousand_definitions_in_a_chain_are_one_finding() -> None:
    chain = "".join(f"define d{n} = d{n - 1} and number > {n}\n" for n in range(1, 10_000))
    text = f"{LEAD}define d0 = number > 0\n{chain}{RULES.format('d9999')}"
    (message,) = messages(text)
    assert "nested more than 100 levels deep, the definitions that it uses included" in message


@pytest.mark.slow
def test_ten_thousand_definitions_side_by_side_are_fine() -> None:
    defines = "".join(f"define d{n} = number > {n}\n" for n in range(10_000))
    used = " or ".join(f"d{n}" for n in range(10_000))
    policy = api.loads(f"{LEAD}{defines}{RULES.format(used)}")
    assert policy.decide({"id": "1", "number": 5, "text": "x", "country": "DE"}).rule == "#1"


@pytest.mark.parametrize("kind", ["define", "derive"])
def test_definitions_that_double_are_no_work(kind: str) -> None:
    """Written out, the last one would hold a thousand million comparisons."""
    shape = {
        "define": "define d{0} = d{1} or d{1}\n",
        "derive": "derive d{0}: bool {{ when d{1} or not d{1} then true  else false }}\n",
    }[kind]
    count = {"define": 30, "derive": 20}[kind]
    doubled = "".join(shape.format(n, n - 1) for n in range(1, count + 1))
    text = f"{LEAD}define d0 = number > 0\n{doubled}{RULES.format(f'd{count}')}"
    text += 'test "five" { lead { number: 5 } expect rule "#1" }\n'
    started = time.process_time()
    policy = api.loads(text)
    lead = {"id": "1", "number": 5, "text": "x", "country": "DE"}
    assert policy.decide(lead).rule == "#1"
    assert len(policy.explain(lead).steps[0].because) == 1
    assert [result.passed for result in run_tests(policy)] == [True]
    assert time.process_time() - started < 20


@pytest.mark.slow
def test_a_list_of_a_hundred_thousand_texts() -> None:
    texts = ", ".join(f'"{number:05}"' for number in range(100_000))
    rules = "".join(f"when text in codes and number == {n} queue q\n" for n in range(20))
    policy = api.loads(f"{LEAD}list codes = [{texts}]\n{rules}else queue r\n")
    lead = {"id": "1", "number": 19, "text": "99999", "country": "DE"}
    assert policy.decide(lead).rule == "#20"
    assert policy.decide(lead | {"text": "100000"}).rule == "else"


@pytest.mark.slow
def test_a_list_of_a_hundred_thousand_texts_that_are_no_countries_is_one_finding() -> None:
    texts = ", ".join(f'"{number:05}"' for number in range(100_000))
    (message,) = messages(f"{LEAD}list codes = [{texts}]\n{RULES.format('country in codes')}")
    assert message == "`codes` holds `00000`, `00001`, `00002` and more that a country can never be"


def test_lists_that_grow_from_each_other_stop_somewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("routebook.check.definitions.MAX_TEXTS", 1000)
    grown = "".join(f'list l{n} = l{n - 1} + ["{n}"]\n' for n in range(1, 100))
    (message,) = messages(f'{LEAD}list l0 = ["0"]\n{grown}{RULES.format("text in l99")}')
    assert message == "the lists of this policy hold more than 1,000 texts between them"


def test_a_mistake_in_every_rule_is_a_finding_for_each_and_stays_fast() -> None:
    rules = "".join(f"when nmber > {n} queue q\n" for n in range(1000))
    assert len(messages(f"{LEAD}{rules}else queue r\n")) == 1000


def test_a_field_that_is_never_declared_is_one_finding_for_all_its_uses() -> None:
    rules = "".join(f"when annual_revenue > {n} queue q\n" for n in range(1000))
    (message,) = messages(f"{LEAD}{rules}else queue r\n")
    assert message == "there is nothing called `annual_revenue`"
