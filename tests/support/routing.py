"""Policies, rosters and leads in few words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from routebook.check.imports import gather, no_imports
from routebook.check.policy import check
from routebook.decision import Lead
from routebook.diagnostics import PolicyError
from routebook.intake.validate import Intake
from routebook.kept import keep_text
from routebook.plan.build import build
from routebook.plan.tree import Tree
from routebook.roster import Roster
from routebook.runtime.router import Router
from routebook.runtime.stores import Store, open_store
from routebook.source import Source

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)  # a Monday

LEAD = """
lead {
  id:       id
  email:    email optional
  score:    integer 0..100 optional
  country:  country optional
  language: one of ["en", "es", "ro"] optional
  owner:    rep optional
}
rep {
  languages: set of ["en", "es", "ro"]
  senior: bool optional
}
"""


def tree_of(rules: str, head: str = LEAD) -> Tree:
    """The evaluation tree of a policy with these rules."""
    checked = check(gather(Source("policy.route", head + rules), no_imports))
    if checked.policy is None:
        raise PolicyError(checked.findings)
    return build(checked.policy)


def reps(*ids: str, **more: Mapping[str, Any]) -> str:
    """A roster's reps in TOML: those named are always at work; each `more` says what it says."""
    said: dict[str, Mapping[str, Any]] = {id: {} for id in ids} | {
        id: dict(keys) for id, keys in more.items()
    }
    lines = []
    for id, keys in said.items():
        lines.append(f"[reps.{id}]")
        lines += [f"{key} = {value}" for key, value in ({"hours": '"always"'} | dict(keys)).items()]
    return "\n".join(lines) + "\n"


def roster_of(text: str) -> Roster:
    return Roster.loads(text, "roster.toml")


def pool(name: str, *members: str, **keys: str) -> str:
    """A roster's pool in TOML."""
    listed = ", ".join(f'"{member}"' for member in members)
    more = "".join(f'{key} = "{value}"\n' for key, value in keys.items())
    return f"[pools.{name}]\nmembers = [{listed}]\n{more}"


def router_of(
    rules: str, roster: str, store: Store | str = "memory:", head: str = LEAD, **options: Any
) -> Router:
    """A router of a policy with these rules."""
    opened = open_store(store) if isinstance(store, str) else store
    return Router(
        tree_of(rules, head),
        roster_of(roster),
        opened,
        kept=keep_text(head + rules, "policy.route"),
        **options,
    )


def lead(tree: Tree, id: str, **fields: Any) -> Lead:
    """A valid lead of this policy."""
    return Intake(tree.schema, tree.timezone).lead({"id": id, **fields})


def assigned(
    router: Router, count: int, prefix: str = "L", now: datetime = NOON, **fields: Any
) -> list[str | None]:
    """The reps that this many new leads go to."""
    leads = (lead(router.tree, f"{prefix}{number}", **fields) for number in range(count))
    return [assignment.rep for assignment in router.route_many(leads, now=now)]
