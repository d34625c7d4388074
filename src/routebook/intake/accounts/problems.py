"""What is wrong with a file of accounts, as findings."""

from __future__ import annotations

from routebook.diagnostics import Diagnostic
from routebook.intake.problems import quoted
from routebook.lint.kinds import INVALID_ACCOUNTS


def finding(file: str, message: str, help: str | None = None) -> Diagnostic:
    """A mistake in a file of accounts."""
    return Diagnostic(INVALID_ACCOUNTS, message, help=help, file=file)


def owned_row(row: int, name: str) -> str:
    """How messages call a row: rows are counted from 1, the header left out, as those of leads are."""
    return f"row {row} ({quoted(name)})"
