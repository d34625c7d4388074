"""The catalogue of findings: complete, and without two of one name."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from routebook.diagnostics import Severity
from routebook.lint.catalogue import KINDS, LINT_KINDS, named
from routebook.lint.registry import LINTS

SOURCE = Path(__file__).parents[2] / "src" / "routebook"
KIND = re.compile(r'Kind\(\s*"(RB\d{3})",\s*"([a-z0-9-]+)"')


def test_names_are_unique_and_codes_but_for_one() -> None:
    assert max(Counter(kind.name for kind in KINDS).values()) == 1
    shared = {code for code, count in Counter(kind.code for kind in KINDS).items() if count > 1}
    assert shared == {"RB201"}
    assert [kind.name for kind in named("RB201")] == ["unknown-pool", "unknown-rep"]


def test_every_kind_of_the_project_is_in_it() -> None:
    written = {
        found.groups() for path in SOURCE.rglob("*.py") for found in KIND.finditer(path.read_text("utf-8"))
    }
    assert written == {(kind.code, kind.name) for kind in KINDS}


def test_codes_say_what_a_kind_is_about() -> None:
    for kind in KINDS:
        assert re.fullmatch(r"RB[0123]\d\d", kind.code)
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", kind.name)
        assert (kind in LINT_KINDS) is not (kind.code < "RB100" or kind.name.startswith("invalid-"))
    assert all(kind.severity is Severity.ERROR for kind in KINDS if kind not in LINT_KINDS)


@pytest.mark.parametrize("row", LINTS, ids=lambda row: row.kind.name)
def test_a_lint_is_a_file_of_its_own_called_as_its_finding(row: object) -> None:
    module = row.find.__module__  # type: ignore[attr-defined]
    assert module == f"routebook.lint.rules.{row.kind.name.replace('-', '_')}"  # type: ignore[attr-defined]
