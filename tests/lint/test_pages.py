"""Every finding has a page, and the examples on it do what the page says."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from conftest import Golden
from routebook import api
from routebook.diagnostics import Diagnostic, Kind, PolicyError
from routebook.intake.accounts.read import load_accounts
from routebook.lint.catalogue import KINDS, PAGES

FOLDER = Path(__file__).parents[2] / "docs" / "findings"

_BLOCK = re.compile(r"^```(\w+) ?(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

INDEX = """# Findings

Everything that `routebook check` can say about a policy, with a page for each. A page says what the finding means, why
it matters, and shows a policy that has it and one that does not.

Findings RB001 to RB019 keep a policy from running: they are always errors. The others can be allowed where they are
meant, by a comment with a reason on the line that they point at or above it:

```
# allow: unused-name -- the queue is worked by these points
```

and their level can be set for a whole project, by name or by code, in `routebook.toml`:

```toml
[lint]
negation-includes-missing = "error"
RB302 = "off"
```

The levels are `off`, `info`, `warning` and `error`. Findings about other files than the policy, RB205 to RB207, are
always errors too.

| code | finding | default | what it says |
| --- | --- | --- | --- |
"""


@dataclass
class Example:
    """A policy, or what stands in for it, with the files beside it."""

    files: dict[str, str] = field(default_factory=dict)

    def findings(self, folder: Path) -> tuple[Diagnostic, ...]:
        for name, text in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        roster = folder / "roster.toml"
        try:
            if "accounts.csv" in self.files:
                load_accounts(folder / "accounts.csv")
                return ()
            return api.check(folder / "policy.route", roster=roster if roster.exists() else None)
        except PolicyError as error:
            return error.findings


def page_of(kind: Kind) -> Path:
    return FOLDER / f"{kind.name}.md"


def examples(page: str) -> tuple[Example, Example]:
    """The bad and the good example. The good one also has the files of the bad one that it does not write anew."""
    bad, good = Example(), Example()
    _, bad_part, rest = re.split(r"^## (?:Bad|Good)$", page, maxsplit=2, flags=re.MULTILINE)
    good_part = rest.partition("\n## ")[0]
    for example, part in ((bad, bad_part), (good, good_part)):
        for language, name, text in _BLOCK.findall(part):
            example.files[name or f"policy.{language}"] = text
    return bad, Example(bad.files | good.files)


def what_it_says(page: str) -> str:
    first = page.split("\n\n")[1].replace("\n", " ")
    return first.partition(": ")[2]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_page_begins_with_the_finding_and_its_level(kind: Kind) -> None:
    head, first, *_ = page_of(kind).read_text(encoding="utf-8").split("\n\n")
    assert head == f"# {kind.name} ({kind.code})"
    article = "A" if kind.severity == "warning" else "An"
    assert first.startswith(f"{article} {kind.severity}: ")
    assert what_it_says(f"{head}\n\n{first}").endswith(".")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_bad_example_has_the_finding(kind: Kind, tmp_path: Path) -> None:
    bad, _ = examples(page_of(kind).read_text(encoding="utf-8"))
    names = {finding.name for finding in bad.findings(tmp_path)}
    assert kind.name in names
    if kind.code < "RB100":
        assert names == {kind.name}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_good_example_has_no_finding_at_all(kind: Kind, tmp_path: Path) -> None:
    _, good = examples(page_of(kind).read_text(encoding="utf-8"))
    assert [finding.message for finding in good.findings(tmp_path)] == []


@pytest.mark.parametrize("name", PAGES)
def test_the_page_of_a_lint_is_its_docstring(name: str, golden: Golden) -> None:
    golden(FOLDER / f"{name}.md", inspect.cleandoc(PAGES[name]) + "\n")


def test_there_are_pages_for_all_findings_and_no_others() -> None:
    names = {path.stem for path in FOLDER.glob("*.md")} - {"README"}
    assert names == {kind.name for kind in KINDS}


def test_the_index_lists_them_all(golden: Golden) -> None:
    rows = [
        f"| {kind.code} | [{kind.name}]({kind.name}.md) | {kind.severity} | "
        f"{what_it_says(page_of(kind).read_text(encoding='utf-8'))} |\n"
        for kind in KINDS
    ]
    golden(FOLDER / "README.md", INDEX + "".join(rows))
