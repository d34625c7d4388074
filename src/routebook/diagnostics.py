"""What is said about a policy: data only; the formats of `render` show it, each in its own way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from routebook.source import Span


class Severity(StrEnum):
    """How much a finding weighs, heaviest first."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for an error, 1 for a warning, 2 for an info."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of finding: its code, the name that completes "allow …", and its default severity."""

    code: str
    name: str
    severity: Severity


@dataclass(frozen=True, slots=True)
class Label:
    """A related place with a few words; a blocking rule also carries its name and a lead it would take."""

    span: Span
    message: str
    rule: str | None = None
    witness: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Region:
    """A set of leads in words, with one of them."""

    when: str
    witness: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding.

    `message` is a lower-case sentence without a full stop that puts the consequence first; `span` the
    tightest place to blame (None where there is no text, as for a missing file, which `file` then names);
    `label` the words under its underline; `related` other places; `help` what to do; `fix` text to paste, and
    `fix_at` the stretch that it replaces (an empty one: where it goes in), None where a person has to choose.
    A fix of whole lines brings along the line ends that set it apart there.
    """

    kind: Kind
    message: str
    span: Span | None = None
    label: str = ""
    related: tuple[Label, ...] = ()
    help: str | None = None
    fix: str | None = None
    rule: str | None = None
    witness: Mapping[str, Any] | None = None
    regions: tuple[Region, ...] | None = None
    file: str | None = None
    severity: Severity = field(default=None)  # type: ignore[assignment]  # the kind's, until a setting changes it
    fix_at: Span | None = None

    def __post_init__(self) -> None:
        if self.severity is None:
            object.__setattr__(self, "severity", self.kind.severity)
        if self.file is None and self.span is not None:
            object.__setattr__(self, "file", self.span.file)

    @property
    def code(self) -> str:
        return self.kind.code

    @property
    def name(self) -> str:
        return self.kind.name

    @property
    def to_paste(self) -> str | None:
        """The fix as people and programs are shown it, without line ends around it."""
        return None if self.fix is None else self.fix.strip("\n")

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR


def in_order(findings: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The findings by file, place and code: the same mistakes are reported in the same order each run."""

    def key(finding: Diagnostic) -> tuple[str, int, str, str]:
        start = finding.span.start if finding.span else -1
        return (finding.file or "", start, finding.code, finding.message)

    return tuple(sorted(findings, key=key))


class RoutebookError(Exception):
    """The base of every error that Routebook raises on purpose; its text is written for a person."""


class PolicyError(RoutebookError):
    """A policy or roster that cannot be used. `findings` says why, each with its place."""

    def __init__(self, findings: Iterable[Diagnostic]) -> None:
        self.findings = tuple(findings)
        super().__init__(self._summary())

    def _summary(self) -> str:
        lines = []
        for finding in self.findings:
            place = f"{finding.file}:" if finding.file else ""
            if finding.span is not None:
                place += f"{finding.span.line}:{finding.span.column}:"
            lines.append(
                f"{place} {finding.severity} {finding.code} ({finding.name}): {finding.message}".strip()
            )
        return "\n".join(lines)
