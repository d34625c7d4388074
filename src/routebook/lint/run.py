"""Everything that `check` asks of a policy that reads and types well, and what allowances and levels leave of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from routebook.diagnostics import Diagnostic, Kind, in_order
from routebook.lint.allowances import allowance_comments, silence
from routebook.lint.catalogue import KINDS
from routebook.lint.levels import severity_of
from routebook.lint.model import NO_LEVELS, Levels, Subject
from routebook.lint.registry import LINTS
from routebook.lint.rules import unused_allowance

_CUT_SHORT = "not-exact"
"""The finding that says that a proof was not brought to its end."""


def lint(subject: Subject, levels: Levels = NO_LEVELS) -> tuple[Diagnostic, ...]:
    """Every lint's findings that no comment allows, in order.

    `levels` sets another severity, or `off`, by a finding's code or name. A lint that is off does not run,
    nor does one that asks of the roster where there is none.
    """
    found: list[Diagnostic] = []
    ran: list[Kind] = []
    for row in LINTS:
        if severity_of(row.kind, levels) is None or (row.needs_roster and subject.roster is None):
            continue
        ran.append(row.kind)
        found.extend(row.find(subject))
    kept, unused = silence(found, subject.once(allowance_comments))
    if severity_of(unused_allowance.KIND, levels) is not None:
        allowable = [row.kind for row in LINTS]
        kept.extend(unused_allowance.findings(unused, _judged(ran, found), allowable, KINDS))
    return in_order(_at_levels(kept, levels))


def _judged(ran: list[Kind], found: list[Diagnostic]) -> set[Kind]:
    """The kinds that were looked for to the end: only their allowances can be called unused."""
    proofs = {row.kind for row in LINTS if row.proof}
    is_cut_short = any(finding.name == _CUT_SHORT for finding in found)
    return {kind for kind in ran if not (is_cut_short and kind in proofs)}


def _at_levels(findings: Iterable[Diagnostic], levels: Levels) -> Iterable[Diagnostic]:
    for finding in findings:
        severity = severity_of(finding.kind, levels)
        if severity is not None:
            yield replace(finding, severity=severity)
