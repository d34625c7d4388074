"""The page about the roster says what rosters can say, all of it."""

from __future__ import annotations

import re
from typing import Final

from routebook.roster import Pool, Rep, Roster
from routebook.runtime.strategies import STRATEGIES
from support.documents import ROOT, blocks

PAGE: Final = ROOT / "docs" / "roster.md"


def test_the_example_is_a_roster_and_leaves_nothing_out() -> None:
    (block,) = blocks(PAGE)
    roster = Roster.loads(block.text, "roster.toml")
    ana, pool = roster.reps["ana"], roster.pools["sales"]
    said = set().union(*(rep.model_fields_set for rep in roster.reps.values()))
    assert set(Rep.model_fields) - said == set()
    assert set(Pool.model_fields) == pool.model_fields_set
    assert (ana.weight, ana.capacity, ana.caps.day, ana.caps.week) == (2, 25, 10, 40)
    assert roster.reps["bogdan"].fields == {"languages": ["en", "ro"]}
    assert Pool(members=()).catch_up == 3


def test_every_strategy_is_told_of() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert all(f"| `{row.name}" in text for row in STRATEGIES)


def test_its_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)#]+)", PAGE.read_text(encoding="utf-8"))
    assert [link for link in links if not (PAGE.parent / link).exists()] == []
