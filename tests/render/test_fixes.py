"""The fixes that SARIF offers, applied as a tool would apply them: the finding is gone, and what is left parses."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

import pytest

from routebook import api
from routebook.diagnostics import Diagnostic
from routebook.render import findings_sarif
from routebook.render.paint import Style
from routebook.render.report import CheckReport
from routebook.source import Source
from routebook.syntax.parse import parse
from support.documents import ROOT, blocks
from support.small_policies import small_policy

LEAD: Final = "lead {\n  id:    id\n  score: integer 0..100\n  vip:   bool\n  title: text optional\n}\n\n"

OTHERS: Final = {
    "no rules": "lead { id: id }\n",
    "nothing at all": "",
    "only a comment": "# to be written\n",
    "no schema": 'policy "p"\n\n# the hot ones\nrule hot when score >= 70 queue hot\nelse queue cold\n',
    "no schema, nothing asked": "else queue cold\n",
    "a gap": f"{LEAD}when vip queue a\n",
    "a gap, a comment behind": f"{LEAD}when vip queue a  # those\n# and no more\n",
    "a gap, tests behind": f'{LEAD}when vip queue a\n\ntest "x" {{\n  lead {{ vip: true }}\n  expect queue a\n}}\n',
    "a gap without a line end": f"{LEAD}when vip queue a",
    "a gap in blocks": f"{LEAD}when vip {{\n  when score > 5 queue a\n}}\n",
    "a gap in the block of an else": f"{LEAD}when vip queue a\nelse {{\n  when score > 5 queue b\n}}\n",
    "a gap in an else before the last rule": f"{LEAD}else {{ when vip queue a }}\nwhen score > 5 queue b\n",
    "several gaps": f'{LEAD}when score < 5 queue a\nwhen score > 7 and title == "x" queue b\nwhen score == 6 queue c\n',
    "a slip": f'{LEAD}when title != "x" queue a\nelse queue b\n',
    "a slip under or": f'{LEAD}when vip or not (title == "x" or title == "y") queue a\nelse queue b\n',
    "a slip in a define": LEAD
    + 'define other =\n  title != "x"  # all but x\nwhen other and vip queue a\nelse queue b\n',
    "brackets": 'lead { id: id }\nderive b: set of text { else "a" }\nwhen b has "a" queue q\nelse queue r\n',
    "a date": "lead { id: id on: date }\nwhen on > 2026-1-5 queue q\nelse queue r\n",
}


def pages() -> dict[str, str]:
    """The policies of the pages of findings, the bad ones among them."""
    return {
        f"{page.stem} {number}": block.text
        for page in sorted((ROOT / "docs" / "findings").glob("*.md"))
        for number, block in enumerate(blocks(page))
        if block.info == "route"
    }


TEXTS: Final = OTHERS | pages()


def findings_of(text: str) -> tuple[Diagnostic, ...]:
    return api.check(text)


def results(text: str) -> list[dict[str, Any]]:
    report = CheckReport(findings_of(text), ("a.route",))
    found: list[dict[str, Any]] = json.loads(findings_sarif.render(report, Style()))["runs"][0]["results"]
    return found


def offset(text: str, line: int, column: int) -> int:
    return sum(len(row) + 1 for row in text.split("\n")[: line - 1]) + column - 1


def applied(text: str, fix: dict[str, Any]) -> str:
    (change,) = fix["artifactChanges"]
    (replacement,) = change["replacements"]
    region = replacement["deletedRegion"]
    start = offset(text, region["startLine"], region["startColumn"])
    end = offset(text, region["endLine"], region["endColumn"])
    return text[:start] + str(replacement["insertedContent"]["text"]) + text[end:]


def messages(text: str, code: str) -> list[str]:
    return [finding.message for finding in findings_of(text) if finding.code == code]


def assert_mended(text: str) -> int:
    """Each fix alone takes its finding away, and brings no other; how many there were."""
    fixable = [result for result in results(text) if "fix" in result.get("properties", {})]
    for result in fixable:
        code = result["ruleId"]
        (fix,) = result["fixes"]
        mended = applied(text, fix)
        assert len(messages(mended, code)) < len(messages(text, code)), mended
        errors = parse(Source("a.route", mended)).findings
        assert len(errors) <= len(parse(Source("a.route", text)).findings) - (code == "RB001"), mended
    return len(fixable)


@pytest.mark.parametrize("name", TEXTS)
def test_every_fix_has_its_place_and_mends(name: str) -> None:
    count = assert_mended(TEXTS[name])
    assert count or name not in OTHERS


@pytest.mark.parametrize("name", [name for name in OTHERS if name.startswith(("a gap", "several gaps"))])
def test_the_rule_for_a_gap_leaves_nothing_to_find(name: str) -> None:
    (gap,) = [result for result in results(TEXTS[name]) if result["ruleId"] == "RB103"]
    mended = applied(TEXTS[name], gap["fixes"][0])
    assert [finding.code for finding in findings_of(mended)] == []
    rule = "when true" if "else {" in TEXTS[name] else "else"
    assert re.search(rf"^{rule} queue triage$", mended, re.MULTILINE)


@pytest.mark.parametrize("seed", range(40))
def test_the_rule_for_a_gap_of_any_policy_brings_no_finding(seed: int) -> None:
    text = small_policy(910_000 + seed).text
    before = findings_of(text)
    for result in results(text):
        if result["ruleId"] == "RB103":
            after = findings_of(applied(text, result["fixes"][0]))
            assert "RB103" not in {finding.code for finding in after}
            assert sum(f.rule == "else" for f in after) <= sum(f.rule == "else" for f in before)


def test_the_fix_of_an_imported_file_is_in_that_file(tmp_path: Path) -> None:
    (tmp_path / "names.route").write_text('define other = title != "x"\n')
    main = tmp_path / "policy.route"
    main.write_text(f'import "names.route"\n\n{LEAD}when other queue a\nelse queue b\n')
    (finding,) = [each for each in api.check(main) if each.code == "RB301"]
    assert finding.fix_at is not None
    assert finding.fix_at.file.endswith("names.route")
