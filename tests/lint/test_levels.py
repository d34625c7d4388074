"""Levels: what settings may say about findings, and what comes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from routebook import api, files
from routebook.diagnostics import PolicyError, Severity
from routebook.lint.catalogue import named
from routebook.lint.levels import severity_of
from routebook.settings import Settings, read_settings

POLICY = """lead {
  id:      id
  country: country optional
}

list unused = ["DE"]

when country not in ["DE"] queue abroad

else queue home
"""


def found(lint: dict[str, str]) -> dict[str, str]:
    settings = Settings(lint=lint)  # type: ignore[arg-type]
    result = api.check_loaded(files.load_text(POLICY), None, settings)
    return {finding.name: finding.severity.value for finding in result.findings}


def test_without_settings_findings_weigh_what_they_weigh() -> None:
    assert found({}) == {"unused-name": "warning", "negation-includes-missing": "warning"}


@pytest.mark.parametrize("word", ["unused-name", "RB302"])
@pytest.mark.parametrize("level", ["info", "warning", "error"])
def test_a_level_is_set_by_name_or_code(word: str, level: str) -> None:
    assert found({word: level})["unused-name"] == level


@pytest.mark.parametrize("word", ["unused-name", "RB302"])
def test_a_finding_that_is_off_is_not_there(word: str) -> None:
    assert found({word: "off"}) == {"negation-includes-missing": "warning"}


def problems(folder: Path, lint: str) -> list[str]:
    path = folder / "routebook.toml"
    path.write_text(f"[lint]\n{lint}\n", encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        read_settings(path)
    assert all(finding.code == "RB206" and finding.file == str(path) for finding in caught.value.findings)
    return [finding.message for finding in caught.value.findings]


def helps(folder: Path, lint: str) -> list[str | None]:
    path = folder / "routebook.toml"
    path.write_text(f"[lint]\n{lint}\n", encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        read_settings(path)
    return [finding.help for finding in caught.value.findings]


def test_every_unknown_name_is_a_finding_with_what_was_meant(tmp_path: Path) -> None:
    lint = 'unused-nam = "off"\nRB3O2 = "off"\nnothing-of-the-kind = "info"\nunused-name = "off"'
    assert problems(tmp_path, lint) == [
        "there is no finding `unused-nam`",
        "there is no finding `RB3O2`",
        "there is no finding `nothing-of-the-kind`",
    ]
    meant = helps(tmp_path, lint)
    assert meant[:2] == ["did you mean `unused-name`?", "did you mean `RB302`?"]
    assert "name a finding" in (meant[2] or "")


@pytest.mark.parametrize("word", ["syntax-error", "RB003", "invalid-roster", "RB206"])
@pytest.mark.parametrize("level", ["off", "info", "warning", "error"])
def test_what_keeps_a_policy_from_running_has_no_level(tmp_path: Path, word: str, level: str) -> None:
    (message,) = problems(tmp_path, f'{word} = "{level}"')
    assert message == f"`{word}` is always an error: a policy with it cannot run"


def test_a_level_that_is_none(tmp_path: Path) -> None:
    (message,) = problems(tmp_path, 'unused-name = "loud"')
    assert message.startswith("the setting `lint.unused-name` is wrong: input should be")


def test_one_finding_with_two_levels(tmp_path: Path) -> None:
    messages = problems(tmp_path, 'RB302 = "off"\nunused-name = "error"')
    assert messages == ["`RB302` and `unused-name` are one finding, and have two levels"]


def test_the_same_level_twice_is_no_mistake() -> None:
    assert found({"RB302": "info", "unused-name": "info"})["unused-name"] == "info"


def test_a_name_goes_before_the_code_that_two_findings_share() -> None:
    unknown_pool, unknown_rep = named("RB201")
    levels = Settings(lint={"RB201": "off", "unknown-rep": "info"}).lint
    assert (severity_of(unknown_pool, levels), severity_of(unknown_rep, levels)) == (None, Severity.INFO)
