"""The kinds of finding that checking names, types and values can give."""

from __future__ import annotations

from typing import Final

from routebook.diagnostics import Kind, Severity

UNKNOWN_NAME: Final = Kind("RB002", "unknown-name", Severity.ERROR)
TYPE_MISMATCH: Final = Kind("RB003", "type-mismatch", Severity.ERROR)
VALUE_OUT_OF_RANGE: Final = Kind("RB004", "value-out-of-range", Severity.ERROR)
DUPLICATE_NAME: Final = Kind("RB005", "duplicate-name", Severity.ERROR)
CIRCULAR_DEFINITION: Final = Kind("RB006", "circular-definition", Severity.ERROR)
MISSING_SCHEMA: Final = Kind("RB011", "missing-schema", Severity.ERROR)
SECOND_ELSE: Final = Kind("RB012", "second-else", Severity.ERROR)
CIRCULAR_IMPORT: Final = Kind("RB013", "circular-import", Severity.ERROR)
FORBIDDEN_IMPORT: Final = Kind("RB014", "forbidden-import", Severity.ERROR)
UNKNOWN_TIMEZONE: Final = Kind("RB015", "unknown-timezone", Severity.ERROR)
SHARES_NOT_100: Final = Kind("RB016", "shares-not-100", Severity.ERROR)
INCOMPLETE_SOURCE: Final = Kind("RB017", "incomplete-source", Severity.ERROR)
NO_RULES: Final = Kind("RB018", "no-rules", Severity.ERROR)
INVALID_PATTERN: Final = Kind("RB019", "invalid-pattern", Severity.ERROR)

KINDS: Final = (
    UNKNOWN_NAME,
    TYPE_MISMATCH,
    VALUE_OUT_OF_RANGE,
    DUPLICATE_NAME,
    CIRCULAR_DEFINITION,
    MISSING_SCHEMA,
    SECOND_ELSE,
    CIRCULAR_IMPORT,
    FORBIDDEN_IMPORT,
    UNKNOWN_TIMEZONE,
    SHARES_NOT_100,
    INCOMPLETE_SOURCE,
    NO_RULES,
    INVALID_PATTERN,
)
