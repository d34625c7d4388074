"""The worked policies, their leads, and what they decide about them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from routebook import api
from routebook.cli.main import cli
from routebook.intake.leads import Reject, read_leads
from routebook.settings import settings_for

POLICIES: Final = Path(__file__).parent.parent.parent / "policies"
FOLDERS: Final = sorted(path.parent for path in POLICIES.glob("*/roster.toml"))
"""Those that bring what they run on; `crm_sales` makes it from published data (`test_crm_sales.py`)."""


@dataclass(frozen=True, slots=True)
class Row:
    """What came of one lead: the rule that took it, or the problems for which it was turned away."""

    lead: str
    rule: str | None
    problems: tuple[str, ...] = ()


def leads_file(folder: Path) -> Path:
    """The leads of a worked policy."""
    return next(path for name in ("leads.csv", "leads.jsonl") if (path := folder / name).exists())


def decided(folder: Path, now: datetime) -> list[Row]:
    """What the policy of a folder decides about its own leads."""
    policy = api.load(folder)
    tree = policy.tree
    name = settings_for(folder).source
    source = tree.sources[name] if name is not None else None
    rows: list[Row] = []
    for lead in read_leads(leads_file(folder), tree.schema, tree.timezone, source):
        if isinstance(lead, Reject):
            problems = (f"{p.field}: {p.message}" if p.field else p.message for p in lead.problems)
            rows.append(Row(str(lead.lead or f"row {lead.row}"), None, tuple(problems)))
        else:
            rows.append(Row(lead.id, policy.decide(lead.lead, now).rule))
    return rows


def run(*args: object) -> int:
    """The exit code of `routebook` with these arguments; what it prints is the test's to capture."""
    try:
        cli.main([str(arg) for arg in args], prog_name="routebook")
    except SystemExit as end:
        return int(end.code or 0)
    raise AssertionError("the command line ends by an exit code")


def routed(
    folder: Path, leads: Path, now: datetime, out: Path
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The assignments and rejects of `routebook route`, with the folder's own roster and source."""
    results, rejects = out / "assignments.jsonl", out / "rejects.jsonl"
    code = run(
        "route", folder, "--leads", leads, "--now", now.isoformat(), "--output", results, "--rejects", rejects
    )
    assert code == 0
    return _lines(results), _lines(rejects)


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
