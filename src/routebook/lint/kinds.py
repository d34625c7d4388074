"""The kinds of finding that no other room of the policy's own can give: about the settings and the accounts."""

from __future__ import annotations

from typing import Final

from routebook.diagnostics import Kind, Severity

INVALID_SETTINGS: Final = Kind("RB206", "invalid-settings", Severity.ERROR)
INVALID_ACCOUNTS: Final = Kind("RB207", "invalid-accounts", Severity.ERROR)
