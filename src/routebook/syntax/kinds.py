"""The kinds of finding that reading a policy's text can give."""

from __future__ import annotations

from typing import Final

from routebook.diagnostics import Kind, Severity

SYNTAX_ERROR: Final = Kind("RB001", "syntax-error", Severity.ERROR)
INVALID_LITERAL: Final = Kind("RB007", "invalid-literal", Severity.ERROR)
UNREADABLE_FILE: Final = Kind("RB008", "unreadable-file", Severity.ERROR)
NESTED_TOO_DEEPLY: Final = Kind("RB009", "nested-too-deeply", Severity.ERROR)
DUPLICATE_CLAUSE: Final = Kind("RB010", "duplicate-clause", Severity.ERROR)

KINDS: Final = (SYNTAX_ERROR, INVALID_LITERAL, UNREADABLE_FILE, NESTED_TOO_DEEPLY, DUPLICATE_CLAUSE)
