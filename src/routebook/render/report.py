"""The result of a check, as every format of findings takes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from routebook.diagnostics import Diagnostic, Severity


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The findings in the order in which they are shown, and every file that was checked.

    `fail_on` is the least severity that makes the check fail; formats that know passed and failed go by it.
    """

    findings: tuple[Diagnostic, ...]
    files: tuple[str, ...] = ()
    fail_on: Severity = Severity.ERROR

    def counts(self) -> dict[Severity, int]:
        """How many findings there are of each severity, heaviest first."""
        counter = Counter(finding.severity for finding in self.findings)
        return {severity: counter[severity] for severity in Severity}

    def fails(self, finding: Diagnostic) -> bool:
        """Whether this finding alone makes the check fail."""
        return finding.severity.rank <= self.fail_on.rank

    def by_file(self) -> Iterator[tuple[str, tuple[Diagnostic, ...]]]:
        """Every file that was checked or that a finding names, with its findings, in a stable order."""
        grouped: dict[str, list[Diagnostic]] = {name: [] for name in self.files}
        for finding in self.findings:
            grouped.setdefault(finding.file or "", []).append(finding)
        for name, found in grouped.items():
            yield name, tuple(found)
