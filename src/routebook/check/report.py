"""Where a check puts what it finds."""

from __future__ import annotations

from dataclasses import replace

from routebook.diagnostics import Diagnostic, Kind, Label
from routebook.source import Span


class Report:
    """The findings of one check, in the order in which they were made."""

    def __init__(self) -> None:
        self.findings: list[Diagnostic] = []

    def add(
        self,
        kind: Kind,
        span: Span,
        message: str,
        label: str = "",
        *,
        help: str | None = None,
        fix: str | None = None,
        related: tuple[Label, ...] = (),
        rule: str | None = None,
    ) -> None:
        """Add a finding; see `diagnostics.Diagnostic` for what the parts are."""
        self.findings.append(Diagnostic(kind, message, span, label, related, help=help, fix=fix, rule=rule))

    def mark(self, since: int, label: Label) -> None:
        """Add a related place to every finding from number `since` on."""
        self.findings[since:] = [
            replace(finding, related=(*finding.related, label)) for finding in self.findings[since:]
        ]

    @property
    def has_errors(self) -> bool:
        return any(finding.is_error for finding in self.findings)
