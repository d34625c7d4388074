"""The page on reliability: its numbers are the program's, and what it tells of a soak is as a soak writes it."""

from __future__ import annotations

import re
from typing import Final

from routebook.runtime import transactions
from routebook.runtime.stores import postgres, sqlite
from support.documents import ROOT

PAGE: Final = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")


def test_how_long_a_store_is_waited_for() -> None:
    *first, last = (f"{pause:g}" for pause in transactions._PAUSES)
    assert f"tried again after {', '.join(first)} and {last} seconds" in PAGE
    assert sqlite._PATIENCE == postgres._PATIENCE == 30
    assert "waits 30 seconds for it" in PAGE


def test_what_a_soak_saw() -> None:
    (found,) = re.findall(r"<!-- what make soak saw -->\n(.*)<!-- the end of it -->", PAGE, re.DOTALL)
    head, _, *rows = [line.strip("| ").split(" | ") for line in found.splitlines() if line.startswith("|")]
    assert [row[0] for row in rows] == ["sqlite", "postgresql"]
    for row in rows:
        said = dict(zip(head, row, strict=True))
        assert int(said["kills"]) >= 300
        wrong = ("acknowledged lost", "doubled", "half-made", "rotation off by", "chain breaks")
        assert {said[name] for name in wrong} == {"0"}
    assert int(dict(zip(head, rows[1], strict=True))["restarts"]) >= 10
