"""The kinds of finding that no other room of the policy's own can give: about the settings."""

from __future__ import annotations

from typing import Final

from routebook.diagnostics import Kind, Severity

INVALID_SETTINGS: Final = Kind("RB206", "invalid-settings", Severity.ERROR)
