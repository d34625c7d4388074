"""The page of what proofs are held to names every law, and its sums are right."""

from __future__ import annotations

import ast
import re
from typing import Final

from support.documents import ROOT

PAGE: Final = (ROOT / "docs" / "trust.md").read_text(encoding="utf-8")


def laws() -> set[str]:
    """The laws over random policies: the first line of each test that is run for a seed."""
    found: set[str] = set()
    for path in (ROOT / "tests" / "analysis").glob("test_*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            is_test = isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
            if is_test and "seed" in {each.arg for each in node.args.args}:
                words = node.name.removeprefix("test_").replace("_", " ")
                first = (ast.get_docstring(node) or words).split("\n")[0].rstrip(".")
                found.add(f"{first[0].upper()}{first[1:]}")
    return found


def rows(after: str) -> list[list[str]]:
    """The cells of the table under a heading, without its head."""
    lines = [line for line in PAGE.split(after)[1].split("\n## ")[0].split("\n") if line.startswith("|")]
    return [[cell.strip(" *") for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_every_law_is_on_the_page() -> None:
    assert {row[0] for row in rows("## The counts")} - {"all"} == laws()


def test_the_sums_are_right_and_nothing_disagrees() -> None:
    for heading in ("## The counts", "## Mistakes planted"):
        *single, total = [
            [int(re.sub(r"\D", "", cell.split("(")[0])) for cell in row[1:]] for row in rows(heading)
        ]
        assert [sum(column) for column in zip(*single, strict=True)] == total
    assert all(row[-1] == "0" for row in rows("## The counts"))


def test_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", PAGE)
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []
