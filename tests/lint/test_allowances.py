"""Comments that allow findings: which they silence, on which lines, and when they are findings themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from routebook import api, files
from routebook.roster import Roster
from routebook.settings import Settings
from routebook.syntax.format import format_source

LEAD = "lead {\n  id: id\n  country: country optional\n  score: integer optional\n}\n\n"
ELSE = "\nelse queue rest\n"
SLIP = 'when country != "DE" queue abroad'
ALLOW = "# allow: negation-includes-missing -- meant"


def found(text: str, roster: Roster | None = None, **lint: str) -> list[str]:
    settings = Settings(lint={name.replace("_", "-"): level for name, level in lint.items()})  # type: ignore[arg-type, misc]
    result = api.check_loaded(files.load_text(text), roster, settings)
    return [finding.name for finding in result.findings]


def with_rule(rule: str) -> list[str]:
    return found(LEAD + rule + ELSE)


def test_without_an_allowance_the_finding_is_there() -> None:
    assert with_rule(SLIP) == ["negation-includes-missing"]


@pytest.mark.parametrize(
    "rule",
    [
        f"{SLIP}  {ALLOW}",
        f"{ALLOW}\n{SLIP}",
        f"# first some words\n{ALLOW}\n# and some more\n{SLIP}",
        f"{ALLOW}\nrule abroad\n  {SLIP}",
        f'{ALLOW}\nrule abroad\n  when\n    country\n    != "DE"\n  queue abroad',
        f"rule abroad\n  {ALLOW}\n  {SLIP}",
        f"rule abroad\n  {SLIP}  {ALLOW}",
        f"#allow:RB301--meant\n{SLIP}",
        f"# allow: unused-allowance, RB301 -- meant\n{SLIP}",
        f"# allow: negation-includes-missing – meant\n{SLIP}",
        f"# allow: negation-includes-missing — meant, and so on, # really\n{SLIP}",
        f"# allow :  negation-includes-missing   --meant\n{SLIP}",
        f'{ALLOW}\nwhen country != "DE" {{\n  when score > 3 queue abroad\n}}',
        f"when score > 3 {{\n  {ALLOW}\n  {SLIP}\n}}",
        f'{ALLOW}\nwhen country != "DE" or score != 3 queue abroad',
    ],
)
def test_it_speaks_for_its_line_or_for_what_begins_below_it(rule: str) -> None:
    assert "negation-includes-missing" not in with_rule(rule)


@pytest.mark.parametrize(
    "rule",
    [
        f"{ALLOW}\n\n{SLIP}",
        f"{SLIP}\n{ALLOW}",
        f"{ALLOW}\nwhen score > 3 queue x\n{SLIP}",
        f"rule abroad  {ALLOW}\n  {SLIP}",
        f"{ALLOW}\nwhen score > 3 {{\n  {SLIP}\n}}",
        f'rule abroad "# allow: negation-includes-missing -- meant" {SLIP}',
        f"# allowed: negation-includes-missing -- meant\n{SLIP}",
        f"# allow negation-includes-missing -- meant\n{SLIP}",
        f"# Allow: negation-includes-missing -- meant\n{SLIP}",
        f"# to allow: negation-includes-missing -- meant\n{SLIP}",
        f"# allow: negation includes missing -- meant\n{SLIP}",
    ],
)
def test_and_for_nothing_else(rule: str) -> None:
    assert "negation-includes-missing" in with_rule(rule)


def test_an_allowance_that_silences_nothing_is_a_finding() -> None:
    assert with_rule(f"{ALLOW}\nwhen score > 3 queue x") == ["unused-allowance"]
    assert with_rule(f"{ALLOW}\n\n{SLIP}") == ["unused-allowance", "negation-includes-missing"]


def test_of_several_each_has_to_silence_something() -> None:
    assert with_rule(f"# allow: negation-includes-missing, unused-name -- meant\n{SLIP}") == [
        "unused-allowance"
    ]


def test_one_without_a_reason_still_silences() -> None:
    assert with_rule(f"# allow: negation-includes-missing\n{SLIP}") == ["allowance-without-reason"]
    assert with_rule(f"# allow: negation-includes-missing --\n{SLIP}") == ["allowance-without-reason"]
    assert with_rule(f"# allow: negation-includes-missing because I say so\n{SLIP}") == [
        "allowance-without-reason"
    ]


def test_one_that_names_nothing() -> None:
    assert with_rule(f"# allow:\n{SLIP}") == ["allowance-without-reason", "negation-includes-missing"]
    assert with_rule(f"# allow: -- meant\n{SLIP}") == [
        "allowance-without-reason",
        "negation-includes-missing",
    ]


def messages(text: str) -> list[tuple[str, str | None]]:
    findings = api.check_loaded(files.load_text(text), None, Settings()).findings
    return [(finding.message, finding.help) for finding in findings]


def test_a_misspelt_name_is_told_what_was_meant() -> None:
    (message,) = messages(f"{LEAD}# allow: unusd-name -- meant\nelse queue rest\n")
    assert message == (
        "nothing is allowed by this: there is no finding `unusd-name`",
        "did you mean `unused-name`?",
    )


@pytest.mark.parametrize("name", ["unknown-name", "RB001", "invalid-roster", "RB305"])
def test_some_findings_cannot_be_allowed(name: str) -> None:
    ((message, _),) = messages(f"{LEAD}# allow: {name} -- meant\nelse queue rest\n")
    assert message == f"nothing is allowed by this: `{name}` cannot be allowed"


def test_an_error_that_keeps_a_policy_from_running_is_not_silenced() -> None:
    assert found(f"{LEAD}# allow: unknown-name -- meant\nwhen scre > 3 queue x{ELSE}") == ["unknown-name"]


ROSTER = Roster.loads('[reps.ana]\nname = "Ana"\nhours = "always"\n')


def test_what_was_not_looked_for_is_not_called_unused() -> None:
    text = f"{LEAD}# allow: unknown-pool, empty-pool -- to come\nelse round_robin sales then queue rest\n"
    assert found(text) == []
    assert found(text, ROSTER) == ["unused-allowance"]
    assert found(text, ROSTER, empty_pool="off") == []
    assert found(f"{LEAD}# allow: RB201 -- to come\nelse round_robin sales then queue rest\n", ROSTER) == []


def test_findings_about_allowances_have_levels_like_others() -> None:
    text = f"{LEAD}# allow: unused-name\nelse queue rest\n"
    assert found(text) == ["allowance-without-reason", "unused-allowance"]
    assert found(text, unused_allowance="off", allowance_without_reason="off") == []


def test_imported_files_and_files_of_tests_have_allowances_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "regions.route").write_text(f'{ALLOW}\ndefine abroad = country != "DE"\n')
    (tmp_path / "policy.route").write_text(
        f'import "regions.route"\n\n{LEAD}when abroad queue abroad\n{ELSE}'
    )
    expect = '  # allow: unknown-rep -- starts in May\n  expect rep "bogdan"\n'
    (tmp_path / "policy_test.route").write_text(f'test "one" {{\n  lead {{ country: "DE" }}\n{expect}}}\n')
    assert api.check(tmp_path / "policy.route", roster=ROSTER) == ()


def test_definitions_and_targets_are_spoken_for_as_a_whole() -> None:
    allow = "# allow: negation-includes-missing, unused-name -- meant"
    assert with_rule(f'{allow}\npoints fit 0..9 {{\n  add 2 when country != "DE"\n}}\n') == []
    entry = f'points fit 0..9 {{\n  {ALLOW}\n  add 2 when country != "DE"\n}}'
    assert with_rule(f"{entry}\nwhen fit > 1 queue x") == []
    then = "when score > 3 queue x\n  # allow: unknown-pool -- to come\n  then pool sales"
    assert "unknown-pool" not in found(LEAD + then + ELSE, ROSTER)


@pytest.mark.parametrize(
    "rule",
    [
        f"{ALLOW}\nrule abroad {SLIP}",
        f"rule abroad {SLIP}  {ALLOW}",
        f"rule abroad\n  {SLIP}  {ALLOW}",
        f'rule abroad when {" or ".join(f"score == {n}" for n in range(20))} or country != "IT" queue x  {ALLOW}',
    ],
)
def test_the_canonical_layout_keeps_what_is_allowed(rule: str) -> None:
    text = LEAD + rule + ELSE
    formatted = format_source(files.load_text(text).program.main.source)
    assert found(formatted) == found(text) == []
