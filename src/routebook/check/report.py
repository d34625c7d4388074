"""Where a check puts what it finds."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import Final

from routebook.diagnostics import Diagnostic, Kind, Label
from routebook.source import Span

_MOST_RELATED: Final = 8
"""A mistake that is made all over a policy shows so many further places."""


class Report:
    """The findings of one check, in the order in which they were made."""

    def __init__(self) -> None:
        self.findings: list[Diagnostic] = []
        self._first: dict[Hashable, int] = {}

    def add(
        self,
        kind: Kind,
        span: Span,
        message: str,
        label: str = "",
        *,
        help: str | None = None,
        fix: str | None = None,
        fix_at: Span | None = None,
        related: tuple[Label, ...] = (),
        rule: str | None = None,
    ) -> None:
        """Add a finding; see `diagnostics.Diagnostic` for what the parts are."""
        self.findings.append(
            Diagnostic(kind, message, span, label, related, help=help, fix=fix, rule=rule, fix_at=fix_at)
        )

    def add_once(
        self, key: Hashable | None, kind: Kind, span: Span, message: str, label: str, help: str | None
    ) -> None:
        """Add a finding of which there is one for each `key`: a later one is a related place of the first.

        Without a key it is a finding of its own.
        """
        if key is None or key not in self._first:
            if key is not None:
                self._first[key] = len(self.findings)
            self.add(kind, span, message, label, help=help)
            return
        finding = self.findings[self._first[key]]
        if len(finding.related) < _MOST_RELATED:
            related = (*finding.related, Label(span, "and here"))
            self.findings[self._first[key]] = replace(finding, related=related)

    def mark(self, since: int, label: Label) -> None:
        """Add a related place to every finding from number `since` on."""
        self.findings[since:] = [
            replace(finding, related=(*finding.related, label)) for finding in self.findings[since:]
        ]

    @property
    def has_errors(self) -> bool:
        return any(finding.is_error for finding in self.findings)
